"""A report that says `no blasts` supports no sentence that says `blasts are seen`, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Sequence

from consult.concepts import Span, stands
from consult.plan._asserted import said_of
from consult.plan._reading import Reading
from consult.plan._said import Said

_DONE = frozenset({"test", "treatment", "exposure", "monitoring", "referral"})
"""What is advised is not said to be so."""


def turned_polarity(said: Said) -> str | None:
    """What a cited text (or the history, which everybody has read) denies and the sentence affirms, or the reverse."""
    texts = [*said.words, *said.history]
    for concept, ours in said.read.said.items():
        if said.advises and said.lexicon.kind(concept) in _DONE:
            continue
        if _opposed(ours, frozenset().union(*(text.said.get(concept, frozenset()) for text in texts))):
            return said.problem("polarity", name=_written(concept, said))
    for term in sorted(frozenset().union(said.read.denied, *(text.denied for text in texts))):
        if _is_turned(term, said.read, texts):
            return said.problem("polarity", name=term)
    return None


def _is_turned(term: str, sentence: Reading, texts: Sequence[Reading]) -> bool:
    ours = _claims(sentence, term)
    return bool(ours) and _opposed(ours, frozenset().union(*(_claims(text, term) for text in texts)))


def _opposed(ours: frozenset[bool], theirs: frozenset[bool]) -> bool:
    """Every clear word of the one is against every clear word of the other."""
    return len(ours) == 1 and len(theirs) == 1 and ours != theirs


def _written(concept: str, said: Said) -> str:
    return next(said.text[one.start : one.end] for one in said.read.mentions if concept in one.concepts)


def _claims(reading: Reading, term: str) -> frozenset[bool]:
    """What a text says of the places where a term stands."""
    word = term.removesuffix("s") if term.isascii() else term
    if word not in reading.folded:
        return frozenset()
    pattern = rf"(?<![A-Za-z]){re.escape(word)}(?:s|es)?(?![A-Za-z])" if term.isascii() else re.escape(word)
    places = [Span(*match.span()) for match in re.finditer(pattern, reading.text, re.IGNORECASE)]
    return frozenset(claim for place in places if (claim := _claim(reading.text, place)) is not None)


def _claim(text: str, place: Span) -> bool | None:
    return False if stands(text, place) == "denied" else said_of(text, *place)
