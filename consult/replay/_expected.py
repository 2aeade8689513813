"""What a case expects of its plan: `expected.toml`, as it is told in `evals/README.md`."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator

from consult.case import Model
from consult.clinic import Likelihood
from consult.errors import CaseError
from consult.replay._rubrics.criteria import Criterion

Names = str | list[str]
"""A concept, rule or analyte; of a list any is right."""


class Expect(Model):
    """What must be in the plan."""

    first: Names | None = None
    """The condition that comes first."""
    top3: list[Names] = Field(default_factory=list)
    top5: list[Names] = Field(default_factory=list)
    alerts: list[Names] = Field(default_factory=list)
    """Exactly these, and those of `may_alert`."""
    may_alert: list[Names] = Field(default_factory=list)
    recommends: list[Names] = Field(default_factory=list)
    avoids: list[Names] = Field(default_factory=list)
    concepts: dict[str, Likelihood] = Field(default_factory=dict)
    """The exact likelihood of a condition."""
    gates: list[Names] = Field(default_factory=list)
    missing: list[Names] = Field(default_factory=list)
    differ: list[Names] = Field(default_factory=list)
    asks: list[Names] = Field(default_factory=list)
    calculators: dict[str, tuple[Decimal, Decimal]] = Field(default_factory=dict)
    """Calculator to the lowest and the highest value that is right, in its own unit."""


class Forbid(Model):
    """What must not be in the plan."""

    concepts: list[str] = Field(default_factory=list)
    severities: list[str] = Field(default_factory=list)
    recommends: list[str] = Field(default_factory=list)
    avoids: list[str] = Field(default_factory=list)
    alerts: list[str] = Field(default_factory=list)
    text: list[str] = Field(default_factory=list)
    """Regular expressions that nothing in the plan may match, its citations apart."""


class Public(Model):
    """Of a case of a public benchmark. Nobody said which alerts its plan should raise, so they are not judged."""

    benchmark: str
    judged: bool
    """Whether code can judge the answer: it is a concept of ours, or the result of a calculator of ours. If not, the
    case is in no score; a judge may still read its rubric."""
    given_away: bool | None = None
    """Whether the answer stands in what is handed over; null: it could not be looked for."""


class Expected(Model):
    """What a case expects, and what kind of case it is."""

    specialty: str = ""
    group: str = ""
    """Disease group, kebab-case."""
    trap: Literal["artefact", "missing", "conflict", "nothing-wrong", ""] = ""
    language: Literal["en", "zh"] | None = None
    """Of the consultation; none: that of the arm."""
    source: str = ""
    public: Public | None = None
    expect: Expect = Field(default_factory=Expect)
    forbid: Forbid = Field(default_factory=Forbid)
    rubric: list[Criterion] = Field(default_factory=list)
    """What a judge gives points for, one `[[rubric]]` each; see `consult judge`."""

    @field_validator("rubric")
    @classmethod
    def _reachable(cls, value: list[Criterion]) -> list[Criterion]:
        if value and not any(one.points > 0 for one in value):
            raise ValueError("no criterion is worth more than 0 points: there is nothing to reach")
        return value

    @property
    def hash(self) -> str:
        """SHA-256 of all but the rubric, which is a judge's: what the scores of a row depend on beside its plan."""
        return hashlib.sha256(self.model_dump_json(exclude={"rubric"}).encode()).hexdigest()

    @classmethod
    def read(cls, path: Path) -> Expected:
        """What stands in an `expected.toml`.

        Raises:
            CaseError: it cannot be read, or a key or value is not one of the format; one sentence without the path.
        """
        import rtoml

        try:
            return cls.model_validate(rtoml.loads(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeError):
            raise CaseError("the file of expectations cannot be read") from None
        except rtoml.TomlParsingError as error:
            raise CaseError(f"the file of expectations is not TOML: {str(error).splitlines()[0]}") from None
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise CaseError(f"the file of expectations: {where}: {first['msg']}") from None
