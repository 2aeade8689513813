"""The report as tables of text, for a terminal or any other plain page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consult.plan import Language
from consult.replay._report.names import Names
from consult.replay._value.figures import Fates, Reason
from consult.replay._value.groups import FEW, By, Group
from consult.replay._value.page import columns_of, group_name, name_of
from consult.replay._value.report import ValueReport, notes_of, period_text
from consult.replay._value.shown import n_text, quartiles_text, remark_text, share_text, value_text
from consult.replay._value.told import FATES
from consult.replay._value.words import say, title_of


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of text."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    """The first cell names the row."""
    notes: Sequence[str] = ()


def heading_of(report: ValueReport, language: Language) -> list[str]:
    """What stands above the tables: of what the report is, what it is not, what is left out."""
    stance = say("stance-replay" if report.source == "replay" else "stance", language)
    return [period_text(report, language), stance, *notes_of(report, language)]


def sheets_of(report: ValueReport, names: Names, *, by: By | None = None) -> list[Sheet]:
    """All figures, what became of items by kind and by agent, and the groups that were asked for."""
    sheets = [_figures(report, names.language)]
    if report.source == "live":
        found = (("by-kind", report.kinds), ("by-agent", report.agents))
        sheets += [_fates(title, fates, names) for title, fates in found if fates]
    if by is not None:
        sheets.append(_groups(report, by, names))
    return sheets


def _figures(report: ValueReport, language: Language) -> Sheet:
    """Those that are known, a line each; below, those that are not, by reason."""
    head = ["", *(say(one, language) for one in ("value", "quartiles")), "n", ""]
    known = [one for one in report.figures if one.value is not None]
    rows = [
        [
            title_of(one.name, language),
            " ".join(part for part in (value_text(one, language), share_text(one) and f"({share_text(one)})") if part),
            quartiles_text(one),
            n_text(one).removeprefix("n = "),
            remark_text(one, language),
        ]
        for one in known
    ]
    return Sheet("", head, rows, _unknown(report, language))


def _unknown(report: ValueReport, language: Language) -> tuple[str, ...]:
    titles: dict[Reason, list[str]] = {}
    for one in report.figures:
        if one.reason is not None:
            titles.setdefault(one.reason, []).append(title_of(one.name, language))
    between, colon, stop = ("；", "：", "。") if language == "zh" else ("; ", ": ", ".")
    return tuple(f"{between.join(names)}{colon}{say(reason, language)}{stop}" for reason, names in titles.items())


def _fates(title: str, found: Sequence[Fates], names: Names) -> Sheet:
    language = names.language
    head = ["", *(say(f"c.{fate}", language) for fate in FATES[:3])]
    head += [say(f"items.{fate}.short", language) for fate in FATES[3:]] + ["n"]
    rows = [[name_of(one, names), *(str(one.counts[fate]) for fate in FATES), str(one.n)] for one in found]
    return Sheet(say(title, language), head, rows)


def _groups(report: ValueReport, by: By, names: Names) -> Sheet:
    """A figure a line, a group a column: terminals are narrow, and departments few."""
    language = names.language
    if by not in report.by:
        return Sheet(say(f"s.{by}", language), [], [], [say("no-months", language)])
    groups = report.by[by]
    head = ["", *(group_name(one, by, report, names) for one in groups)]
    rows = [[say("s.cases", language), *(str(one.cases) for one in groups)]]
    rows += [
        [say(f"g.{name}", language), *(_cell(one, name, language) for one in groups)] for name in columns_of(report)
    ]
    note = say("few", language, few=FEW)
    return Sheet(say(f"s.{by}", language), head, rows, [note] if any(one.withheld for one in groups) else [])


def _cell(group: Group, name: str, language: Language) -> str:
    if group.withheld:
        return "–"
    one = next(figure for figure in group.figures if figure.name == name)
    return value_text(one, language) if one.value is None else f"{value_text(one, language)} / {one.n}"
