"""The value report: figures over all cases, by department and by month, and what was not counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from consult._version import __version__
from consult.plan import Language
from consult.replay._value.figures import Fates, Figure, Source, fates_by, figures_of, waits
from consult.replay._value.groups import FEW, By, Group, grouped
from consult.replay._value.money import Prices, exact
from consult.replay._value.sources import LiveCases, Period, ReplayedCases
from consult.replay._value.told import FATES, Left
from consult.replay._value.words import check_name, definition_of, say, title_of

MANY = 3
"""Of fewer people than this decisions are a person's."""
_LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class ValueReport:
    """All figures of some cases."""

    at: datetime
    source: Source
    arm: str
    """Of a replay; empty: live."""
    period: Period
    left: Left
    people: int
    """How many persons decided or acknowledged anything."""
    figures: Sequence[Figure]
    kinds: Sequence[Fates]
    """Items by kind."""
    agents: Sequence[Fates]
    """Items by agent."""
    waits: Sequence[float]
    """Minutes from alerts being raised until somebody acted, sorted; for the plot, in no document."""
    by: Mapping[By, Sequence[Group]]
    """A replay has no months."""

    def figure(self, name: str) -> Figure:
        """One of the figures over all cases."""
        return next(one for one in self.figures if one.name == name)

    def as_json(self) -> dict[str, Any]:
        """The document that `value.json` holds; amounts of money are decimal strings, medians are rounded."""
        period = {"since": _day(self.period.since), "until": _day(self.period.until), "time_zone": self.period.zone}
        return {
            "schema": 1,
            "version": __version__,
            "at": self.at.isoformat(timespec="seconds"),
            "source": self.source,
            "arm": self.arm or None,
            "period": period if self.source == "live" else None,
            "left_out": {"records": dict(sorted(self.left.damaged.items())), "purged": self.left.purged},
            "people": self.people if self.source == "live" else None,
            "figures": [_figure(one, defined=True) for one in self.figures],
            "items": {
                "by_kind": [_fates(one, self.source) for one in self.kinds],
                "by_agent": [_fates(one, self.source) for one in self.agents],
            },
            "few": {"below": FEW, **{language: say("few", language, few=FEW) for language in _LANGUAGES}},
            "by": {by: [_group(one) for one in groups] for by, groups in self.by.items()},
        }


def value_report(
    cases: LiveCases | ReplayedCases,
    *,
    at: datetime,
    prices: Prices | None = None,
    tell: Callable[[int], None] = lambda _: None,
) -> ValueReport:
    """Count what cases were worth, without a figure that nobody measured.

    Of each case only times, counts and amounts are kept.

    Args:
        cases: of a store or of a replay.
        at: the present.
        prices: of tests at the site; None: tests have no price.
        tell: hears how many cases were read, after each: records of thousands take minutes to verify.
    """
    told = []
    for one in cases:
        told.append(one)
        tell(len(told))
    priced = prices or Prices()
    live = isinstance(cases, LiveCases)
    source: Source = "live" if live else "replay"
    groupings: tuple[By, ...] = ("department", "month") if live else ("department",)
    drafted = [one for one in told if one.drafted]
    return ValueReport(
        at=at,
        source=source,
        arm="" if isinstance(cases, LiveCases) else cases.arm,
        period=cases.period if isinstance(cases, LiveCases) else Period(),
        left=cases.left,
        people=len(frozenset[str]().union(*(one.people for one in told))),
        figures=figures_of(told, priced, source),
        kinds=fates_by(drafted, lambda one: one.kinds),
        agents=fates_by(drafted, lambda one: one.agents),
        waits=sorted(waits(drafted)),
        by={by: grouped(told, by, priced, source) for by in groupings},
    )


def notes_of(report: ValueReport, language: Language) -> list[str]:
    """What must be known beside the figures: what is not in them, and whose decisions they are."""
    notes = []
    damaged = report.left.damaged
    if damaged and report.source == "replay":
        notes.append(say("left-documents", language, n=damaged.total()))
    elif damaged:
        why = ", ".join(f"{check_name(check, language)} {n}" for check, n in damaged.most_common())
        notes.append(say("left-damaged", language, n=damaged.total(), why=why))
    if report.left.purged:
        notes.append(say("left-purged", language, n=report.left.purged))
    if report.people:
        notes.append(say("people" if report.people < MANY else "people-many", language, n=report.people))
    return notes


def period_text(report: ValueReport, language: Language) -> str:
    """Over what the report is."""
    if report.source == "replay":
        return say("replayed", language, arm=report.arm)
    since, until = _day(report.period.since), _day(report.period.until)
    key = {(True, True): "between", (True, False): "since", (False, True): "until"}.get((bool(since), bool(until)))
    said = say("all-time", language) if key is None else say(key, language, since=since, until=until)
    return say("live", language, period=said)


def _day(day: object) -> str | None:
    return None if day is None else str(day)


def _figure(one: Figure, *, defined: bool) -> dict[str, Any]:
    words = {
        "title": {language: title_of(one.name, language) for language in _LANGUAGES},
        "definition": {language: definition_of(one.name, language) for language in _LANGUAGES},
    }
    spread = None if one.quartiles is None else {"q1": _number(one.quartiles[0]), "q3": _number(one.quartiles[1])}
    return {
        "name": one.name,
        **(words if defined else {}),
        "value": None if one.value is None else _number(one.value),
        "n": one.n,
        "unit": one.unit or None,
        "spread": None if spread is None else {"of": "median", **spread},
        "counts": dict(one.counts),
        "reason": None if one.reason is None else {x: say(one.reason, x) for x in _LANGUAGES},
    }


def _number(value: float | Decimal) -> int | float | str:
    if isinstance(value, Decimal):
        return f"{exact(value):f}"
    return value if isinstance(value, int) else round(value, 3)


def _fates(one: Fates, source: Source) -> dict[str, Any]:
    made = {str(fate): None if source == "replay" else one.counts[fate] for fate in FATES}
    return {"name": one.name, "n": one.n, **made}


def _group(one: Group) -> dict[str, Any]:
    return {
        "name": one.name or None,
        "cases": one.cases,
        "withheld": one.withheld,
        "figures": None if one.withheld else [_figure(figure, defined=False) for figure in one.figures],
    }
