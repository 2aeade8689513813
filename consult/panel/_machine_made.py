"""What outside models said of images, slides and tracings, and which did not answer: for the plan's first lines."""

from __future__ import annotations

from consult.case import Case, Observation, Report, is_gap, machine_made, unconfirmed
from consult.clinic import value_of
from consult.plan import Language, Unavailable, phrase

_SHOWN = 8


def model_gaps(case: Case) -> list[Unavailable]:
    """The models that were asked and did not take part."""
    return [Unavailable(specialty=one.title, reason=one.text) for one in case.reports if is_gap(one)]


def model_warnings(case: Case, language: Language) -> list[str]:
    """One sentence for each reading: model and version, what it says, how sure it is, and that it is a machine's."""
    readings: dict[str, list[Report]] = {}
    for report in case.reports:
        if machine_made(report) and not is_gap(report):
            readings.setdefault(report.title.rpartition(" (")[0], []).append(report)
    return [_warning(who, reports, case, language) for who, reports in readings.items()]


def _warning(who: str, reports: list[Report], case: Case, language: Language) -> str:
    key = "warning.machine" if any(unconfirmed(report) for report in reports) else "warning.machine_measured"
    made = [one for one in case.observations if one.order == who and machine_made(one)]
    listed = [_one(one) for one in made[:_SHOWN]]
    listed += [f"+{len(made) - _SHOWN}"] if len(made) > _SHOWN else []
    listed += [] if made else [report.text.partition("\n")[0] for report in reports]
    facts = ", ".join(report.fact for report in reports)
    return phrase(key, language, who=who, report=facts, listed="; ".join(listed))


def _one(seen: Observation) -> str:
    sureness = seen.notes[0].rpartition(", ")[2]
    return f"{seen.name} {value_of(seen)}, {sureness} [{seen.fact}]"
