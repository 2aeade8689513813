"""Answers in a benchmark's words as concepts of ours, and whether a case gives its own answer away."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from consult.concepts import Concepts

_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]{2,})[)）\]】]")
_EDGE = " \t\r\n.,;:。，；：、\"'“”‘’*"
_ARTICLE = re.compile(r"\A(?:an?|the)\s+", re.IGNORECASE)
_SPACE = re.compile(r"[\s_]+")
_KINDS = frozenset({"condition", "finding"})
_SHORTEST = {True: 4, False: 2}
"""Letters in Latin script, and characters of Chinese, that an answer needs to be looked for; fewer stand anywhere."""
_NAMED = frozenset({"present", "suspected", "past"})


def concepts_of(answer: str, concepts: Concepts) -> list[str]:
    """The conditions of which an answer is a name: the whole of it, not a word within it; empty where there is none.

    `Progressive multifocal leukoencephalopathy (PML)` is looked up as it stands, without what is in brackets, and as
    what is in them.
    """
    for form in dict.fromkeys(_forms(answer)):
        found = [
            id
            for span, ids, _ in concepts.places(form)
            if (span.start, span.end) == (0, len(form))
            for id in ids
            if concepts[id].kind in _KINDS
        ]
        if found:
            return list(dict.fromkeys(found))
    return []


def is_given_away(answer: str, found: list[str], text: str, concepts: Concepts) -> bool | None:
    """Whether a text holds the answer: a name of the concept that is not denied, else the answer's own words.

    Args:
        answer: in the benchmark's words.
        found: the concepts that it stands for.
        text: all that is handed over, questions included.
        concepts: whose names are looked for, those of narrower concepts too.

    Returns:
        None where the answer is too short to be looked for.
    """
    if found:
        named = (id for _, ids, standing in concepts.places(text) if standing in _NAMED for id in ids)
        return any(not set(found).isdisjoint(concepts.broader(id)) for id in named)
    wanted, within = _folded(_BRACKETS.sub(" ", answer)), _folded(text)
    if len(wanted) < _SHORTEST[wanted.isascii()]:
        return None
    return re.search(rf"(?<![a-z0-9]){re.escape(wanted)}(?![a-z0-9])", within) is not None


def _forms(answer: str) -> Iterator[str]:
    whole = _tidy(unicodedata.normalize("NFKC", answer))
    yield whole
    yield _tidy(_BRACKETS.sub(" ", whole))
    yield from (_tidy(found) for found in _BRACKETS.findall(whole))


def _tidy(text: str) -> str:
    return _ARTICLE.sub("", _SPACE.sub(" ", text).strip(_EDGE))


def _folded(text: str) -> str:
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip(_EDGE).lower()
