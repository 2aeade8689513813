"""The parts of a report that tell of all cases: arms, measures, groups, process, dangers, failures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from consult.replay._charts import key
from consult.replay._html import Child, Html, details, grouped, table, tag
from consult.replay._report.amounts import count, money, not_judged, ratio, seconds, share
from consult.replay._report.figures import FEW, Figures, Quality
from consult.replay._report.names import Names
from consult.replay._report.words import process_says
from consult.replay._stats import quantile
from consult.replay._summary import BY
from consult.review import Provenance

_OPEN = 15
"""Up to so many groups their table is open; the plot shows them all the same."""
Measure = Callable[[Figures, Names], Html]


def section(name: str, names: Names, *children: Child) -> Html:
    """A part of the report, reached by `#name`."""
    return tag("section", tag("h2", names.say(f"sec.{name}")), *children, id=name)


def paragraph(said: str, class_: str | None = None) -> Html:
    """A sentence or more."""
    return tag("p", said, class_=class_)


def arm_name(arms: Sequence[Figures], arm: Figures) -> Html:
    """An arm with its shape and colour."""
    return tag("span", key(arms.index(arm)), " ", arm.name, class_="arm")


def the_arms(arms: Sequence[Figures], made_by: Mapping[str, Provenance], names: Names) -> Html:
    """What each arm is: its fingerprint, its engine, and what its plans were made with."""
    head = [names.say(one) for one in ("arm", "fingerprint", "engine", "language", "version", "content", "rows")]
    return section("arms", names, table(head, [_arm(arms, arm, made_by.get(arm.name), names) for arm in arms]))


def _arm(arms: Sequence[Figures], arm: Figures, made: Provenance | None, names: Names) -> list[Child]:
    engines = [names.say(engine) for engine in sorted(arm.engines) if engine]
    return [
        arm_name(arms, arm),
        tag("code", arm.hash[:16], title=arm.hash),
        ", ".join(engines) or names.say("none"),
        ", ".join(f"{language or '–'} {n}" for language, n in sorted(arm.languages.items())),
        "–" if made is None else made.version,
        "–" if made is None else tag("code", made.content_hash.removeprefix("sha256:")[:16], title=made.content_hash),
        count(arm.quality.cases),
    ]


def measures(arms: Sequence[Figures], names: Names) -> Html:
    """Every measure, an arm a column."""
    head = [names.say("measure"), *(arm_name(arms, arm) for arm in arms)]
    rows = [[names.say(f"m.{name}"), *(measure(arm, names) for arm in arms)] for name, measure in _MEASURES.items()]
    return section(
        "measures", names, paragraph(names.say("unjudged-note"), "note"), table(head, rows, class_="figures")
    )


def _tallied(found: str, of: str) -> Measure:
    def measure(arm: Figures, names: Names) -> Html:
        tally = arm.quality.tally
        return share(getattr(tally, found), getattr(tally, of), names)

    return measure


def _counted(name: str, of: str = "scored") -> Measure:
    """Of judged cases: a count that has no upper end."""

    def measure(arm: Figures, names: Names) -> Html:
        judged = getattr(arm.quality, of)
        said = getattr(arm.quality.tally, name), names.say("in", of=judged)
        return count(*said) if judged else not_judged(names)

    return measure


def _unsupported(arm: Figures, names: Names) -> Html:
    return share(arm.sums.unsupported, arm.sums.statements, names)


def _repaired(arm: Figures, names: Names) -> Html:
    return share(arm.repaired, arm.sums.statements, names)


def _drafted(arm: Figures, names: Names, value: int) -> Html:
    of = arm.quality.cases - arm.quality.failed
    return count(value, f"n = {of}") if of else not_judged(names)


def _tokens(arm: Figures, names: Names) -> Html:
    return count(f"{arm.sums.input_tokens} / {arm.sums.output_tokens}")


def _calls(arm: Figures, names: Names) -> Html:
    failed = arm.sums.failed_calls
    return count(arm.sums.calls, names.say("failed-calls", n=failed) if failed else "")


def _cost(arm: Figures, names: Names) -> Html:
    return count(" + ".join(f"{money(spent)} {currency}" for currency, spent in sorted(arm.money.items())) or "0")


def _per_case(arm: Figures, names: Names) -> Html:
    cases = arm.quality.cases
    if not cases:
        return not_judged(names)
    spent = [f"{money(spent / cases)} {currency}" for currency, spent in sorted(arm.money.items())]
    return count(" + ".join(spent) or "0", f"n = {cases}")


def _time(of: float) -> Measure:
    def measure(arm: Figures, names: Names) -> Html:
        found = quantile(arm.seconds, of)
        return not_judged(names) if found is None else count(seconds(found), f"n = {len(arm.seconds)}")

    return measure


_MEASURES: dict[str, Measure] = {
    "cases": lambda arm, names: count(arm.quality.cases),
    "failed": lambda arm, names: share(arm.quality.failed, arm.quality.cases, names),
    "scored": lambda arm, names: count(arm.quality.scored, f"n = {arm.quality.cases}"),
    "unscored": lambda arm, names: count(arm.quality.cases - arm.quality.scored, f"n = {arm.quality.cases}"),
    "alerts": _tallied("alerts", "alerts_of"),
    "false": _counted("false_alerts", "alerts_judged"),
    "first1": _tallied("first1", "first1_of"),
    "first3": _tallied("first3", "first3_of"),
    "first5": _tallied("first5", "first5_of"),
    "next": _tallied("next", "next_of"),
    "forbidden": _counted("forbidden"),
    "met": lambda arm, names: share(arm.quality.wholly_met, arm.quality.scored, names),
    "unsupported": _unsupported,
    "repaired": _repaired,
    "gaps": lambda arm, names: _drafted(arm, names, arm.sums.gaps),
    "conflicts": lambda arm, names: _drafted(arm, names, arm.sums.conflicts),
    "calls": _calls,
    "tokens": _tokens,
    "cost": _cost,
    "percase": _per_case,
    "median": _time(0.5),
    "p95": _time(0.95),
}


def groups(arms: Sequence[Figures], plot: Html | None, names: Names) -> Html:
    """Every group of cases, those with most cases first and the long tail as one line more."""
    tables = [
        details(
            names.say(f"by.{by}"), _group_table(arms, by, names), open=by == "group" and len(by_size(arms, by)) <= _OPEN
        )
        for by in BY
    ]
    return section("groups", names, paragraph(names.say("groups-note"), "note"), plot, *tables)


def by_size(arms: Sequence[Figures], by: str) -> list[str]:
    """The values of a grouping, those with most cases first."""
    sizes: dict[str, int] = {}
    for arm in arms:
        for value, quality in arm.by[by].items():
            sizes[value] = max(sizes.get(value, 0), quality.cases)
    return sorted(sizes, key=lambda value: (-sizes[value], value))


def _group_table(arms: Sequence[Figures], by: str, names: Names) -> Html:
    columns = ("cases", "failed", "scored", "met", "alerts", "false", "first1", "first3", "first5", "next", "forbidden")
    head = [names.say(f"by.{by}"), names.say("arm"), *(names.say(f"g.{one}") for one in columns)]
    lines = [(names.value(by, value), _group_lines(arms, by, value, names)) for value in by_size(arms, by)]
    tails = [(arm, *arm.tail(by)) for arm in arms]
    rare = [[arm_name(arms, arm), *_quality(quality, names)] for arm, n, quality in tails if n]
    tail = names.say("tail", count=max((n for _, n, _ in tails), default=0), few=FEW)
    return grouped(head, [*lines, (tail, rare)], class_="groups")


def _group_lines(arms: Sequence[Figures], by: str, value: str, names: Names) -> list[list[Child]]:
    found = [(arm, arm.by[by].get(value)) for arm in arms]
    return [[arm_name(arms, arm), *_quality(quality, names)] for arm, quality in found if quality is not None]


def _quality(quality: Quality, names: Names) -> list[Child]:
    tally = quality.tally
    expected = ((tally.first1, tally.first1_of), (tally.first3, tally.first3_of), (tally.first5, tally.first5_of))
    return [
        count(quality.cases),
        count(quality.failed),
        count(quality.scored),
        ratio(quality.wholly_met, quality.scored, names),
        ratio(tally.alerts, tally.alerts_of, names),
        count(tally.false_alerts) if quality.alerts_judged else not_judged(names),
        *(ratio(found, of, names) for found, of in expected),
        ratio(tally.next, tally.next_of, names),
        count(tally.forbidden) if quality.scored else not_judged(names),
    ]


def process(arms: Sequence[Figures], names: Names) -> Html:
    """What went wrong on the way to the plans."""
    found = sorted({measure for arm in arms for measure in arm.sums.process})
    if not found:
        return section("process", names, paragraph(names.say("no-process")))
    head = [names.say("measure"), names.say("arm"), *(names.say(f"p.{one}") for one in ("judged", "cases", "count"))]
    lines = [
        (process_says(measure, names.language), [[arm_name(arms, arm), *_process(arm, measure, names)] for arm in arms])
        for measure in found
    ]
    return section(
        "process", names, paragraph(names.say("process-note"), "note"), grouped(head, lines, class_="groups")
    )


def _process(arm: Figures, measure: str, names: Names) -> list[Child]:
    sums = arm.sums.process.get(measure, {"judged": 0, "cases": 0, "count": 0})
    judged = count(sums["judged"], f"n = {arm.quality.cases - arm.quality.failed}")
    if not sums["judged"]:
        return [judged, not_judged(names), not_judged(names)]
    return [judged, share(sums["cases"], sums["judged"], names), count(sums["count"])]


def dangers(arms: Sequence[Figures], names: Names) -> Html:
    """What must not happen, case by case."""
    parts = [_danger(arm, names) for arm in arms]
    return section("dangers", names, *parts)


def _danger(arm: Figures, names: Names) -> Html:
    if not arm.quality.scored:
        return tag("div", tag("h3", arm.name), paragraph(names.say("no-expectations")))
    if not arm.dangers:
        return tag("div", tag("h3", arm.name), paragraph(names.say("no-dangers", n=arm.quality.scored)))
    head = [names.say(one) for one in ("case", "kind", "what")]
    rows = [(one.case, names.say(one.kind), one.what) for one in arm.dangers]
    return _list(arm, head, rows, arm.dangers_in_all, names)


def failures(arms: Sequence[Figures], names: Names) -> Html:
    """The rows that have no plan, and why."""
    rows = sum(arm.quality.cases for arm in arms)
    if not any(arm.failures for arm in arms):
        return section("failed", names, paragraph(names.say("no-failures", n=rows)))
    head = [names.say(one) for one in ("case", "why")]
    parts = [
        _list(arm, head, [(one.case, one.what) for one in arm.failures], arm.quality.failed, names)
        for arm in arms
        if arm.failures
    ]
    return section("failed", names, *parts)


def _list(arm: Figures, head: Iterable[Child], rows: Sequence[Sequence[Child]], in_all: int, names: Names) -> Html:
    more = in_all - len(rows)
    rest = paragraph(names.say("unlisted", n=more), "note") if more > 0 else None
    return details(f"{arm.name}: {in_all}", table(head, rows), rest, open=len(rows) <= 20)


def notes(arms: Sequence[Figures], older: Mapping[str, int], names: Names, *, complete: bool) -> list[Html]:
    """What must be known before the figures are believed."""
    said = [] if complete else [names.say("partial")]
    sizes = {arm.name: arm.quality.cases for arm in arms}
    if len(set(sizes.values())) > 1:
        said.append(names.say("uneven", said=", ".join(f"{name} {n}" for name, n in sizes.items())))
    said += [names.say("older", n=n, arm=arm) for arm, n in older.items() if n]
    said += [names.say("recorded", n=arm.replayed_calls, arm=arm.name) for arm in arms if arm.replayed_calls]
    return [paragraph(one, "warning") for one in said]
