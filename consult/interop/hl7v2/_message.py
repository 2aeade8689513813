"""Messages, segments, fields and components as they stand on the wire."""

from __future__ import annotations

from dataclasses import dataclass

from consult.interop.hl7v2._charset import CharsetNote
from consult.interop.hl7v2._escape import unescape
from consult.interop.hl7v2._separators import Separators


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment. Fields, repetitions and components count from 1, as in the standard."""

    name: str
    fields: tuple[str, ...]
    """Raw, `fields[n]` is field n; `fields[0]` is the name."""
    separators: Separators
    codec: str
    line: int
    """Line in the input on which it begins, from 1."""
    terminated: bool = True
    """A segment end follows it."""

    def raw(self, field: int) -> str:
        """Field `field` exactly as sent, escapes included; empty when absent."""
        return self.fields[field] if field < len(self.fields) else ""

    def repetitions(self, field: int) -> list[str]:
        """The raw repetitions of a field; an absent field has none."""
        raw = self.raw(field)
        return raw.split(self.separators.repetition) if raw else []

    def components(self, field: int, repetition: int = 1) -> list[str]:
        """The components of one repetition, escapes resolved and blanks stripped; empty list when absent."""
        found = self.repetitions(field)
        return self.split(found[repetition - 1]) if repetition <= len(found) else []

    def split(self, raw: str) -> list[str]:
        """The components of a raw repetition, escapes resolved and blanks stripped."""
        return [self.plain(part).strip() for part in raw.split(self.separators.component)]

    def subcomponents(self, raw: str) -> list[str]:
        """The subcomponents of a raw component, escapes resolved and blanks stripped."""
        return [self.plain(part).strip() for part in raw.split(self.separators.subcomponent)]

    def text(self, field: int, component: int = 1, repetition: int = 1) -> str:
        """One component, escapes resolved and blanks stripped; empty when absent."""
        raw = self.raw(field)
        if not raw:
            return ""
        if self.separators.repetition in raw:
            parts = raw.split(self.separators.repetition)
            if repetition > len(parts):
                return ""
            raw = parts[repetition - 1]
        elif repetition > 1:
            return ""
        pieces = raw.split(self.separators.component)
        return self.plain(pieces[component - 1]).strip() if component <= len(pieces) else ""

    def plain(self, raw: str) -> str:
        """Raw text with its escape sequences resolved."""
        if self.separators.escape and self.separators.escape in raw:
            return unescape(raw, self.separators, self.codec)
        return raw

    def wire(self) -> str:
        """The segment as it was sent, without its end."""
        if self.name in {"MSH", "FHS", "BHS"}:
            return self.separators.field.join((self.name, *self.fields[2:]))
        return self.separators.field.join(self.fields)


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    number: int
    """Position in the input, from 1."""
    separators: Separators
    segments: tuple[Segment, ...]
    """The first is MSH."""
    codec: str
    charset: CharsetNote | None = None
    joined: tuple[int, ...] = ()
    """Lines that were no segment and were joined to the one before them."""
    unknown: tuple[int, ...] = ()
    """Lines whose three letters are no segment that we know."""
    truncated: bool = False
    """The message ends before its end; its last segment may be incomplete."""

    @property
    def header(self) -> Segment:
        """MSH."""
        return self.segments[0]
