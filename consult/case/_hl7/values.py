"""OBX-5 by its type in OBX-2."""

from __future__ import annotations

from datetime import tzinfo
from decimal import Decimal

from consult.case._model import Coding
from consult.case._text import clean
from consult.case._times import read_hl7_time
from consult.case._values import ABSENT, Value, comparator_of, decimal_text, number_of, read_text
from consult.interop.hl7v2 import Segment

_CODED = frozenset({"CE", "CWE", "CNE", "CF"})
_WORDS = frozenset({"ST", "TX", "FT", "IS", "ID", "VARIES", "GTS", "SI", "STX"})
_TIMES = frozenset({"DT", "TS", "DTM", "TM"})
_DOCUMENTS = frozenset({"ED", "RP"})
_NULL = '""'
NARRATIVE = frozenset({"TX", "FT"})


def sent_value(segment: Segment) -> str | None:
    """OBX-5 exactly as sent; of an embedded document only what describes it, not its content."""
    raw = segment.raw(5)
    if not raw:
        return None
    if type_of(segment) == "ED":
        return segment.separators.component.join(raw.split(segment.separators.component)[:4])
    return raw


def type_of(segment: Segment) -> str:
    """OBX-2, in capitals."""
    return segment.text(2).upper()


def read_value(segment: Segment, home: tzinfo) -> Value:
    """The value of an OBX segment; several repetitions are joined to one text."""
    kind = type_of(segment)
    if kind in _DOCUMENTS:
        return Value("absent", doubts=("encapsulated-data",))
    sent = [one for one in segment.repetitions(5) if one.strip() not in {"", _NULL}]
    if not sent:
        return ABSENT
    if len(sent) == 1:
        return _one(segment, sent[0], kind, home)
    if kind in NARRATIVE:
        return Value("text", clean("\n".join(segment.plain(one) for one in sent)))
    values = [_one(segment, one, kind, home) for one in sent]
    doubts = tuple(dict.fromkeys(doubt for value in values for doubt in value.doubts))
    return Value("text", "; ".join(_shown(value) for value in values if value.text), doubts=doubts)


def _shown(value: Value) -> str:
    return f"{value.comparator or ''}{value.text or ''}"


def _one(segment: Segment, raw: str, kind: str, home: tzinfo) -> Value:
    if kind == "NM":
        return _number(segment, raw)
    if kind == "SN":
        return _structured(segment.split(raw))
    if kind in _CODED:
        return _coded(segment.split(raw))
    if kind == "NR":
        return _numeric_range(segment.split(raw))
    if kind in _TIMES:
        return _time(segment.plain(raw), home)
    if kind in _WORDS:
        return read_text(segment.plain(raw))
    return _unnamed(segment, raw, known=bool(kind))


def _number(segment: Segment, raw: str) -> Value:
    value = read_text(segment.plain(raw))
    if value.kind in {"quantity", "ratio", "interval"}:
        return value
    return Value(value.kind, value.text, doubts=("value-not-numeric",))


def _structured(parts: list[str]) -> Value:
    """SN: comparator, number, separator, number."""
    comparator, first, separator, second = (parts + [""] * 4)[:4]
    if not first and not separator and not second:
        return read_text(comparator)
    bound = comparator_of(comparator)
    number = number_of(first)
    if comparator not in {"", "="} and bound is None:
        return _odd(parts)
    if number is not None and not separator and not second:
        return Value("quantity", decimal_text(number, first), number, bound)
    if number is not None and separator == "+" and not second:
        return Value("text", f"{first}+")
    if number is None or number_of(second) is None:
        return _odd(parts)
    if separator in {":", "/"}:
        return Value("ratio", f"{first}:{second}" if separator == ":" else f"{first}/{second}", comparator=bound)
    if separator == "-" and bound is None and number <= (number_of(second) or Decimal(0)):
        return Value("interval", f"{first}-{second}")
    return _odd(parts)


def _odd(parts: list[str]) -> Value:
    return Value("text", clean("".join(parts)) or None, doubts=("comparator-odd",))


def _numeric_range(parts: list[str]) -> Value:
    low, high = (parts + ["", ""])[:2]
    if number_of(low) is not None and number_of(high) is not None:
        return Value("interval", f"{low}-{high}")
    return read_text("-".join(part for part in parts if part))


def _coded(parts: list[str]) -> Value:
    """CE, CWE: code, text, system, and the same again; the ninth is the original text."""
    code, text, system, code2, text2, system2, _, _, original = (parts + [""] * 9)[:9]
    if code and not system and not (text or text2 or original):
        return read_text(code)
    shown = clean(text or original or text2 or code or code2)
    if not shown:
        return ABSENT
    coding = Coding(system=system, code=code) if code else None
    if coding is None and code2:
        coding = Coding(system=system2, code=code2)
    return Value("code", shown, code=coding)


def _time(text: str, home: tzinfo) -> Value:
    when = read_hl7_time(text, home)
    if when is None:
        return read_text(text) if not text.strip().isdigit() else Value("text", clean(text))
    return Value("text", when.text)


def _unnamed(segment: Segment, raw: str, *, known: bool) -> Value:
    """No type, or one of the rarer composite types: their parts as words."""
    parts = segment.split(raw)
    if len(parts) == 1:
        return read_text(parts[0])
    if not known and len(parts) >= 3 and parts[2].isupper():
        return _coded(parts)
    flat = (piece for part in parts for piece in part.split(segment.separators.subcomponent))
    shown = clean(" ".join(piece for piece in flat if piece))
    return Value("text", shown) if shown else ABSENT
