"""Finding names in a text: whole words in Latin script, anywhere in Chinese, the longest name first.

An index by first word or first character, because one pattern of all names takes milliseconds on a line of text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_\u3400-\u9fff]+")
_GAP = re.compile(r"[\s-]+")
_SHORT = 3
"""All-capital names up to this length (`PE`, `ALL`) are only meant when they are written in capitals."""


class Named(NamedTuple):
    """A place in a text, and the ids it names."""

    start: int
    end: int
    ids: tuple[str, ...]


class Names:
    """Names, each with the ids that it stands for."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._ids: dict[str, dict[str, None]] = {}
        self._capitals: set[str] = set()
        self._lengths: dict[str, list[int]] = {}
        """How many words the names have that begin with a word, the most first."""
        self._han: dict[str, list[str]] = {}
        for name, ids in names.items():
            self._add(name, ids)
        for candidates in self._han.values():
            candidates.sort(key=lambda key: (-len(key), key))

    def find(self, text: str) -> list[Named]:
        """Every name in the text, from left to right, none inside another."""
        lowered = _lowered(text)
        han = list(self._find_han(lowered)) if _HAN.search(text) else []
        taken = [(named.start, named.end) for named in han]
        latin = [
            named
            for named in self._find_words(text, lowered)
            if not any(named.start < end and start < named.end for start, end in taken)
        ]
        return sorted([*han, *latin])

    def _add(self, name: str, ids: Sequence[str]) -> None:
        key = name.strip().lower() if _HAN.search(name) else _key(name)
        if not key:
            return
        if _HAN.search(key):
            self._han.setdefault(key[0], []).append(key)
        else:
            words = _WORD.findall(key)
            if not words:
                return
            key = key[key.index(words[0]) : key.rindex(words[-1]) + len(words[-1])]
            self._begins(words[0], len(words))
            if name.isupper() and len(name) <= _SHORT:
                self._capitals.add(key)
        self._ids.setdefault(key, {}).update(dict.fromkeys(ids))

    def _begins(self, word: str, count: int) -> None:
        counts = self._lengths.setdefault(word, [])
        if count not in counts:
            counts.append(count)
            counts.sort(reverse=True)

    def _find_han(self, lowered: str) -> Iterator[Named]:
        position = 0
        while position < len(lowered):
            key = next((k for k in self._han.get(lowered[position], ()) if lowered.startswith(k, position)), None)
            if key is not None:
                yield Named(position, position + len(key), tuple(self._ids[key]))
            position += len(key) if key is not None else 1

    def _find_words(self, text: str, lowered: str) -> Iterator[Named]:
        words = [match.span() for match in _WORD.finditer(lowered)]
        place = 0
        while place < len(words):
            start = words[place][0]
            found = 0
            for count in self._counts(lowered[slice(*words[place])]):
                if place + count > len(words):
                    continue
                end = words[place + count - 1][1]
                key = self._spelled(lowered[start:end], text[start:end])
                if key is not None:
                    yield Named(start, end, tuple(self._ids[key]))
                    found = count
                    break
            place += found or 1

    def _counts(self, word: str) -> list[int]:
        """How many words the names have that begin with this one or its singular, the most first."""
        known = [self._lengths[form] for form in _singulars(word) if form in self._lengths]
        if len(known) <= 1:
            return known[0] if known else []
        return sorted({count for counts in known for count in counts}, reverse=True)

    def _spelled(self, lowered: str, written: str) -> str | None:
        key = _key(lowered)
        found = next((form for form in _singulars(key) if form in self._ids), None)
        if found in self._capitals and not written[: len(found or "")].isupper():
            return None
        return found


def _lowered(text: str) -> str:
    """In lower case, every character where it was."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _singulars(word: str) -> tuple[str, ...]:
    if len(word) < _SHORT or not word.endswith("s"):
        return (word,)
    return (word, word[:-1], word[:-2]) if word.endswith("es") else (word, word[:-1])


def _key(name: str) -> str:
    return " ".join(_GAP.split(name.strip().lower()))
