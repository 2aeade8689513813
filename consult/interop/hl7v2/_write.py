"""Writing segments: separators, escapes, repetitions. The counterpart of `_parse`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from consult.interop.hl7v2._separators import Separators

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_HEADERS = frozenset({"MSH", "FHS", "BHS"})


class Raw(str):
    """A field that is written as it stands: taken from a message with the same separators, escapes included."""

    __slots__ = ()


Component = str | tuple[str, ...]
"""Plain text; a tuple: its subcomponents."""
Value = Raw | str | tuple[Component, ...] | list[str | tuple[Component, ...]]
"""A field: plain text, a tuple of components, or a list of repetitions of either."""


def escape(text: str, separators: Separators) -> str:
    r"""`text` as it can stand in a field: separators escaped, line ends as `\.br\`, other control characters dropped.

    A sender who declared no escape character gets a blank where a separator would have stood.
    """
    mark = separators.escape
    text = _CONTROL.sub("", text.replace("\t", " "))
    if not mark:
        lost = {separators.field, separators.component, separators.repetition, separators.subcomponent}
        return "".join(" " if one in lost or one in "\r\n" else one for one in text)
    table = {
        separators.field: "F",
        separators.component: "S",
        separators.subcomponent: "T",
        separators.repetition: "R",
        mark: "E",  # last: some senders declare one character for two things
    }
    if separators.truncation:
        table[separators.truncation] = "P"
    escaped = "".join(f"{mark}{table[one]}{mark}" if one in table else one for one in text)
    return _LINE_END.sub(lambda _: f"{mark}.br{mark}", escaped)


def write_segment(name: str, fields: Mapping[int, Value], separators: Separators) -> str:
    """One segment without its end; fields by their number, those left out are empty.

    In MSH the fields 1 and 2 are the separators and are written by themselves.
    """
    last = max((number for number, value in fields.items() if value), default=0)
    parts = [_field(fields.get(number, ""), separators) for number in range(1, last + 1)]
    if name in _HEADERS:
        parts = [_declared(separators), *parts[2:]]
    return separators.field.join([name, *parts])


def write_message(segments: Sequence[str], codec: str) -> bytes:
    """The bytes of a message: every segment ends in a carriage return.

    Raises:
        UnicodeEncodeError: a character that the character set does not have.
    """
    return "".join(f"{segment}\r" for segment in segments).encode(codec)


def _declared(separators: Separators) -> str:
    """MSH-2: up to the first character that a sender left out or declared twice, since place says what each is."""
    declared = ""
    for one in separators[1:]:
        if not one or one in declared + separators.field:
            break
        declared += one
    return declared


def _field(value: Value, separators: Separators) -> str:
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, list):
        return separators.repetition.join(_repetition(one, separators) for one in value)
    return _repetition(value, separators)


def _repetition(value: str | tuple[Component, ...], separators: Separators) -> str:
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, str):
        return escape(value, separators)
    return separators.component.join(_component(one, separators) for one in value).rstrip(separators.component)


def _component(value: Component, separators: Separators) -> str:
    if isinstance(value, str):
        return str(value) if isinstance(value, Raw) else escape(value, separators)
    return separators.subcomponent.join(escape(one, separators) for one in value).rstrip(separators.subcomponent)
