"""What stands on paper and not in the record: the hospital, and who the patient is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from consult.case import Identity
from consult.plan import Language

if TYPE_CHECKING:
    from consult.review._consultation import Consultation
    from consult.review._store import Store

_NATIONAL = re.compile(r"[1-9]\d{16}[\dXx]")
"""A Chinese resident identity number: it is on no record sheet."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The hospital, the patient, and the reader's language and clock.

    Without it a record names nobody: what the home knows of the patient is put in by `Letterhead.of`.
    """

    hospital: str = ""
    identity: Identity | None = field(default=None, repr=False)
    replacements: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the placeholders in the record's text stand for."""
    time_zone: str = "UTC"
    """IANA name, for the times of the record; those of results stay as they were reported."""
    language: Language | None = None
    """Of the record's own words; None: the plan's. What the plan says stays in the language it was written in."""

    @classmethod
    def of(
        cls,
        store: Store,
        consultation: Consultation,
        *,
        hospital: str = "",
        time_zone: str = "UTC",
        language: Language | None = None,
    ) -> Letterhead:
        """With the patient's identity and the meaning of placeholders, as far as this home knows them."""
        key = consultation.subject.key
        return cls(
            hospital=hospital,
            identity=store.identity(key),
            replacements=store.replacements(key, consultation=consultation.id),
            time_zone=time_zone,
            language=language,
        )

    @property
    def name(self) -> str:
        """The patient's name; empty where it is not known."""
        return (self.identity.name or "") if self.identity is not None else ""

    @property
    def record(self) -> str:
        """The record numbers; a national identity number is not printed."""
        numbers = [] if self.identity is None else self.identity.identifiers
        return ", ".join(one for one in numbers if not _NATIONAL.fullmatch(one.strip()))

    @property
    def ward(self) -> str:
        """Where the patient lies."""
        if self.identity is None:
            return ""
        return self.identity.department or self.identity.location or ""

    @property
    def bed(self) -> str:
        """Room and bed, where the input tells them apart from the ward."""
        if self.identity is None or not self.identity.department or not self.identity.location:
            return ""
        return self.identity.location.removeprefix(self.identity.department).strip(" ,-/")
