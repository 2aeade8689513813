"""What speaks against a treatment in this very patient: interactions, contraindications, kidneys, allergies."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from consult._problems import did_you_mean, first_problem
from consult.analytes import Catalog
from consult.clinic._assess import Assessment
from consult.concepts import Concepts
from consult.content import read_toml
from consult.errors import ContentError

FILE = "knowledge/reference/cautions.toml"
_CALCULATED = {"egfr": "ckd-epi-2021"}
"""Analyte to the calculator that stands in for it: many laboratories report creatinine without the filtration rate."""
_Words = Annotated[str, Field(min_length=1)]


class Caution(BaseModel):
    """A `[[caution]]` table: one treatment, one thing that speaks against it or asks for care."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    treatment: str
    """Concept; narrower ones are meant too, and a test whose sentence names it (contrast medium)."""
    kind: Literal["interaction", "contraindication", "renal", "cross-allergy"]
    history: str | None = None
    """Concept that the patient has, had or takes, or that a rule concludes from the results."""
    allergy: str | None = None
    """Concept that the patient is allergic to."""
    analyte: str | None = None
    """Result that is `below` or at least `above` a limit, in the analyte's canonical unit; for `egfr` also the one
    calculated from creatinine."""
    below: float | None = None
    above: float | None = None
    en: _Words
    zh: _Words
    cites: Annotated[tuple[str, ...], Field(min_length=1)]
    review: Literal["draft", "reviewed"] = "draft"
    reviewed_by: str = ""

    @model_validator(mode="after")
    def _has_one_reason(self) -> Caution:
        if sum(reason is not None for reason in (self.history, self.allergy, self.analyte)) != 1:
            raise ValueError("needs one of history, allergy and analyte")
        if (self.analyte is not None) != ((self.below is None) != (self.above is None)):
            raise ValueError("an analyte needs one limit, below or above, and nothing else does")
        return self

    def text(self, lang: Literal["en", "zh"]) -> str:
        """The sentence in one language."""
        return self.en if lang == "en" else self.zh

    def holds(self, value: float) -> bool:
        """The value is beyond the limit."""
        return (self.below is not None and value < self.below) or (self.above is not None and value >= self.above)


@dataclass(frozen=True, slots=True)
class Raised:
    """A caution that holds for this patient."""

    caution: Caution
    facts: tuple[str, ...]
    """What raises it; empty where only the text of the history does."""


class Cautions:
    """The table, by treatment."""

    def __init__(self, cautions: Sequence[Caution], concepts: Concepts) -> None:
        self.cautions = tuple(cautions)
        self._concepts = concepts

    @classmethod
    def load(cls, root: Path, *, catalog: Catalog, concepts: Concepts, guidelines_ids: Collection[str]) -> Cautions:
        """The table of a content root; a site's own content may be without one.

        Raises:
            ContentError: an entry is wrong; names its place and the problem.
        """
        if not (root / FILE).is_file():
            return cls([], concepts)
        tables = read_toml(root, FILE)
        if set(tables) - {"caution"} or not isinstance(tables.get("caution", []), list):
            raise ContentError(FILE, "", "holds `[[caution]]` tables only")
        known = _Known(catalog, concepts, guidelines_ids)
        return cls([_caution(n, table, known) for n, table in enumerate(tables.get("caution", []), start=1)], concepts)

    def raised(
        self,
        named: Collection[str],
        assessment: Assessment,
        allergies: Mapping[str, tuple[str, ...]],
    ) -> Iterator[Raised]:
        """What holds for this patient, each sentence once, in the order of the table.

        Args:
            named: concepts of a recommendation, broader ones included.
            assessment: of the case.
            allergies: concepts that the patient is allergic to, broader ones included, with the facts that say so.
        """
        concluded = self._concluded(assessment)
        found: dict[str, Raised] = {}
        for caution in self.cautions:
            facts = self._facts(caution, assessment, allergies, concluded) if caution.treatment in named else None
            if facts is not None:  # one sentence may have several reasons: two medicines for diabetes
                before = found.get(caution.en, Raised(caution, ()))
                found[caution.en] = Raised(before.caution, tuple(dict.fromkeys((*before.facts, *facts))))
        yield from found.values()

    def _concluded(self, assessment: Assessment) -> dict[str, tuple[str, ...]]:
        """Concepts that rules conclude, broader ones included, with the facts: results speak before the notes do.

        A rule that rests on a doubted result, or that calls its concept unlikely, says nothing against a treatment.
        """
        found: dict[str, tuple[str, ...]] = {}
        for fired in assessment.fired:
            concludes = fired.rule.concludes
            if concludes is None or fired.doubted_by or concludes.likelihood in {"unlikely", "excluded"}:
                continue
            for concept in self._concepts.broader(concludes.concept):
                found[concept] = tuple(dict.fromkeys((*found.get(concept, ()), *fired.facts)))
        return found

    def _facts(
        self,
        caution: Caution,
        assessment: Assessment,
        allergies: Mapping[str, tuple[str, ...]],
        concluded: Mapping[str, tuple[str, ...]],
    ) -> tuple[str, ...] | None:
        if caution.history is not None:
            held = assessment.history.holds(self._concepts[caution.history])
            told = assessment.history.present.get(caution.history, ()) if held else None
            return told or concluded.get(caution.history, told)
        if caution.allergy is not None:
            return allergies.get(caution.allergy)
        beyond = (facts for value, facts in _values(caution.analyte or "", assessment) if caution.holds(value))
        return next(beyond, None)


def _values(analyte: str, assessment: Assessment) -> Iterator[tuple[float, tuple[str, ...]]]:
    """The newest result unless it is doubted, then what is calculated in its place, each with its facts."""
    result = assessment.results.get(analyte)
    if result is not None and result.value is not None and result.fact not in assessment.doubted:
        yield result.value, (result.fact,)
    score = assessment.scores.get(_CALCULATED.get(analyte, ""))
    if score is not None and score.value is not None:
        yield float(score.value), score.facts


@dataclass(frozen=True, slots=True)
class _Known:
    catalog: Catalog
    concepts: Concepts
    guidelines: Collection[str]


def _caution(number: int, table: Mapping[str, Any], known: _Known) -> Caution:
    where = f"caution {number}"
    try:
        caution = Caution.model_validate(table)
    except ValidationError as error:
        raise ContentError(FILE, where, first_problem(error, Caution.model_fields)) from None
    problem = next(_problems(caution, known), None)
    if problem is not None:
        raise ContentError(FILE, f"{where} ({caution.treatment})", problem)
    return caution


def _problems(caution: Caution, known: _Known) -> Iterator[str]:
    for id in (caution.treatment, caution.history, caution.allergy):
        if id is not None and id not in known.concepts:
            yield f"unknown concept `{id}`{did_you_mean(id, known.concepts)}"
    if caution.analyte is not None and caution.analyte not in known.catalog:
        yield f"unknown analyte `{caution.analyte}`{did_you_mean(caution.analyte, known.catalog)}"
    for cite in caution.cites:
        guideline, _, anchor = cite.partition("#")
        if not anchor or guideline not in known.guidelines:
            yield f"`{cite}` in `cites` is no passage: write the id of a guideline, `#` and an anchor"
