"""What may still name somebody in a text that went through the gateway: reasons for strict mode to ask no model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from consult.case import Case
from consult.privacy._case import free_texts
from consult.privacy._dates import ANY
from consult.privacy._detect import SURE, Detector, find_all
from consult.privacy._fold import fold
from consult.privacy._identifiers import MEASURED
from consult.privacy._people_zh import find_doubtful_zh
from consult.privacy._words_en import GIVEN_EN, MEDICAL, STOP

Kind = Literal["name", "number", "language"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that the recognisers are not sure of."""

    kind: Kind
    """name: a word that may be somebody's; number: long digits that are no result; language: one that is not known."""
    count: int


_PLACEHOLDER = re.compile(r"\[[a-z-]+-\d+\]")
_LONG = re.compile(r"(?<![\d.,])\d(?:[ -]?\d){8,}(?![\d]|[.,]\d)")
_PAIR = re.compile(r"(?<![.!?:\n\]][ ])(?<![A-Za-z'-])(?<!\A)([A-Z][a-z]{2,}) ([A-Z][a-z]{2,})(?![A-Za-z'-])")
_LETTERS = re.compile(r"[^\W\d_]")
_KNOWN = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u03ff\u4e00-\u9fff\u3400-\u4dbf]")
"""Latin, Greek signs and Han; texts in other letters cannot be read."""
_KANA = re.compile(r"[\u3040-\u30ff]")
_FOREIGN = re.compile(
    r"(?<![^\W\d_])(?:der|die|das|und|mit|ist|nicht|eine?r?|wurde|les|des|une|avec|dans|pour|est|pas|sur|"
    r"del|los|las|una|con|para|por|que|sin|"
    r"della|sono|nel|di|het|een|van|niet|met|och|att|som|inte|med|ikke|og|nao|uma|com|jest|nie|przez|oraz|"
    r"bez)(?![^\W\d_])",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    r"(?<![A-Za-z])(?:the|and|of|with|was|is|no|not|has|had|for|on|to|in|at|from|her|his|patient)(?![A-Za-z])",
    re.IGNORECASE,
)
_FEW = 20
"""Letters of an unknown script that are a text rather than a sign."""


def doubts(case: Case, detectors: Iterable[Detector] = ()) -> list[Doubt]:
    """What is doubtful in the free texts of a redacted case, by kind; none: the recognisers are sure.

    The same case gives the same doubts, so that a run that is resumed decides alike.
    """
    counted: dict[Kind, int] = {}
    known = tuple(detectors)
    for text in dict.fromkeys(free_texts(case)):
        for kind in _in(text, known):
            counted[kind] = counted.get(kind, 0) + 1
    return [Doubt(kind, counted[kind]) for kind in sorted(counted)]


def _in(text: str, detectors: tuple[Detector, ...]) -> Iterator[Kind]:
    if _unknown_language(_PLACEHOLDER.sub(" ", text)):
        yield "language"
    folded = fold(text)
    cased = folded.cased
    taken = [match.span() for match in _PLACEHOLDER.finditer(cased)]
    unsure = [one for one in find_all(folded) if one.sure < SURE]
    unsure += [one for detector in detectors for one in detector.find(cased) if one.sure < SURE]
    for one in unsure:
        if not any(start < one.end and one.start < end for start, end in taken):
            yield "name" if one.kind in {"name", "organisation", "address"} else "number"
    if any(_may_name(match) for match in _PAIR.finditer(cased)) or any(True for _ in find_doubtful_zh(folded)):
        yield "name"
    if any(_may_identify(cased, match) for match in _LONG.finditer(cased)):
        yield "number"


def _may_name(match: re.Match[str]) -> bool:
    """Two capitalised words in the middle of a sentence that no list knows."""
    words = [word.lower() for word in match.groups()]
    return not any(word in STOP or MEDICAL.fullmatch(word) for word in words) or words[0] in GIVEN_EN


def _may_identify(text: str, match: re.Match[str]) -> bool:
    """Nine digits and more that are neither a date nor a measurement."""
    dated = ANY.match(match.group()) is not None
    return not dated and MEASURED.match(text, match.end()) is None


def _unknown_language(text: str) -> bool:
    letters = _LETTERS.findall(text)
    unknown = sum(_KNOWN.match(letter) is None for letter in letters)
    if unknown >= _FEW or len(_KANA.findall(text)) > _FEW // 2:
        return True
    foreign, english = len(_FOREIGN.findall(text)), len(_ENGLISH.findall(text))
    return foreign >= 4 and foreign > english
