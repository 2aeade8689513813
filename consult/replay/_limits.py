"""A gate file: limits that a comparison must keep to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from consult.case import Model
from consult.errors import UsageError
from consult.replay._metrics import METRICS, PROCESS, Metric, metric_named
from consult.replay._process import MEASURES
from consult.replay._summary import BY

MISSING, CHANGED = "missing-cases", "changed-cases"
"""Beside the metrics: cases of A of which B has no row; cases whose plans or scores differ in any way."""
Share = Annotated[str, Field(pattern=r"^\d{1,4}(\.\d{1,3})?%$")]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)]


class Limit(Model):
    """One `[[gate]]`: what a metric of B may be, over the cases that it speaks of."""

    metric: str
    specialty: str = ""
    """Only cases of this specialty; so with the three keys that follow."""
    group: str = ""
    language: str = ""
    trap: str = ""
    max_loss: int | None = Field(default=None, ge=0)
    """How many cases may be worse than in A."""
    min: Annotated[float, Field(allow_inf_nan=False)] | None = None
    """What the mean of B must reach; of a binary metric, the share of cases."""
    max: Annotated[float, Field(allow_inf_nan=False)] | None = None
    max_increase: Amount | Share | None = None
    """How much the mean of B may lie above that of A, as an amount or as `"10%"` of it; where lower is better."""
    max_decrease: Amount | Share | None = None
    """The same below, where higher is better."""
    significant_only: bool | Literal["models", "unless-clean"] = False
    """Whether a loss, increase or decrease counts only if chance does not explain it. `models`: only asked where a
    model had a say on either side, since rules answer the same each time; `unless-clean`: not asked where A is without
    a fault in this metric."""
    min_cases: int = Field(default=1, ge=1)
    """Fewer cases than this that could be judged: it could not be judged."""
    unjudged: Literal["report", "fail"] = "report"
    """What becomes of the gate then."""

    @model_validator(mode="after")
    def _possible(self) -> Limit:
        unknown = self.measured is None and self.metric not in {MISSING, CHANGED}
        if unknown or (self.metric.startswith(PROCESS) and self.metric.removeprefix(PROCESS) not in MEASURES):
            processes = (f"{PROCESS}{measure}" for measure in MEASURES)
            known = ", ".join((*(metric.name for metric in METRICS), *processes, MISSING, CHANGED))
            raise ValueError(f"there is no metric {self.metric!r}; there are {known}")
        changes = (self.max_loss, self.max_increase, self.max_decrease)
        if all(limit is None for limit in (*changes, self.min, self.max)):
            raise ValueError("a gate needs one of max_loss, min, max, max_increase and max_decrease")
        if self.significant_only and all(limit is None for limit in changes):
            raise ValueError("significant_only goes with max_loss, max_increase or max_decrease")
        self._directed()
        return self

    def _directed(self) -> None:
        others = {
            "min",
            "max",
            "max_increase",
            "max_decrease",
            "significant_only",
            *(BY if self.metric == MISSING else ()),
        }
        if self.measured is None:
            if others & self.model_fields_set:
                of = "" if self.metric == MISSING else f", {', '.join(BY)}"
                raise ValueError(f"{self.metric} takes max_loss, min_cases and unjudged{of} only")
        elif self.max_increase is not None and self.measured.better == "higher":
            raise ValueError(f"more of {self.metric} is better: max_decrease says how much may be lost")
        elif self.max_decrease is not None and self.measured.better == "lower":
            raise ValueError(f"less of {self.metric} is better: max_increase says how much may be added")

    @property
    def measured(self) -> Metric | None:
        """The metric; None for `missing-cases` and `changed-cases`."""
        return metric_named(self.metric)

    @property
    def about(self) -> str:
        """The metric, and which cases."""
        of = [getattr(self, by) for by in BY if getattr(self, by)]
        return f"{self.metric} ({', '.join(of)})" if of else self.metric


class Gates(Model):
    """A gate file."""

    alpha: float = Field(default=0.05, gt=0, lt=1)
    """Below which P value, adjusted for all gates that ask for significance, chance explains too little."""
    gate: list[Limit] = Field(min_length=1)

    @classmethod
    def read(cls, path: Path) -> Gates:
        """What stands in a `gate.toml`.

        Raises:
            UsageError: it cannot be read, or a key or value is not one of the format; one sentence.
        """
        import rtoml

        try:
            return cls.model_validate(rtoml.loads(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeError):
            raise UsageError("the gate file cannot be read") from None
        except rtoml.TomlParsingError as error:
            raise UsageError(f"the gate file is not TOML: {str(error).splitlines()[0]}") from None
        except ValidationError as error:
            raise UsageError(f"the gate file: {_problem(error)}") from None


def _problem(error: ValidationError) -> str:
    """The first thing that is wrong, as one clause: where, and what."""
    first: Any = error.errors()[0]
    where, key = list(first["loc"])[:3], str(first["loc"][-1])
    place = [f"gate {part + 1}" if isinstance(part, int) else str(part) for part in where if part != "gate"]
    if first["type"] == "extra_forbidden":
        known = Limit if len(where) > 1 else Gates
        of = f"{place[0]}: " if len(place) > 1 else ""
        return f"{of}{key!r} is no key; there are {', '.join(known.model_fields)}"
    if where == ["gate"]:
        return "it has no [[gate]]"
    if {"max_increase", "max_decrease"} & set(place):
        return f'{", ".join(place)} takes an amount, or a part such as "10%"'
    said = str(first["msg"]).removeprefix("Value error, ")
    return f"{', '.join(place)}: {said}" if place else said
