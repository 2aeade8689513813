"""`[participants.<name>]`: outside models that read images, slides and tracings."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from consult.settings._table import Address, Table, Variable, refuse_keys, within_house


def _kind(value: str) -> str:
    if not value or not value.replace("-", "").isalnum() or value != value.lower():
        raise ValueError("must be a word such as ct-chest, blood-film or ecg")
    return value


Kind = Annotated[str, AfterValidator(_kind)]


class ParticipantSettings(Table):
    """One outside model. That it stands here is what approves it."""

    url: Address | None = None
    """Where it is asked; None: its results come as files or objects only."""
    kinds: tuple[Kind, ...] = Field(min_length=1)
    """What it may read: `ct-chest`, `blood-film`, `ecg` … A result on anything else is refused."""
    versions: tuple[str, ...] = ()
    """Versions that the site has approved; none named: all."""
    min_confidence: float = Field(default=0.0, ge=0, le=1)
    """Findings below it are kept as text and counted as a gap; 0: none are."""
    timeout: float = Field(default=60, gt=0, le=3600)
    """Seconds for one answer."""
    send_images: bool = False
    """True: the image itself may be sent; false: only the references that the caller names."""
    measured: bool = False
    """True: the site takes its numbers for measurements, which rules may read; false: a clinician confirms them."""
    api_key_env: Variable | None = None
    """Environment variable that holds its key; unset: no key is sent."""

    @model_validator(mode="after")
    def _stays_in_the_house(self) -> ParticipantSettings:
        if self.url is not None and not within_house(self.url):
            raise ValueError(
                "url: must begin with https; plain http is for localhost and for addresses of a private network"
            )
        return self

    @model_validator(mode="before")
    @classmethod
    def _no_secret(cls, values: Any) -> Any:
        return refuse_keys(values)
