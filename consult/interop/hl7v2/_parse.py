"""Bytes to messages: envelopes, segment ends, separators, broken lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from consult.interop.hl7v2._charset import Decoded, decode, decode_wide
from consult.interop.hl7v2._message import Message, Segment
from consult.interop.hl7v2._segments import KNOWN
from consult.interop.hl7v2._separators import Separators
from consult.interop.hl7v2._truncation import is_cut

_HEADER = (
    r"(?:^|(?<=[\r\n\x0b\x1c]))[ \t]*(?=(?:MSH|FHS|BHS)[^A-Za-z0-9\s]|(?:BTS|FTS)(?:[^A-Za-z0-9\s]|[ \t]*(?:[\r\n]|$)))"
)
_HEADER_TEXT = re.compile(_HEADER)
_HEADER_BYTES = re.compile(_HEADER.encode("ascii"))
_LINE = re.compile(r"\r\n|\r|\n")
_NAME = re.compile(r"[A-Z][A-Z0-9]{2}")
_BEGUN = re.compile(r"[A-Z][A-Z0-9]{0,2}")
_FRAME = "\x0b\x1c"


@dataclass(slots=True)
class Parsed:
    """The messages of an input, and what could not be read, in plain sentences without content."""

    messages: list[Message] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    terminated: bool


def looks_like_hl7(source: bytes | str) -> bool:
    """Whether a message, file or batch header stands at the beginning of a line near the start of the input."""
    if isinstance(source, str):
        return _HEADER_TEXT.search(source[:20000]) is not None
    wide = decode_wide(source[:20000])
    return looks_like_hl7(wide) if wide is not None else _HEADER_BYTES.search(source[:20000]) is not None


def parse(source: bytes | str) -> Parsed:
    """All messages in `source`; what cannot be read becomes a problem, nothing is raised.

    Bytes are decoded message by message, since each names its own character set; text is taken as it is.
    """
    parsed = Parsed()
    announced: list[tuple[int, int]] = []
    text = source if isinstance(source, str) else decode_wide(source)
    chunks = _text_chunks(text) if text is not None else _byte_chunks(_as_bytes(source))
    for line, decoded in chunks:
        _read_chunk(line, decoded, parsed, announced)
    for line, count in announced:
        if count != len(parsed.messages):
            parsed.problems.append(
                f"line {line}: the batch announces {count} messages, {len(parsed.messages)} are there"
            )
    return parsed


def _as_bytes(source: bytes | str) -> bytes:
    return source if isinstance(source, bytes) else source.encode("utf-8", errors="replace")


def _text_chunks(text: str) -> Iterator[tuple[int, Decoded]]:
    starts = [found.start() for found in _HEADER_TEXT.finditer(text)]
    line, position = 1, 0
    for start, end in _spans(starts, len(text)):
        line += _lines_between(text, position, start)
        position = start
        yield line, Decoded(text[start:end].replace("\ufeff", ""), "utf-8")


def _byte_chunks(data: bytes) -> Iterator[tuple[int, Decoded]]:
    starts = [found.start() for found in _HEADER_BYTES.finditer(data)]
    line, position = 1, 0
    for start, end in _spans(starts, len(data)):
        # Latin-1 keeps positions: one character a byte.
        line += _lines_between(data[position:start].decode("iso8859-1"), 0, start - position)
        position = start
        chunk = data[start:end]
        yield line, decode(chunk, _declared(chunk))


def _spans(starts: list[int], length: int) -> list[tuple[int, int]]:
    if not starts:
        return [(0, length)] if length else []
    spans = list(zip(starts, [*starts[1:], length], strict=True))
    return spans if starts[0] == 0 else [(0, starts[0]), *spans]


def _lines_between(text: str, start: int, end: int) -> int:
    return len(_LINE.findall(text, start, end))


def _declared(chunk: bytes) -> str:
    """The first repetition of MSH-18 (BHS and FHS have none)."""
    head = re.split(rb"[\r\n]", chunk.lstrip(b" \t"), maxsplit=1)[0]
    if not head.startswith(b"MSH") or len(head) < 6:
        return ""
    fields = head.split(head[3:4])
    declared = fields[17] if len(fields) > 17 else b""
    return declared.split(head[5:6])[0].decode("ascii", errors="replace").strip()


def _read_chunk(first_line: int, decoded: Decoded, parsed: Parsed, announced: list[tuple[int, int]]) -> None:
    text = decoded.text
    framed = "\x1c" in text
    lines = list(_lines(text, first_line))
    if not lines:
        return
    head = lines[0].text.lstrip(" \t")
    if head[:3] in {"FHS", "BHS"}:
        _report_rest(lines[1:], parsed)
    elif head[:3] in {"BTS", "FTS"}:
        _trailer(head, lines[0].number, announced)
        _report_rest(lines[1:], parsed)
    elif head[:3] == "MSH":
        _read_message(lines, decoded, framed, parsed)
    elif any(line.text.strip() for line in lines):
        parsed.problems.append(f"line {lines[0].number}: text before the first message header was not read")


def _report_rest(lines: list[_Line], parsed: Parsed) -> None:
    for line in lines:
        if line.text.strip():
            parsed.problems.append(f"line {line.number}: a segment outside any message was not read")


def _trailer(head: str, line: int, announced: list[tuple[int, int]]) -> None:
    # FTS-1 counts batches, BTS-1 messages.
    count = head[4:].split(head[3])[0].strip() if head[:3] == "BTS" and len(head) > 4 else ""
    if count.isascii() and count.isdigit() and len(count) < 10:
        announced.append((line, int(count)))


def _lines(text: str, first: int) -> Iterator[_Line]:
    position, number = 0, first
    for found in _LINE.finditer(text):
        line = text[position : found.start()].strip(_FRAME)
        if line:
            yield _Line(number, line, True)
        position, number = found.end(), number + 1
    ended = "\x1c" in text[position:]
    rest = text[position:].strip(_FRAME)
    if rest:
        yield _Line(number, rest, ended)


def _read_message(lines: list[_Line], decoded: Decoded, framed: bool, parsed: Parsed) -> None:
    separators = _separators(lines[0].text.lstrip(" \t"))
    if separators is None:
        parsed.problems.append(f"line {lines[0].number}: the message header declares no usable separators")
        return
    # A name without its separator at the very end: the segment after the last whole one has only begun.
    begun = len(lines) > 1 and not lines[-1].terminated and _BEGUN.fullmatch(lines[-1].text) is not None
    whole, joined, unknown = _join(lines[:-1] if begun else lines, separators)
    segments = tuple(_segment(line, separators, decoded.codec) for line in whole)
    parsed.messages.append(
        Message(
            number=len(parsed.messages) + 1,
            separators=separators,
            segments=segments,
            codec=decoded.codec,
            charset=decoded.note,
            joined=tuple(joined),
            unknown=tuple(unknown),
            truncated=begun or decoded.cut or is_cut(segments, framed=framed),
        )
    )


def _separators(head: str) -> Separators | None:
    """MSH-1 and MSH-2; null when two are the same or one is a letter, a digit or a blank."""
    if len(head) < 5:
        return None
    mark = head[3]
    declared = head[4:].split(mark)[0]
    if not declared or len(declared) > 6:
        return None
    names = ("component", "repetition", "escape", "subcomponent", "truncation")
    chosen = dict(zip(names, declared, strict=False))
    for name, default in (("repetition", "~"), ("escape", "\\"), ("subcomponent", "&")):
        if name not in chosen and default not in declared and default != mark:
            chosen[name] = default
    used = [mark, *chosen.values()]
    if len(set(used)) != len(used) or any(char.isalnum() or char.isspace() or not char.isprintable() for char in used):
        return None
    return Separators(field=mark, **chosen)


def _join(lines: list[_Line], separators: Separators) -> tuple[list[_Line], list[int], list[int]]:
    """Lines that are no segment belong to the one before them: a text that the sender wrapped."""
    whole: list[list[_Line]] = []
    joined: list[int] = []
    unknown: list[int] = []
    for line in lines:
        kind = _kind(line.text, separators) if whole else "segment"
        if kind == "unknown" and not _unfinished(whole[-1][-1].text, separators):
            unknown.append(line.number)
            kind = "segment"
        if kind == "segment":
            whole.append([_Line(line.number, line.text.lstrip(" \t"), line.terminated)])
        elif line.text.strip():
            joined.append(line.number)
            whole[-1].append(line)
    return [_one_line(parts) for parts in whole], joined, unknown


def _one_line(parts: list[_Line]) -> _Line:
    if len(parts) == 1:
        return parts[0]
    return _Line(parts[0].number, "\n".join(part.text for part in parts), parts[-1].terminated)


def _kind(text: str, separators: Separators) -> str:
    text = text.lstrip(" \t")
    name = text[:3]
    if not _NAME.fullmatch(name) or (len(text) > 3 and text[3] != separators.field):
        return "text"
    if name in KNOWN or name[0] == "Z":
        return "segment"
    return "unknown" if len(text) > 3 else "text"


def _unfinished(text: str, separators: Separators) -> bool:
    return text.rstrip().endswith((separators.component, separators.repetition, separators.subcomponent))


def _segment(line: _Line, separators: Separators, codec: str) -> Segment:
    parts = line.text.split(separators.field)
    if parts[0] in {"MSH", "FHS", "BHS"}:
        # MSH-1 is the separator itself.
        parts.insert(1, separators.field)
    return Segment(parts[0], tuple(parts), separators, codec, line.number, line.terminated)
