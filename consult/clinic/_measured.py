"""Findings about results one by one: critical values, ranges, changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from consult.analytes import Catalog
from consult.case import USABLE, Case, Observation
from consult.clinic._critical import Critical, Side, critical_by_laboratory, critical_by_limit
from consult.clinic._drafts import Draft
from consult.clinic._phrases import Language, phrase
from consult.clinic._results import ABNORMAL, Result, by_analyte, instant, read_results
from consult.clinic._shown import both_values, name_of, range_of, unit_of, value_of
from consult.clinic._words import positive

STILL_NEW = timedelta(hours=24)
"""A critical value stays an alert for this long although a later result of the analyte is there."""
_SEEN = USABLE | {"preliminary"}
_SHORT = 120
"""Characters: a longer text is a comment, not a result."""
_LOW = frozenset({"L", "LL"})
_HIGH = frozenset({"H", "HH"})
_REPORTED: Mapping[str, str] = {"L": "low", "LL": "low", "H": "high", "HH": "high", "A": "abnormal", "AA": "abnormal"}


@dataclass(frozen=True, slots=True)
class Bench:
    """What the findings of one case are made from."""

    case: Case
    catalog: Catalog
    doubtful: frozenset[str]
    """Facts whose unit, value or completeness is in doubt: no limit is held against them."""
    grouped: Mapping[str, Sequence[Result]]
    """Usable results by analyte, newest first."""
    lang: Language

    def name(self, observation: Observation) -> str:
        """The analyte's name in the language, else the sender's."""
        return name_of(observation, self.catalog, self.lang)


def critical_findings(bench: Bench) -> list[Draft]:
    """Values at or beyond a critical limit, or called critical by the laboratory; preliminary ones too.

    An older one is an alert as long as it is the newest result of its analyte or the newest came within a day of it;
    else it is told as out of range, with the remark that a later result is there.
    """
    seen = read_results(bench.case, catalog=bench.catalog, unusable=bench.doubtful, statuses=_SEEN)
    results = {result.fact: result for result in seen}
    drafts = []
    for observation in bench.case.observations:
        if observation.status not in _SEEN or observation.value_type == "absent":
            continue
        result = results.get(observation.fact)
        critical = _critical(bench, observation, result)
        if critical is not None:
            drafts.append(_critical_draft(bench, observation, critical, _is_past(bench, observation)))
    return sorted(drafts, key=lambda draft: draft.kind != "critical")


def _critical(bench: Bench, observation: Observation, result: Result | None) -> Critical | None:
    ours = None
    if result is not None:
        limits = bench.catalog.critical_limits(result.analyte, age_years=bench.case.patient.age_years)
        ours = critical_by_limit(result, limits)
    return ours or critical_by_laboratory(observation)


def _is_past(bench: Bench, observation: Observation) -> bool:
    """A later usable result of the analyte is there, a day or more after this one."""
    newer = next(iter(bench.grouped.get(observation.analyte or "", ())), None)
    at = instant(observation.effective)
    if newer is None or newer.at is None or at is None:
        return False
    return newer.at - at >= STILL_NEW


def _critical_draft(bench: Bench, observation: Observation, critical: Critical, past: bool) -> Draft:
    values = {"name": bench.name(observation), "value": both_values(observation)}
    if critical.limit is not None:
        limit = _with_unit(critical.limit, bench, observation)
        says = phrase(f"critical.{critical.side}", bench.lang, **values, limit=limit)
    elif critical.positive:
        says = phrase("critical.positive", bench.lang, **values)
    else:
        suffix = f".{critical.side}" if critical.side else ""
        says = phrase(f"critical.laboratory{suffix}", bench.lang, **values)
    if observation.status == "preliminary":
        says += phrase("preliminary", bench.lang)
    if past:
        says += phrase("earlier", bench.lang)
    return Draft(
        kind="out-of-range" if past else "critical",
        severity="high" if past else "red",
        facts=(observation.fact,),
        source=critical.source,
        says=says,
        analyte=observation.analyte,
        direction=critical.side,
    )


def _with_unit(limit: Decimal, bench: Bench, observation: Observation) -> str:
    return f"{limit:f} {unit_of(bench.catalog[observation.analyte or ''].unit)}".strip()


def range_findings(bench: Bench) -> list[Draft]:
    """Flagged results: of each analyte those of its newest time. Results of tests that we do not know too."""
    newest: dict[tuple[str, ...], list[tuple[int, Observation]]] = {}
    for index, observation in enumerate(bench.case.observations):
        if observation.status in USABLE and observation.value_type != "absent":
            newest.setdefault(_identity(observation), []).append((index, observation))
    current = [pair for group in newest.values() for pair in _newest(group)]
    drafts = [_range_draft(bench, observation) for _, observation in sorted(current, key=lambda pair: pair[0])]
    return [draft for draft in drafts if draft is not None]


def _identity(observation: Observation) -> tuple[str, ...]:
    """What makes two results ones of the same test."""
    if observation.analyte is not None:
        return (observation.analyte,)
    code = observation.code
    coded = (code.system, code.code) if code is not None else ("", "")
    return (*coded, observation.name.casefold(), observation.specimen or "", observation.unit or "")


def _newest(group: Sequence[tuple[int, Observation]]) -> list[tuple[int, Observation]]:
    times = [at for _, observation in group if (at := instant(observation.effective)) is not None]
    if not times:
        return list(group[-1:] if group[-1][1].analyte else group)
    return [pair for pair in group if instant(pair[1].effective) == max(times)]


def _range_draft(bench: Bench, observation: Observation) -> Draft | None:
    side, how = _side(observation)
    if how is None:
        return None
    limits = range_of(observation)
    key = how if limits is None or not how.endswith(".bare") else how.removesuffix(".bare")
    values = {"name": bench.name(observation), "value": both_values(observation), "range": limits or ""}
    limited = observation.range is not None and not how.startswith("flag.")
    return Draft(
        kind="out-of-range",
        severity="high" if how == "words.positive" else "standard",
        facts=(observation.fact,),
        source=observation.range.source if limited and observation.range is not None else "laboratory",
        says=phrase(key, bench.lang, **values),
        analyte=observation.analyte,
        direction=side,
    )


def _side(observation: Observation) -> tuple[Side | None, str | None]:
    """Direction and phrase; no phrase when the result is not out of range. Our flag wins over the reported one."""
    if observation.flag in _LOW:
        return "low", "range.low.bare"
    if observation.flag in _HIGH:
        return "high", "range.high.bare"
    if observation.flag in ABNORMAL:
        return None, "range.abnormal"
    said = _REPORTED.get((observation.reported.flag or "").strip().upper())
    if observation.flag is None and said is None and _positive_words(observation):
        return None, "words.positive"
    if observation.flag is not None or said is None:
        return None, None
    directions: Mapping[str, Side] = {"low": "low", "high": "high"}
    return directions.get(said), f"flag.{said}"


def _positive_words(observation: Observation) -> bool:
    """A short positive result in words of a test that we do not know (a Gram stain): nobody else would show it."""
    text = observation.value or ""
    coded = observation.value_code.code if observation.value_code is not None else None
    worded = observation.value_type in {"text", "code"} and len(text) <= _SHORT
    return worded and observation.analyte is None and positive(text, coded) is True


def delta_findings(bench: Bench) -> Iterator[Draft]:
    """Changes against the result before, beyond the analyte's sourced limits within their days."""
    for analyte, results in bench.grouped.items():
        newest = results[0]
        before = next((r for r in results[1:] if r.at is not None and newest.at is not None and r.at < newest.at), None)
        source = bench.catalog[analyte].delta_source
        side = _moved(bench.catalog, newest, before) if before is not None else None
        if before is None or side is None or source is None:
            continue
        says = phrase(
            f"delta.{side}",
            bench.lang,
            name=bench.name(newest.observation),
            before=value_of(before.observation),
            value=value_of(newest.observation),
        )
        facts = (newest.fact, before.fact)
        yield Draft("delta", "standard", facts, source, says, analyte=analyte, direction=side)


def _moved(catalog: Catalog, newest: Result, before: Result) -> Side | None:
    analyte = catalog[newest.analyte]
    if newest.value is None or before.value is None or newest.at is None or before.at is None:
        return None
    if analyte.delta_days is not None and newest.at - before.at > timedelta(days=analyte.delta_days):
        return None
    change = Decimal(newest.observation.value or "0") - Decimal(before.observation.value or "0")
    absolute = analyte.delta_absolute is not None and abs(change) >= analyte.delta_absolute
    reference = abs(Decimal(before.observation.value or "0"))
    percent = analyte.delta_percent
    relative = percent is not None and reference > 0 and abs(change) / reference * 100 >= percent
    if not (absolute or relative) or not change:
        return None
    return "high" if change > 0 else "low"


def newest_facts(bench: Bench) -> tuple[str, ...]:
    """Facts that rules would have looked at: the newest of each analyte, the flagged ones when there are any."""
    newest = [results[0] for results in bench.grouped.values()]
    flagged = [result.fact for result in newest if result.abnormal]
    return tuple(flagged or [result.fact for result in newest])


def group_usable(case: Case, catalog: Catalog, unusable: frozenset[str]) -> dict[str, list[Result]]:
    """Usable results by analyte, newest first."""
    return by_analyte(read_results(case, catalog=catalog, unusable=unusable))
