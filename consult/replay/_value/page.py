"""The value report as one HTML file: no script, nothing fetched, printed on A4."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from consult._version import __version__
from consult.plan import Language
from consult.replay._charts import Line, bars, steps
from consult.replay._html import Child, Html, join, table, tag
from consult.replay._report.amounts import figure as rounded
from consult.replay._report.names import Names
from consult.replay._report.page import page
from consult.replay._value.figures import Fates, Figure
from consult.replay._value.groups import FEW, By, Group
from consult.replay._value.report import ValueReport, notes_of, period_text
from consult.replay._value.shown import n_text, quartiles_text, remark_text, share_text, value_text
from consult.replay._value.told import FATES, Fate
from consult.replay._value.words import definition_of, said_or, say, title_of

_STYLE = Path(__file__).with_name("value.css")
_SECTIONS = ("cases", "alerts", "repeats", "items", "models", "time")
_SHORTEST = 0.01
"""Minutes: what took less is drawn as this, on an axis that has no zero."""
_MADE: tuple[Fate, ...] = ("accepted", "edited", "rejected")
COLUMNS = (
    "alerts.raised", "alerts.acted", "alerts.raised_to_acted", "repeats.annotated", "repeats.price",
    "items.accepted", "items.edited", "items.rejected", "models.cost", "time.result_to_plan", "time.plan_to_signature",
)  # fmt: skip
"""Figures that stand in the tables of groups; the document holds all."""


def value_html(report: ValueReport, names: Names) -> str:
    """The document.

    Args:
        report: what is shown.
        names: the language, and what agents are called; names of wards stay as they are.
    """
    language = names.language
    written = say("written", language, at=f"{report.at:%Y-%m-%d %H:%M %Z}".strip(), version=__version__)
    stance = ["stance", "stance-replay"] if report.source == "replay" else ["stance"]
    head = [
        tag("p", f"{period_text(report, language)} {written}"),
        *(tag("p", say(one, language), class_="note") for one in stance),
        *(tag("p", note, class_="warning") for note in notes_of(report, language)),
    ]
    parts = [_section(name, report, names) for name in _SECTIONS]
    parts += [_groups(by, report, names) for by in _groupings(report)]
    sections = [*_SECTIONS, *_groupings(report)]
    return page(
        say("title", language),
        head,
        parts,
        contents=[(name, say(f"s.{name}", language)) for name in sections],
        labels=(say("contents", language), say("skip", language)),
        skip_to=_SECTIONS[0],
        language=language,
        more_style=_STYLE,
    )


def columns_of(report: ValueReport) -> list[str]:
    """Those of which anything is known over all cases."""
    return [name for name in COLUMNS if report.figure(name).value is not None]


def _groupings(report: ValueReport) -> list[By]:
    return [by for by in ("department", "month") if by in report.by]


def _section(name: str, report: ValueReport, names: Names) -> Html:
    language = names.language
    figures = [one for one in report.figures if one.name.split(".")[0] == name]
    more: list[Child] = []
    if name == "alerts":
        more = [_waits(report, language)]
    elif name == "items":
        more = _items(report, names)
    return tag("section", tag("h2", say(f"s.{name}", language)), _figures(figures, language), *more, id=name)


def _figures(figures: Sequence[Figure], language: Language) -> Html:
    head = [say(one, language) for one in ("figure", "value", "quartiles", "made-of")]
    return table(head, [_figure(one, language) for one in figures], class_="value")


def _figure(one: Figure, language: Language) -> list[Child]:
    named = join(
        [
            tag("span", title_of(one.name, language), class_="name"),
            tag("span", definition_of(one.name, language), class_="definition"),
        ]
    )
    of = " · ".join(part for part in (share_text(one), n_text(one)) if part)
    said = join([value_text(one, language), tag("span", of, class_="of") if of else None])
    unknown = " unjudged" if one.value is None else ""
    return [
        named,
        tag("td", said, class_=f"num{unknown}"),
        tag("td", quartiles_text(one), class_="num"),
        tag("td", remark_text(one, language), class_="remark"),
    ]


def _waits(report: ValueReport, language: Language) -> Html | None:
    """How the waiting times lie: drawn where there are enough that none stands out as one alert's."""
    if len(report.waits) < FEW:
        return None
    title = say("wait-plot", language)
    drawn = steps(
        [([max(one, _SHORTEST) for one in report.waits], 0)],
        title=title,
        says=f"n = {len(report.waits)}",
        x=say("wait-x", language),
        number=rounded,
    )
    return tag("figure", tag("figcaption", f"{title} (n = {len(report.waits)})"), drawn)


def _items(report: ValueReport, names: Names) -> list[Child]:
    if report.source == "replay":
        return []
    decided = [one for one in report.kinds if sum(one.counts[fate] for fate in _MADE)]
    plot = _bars(decided, names) if decided else None
    tables = [_fates("by-kind", report.kinds, names), _fates("by-agent", report.agents, names)]
    return [plot, *tables]


def _bars(kinds: Sequence[Fates], names: Names) -> Html:
    language = names.language
    keys = [tag("span", tag("span", class_=f"swatch {fate}"), " ", say(f"c.{fate}", language)) for fate in _MADE]
    lines = [
        Line(
            name_of(one, names),
            say("decided-n", language, n=sum(one.counts[fate] for fate in _MADE)),
            parts=[(float(one.counts[f]), f, f"{say(f'c.{f}', language)} {one.counts[f]}") for f in _MADE],
        )
        for one in kinds
    ]
    title = say("items-plot", language)
    says = "; ".join(f"{line.name}: {', '.join(part[2] for part in line.parts)}" for line in lines)
    drawn = bars(lines, title=title, says=says)
    return tag("figure", tag("figcaption", title), tag("p", *keys, class_="legend"), drawn)


def _fates(caption: str, found: Sequence[Fates], names: Names) -> Html | None:
    if not found:
        return None
    language = names.language
    head = ["", *(say(f"c.{fate}", language) for fate in FATES[:3])]
    head += [say(f"items.{fate}.short", language) for fate in FATES[3:]] + ["n"]
    rows: list[list[Child]] = [
        [
            name_of(one, names),
            *(tag("td", one.counts[fate], class_="num") for fate in FATES),
            tag("td", one.n, class_="num"),
        ]
        for one in found
    ]
    return table(head, rows, caption=say(caption, language), class_="figures")


def name_of(one: Fates, names: Names) -> str:
    """A kind of item, or an agent, in words."""
    return said_or(f"k.{one.name}", names.agent(one.name), names.language)


def group_name(one: Group, by: By, report: ValueReport, names: Names) -> str:
    """A ward as the hospital calls it, the specialty of replayed cases by its name, a month."""
    specialty = by == "department" and report.source == "replay"
    return (names.agent(one.name) if specialty else one.name) or say("unknown-group", names.language)


def _groups(by: By, report: ValueReport, names: Names) -> Html:
    language = names.language
    groups = report.by[by]
    about = [tag("p", say(f"department-{report.source}", language), class_="note")] if by == "department" else []
    about.append(tag("p", say("few", language, few=FEW), class_="note"))
    columns = columns_of(report)
    head = [say(by, language), say("s.cases", language), *(say(f"g.{name}", language) for name in columns)]
    rows = [[group_name(one, by, report, names), *_group(one, columns, language)] for one in groups]
    shown = table(head, rows, class_="figures groups-of") if groups else tag("p", say("no-groups", language))
    return tag("section", tag("h2", say(f"s.{by}", language)), *about, shown, id=by, class_="wide")


def _group(one: Group, columns: Sequence[str], language: Language) -> list[Child]:
    named: list[Child] = [tag("td", one.cases, class_="num")]
    if one.withheld:
        said = say("withheld", language, few=FEW)
        return [*named, tag("td", said, colspan=len(columns), class_="unjudged")]
    figures = {figure.name: figure for figure in one.figures}
    return [*named, *(_cell(figures[name], language) for name in columns)]


def _cell(one: Figure, language: Language) -> Html:
    if one.value is None:
        return tag("td", say("not known", language), class_="num unjudged", title=remark_text(one, language))
    notes = " · ".join(part for part in (quartiles_text(one), n_text(one)) if part)
    return tag("td", join([value_text(one, language), tag("span", notes, class_="of")]), class_="num")
