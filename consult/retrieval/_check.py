"""What makes a digest good beyond being readable: both languages, the same numbers, a passage's length."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from pathlib import Path

from consult.errors import ContentError
from consult.retrieval._knowledge import FOLDER, Knowledge
from consult.retrieval._passages import LANGUAGES, Language, Passage, passage_id

LENGTH: dict[Language, tuple[int, int]] = {"en": (40, 180), "zh": (60, 360)}
"""Fewest and most words of an English passage, characters of a Chinese one."""
_NUMBER = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_POWER_OF_TEN = re.compile(r"10(?:[⁰¹²³⁴-⁹]+|[\^*]\d+)")
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_CHARACTERS = ("零", "一", "二两双", "三", "四", "五", "六", "七", "八", "九", "十")
_HAN = re.compile(r"[\u3400-\u9fff]")


def check(root: Path) -> tuple[ContentError, ...]:
    """Everything wrong with the passages below `root`, in the order of their ids; empty when all is well.

    Raises:
        ContentError: a file cannot be read at all.
    """
    knowledge = Knowledge.load(root)
    found: list[ContentError] = []
    for passage in sorted(knowledge.passages.values(), key=lambda passage: passage.id):
        problems = [*_length(passage), *_translation(passage, knowledge)]
        found += [ContentError(_file(passage), passage.anchor, problem) for problem in problems]
    return tuple(found)


def numbers(text: str) -> frozenset[Decimal]:
    """The numbers written in digits, each once: `1,000` is 1000, `0.70` is 0.7, and the power of a unit is none."""
    plain = unicodedata.normalize("NFKC", _POWER_OF_TEN.sub(" ", text))
    return frozenset(Decimal(number.replace(",", "")).normalize() for number in _NUMBER.findall(plain))


def _in_words(number: Decimal, text: str) -> bool:
    """Whether a small number stands there as a word; `one` and `1` say the same."""
    if number not in range(len(_WORDS)):
        return False
    small = int(number)
    if small < len(_CHARACTERS) and any(char in text for char in _CHARACTERS[small]):
        return True
    return re.search(rf"\b{_WORDS[small]}\b", text, flags=re.IGNORECASE) is not None


def length(passage: Passage) -> int:
    """English words, or Chinese characters with each Latin word or number counted as one."""
    if passage.language == "en":
        return len(passage.text.split())
    return len(_HAN.findall(passage.text)) + len(re.findall(r"[A-Za-z0-9.]+", passage.text))


def _length(passage: Passage) -> list[str]:
    fewest, most = LENGTH[passage.language]
    count = length(passage)
    unit = "words" if passage.language == "en" else "characters"
    return [] if fewest <= count <= most else [f"has {count} {unit}; a passage has {fewest} to {most}"]


def _translation(passage: Passage, knowledge: Knowledge) -> list[str]:
    other_language: Language = next(language for language in LANGUAGES if language != passage.language)
    other = knowledge.passages.get(passage_id(passage.guideline, passage.anchor, other_language))
    if other is None:
        return [f"has no counterpart in {other_language!r}"]
    problems = []
    if passage.language == "en" and other.corpus != passage.corpus:
        problems.append(f"is in the corpus {passage.corpus!r}, its counterpart in {other.corpus!r}")
    only = sorted(n for n in numbers(passage.text) - numbers(other.text) if not _in_words(n, other.text))
    if only:
        problems.append(f"says {', '.join(f'{n:f}' for n in only)}, its counterpart in {other_language!r} does not")
    return problems


def _file(passage: Passage) -> str:
    suffix = ".zh.md" if passage.language == "zh" else ".md"
    return f"{FOLDER}/{passage.corpus}/{passage.guideline}{suffix}"
