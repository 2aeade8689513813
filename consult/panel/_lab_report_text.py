"""The interpretive laboratory report as Markdown, in English or Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from consult.panel._lab_report import Interpretation, LabReport, ReportedResult, Suggestion, Wording
from consult.plan import Conflict, Language, Statement, escape, phrase

_LABELS: dict[str, tuple[str, str]] = {
    "title": ("Interpretive laboratory report", "检验解释性报告"),
    "draft": (
        "DRAFT made by a program from the findings of code; not valid until a laboratory physician has checked and "
        "signed it.",
        "草稿：由程序根据计算所得发现起草，须经检验医师审核签字后生效。",
    ),
    "consultation": ("Consultation", "会诊编号"),
    "patient": ("Patient", "患者"),
    "question": ("Question", "问题"),
    "as_of": ("Newest result", "最新结果时间"),
    "critical": ("Critical findings", "危急情况"),
    "quality": ("Samples and data", "标本与数据"),
    "results": ("Results", "检验结果"),
    "interpretation": ("Interpretation", "结果解释"),
    "unexplained": ("Abnormal results without an explanation", "尚无解释的异常结果"),
    "scores": ("Calculated", "计算指标"),
    "suggestions": ("Suggested tests", "建议检查"),
    "avoid": ("Not needed or not advised", "无需或不建议"),
    "conflicts": ("Where specialties differ", "专科意见分歧"),
    "missing": ("Missing to decide", "尚缺资料"),
    "sources": ("Sources", "依据"),
    "header": ("| | Test | Result | Unit | Range | | Time |", "| | 项目 | 结果 | 单位 | 参考范围 | | 时间 |"),
    "signature": (
        "Laboratory physician: ____________________  Date and time: ____________________",
        "检验医师：____________________　日期时间：____________________",
    ),
    "changed": (
        "Rules or literature have changed since this consultation: the report may say more or less than the plan.",
        "会诊之后规则或文献内容已有更新，本报告与会诊方案可能有出入。",
    ),
    "edited": ("worded by", "措辞："),
    "nothing": ("No finding needs an interpretation.", "无需解释的异常发现。"),
}


def report_markdown(report: LabReport) -> str:
    """The whole report; its second line says that it is a draft."""
    writer = _Writer(report)
    writer.heading()
    writer.section("critical", (writer.sentence(one) for one in report.critical))
    writer.section("quality", (writer.sentence(one) for one in report.quality))
    writer.results()
    writer.interpretation()
    writer.section("unexplained", (writer.sentence(one) for one in report.unexplained))
    writer.section("scores", (writer.sentence(one) for one in report.scores))
    writer.section("suggestions", (writer.suggestion(one) for one in report.suggestions if one.kind != "avoid"))
    writer.section("avoid", (writer.suggestion(one) for one in report.suggestions if one.kind == "avoid"))
    writer.section("conflicts", (line for one in report.conflicts for line in writer.differing(one)))
    writer.section("missing", (f"- {escape(one.text)}" for one in report.missing))
    writer.sources()
    writer.lines += ["---", "", writer.label("signature")]
    return "\n".join(writer.lines) + "\n"


class _Writer:
    def __init__(self, report: LabReport) -> None:
        self.report = report
        self.language: Language = report.language
        self.lines: list[str] = []

    def label(self, key: str) -> str:
        return _LABELS[key][0 if self.language == "en" else 1]

    def heading(self) -> None:
        patient = self.report.patient
        age = "?" if patient.age_years is None else str(patient.age_years)
        who = f"{phrase(patient.sex, self.language)}, {phrase('years', self.language, age=age)}"
        self.lines += [f"# {self.label('title')}", "", f"**{self.label('draft')}**", ""]
        self.lines += [
            f"- {self.label('consultation')}: {self.report.consultation}",
            f"- {self.label('patient')}: {who}",
        ]
        if self.report.as_of:
            self.lines.append(f"- {self.label('as_of')}: {self.report.as_of}")
        self.lines += [f"- {self.label('question')}: {escape(one)}" for one in self.report.questions]
        if self.report.changed:
            self.lines.append(f"- {self.label('changed')}")
        self.lines.append("")

    def section(self, key: str, lines: Iterable[str]) -> None:
        found = list(lines)
        if found:
            self.lines += [f"## {self.label(key)}", "", *found, ""]

    def sentence(self, one: Statement, lead: str = "-") -> str:
        marks = ", ".join([*one.facts, *one.passages])
        return f"{lead} {escape(one.text)}" + (f" [{marks}]" if marks else "")

    def results(self) -> None:
        if self.report.results:
            self.lines += [f"## {self.label('results')}", "", self.label("header"), "|---|---|---|---|---|---|---|"]
            self.lines += [_row(one) for one in self.report.results]
            self.lines.append("")
            self.comments()

    def comments(self) -> None:
        """Each remark once, with the results that it is about."""
        about: dict[str, list[str]] = {}
        for one in self.report.results:
            for text in one.comments:
                about.setdefault(text, []).append(one.fact)
        if about:
            self.lines += [*(f"- {', '.join(facts)}: {escape(text)}" for text, facts in about.items()), ""]

    def interpretation(self) -> None:
        found = [line for one in self.report.interpretation for line in self._interpreted(one)]
        nothing = not found and not self.report.critical and not self.report.unexplained
        self.section("interpretation", [self.label("nothing")] if nothing else found)

    def _interpreted(self, one: Interpretation) -> Sequence[str]:
        grade = f"{phrase(one.likelihood, self.language)}, {phrase(one.severity, self.language)}"
        head = f"- **{escape(one.name)}** ({grade})"
        cautions = [f"  - {escape(caution)}" for caution in one.cautions]
        if one.edited is not None:
            return [head, f"  - {self.worded(one.edited)}", *cautions]
        return [head, *(self.sentence(said, "  -") for said in one.statements), *cautions]

    def worded(self, one: Wording) -> str:
        """A doctor's sentence, with whose it is."""
        return f"{escape(one.text)} ({self.label('edited')} {escape(one.by)})"

    def suggestion(self, one: Suggestion) -> str:
        urgency = "" if one.kind == "avoid" else f" ({phrase(one.urgency, self.language)})"
        cautions = " ".join(escape(caution) for caution in one.cautions)
        lead = f"- **{escape(one.name)}**{urgency}:"
        said = self.sentence(one.statement, lead) if one.edited is None else f"{lead} {self.worded(one.edited)}"
        return f"{said} {cautions}".rstrip()

    def differing(self, one: Conflict) -> list[str]:
        """A point in dispute with everyone's position."""
        held = (
            f"  - {escape(p.specialty)}, {phrase(p.stance, self.language)}: {escape(p.reason)}" for p in one.positions
        )
        return [f"- **{escape(one.name)}**", *held]

    def sources(self) -> None:
        self.section(
            "sources",
            (
                f"- `{one.passage}` {escape(f'{one.organisation}. {one.title}. {one.year}. {one.reference}')}"
                for one in self.report.citations
            ),
        )


def _row(one: ReportedResult) -> str:
    named = one.title and one.title.casefold() not in one.name.casefold()
    name = f"{one.name} ({one.title})" if named else one.name
    cells = (one.fact, name, one.value, one.unit, one.range, one.flag or "", one.effective or "")
    return "| " + " | ".join(escape(cell) for cell in cells) + " |"
