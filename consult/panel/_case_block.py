"""The case as a model reads it: one compact table of facts with their ids, within a budget that says what it left out.

Times are days before the newest result (`D0`, `D-3`), in texts too: exact dates never leave for a model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from consult.analytes import Catalog, normalize_unit
from consult.case import USABLE, Case, Entry, Observation
from consult.clinic import Assessment, Finding
from consult.panel._fence import cut, fence, neutralise
from consult.plan import Language
from consult.privacy import OLDEST, day_of, undated

_HAN = re.compile("[\u3400-\u9fff]")
_ABNORMAL = frozenset({"LL", "L", "H", "HH", "A"})
_OLDER = 4
"""Earlier values that stand in the line of a result's trend."""
_TEXT = 1200
"""Characters of one report or of the history, before the budget is looked at."""
_QUESTION = 500
_SENT_RANGE = 20
_NOTE = 160
_LISTED = 30
"""Names of left-out results that are told."""
WITHDRAWN = frozenset({"entered-in-error", "cancelled"})
_LABELS: dict[str, tuple[str, str]] = {
    "case": ("Case", "病例"),
    "male": ("male", "男"),
    "female": ("female", "女"),
    "pregnant": ("pregnant", "妊娠"),
    "question": ("Question", "问题"),
    "history": ("History", "病史"),
    "facts": ("Facts", "事实"),
    "findings": ("Findings of code", "程序发现"),
    "conditions": ("Conditions", "诊断"),
    "medications": ("Medications", "用药"),
    "allergies": ("Allergies", "过敏"),
    "procedures": ("Procedures", "操作"),
    "immunizations": ("Immunizations", "免疫接种"),
    "encounters": ("Encounters", "就诊"),
    "doubted": ("doubted", "存疑"),
    "dropped": ("Left out, normal", "未列出的正常结果"),
    "shortened": ("texts shortened", "文本有删节"),
    "years": ("y", "岁"),
    "alert": ("ALERT", "警报"),
    "upwards": (" or older", "以上"),
    "older": ("older", "项更早"),
}
_LISTS = ("conditions", "medications", "allergies", "procedures", "immunizations", "encounters")


def tokens_of(text: str) -> int:
    """About how many tokens a text is: four Latin characters, or one and a half Han characters, each."""
    han = len(_HAN.findall(text))
    return round(han / 1.5 + (len(text) - han) / 4)


@dataclass(slots=True)
class _Row:
    """All results of one analyte, newest first."""

    panel: str
    seen: list[Observation]
    needed: bool
    """Abnormal, or named by a finding: it stays whatever the budget."""

    @property
    def newest(self) -> Observation:
        return self.seen[0]


@dataclass(frozen=True, slots=True)
class CaseBlock:
    """The text, and what had to be left out of it."""

    text: str
    days: Mapping[str, str]
    """`D-3` to the date it stands for."""
    undated: Callable[[str], str]
    """A further text of this case as it may leave: with `D-3` for its dates."""
    dropped: tuple[str, ...] = ()
    """Facts that the budget had no room for."""


NOTHING = CaseBlock("", {}, str)
"""Where no model reads."""


@dataclass
class _Writer:
    case: Case
    assessment: Assessment
    catalog: Catalog
    language: Language
    days: dict[str, str] = field(default_factory=dict)

    @cached_property
    def doubted(self) -> set[str]:
        """Facts whose number may be wrong."""
        errors = {fact for entry in self.case.quality if entry.severity == "error" for fact in entry.facts}
        return errors | set(self.assessment.doubted)

    @cached_property
    def newest(self) -> date | None:
        """The day of the newest result."""
        return day_of(self.assessment.as_of)

    def label(self, key: str) -> str:
        return _LABELS[key][1 if self.language == "zh" else 0]

    def day(self, effective: str | None) -> str:
        """`D-3`: days from the newest result; empty when either is unknown."""
        return self._day(day_of(effective))

    def undated(self, text: str) -> str:
        """A text with `D-3` for its dates, and `about 9 years before` for years; what cannot be told is `[date]`."""
        return undated(text, newest=self.newest, told=self._day)

    def _day(self, day: date | None) -> str:
        if day is None or self.newest is None:
            return ""
        days = (day - self.newest).days
        name = f"D{days}" if days <= 0 else f"D+{days}"
        self.days[name] = day.isoformat()
        return name


def case_block(
    case: Case, assessment: Assessment, *, catalog: Catalog, language: Language, budget: int = 1500
) -> CaseBlock:
    """The case within about `budget` tokens.

    Over the budget normal results are dropped, the last ones of the document first; then texts are shortened. What was
    dropped is said in the block. An abnormal result is never dropped.
    """
    writer = _Writer(case, assessment, catalog, language)
    rows = list(_rows(writer))
    limit, dropped = _TEXT, list[_Row]()
    text = _block(writer, rows, dropped, limit)
    spare = [row for row in rows if not row.needed]
    while tokens_of(text) > budget and spare:
        over = tokens_of(text) - budget
        while over > 0 and spare:
            row = spare.pop()
            rows.remove(row)
            dropped.append(row)
            over -= max(1, tokens_of(_line(writer, row)))
        text = _block(writer, rows, dropped, limit)
    while tokens_of(text) > budget and limit > 150:
        limit //= 2
        text = _block(writer, rows, dropped, limit)
    left_out = tuple(seen.fact for row in dropped for seen in row.seen)
    return CaseBlock(text=text, days=writer.days, undated=writer.undated, dropped=left_out)


def _block(writer: _Writer, rows: Sequence[_Row], dropped: Sequence[_Row], limit: int) -> str:
    shortened = False
    lines = [_person(writer)]
    lines += [fence(f"{writer.label('question')}:", writer.undated(one), _QUESTION) for one in writer.case.questions]
    if writer.case.history.strip():
        shortened |= len(writer.case.history) > limit
        lines.append(fence(f"{writer.label('history')}:", writer.undated(writer.case.history), limit))
    lines.append(f"{writer.label('facts')}:")
    lines += _results(writer, rows)
    for report in writer.case.reports:
        told = f"{report.title}: {report.text}" if report.title else report.text
        shortened |= len(told) > limit
        lines.append(fence(f"{report.fact} {writer.day(report.effective)}".strip(), writer.undated(told), limit))
    lines += _entries(writer)
    if dropped:
        names = [cut(writer.undated(row.newest.name), 40) for row in reversed(dropped)]
        more = f" +{len(names) - _LISTED}" if len(names) > _LISTED else ""
        lines.append(f"({fence(writer.label('dropped') + ':', ', '.join(names[:_LISTED]))}{more})")
    if shortened:
        lines.append(f"({writer.label('shortened')})")
    lines += _findings(writer)
    return "\n".join(lines)


def _person(writer: _Writer) -> str:
    patient = writer.case.patient
    words = [writer.label(patient.sex)] if patient.sex in {"male", "female"} else []
    if patient.age_years is not None:
        old = patient.age_years >= OLDEST
        told = f"{min(patient.age_years, OLDEST)} {writer.label('years')}"
        words.append(f"{told}{writer.label('upwards')}" if old else told)
    if patient.pregnant:
        words.append(writer.label("pregnant"))
    return f"{writer.label('case')}: {', '.join(words)}"


def _rows(writer: _Writer) -> Iterator[_Row]:
    """Results by analyte, in the order of the document."""
    named = {fact for finding in writer.assessment.findings if finding.kind != "quality" for fact in finding.facts}
    named |= writer.doubted
    groups: dict[tuple[str, ...], list[Observation]] = {}
    for seen in writer.case.observations:
        if seen.status in WITHDRAWN or (seen.value is None and not seen.shown):
            continue
        key = (seen.analyte or seen.name.casefold(), seen.specimen or "", seen.unit or "")
        groups.setdefault(key, []).append(seen)
    for results in groups.values():
        newest_first = sorted(results, key=lambda one: one.effective or "", reverse=True)
        first = newest_first[0]
        needed = any(one.flag in _ABNORMAL or one.fact in named for one in newest_first)
        yield _Row(_panel(writer, first), newest_first, needed or first.value_type in {"text", "code"})


def _panel(writer: _Writer, seen: Observation) -> str:
    if seen.analyte is not None and seen.analyte in writer.catalog:
        return writer.catalog[seen.analyte].group
    return fence("", writer.undated(seen.order), 30) if seen.order else ""


def _results(writer: _Writer, rows: Iterable[_Row]) -> list[str]:
    """One line for each panel and day."""
    lines: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        key = (row.panel, writer.day(row.newest.effective))
        lines.setdefault(key, []).append(_line(writer, row))
    return [" ".join(word for word in (panel, day) if word) + ": " + " | ".join(c) for (panel, day), c in lines.items()]


def _line(writer: _Writer, row: _Row) -> str:
    """`F3 Hb 96 g/L L 130-175, D-3 F13 110`."""
    newest = row.newest
    words = [newest.fact, _name(writer, newest), _value(writer, newest), _unit(newest)]
    if newest.flag in _ABNORMAL:
        words += [newest.flag, _range(newest)]
    if newest.specimen and newest.value_type != "quantity":
        words.append(f"({fence('', writer.undated(newest.specimen), 30)})")
    if newest.status not in USABLE:
        words.append(f"({newest.status})")
    if newest.fact in writer.doubted:
        words.append(f"({writer.label('doubted')})")
    words += [fence("", writer.undated(note), _NOTE) for note in newest.notes[:3]]
    line = " ".join(word for word in words if word)
    older = [
        f"{writer.day(one.effective)} {one.fact} {_value(writer, one)}".strip() for one in row.seen[1 : 1 + _OLDER]
    ]
    left = len(row.seen) - 1 - _OLDER
    return ", ".join([line, *older, *([f"+{left} {writer.label('older')}"] if left > 0 else [])])


def _name(writer: _Writer, seen: Observation) -> str:
    """As sent; a name that is none of ours stands between the marks of data."""
    if seen.analyte is not None and seen.analyte in writer.catalog:
        analyte = writer.catalog[seen.analyte]
        if seen.name.casefold() in {name.casefold() for name in (analyte.name_en, analyte.name_zh, *analyte.aliases)}:
            return seen.name
    return fence("", writer.undated(seen.name), 60)


def _value(writer: _Writer, seen: Observation) -> str:
    quantity = seen.value_type == "quantity"
    return cut(neutralise(seen.shown), 40) if quantity else fence("", writer.undated(seen.shown), 200)


def _unit(seen: Observation) -> str:
    """As sent; nothing for a plain ratio, whose unit 1 would read like a number."""
    unit = seen.reported.unit_shown or seen.unit or ""
    if not unit or unit.strip() == "1":
        return ""
    return unit if normalize_unit(unit) is not None else fence("", unit, 20)


def _range(seen: Observation) -> str:
    if seen.range is None:
        return ""
    sent = neutralise(seen.reported.range_shown)
    if sent and len(sent) <= _SENT_RANGE and seen.range.source == "laboratory":
        return sent  # `<8`, as the laboratory wrote it: whether the limit itself is normal is its to say
    low, high = seen.range.low, seen.range.high
    if low is not None and high is not None:
        return f"{low}-{high}"
    return f">={low}" if low is not None else f"<={high}" if high is not None else ""


def _entries(writer: _Writer) -> list[str]:
    lines = []
    for name in _LISTS:
        listed: list[Entry] = getattr(writer.case, name)
        if listed:
            lines.append(f"{writer.label(name)}: " + "; ".join(_entry(writer, entry) for entry in listed))
    return lines


def _entry(writer: _Writer, entry: Entry) -> str:
    words = [cut(word, 120) for word in (entry.name, entry.status, entry.note) if word]
    return fence(entry.fact, writer.undated(", ".join(words)))


def _findings(writer: _Writer) -> list[str]:
    """What code found, in one line each; what a flag in the table says already is not repeated."""
    concluded = {fired.finding: fired.rule for fired in writer.assessment.fired}
    lines = []
    for finding in writer.assessment.findings:
        if finding.kind == "out-of-range" or (finding.kind == "quality" and finding.severity == "info"):
            continue
        rule = concluded.get(finding.id)
        said = f"{rule.concludes.concept} {rule.concludes.likelihood}" if rule and rule.concludes else ""
        lines.append(_computed(finding) if finding.kind == "score" else _finding(writer, finding, said))
    return [f"{writer.label('findings')}:", *lines] if lines else []


def _computed(finding: Finding) -> str:
    """A score under its short name: its sentence is code's alone, so it needs no fence; `N` stands for its facts."""
    _, _, value = finding.says.replace("：", ": ", 1).partition(": ")
    return f"{finding.id} {finding.source} {value.rstrip('.。')}"


def _finding(writer: _Writer, finding: Finding, said: str) -> str:
    mark = f"{writer.label('alert')} " if finding.severity == "red" else ""
    told = said or fence("", writer.undated(finding.says), 160)
    return f"{finding.id} {mark}{told} [{' '.join(finding.facts[:8])}]"


_DAY = re.compile(r"(?<![\w-])D(?:0|[-\u2212+]\d{1,5})(?![\w-])")


def with_dates(text: str, days: Mapping[str, str]) -> str:
    """A model's sentence with `D-3` written as the date it stands for."""
    return _DAY.sub(lambda match: days.get(match.group().replace("\u2212", "-"), match.group()), text)
