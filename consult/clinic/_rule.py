"""One rule, as it stands in `agents/<specialty>/rules.toml`. The format: docs/guides/writing-rules.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from consult.clinic._expression import Expression
from consult.clinic._finding import Likelihood

RuleSeverity = Literal["gate", "red", "high", "standard"]
NotEmpty = Annotated[str, Field(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(_Table):
    """A text in both languages."""

    en: NotEmpty
    zh: NotEmpty

    def text(self, lang: Literal["en", "zh"]) -> str:
        """The text in one language."""
        return self.en if lang == "en" else self.zh


class Says(Title):
    """What a rule says when it fires, with `{analyte}` placeholders."""


class Applies(_Table):
    """For whom a rule was written."""

    any: bool = False
    """Everybody: the other keys are not looked at."""
    min_age: int | None = 18
    max_age: int | None = None
    sex: Literal["male", "female"] | None = None
    pregnant: bool | Literal["any"] = False
    """False: not when known to be pregnant; true: only then; any: whether or not."""


class Concludes(_Table):
    """What a fired rule makes of the case."""

    concept: NotEmpty
    likelihood: Likelihood


class Next(Title):
    """What to consider next."""

    concept: NotEmpty
    kind: Literal["test", "referral", "treatment", "monitoring"]
    urgency: Literal["immediate", "same-day", "routine"] = "routine"
    cites: tuple[str, ...] = ()
    """Passage ids; empty: those of the rule."""


class Avoid(Title):
    """What not to do, and why."""

    concept: NotEmpty
    cites: tuple[str, ...] = ()

    @property
    def kind(self) -> Literal["avoid"]:
        """`avoid`, so that it stands beside what a `Next` says."""
        return "avoid"

    @property
    def urgency(self) -> Literal["routine"]:
        """Not doing something is never urgent."""
        return "routine"


class RuleTest(_Table):
    """One example of a rule's own table."""

    name: NotEmpty
    expect: Literal["fires", "nearly", "not", "unknown"]
    given: dict[str, str] = {}
    """Results by analyte as a laboratory would print them: `96 g/L`, `<5 ug/L`, `positive`."""
    range: dict[str, str] = {}
    """The laboratory's range by analyte, in the unit of `given`."""
    before: dict[str, str] = {}
    """Earlier results by analyte."""
    before_hours: float = Field(default=24.0, gt=0)
    history: dict[str, bool] = {}
    """Concepts that are known to be so, or known not to be."""
    gates: tuple[str, ...] = ()
    """Other gates that have fired."""
    sex: Literal["male", "female", "other", "unknown"] = "female"
    age: int | None = 45
    pregnant: bool | None = None
    missing: tuple[str, ...] | None = None
    """With `unknown`: exactly what would settle the rule, in any order."""


class RuleTable(_Table):
    """A `[[rule]]` table as written."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    """Unique over all specialties; letters, digits and `_`, so that `gate.<id>` can be written."""
    title: Title
    severity: RuleSeverity
    when: NotEmpty
    within: Annotated[float, Field(gt=0)] = 90.0
    """Days before the newest result of the case that still count."""
    applies: Applies = Applies()
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    cites: tuple[str, ...] = ()
    review: Literal["draft", "reviewed"] = "draft"
    reviewed_by: str = ""
    concludes: Concludes | None = None
    """Needed by every rule but a gate."""
    doubts: tuple[str, ...] = ()
    """Analytes whose result a gate doubts."""
    says: Says
    next: tuple[Next, ...] = ()
    avoid: tuple[Avoid, ...] = ()
    test: tuple[RuleTest, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that has been checked against the catalog, the concepts and the guidelines, and compiled."""

    table: RuleTable
    specialty: str
    """Folder under `agents/`."""
    file: str
    """Path below the content root."""
    when: Expression
    analytes: tuple[str, ...]
    """Keys that `when` names, in order."""
    history: Mapping[str, str]
    """Concept id by its name in `when`."""

    @property
    def id(self) -> str:
        """Unique over all specialties."""
        return self.table.id

    @property
    def title(self) -> Title:
        """Its name in both languages."""
        return self.table.title

    @property
    def severity(self) -> RuleSeverity:
        """One of gate, red, high and standard."""
        return self.table.severity

    @property
    def within(self) -> float:
        """Days before the newest result of the case that still count."""
        return self.table.within

    @property
    def applies(self) -> Applies:
        """For whom it was written."""
        return self.table.applies

    @property
    def sources(self) -> tuple[str, ...]:
        """Guideline ids, at least one."""
        return self.table.sources

    @property
    def cites(self) -> tuple[str, ...]:
        """Passage ids."""
        return self.table.cites

    @property
    def concludes(self) -> Concludes | None:
        """What it makes of the case; only a gate may conclude nothing."""
        return self.table.concludes

    @property
    def doubts(self) -> tuple[str, ...]:
        """Analytes whose result a gate doubts."""
        return self.table.doubts

    @property
    def says(self) -> Says:
        """The sentence, with its placeholders."""
        return self.table.says

    @property
    def next(self) -> tuple[Next, ...]:
        """What to consider next."""
        return self.table.next

    @property
    def avoid(self) -> tuple[Avoid, ...]:
        """What not to do."""
        return self.table.avoid

    @property
    def tests(self) -> tuple[RuleTest, ...]:
        """Its own table of examples."""
        return self.table.test

    @property
    def sees_doubted(self) -> bool:
        """Gates and red rules also use results that a gate doubts."""
        return self.severity in {"gate", "red"}

    @property
    def draft(self) -> bool:
        """Not reviewed by a clinician yet."""
        return self.table.review == "draft"

    @property
    def needs_adult(self) -> bool:
        """The rule has a lower limit of age."""
        return not self.applies.any and self.applies.min_age is not None
