"""A plan as Markdown, for reading and for export."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from consult.case import Case, Observation
from consult.plan._model import UNEXPLAINED, Citation, Plan, Position, Problem, Recommendation, Statement
from consult.plan._phrases import Language, data_text, gap_text, phrase

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def escape(text: str) -> str:
    """Text from outside as Markdown that shows it literally, on one line, without control characters."""
    return _SPECIAL.sub(r"\\\1", " ".join(_CONTROL.sub("", text).split()))


def render_markdown(
    plan: Plan,
    *,
    case: Case,
    identifier: str,
    status: str,
    decisions: Mapping[str, str] | None = None,
    signers: Sequence[str] = (),
) -> str:
    """The whole plan; a draft says in its first line that it is one.

    Args:
        plan: the plan.
        case: its case, for the table of results.
        identifier: the consultation's id.
        status: the consultation's status.
        decisions: item id to one line that says what was decided, by whom and when.
        signers: one line per signature.
    """
    writer = _Writer(plan, decisions or {})
    writer.heading(identifier, status, signers)
    writer.alerts()
    writer.problems()
    writer.recommendations()
    writer.missing()
    writer.conflicts()
    writer.results(case)
    writer.citations()
    return "\n".join(writer.lines).rstrip() + "\n"


class _Writer:
    def __init__(self, plan: Plan, decisions: Mapping[str, str]) -> None:
        self.plan = plan
        self.decisions = decisions
        self.language: Language = plan.language
        self.lines: list[str] = []

    def say(self, key: str, **values: object) -> str:
        return phrase(key, self.language, **values)

    def heading(self, identifier: str, status: str, signers: Sequence[str]) -> None:
        mark = self.say("label.signed") if status == "signed" else self.say("label.draft")
        self.lines += [f"# {self.say('label.plan')} {identifier} ({mark})", ""]
        if status != "signed":
            self.lines += [f"**{self.say('warning.ai')}**", ""]
        self.lines += [f"- {self.say('label.signed')}: {escape(line)}" for line in signers]
        self.lines += [f"> {data}" for data in [data_text(self.plan)] if data is not None]
        self.lines += [f"> {escape(warning)}" for warning in self.plan.warnings]
        self.lines += [f"> {gap_text(gap, self.language, self.names([gap.specialty]))}" for gap in self.plan.gaps]
        self.lines.append("")

    def names(self, specialties: Sequence[str]) -> str:
        return ", ".join(escape(self.plan.specialties.get(one, one)) for one in specialties)

    def section(self, key: str, present: object) -> bool:
        if present:
            self.lines += [f"## {self.say(key)}", ""]
        return bool(present)

    def statement(self, statement: Statement) -> str:
        references = [*statement.facts, *statement.passages]
        mark = self.mark(statement)
        tail = f" [{', '.join(references)}]" if references else ""
        return f"{escape(statement.text)}{tail}{self.by(statement)}{mark}"

    def position(self, position: Position) -> str:
        changed = f" ← {self.say(position.before)}" if position.before is not None else ""
        stance = f"{self.say(position.stance)}{changed}"
        who = f"{self.names([position.specialty])}{self.by(position)}"
        return f"{who}, {stance}: {escape(position.reason)}{self.mark(position)}"

    def by(self, said: Statement | Position) -> str:
        """The model that wrote it; code is not named."""
        return f" ({escape(said.by)})" if said.by else ""

    def mark(self, said: Statement | Position) -> str:
        if said.supported:
            return ""
        return f" **[{self.say('label.unsupported')}: {escape(said.problem or '')}]**"

    def line(self, item: Problem | Recommendation, items: Sequence[Problem | Recommendation]) -> None:
        """Before the first item that nothing supports."""
        if item.below_the_line and item is next(one for one in items if one.below_the_line):
            self.lines += ["", "---", "", f"**{self.say('label.below')}**", ""]

    def below(self, item: Problem | Recommendation) -> str:
        return f" **[{self.say('label.below')}]**" if item.below_the_line else ""

    def decided(self, item: str) -> None:
        if item in self.decisions:
            self.lines.append(f"  - {self.say('label.decision')}: {escape(self.decisions[item])}")

    def alerts(self) -> None:
        if not self.section("label.alerts", self.plan.alerts):
            return
        for alert in self.plan.alerts:
            self.lines.append(f"- **{alert.id}** {self.statement(alert.statement)}")
            self.lines += [f"  - {escape(caution)}" for caution in alert.cautions]
            self.decided(alert.id)
        self.lines.append("")

    def problems(self) -> None:
        if not self.section("label.problems", self.plan.problems):
            return
        for problem in self.plan.problems:
            self.line(problem, self.plan.problems)
            self._problem(problem)
        self.lines.append("")

    def _problem(self, problem: Problem) -> None:
        draft = f", {self.say('label.draft_knowledge')}" if problem.draft_knowledge else ""
        likelihood = "" if problem.concept == UNEXPLAINED else f"{self.say(problem.likelihood)}, "
        grade = f"{likelihood}{self.say(problem.severity)}{draft}"
        self.lines.append(
            f"- **{problem.id} {escape(problem.name)}**{self.below(problem)} ({grade}) {self.say('label.by')} "
            f"{self.names(problem.said_by)}"
        )
        self.lines += [
            f"  - {self.statement(statement)} ({self.names([statement.author])})" for statement in problem.statements
        ]
        self.lines += [f"  - {escape(caution)}" for caution in problem.cautions]
        self.lines += [
            f"  - **{self.say(f'care.{care.kind}')}**: {self.statement(care.statement)}" for care in problem.care
        ]
        for position in problem.dissent:
            self.lines.append(f"  - **{self.say('label.dissent')}**: {self.position(position)}")
        self.decided(problem.id)

    def recommendations(self) -> None:
        if not self.section("label.recommendations", self.plan.recommendations):
            return
        for item in self.plan.recommendations:
            self.line(item, self.plan.recommendations)
            self._recommendation(item)
        self.lines.append("")

    def _recommendation(self, item: Recommendation) -> None:
        why = f" ({', '.join(item.why)})" if item.why else ""
        kind = f"{self.say(item.kind)}, {self.say(item.urgency)}"
        name = f"- **{item.id} {escape(item.name)}**{self.below(item)}"
        self.lines.append(f"{name} ({kind}){why}: {self.statement(item.statement)}")
        self.lines += [f"  - {self.statement(statement)}" for statement in item.further]
        self.lines += [f"  - {escape(caution)}" for caution in item.cautions]
        self.decided(item.id)

    def missing(self) -> None:
        if self.section("label.missing", self.plan.missing):
            self.lines += [f"- {escape(item.text)}" for item in self.plan.missing] + [""]

    def conflicts(self) -> None:
        if not self.section("label.conflicts", self.plan.conflicts):
            return
        for conflict in self.plan.conflicts:
            outcome = f" ({self.say('label.no_consensus')})" if conflict.outcome == "no-consensus" else ""
            self.lines.append(f"- **{escape(conflict.name)}**{outcome}")
            for position in conflict.positions:
                self.lines.append(f"  - {self.position(position)}")
        self.lines.append("")

    def results(self, case: Case) -> None:
        if not self.section("label.results", case.observations):
            return
        self.lines += ["| | | | | | |", "|---|---|---|---|---|---|"]
        self.lines += [_row(seen) for seen in case.observations]
        self.lines.append("")

    def citations(self) -> None:
        if not self.section("label.citations", self.plan.citations):
            return
        self.lines += [self._citation(citation) for citation in self.plan.citations]

    def _citation(self, citation: Citation) -> str:
        newer = ", ".join(citation.superseded_by)
        label = "label.partly_superseded" if citation.partly else "label.superseded"
        mark = f" **{self.say(label)} {newer}**" if newer else ""
        source = f"{citation.organisation}. {citation.title}. {citation.year}. {citation.reference}"
        return f"- `{citation.passage}` {escape(citation.section)}: {escape(source)}{mark}\n  {escape(citation.text)}"


def _row(seen: Observation) -> str:
    cells = [
        seen.fact,
        seen.name,
        f"{seen.shown} {seen.reported.unit_shown}",
        seen.flag or "",
        seen.reported.range_shown,
        seen.effective or "",
    ]
    return "| " + " | ".join(escape(cell) for cell in cells) + " |"
