"""What a reader of a benchmark gives back of a row, and how it looks into one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from consult.errors import CaseError
from consult.replay._public.rows import Row

_HAN = re.compile(r"[\u3400-\u9fff]")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
DIAGNOSIS = {"en": "What is the diagnosis?", "zh": "诊断是什么？"}
"""What is asked where a benchmark only says that a diagnosis is wanted."""


@dataclass(frozen=True, slots=True)
class Told:
    """A row: what is handed over, and apart from it what is right."""

    text: str | Row
    """The case as text, or as an object that is written out as one; the answer is not in it."""
    questions: list[str]
    answers: list[str] = field(default_factory=list)
    """Each a diagnosis that the benchmark holds to be right, in its words; none: it asks for no diagnosis."""
    calculators: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    """Calculator of ours to the limits of what is right, in our unit."""
    criteria: list[str] = field(default_factory=list)
    """What a judge is asked of the plan, one sentence each."""
    group: str = ""
    id: str = ""
    """Of the row in its benchmark; empty: it is counted."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A public benchmark whose files can be read."""

    name: str
    """As `--format` takes it."""
    title: str
    signs: tuple[tuple[str, ...], ...]
    """The beginning of a file of it holds all words of one of these."""
    needs: tuple[tuple[str, ...], ...]
    """A row has all keys of one of these."""
    read: Callable[[Row], Told]
    """Raises CaseError where a row is not as it should be, in one sentence without its text."""


def words(row: Row, key: str, *, needed: bool = True) -> str:
    """The text under a key.

    Raises:
        CaseError: it is needed and empty, or it is no text.
    """
    value = row.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if value is not None and not isinstance(value, str):
        raise CaseError(f"{key!r} is not text")
    said = (value or "").strip()
    if needed and not said:
        raise CaseError(f"{key!r} is empty")
    return said


def row_id(value: object) -> str:
    """An id that can be shown; empty where it is none."""
    said = str(value) if isinstance(value, int | str) else ""
    return said if _ID.fullmatch(said) else ""


def language_of(text: str) -> Literal["en", "zh"]:
    """Chinese where a tenth of the characters or more are."""
    return "zh" if 10 * len(_HAN.findall(text)) >= len(text.strip()) > 0 else "en"


def slug(text: str) -> str:
    """A disease group as our tables write it."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]


def names_diagnosis(answer: str) -> str:
    """The criterion for a judge."""
    return f"The plan holds this diagnosis, or a more precise form of it, to be the leading one: {answer}"
