"""The one gateway outwards: what names the patient is replaced here, and put back only for the reviewer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import Lock

from consult.case import Case, Identity
from consult.privacy._case import redact_case
from consult.privacy._fold import fold
from consult.privacy._identifiers import Finder, birth_date, identifier, phone, phrase
from consult.privacy._names import NameFinder, Span
from consult.privacy._patterns import find_patterns

PLACEHOLDER = re.compile(r"\[(?:name|id|address|phone|email|birth-date|organisation|other)-[1-9][0-9]*\]")

_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class _Term:
    placeholder: str
    find: Finder
    digits: bool = False
    """Cannot stand in a text without digits."""


@dataclass(frozen=True, slots=True)
class _Hit:
    span: Span
    placeholder: str


class Gateway:
    """Replaces what identifies one patient, in any text, by placeholders such as `[name-1]`.

    Everything that the message itself names is found wherever it stands; e-mail addresses, resident ids, social
    security and telephone numbers are found by their form. Numbers that are results are left alone. Safe to share
    between threads. The same identity gives the same placeholders.
    """

    def __init__(
        self, identity: Identity | None, *, names: Iterable[str] = (), known: Mapping[str, str] | None = None
    ) -> None:
        """Make a gateway.

        Args:
            identity: what the message named the patient and the people around them by.
            names: further people who must not be named.
            known: placeholders that are taken already, as `replacements` gave them.
        """
        self._lock = Lock()
        self._meaning: dict[str, str] = dict(known or {})
        self._free = {_squeeze(text): placeholder for placeholder, text in self._meaning.items()}
        self._redacted: dict[str, str] = {}
        """What was read before: the agents of one consultation are sent the same texts."""
        self._people: list[tuple[frozenset[str], str]] = []
        self._terms: list[_Term] = []
        for kind, text in _strings(identity, names):
            self._add(kind, text)

    @property
    def replacements(self) -> dict[str, str]:
        """Placeholder to what it stands for: for the local store, never for a model or a log."""
        with self._lock:
            return dict(self._meaning)

    def redact(self, text: str) -> str:
        """The text with placeholders instead of everything that identifies the patient."""
        if text not in self._redacted:
            self._redacted[text] = "".join(self._pieces(text))
        return self._redacted[text]

    def restore(self, text: str) -> str:
        """The text with the placeholders' meaning put back: for the reviewer's eyes only."""
        return PLACEHOLDER.sub(lambda match: self._meaning.get(match.group(), match.group()), text)

    def redact_case(self, case: Case) -> Case:
        """A copy of the case without its identity, its free text redacted; measured values are not touched."""
        return redact_case(case, self.redact)

    def leaks(self, text: str) -> list[str]:
        """Kinds of identifiers that still stand in a text (`name`, `id`, `phone` …), sorted; for tests."""
        return sorted({hit.placeholder[1:].rpartition("-")[0] for hit in self._hits(text)})

    def _pieces(self, text: str) -> Iterator[str]:
        end = 0
        for hit in self._hits(text):
            yield text[end : hit.span[0]]
            yield hit.placeholder
            end = hit.span[1]
        yield text[end:]

    def _hits(self, text: str) -> list[_Hit]:
        """Places to replace, in order and apart: overlapping ones become one, named after the longest."""
        folded = fold(text)
        digits = _DIGIT.search(folded.text) is not None
        terms = [term for term in self._terms if digits or not term.digits]
        found = [_Hit(span, term.placeholder) for term in terms for span in term.find(folded.text)]
        for kind, span in find_patterns(folded.text):
            found.append(_Hit(span, self._placeholder(kind, folded.text[slice(*span)])))
        kept = [match.span() for match in PLACEHOLDER.finditer(folded.text)] if "[" in text else []
        apart = _merge(hit for hit in found if not any(_overlap(hit.span, span) for span in kept))
        return [_Hit(folded.span(*hit.span), hit.placeholder) for hit in apart]

    def _add(self, kind: str, text: str) -> None:
        if kind == "name":
            self._add_name(text)
            return
        find = _FINDERS[kind](text)
        if find is None:
            return
        digits = kind in {"identifier", "phone", "birth-date"} and _DIGIT.search(text) is not None
        self._terms.append(_Term(self._placeholder(_LABELS.get(kind, kind), text), find, digits))

    def _add_name(self, text: str) -> None:
        name = NameFinder(text)
        if not name.parts:
            return
        # "Smith" after "John Smith" is the same person as far as anybody can tell from the text.
        same = next((placeholder for parts, placeholder in self._people if name.parts <= parts), None)
        placeholder = same or self._placeholder("name", " ".join(text.replace("^", " ").split()))
        self._people.append((name.parts, placeholder))
        self._terms.append(_Term(placeholder, name.find))

    def _placeholder(self, label: str, text: str) -> str:
        """The placeholder of `text`, the next free one at its first appearance."""
        key = _squeeze(text)
        with self._lock:
            if key not in self._free:
                number = 1
                while f"[{label}-{number}]" in self._meaning:
                    number += 1
                self._free[key] = f"[{label}-{number}]"
                self._meaning[self._free[key]] = text
            return self._free[key]


_LABELS = {"identifier": "id"}
_FINDERS = {
    "identifier": identifier,
    "phone": phone,
    "birth-date": birth_date,
    "email": phrase,
    "address": phrase,
    "organisation": phrase,
    "other": phrase,
}


def _strings(identity: Identity | None, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Kind and text of everything to replace, the patient's own name first."""
    if identity is not None:
        if identity.name is not None:
            yield "name", identity.name
        for text in identity.identifiers:
            yield "identifier", text
        if identity.birth_date is not None:
            yield "birth-date", identity.birth_date
        for term in identity.terms:
            yield term.kind, term.text
    for name in names:
        yield "name", name


def _squeeze(text: str) -> str:
    return "".join(character for character in fold(text).text if character.isalnum() or character == "@")


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _merge(hits: Iterable[_Hit]) -> list[_Hit]:
    merged: list[_Hit] = []
    longest = 0
    for hit in sorted(hits, key=lambda hit: (hit.span[0], -hit.span[1])):
        size = hit.span[1] - hit.span[0]
        if merged and hit.span[0] < merged[-1].span[1]:
            last = merged[-1]
            whose = hit.placeholder if size > longest else last.placeholder
            merged[-1] = _Hit((last.span[0], max(last.span[1], hit.span[1])), whose)
            longest = max(longest, size)
        else:
            merged.append(hit)
            longest = size
    return merged
