"""What a record on paper is made of: text in runs, blocks, sections. Renderers know these and nothing of medicine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any, Literal, TypeVar

Style = Literal["", "strong", "dim", "ref", "warn", "del", "tag", "ai", "doctor"]
"""strong; dim: aside; ref: what a sentence rests on; warn: not supported, superseded; del: struck out; tag: a grade;
ai: written by a language model; doctor: a doctor's decision."""
Tone = Literal["", "danger", "verify", "rejected", "below"]
"""danger: red; verify: check first; rejected: a doctor said no; below: nothing that it cites supports it."""


RowTone = Literal["", "abnormal", "critical", "void", "group"]


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one style."""

    text: str
    style: Style = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text on its own lines."""

    runs: Runs
    small: bool = False
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; `markers` stand before the entries in place of bullets."""

    entries: tuple[Runs, ...]
    markers: tuple[str, ...] = ()
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    share: int
    """Of the width, beside the other columns' shares."""
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; `group` stands across all columns."""

    cells: tuple[Runs, ...]
    tone: RowTone = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; its heading is repeated on every page."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Part:
    """One of several things that stand side by side."""

    title: str
    blocks: tuple[Paragraph | Bullets, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """At most three beside each other, then the next row."""

    parts: tuple[Part, ...]
    kind: Literal["sides"] = "sides"


@dataclass(frozen=True, slots=True)
class Item:
    """Something that was to be decided."""

    head: Runs
    blocks: tuple[Paragraph | Bullets, ...] = ()
    tone: Tone = ""
    kind: Literal["item"] = "item"


@dataclass(frozen=True, slots=True)
class Seal:
    """Room for the signature that a PDF reader checks."""

    label: str
    kind: Literal["seal"] = "seal"


Block = Paragraph | Bullets | Table | SideBySide | Item | Seal


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    note: str = ""
    """Below the title: who wrote what follows."""
    whole: bool = False
    """Not to be broken between pages."""


@dataclass(frozen=True, slots=True)
class Banner:
    """Something that must be known before anything is read."""

    runs: Runs
    tone: Literal["info", "warn"] = "info"


@dataclass(frozen=True, slots=True)
class Field:
    """One entry of the box at the head."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole record, ready to be written."""

    language: Literal["en", "zh"]
    id: str
    hospital: str
    title: str
    status: str
    watermark: str
    """Across every page; empty on a signed plan that stands."""
    fields: tuple[Field, ...]
    banners: tuple[Banner, ...]
    sections: tuple[Section, ...]
    running: str
    """At the top of every page but the first: whose record it is."""
    foot: str
    """At the bottom of every page, before its number."""
    page: str
    """`Page {page} of {pages}`."""
    at: str
    """When the record became what it is; ISO 8601, UTC."""
    keywords: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """As JSON types."""
        return asdict(self)

    def mapped(self, change: Callable[[str], str]) -> Paper:
        """The same with every text in it changed by `change`."""
        return _each(self, change)


T = TypeVar("T")


def _each(value: T, change: Callable[[str], str]) -> T:
    found: Any = value
    if isinstance(value, str):
        found = change(value)
    elif isinstance(value, tuple):
        found = tuple(_each(one, change) for one in value)
    elif is_dataclass(value) and not isinstance(value, type):
        # What kind, style or tone it has is no text.
        shown = [one.name for one in fields(value) if one.name not in {"kind", "style", "tone", "language", "key"}]
        found = replace(value, **{name: _each(getattr(value, name), change) for name in shown})
    return found  # type: ignore[no-any-return]
