"""Arms: what a case is replayed with. An arm is the site's settings with what it changes in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic import ValidationError

from consult._version import __version__
from consult.errors import SettingsError, UsageError
from consult.review import digest
from consult.settings import Settings

if TYPE_CHECKING:
    from consult.panel import Library

Engine = Literal["auto", "rules"]
BUILT_IN = ("panel", "single", "blind")
"""The arms that need no file: as configured, one model that answers alone, and as configured but without the findings
of the case."""
_DELIVERY = frozenset({
    "base_url", "api_key_env", "api_key_file", "price", "limits", "timeout", "retries", "streaming",
})  # fmt: skip
"""What says where and how a model is served, not what it answers."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to consult."""

    name: str
    settings: Settings
    engine: Engine = "auto"
    blind: bool = False
    """Whether it is given the question, sex and age alone: a control that can only know or guess."""

    def fingerprint(self, library: Library, asks: Mapping[str, Any]) -> str:
        """SHA-256 of everything that its plans depend on, hex: rules and literature, models, prompts, language.

        Where a model is served, what it costs and how many calls it bears at once are not part of it.

        Args:
            library: the content that it reads.
            asks: which agent asks which model, with which settings.
        """
        ceilings = self.settings.ceilings.model_dump(mode="json", exclude={"money", "currency", "rates"})
        told: dict[str, Any] = {
            "name": self.name,
            "version": __version__,
            "content": library.content_hash,
            "switched-off": sorted(library.switched_off),
            "cards": sorted(library.cards),
            "embedder": library.embedder,
            "language": self.settings.language,
            "privacy": _texts(self.settings.privacy.model_dump(mode="json")),
            "agents": dict(asks),
        }
        if self.blind:
            told["blind"] = True
        if asks:
            told |= {"panel": _texts(self.settings.panel.model_dump(mode="json")), "ceilings": _texts(ceilings)}
            told["models"] = _texts(self._models(asks))
        return digest(told)

    def _models(self, asks: Mapping[str, Any]) -> dict[str, Any]:
        """How the models answer that are asked, and those that stand in for them."""
        found: dict[str, Any] = {}
        waiting = [one["name"] for seat in asks.values() for one in seat["models"]]
        while waiting:
            said = self.settings.models.get(name := waiting.pop())
            if said is not None and name not in found:
                told = said.model_dump(mode="json")
                found[name] = {key: value for key, value in told.items() if key not in _DELIVERY}
                waiting += said.fallback
        return found


def arms_of(said: Sequence[str], site: Settings, *, engine: Engine = "auto") -> list[Arm]:
    """The arms that `--arm` names, in order: `panel`, `single`, `blind`, or a TOML file of named arms.

    ```toml
    [arms.deepseek]                     # whatever consult.toml may say, over what the site's says
    agents = { default = { model = "deepseek" } }

    [arms.without-hem03]
    engine = "rules"
    rules = { disabled = ["HEM03"] }

    [arms.new-prompts]
    content = "../content-next"         # another agents/ and knowledge/

    [arms.single-blind]
    panel = { arm = "single" }
    blind = true                        # the question alone, without the findings of the case
    ```

    Raises:
        UsageError: an arm is named twice, or there is none.
        SettingsError: a file cannot be read, or what an arm changes is wrong.
    """
    found = [arm for one in said or BUILT_IN[:1] for arm in _named(one, site, engine)]
    for number, arm in enumerate(found):
        if arm.name in {other.name for other in found[:number]}:
            raise UsageError(f"two arms are called {arm.name!r}")
    return found


def _named(said: str, site: Settings, engine: Engine) -> Iterable[Arm]:
    if said in BUILT_IN:
        panel = site.panel if said == "blind" else site.panel.model_copy(update={"arm": said})
        return [Arm(said, site.model_copy(update={"panel": panel}), engine, blind=said == "blind")]
    if not said.endswith(".toml"):
        raise UsageError(f"--arm takes {', '.join(BUILT_IN)} or a TOML file of arms")
    return _from_file(Path(said), site, engine)


def _from_file(path: Path, site: Settings, engine: Engine) -> list[Arm]:
    import rtoml

    try:
        document = rtoml.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError):
        raise SettingsError("the file of arms cannot be read") from None
    except rtoml.TomlParsingError as error:
        raise SettingsError(f"the file of arms is not TOML: {str(error).splitlines()[0]}") from None
    tables = document.get("arms")
    if set(document) != {"arms"} or not isinstance(tables, dict) or not tables:
        raise SettingsError("a file of arms holds tables [arms.NAME] and nothing else")
    return [_arm(name, changes, site, engine, path.parent) for name, changes in tables.items()]


def _arm(name: str, changes: Any, site: Settings, engine: Engine, folder: Path) -> Arm:
    if not _NAME.fullmatch(name) or not isinstance(changes, dict):
        raise SettingsError("an arm is a table [arms.NAME]; NAME has small letters, digits, dots and dashes")
    own = dict(changes)
    chosen, blind = own.pop("engine", engine), own.pop("blind", False)
    if chosen not in get_args(Engine):
        raise SettingsError(f"arms.{name}.engine: rules or auto")
    if not isinstance(blind, bool):
        raise SettingsError(f"arms.{name}.blind: true or false")
    if isinstance(own.get("content"), str):
        own["content"] = str(folder / own["content"])
    try:
        settings = Settings.model_validate(over(site.model_dump(exclude_unset=True), own))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"arms.{name}.{where}: {str(first['msg']).removeprefix('Value error, ')}") from None
    except SettingsError as error:
        raise SettingsError(f"arms.{name}: {error}") from None
    return Arm(name, settings, "rules" if engine == "rules" else chosen, blind)


def over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` over `below`, table by table."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = over(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def _texts(value: Any) -> Any:
    """The same with numbers as text: what is hashed holds no fractions."""
    if isinstance(value, dict):
        return {key: _texts(item) for key, item in value.items()}
    return str(value)
