"""A consultation in the terminal: alerts first, each statement with what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.panel import Panel as Box
from rich.rule import Rule
from rich.text import Text

from consult.cli._common import plain
from consult.cli._tables import results_table, when
from consult.plan import (
    UNEXPLAINED,
    Alert,
    Language,
    Plan,
    Position,
    Problem,
    Recommendation,
    Statement,
    data_text,
    gap_text,
    phrase,
)
from consult.review import generated_label, usage_line

if TYPE_CHECKING:
    from rich.console import Console

    from consult.case import Identity
    from consult.review import Consultation

_LIKELIHOOD = {"confirmed": "bold", "likely": "bold", "possible": "", "unlikely": "dim", "excluded": "dim"}

_BELOW: dict[Language, str] = {
    "en": "Below this line: not supported by what it cites",
    "zh": "以下内容未得到所引依据支持",
}
_LATER: dict[Language, str] = {
    "en": "Stale since {at}: {new} new and {changed} changed results that it has not seen; they touch {touched}.",
    "zh": "{at}后有未纳入的结果：新增{new}项，更改{changed}项；涉及{touched}。",
}


def show_consultation(console: Console, consultation: Consultation, *, identity: Identity | None = None) -> None:
    """The whole consultation; names come from the local store and stand only in the heading."""
    view = _View(console, consultation)
    view.heading(identity)
    view.alerts()
    view.problems()
    view.recommendations()
    view.missing()
    view.conflicts()
    view.results()
    view.citations()
    view.usage()


def show_heading(console: Console, consultation: Consultation, *, identity: Identity | None = None) -> None:
    """Which consultation it is, about whom, and what must be known of it as a whole."""
    _View(console, consultation).heading(identity)


def show_item(console: Console, consultation: Consultation, item: str) -> None:
    """One item to decide."""
    view = _View(console, consultation)
    items: list[Alert | Problem | Recommendation] = [*view.plan.alerts, *view.plan.problems, *view.plan.recommendations]
    for found in items:
        if found.id == item:
            view.item(found)


class _View:
    def __init__(self, console: Console, consultation: Consultation) -> None:
        self.console = console
        self.consultation = consultation
        self.plan = consultation.plan or Plan(language="en", engine="rules")
        self.language: Language = self.plan.language
        self.decided = {decision.item: decision for decision in consultation.decisions}

    def say(self, key: str) -> str:
        return phrase(key, self.language)

    def print(self, text: str | Text, indent: int = 0) -> None:
        body = Text(text) if isinstance(text, str) else text
        self.console.print(Padding(body, (0, 0, 0, indent)))

    def names(self, specialties: Iterable[str]) -> str:
        return ", ".join(plain(self.plan.specialties.get(one, one)) for one in specialties)

    def below(self, indent: int = 0) -> None:
        """The line under which nothing is supported."""
        self.print(Text(f"──── {_BELOW[self.language]} ────", style="bold red"), indent)

    def statements(self, statements: Sequence[Statement], *, below: bool) -> None:
        """What is supported, then what is not, under a line unless the whole item stands below one."""
        refused = [] if below else [statement for statement in statements if not statement.supported]
        for statement in statements:
            if statement not in refused:
                self.print(Text.assemble(*_statement(statement, self.language)), indent=3)
        if refused:
            self.below(indent=3)
        for statement in refused:
            self.print(Text.assemble(*_statement(statement, self.language)), indent=3)

    def title(self, key: str, present: object) -> bool:
        if present:
            self.console.print()
            self.console.print(Rule(self.say(key), align="left", style="dim"))
        return bool(present)

    def heading(self, identity: Identity | None) -> None:
        signed = self.consultation.status == "signed"
        mark = self.say("label.signed") if signed else self.say("label.draft")
        patient = self.consultation.case.patient
        age = "?" if patient.age_years is None else str(patient.age_years)
        who = f"{self.say(patient.sex)}, {phrase('years', self.language, age=age)}"
        if identity is not None and identity.name:
            who = f"{plain(identity.name)} ({who}) {plain(identity.location)}".strip()
        self.print(Text(f"{self.say('label.plan')} {self.consultation.id}", style="bold"))
        status = f"{self.say('label.status')}: {self.say(self.consultation.status)}"
        self.print(Text(f"{mark} · {status} · {who}", style="cyan"))
        generated = generated_label(self.plan)
        if generated is not None:
            self.print(Text(plain(generated), style="bold magenta"))
        if self.consultation.superseded_by is not None:
            newer = f"{self.say('label.superseded')} {self.consultation.superseded_by}"
            self.print(Text(f"! {newer}", style="bold yellow"))
        for question in self.consultation.case.questions:
            self.print(Text(f"? {plain(question, 500)}", style="bold"))
        self.later_results()
        if (data := data_text(self.plan)) is not None:
            self.print(Text(data, style="dim"))
        for warning in self.plan.warnings:
            self.print(Text(f"· {plain(warning, 500)}", style="dim"))
        for gap in self.plan.gaps:
            self.print(Text(plain(gap_text(gap, self.language, self.names([gap.specialty])), 500), style="red"))

    def later_results(self) -> None:
        """What arrived since, and which facts and items it touches."""
        for later in self.consultation.later_results:
            touched = ", ".join([*later.items, *later.facts]) or "–"
            line = _LATER[self.language].format(
                at=when(later.at), new=later.new, changed=later.changed, touched=touched
            )
            self.print(Text(f"! {line}", style="bold yellow"))

    def alerts(self) -> None:
        if not self.plan.alerts:
            return
        body = Group(*(line for alert in self.plan.alerts for line in self._alert_lines(alert)))
        self.console.print(Box(body, title=self.say("label.alerts"), border_style="bold red", title_align="left"))

    def _alert_lines(self, alert: Alert) -> Iterable[Text]:
        yield Text.assemble((f"{alert.id} ", "bold red"), *_statement(alert.statement, self.language))
        for caution in alert.cautions:
            yield Text(f"   ! {plain(caution, 500)}", style="yellow")
        if decision := self._decision(alert.id):
            yield decision

    def _decision(self, item: str) -> Text | None:
        decision = self.decided.get(item)
        if decision is None:
            return None
        words = " ".join(part for part in (decision.text, decision.reason) if part)
        return Text(
            f"   → {decision.decision} · {plain(decision.by)} · {when(decision.at)} {plain(words, 2000)}", style="green"
        )

    def item(self, found: Alert | Problem | Recommendation) -> None:
        if isinstance(found, Alert):
            for line in self._alert_lines(found):
                self.print(line)
            return
        if found.below_the_line:
            self.below()
        self._item(found)

    def _item(self, found: Problem | Recommendation) -> None:
        if isinstance(found, Problem):
            self._problem(found)
        else:
            self._recommendation(found)

    def _items(self, items: Sequence[Problem | Recommendation]) -> None:
        refused = [item for item in items if item.below_the_line]
        for item in items:
            if not item.below_the_line:
                self._item(item)
        if refused:
            self.below()
        for item in refused:
            self._item(item)

    def problems(self) -> None:
        if self.title("label.problems", self.plan.problems):
            self._items(self.plan.problems)

    def _problem(self, problem: Problem) -> None:
        likelihood = "" if problem.concept == UNEXPLAINED else f"{self.say(problem.likelihood)} · "
        grade = f"  {likelihood}{self.say(problem.severity)}"
        draft = f" · {self.say('label.draft_knowledge')}" if problem.draft_knowledge else ""
        colour = "bold red" if problem.severity == "red" else "bold"
        self.print(
            Text.assemble(
                (f"{problem.id} {plain(problem.name)}", colour),
                (grade, _LIKELIHOOD[problem.likelihood]),
                (f"{draft} · {self.names(problem.said_by)}", "dim"),
            )
        )
        self.statements(problem.statements, below=problem.below_the_line)
        for caution in problem.cautions:
            self.print(Text(f"! {plain(caution, 500)}", style="yellow"), indent=3)
        for care in problem.care:
            parts = _statement(care.statement, self.language)
            self.print(Text.assemble((f"{self.say(f'care.{care.kind}')}: ", "cyan"), *parts), indent=3)
        for position in problem.dissent:
            line = f"{self.say('label.dissent')}: {self.position(position)}"
            self.print(Text(line, style="magenta"), indent=3)
        if decision := self._decision(problem.id):
            self.print(decision)

    def recommendations(self) -> None:
        if self.title("label.recommendations", self.plan.recommendations):
            self._items(self.plan.recommendations)

    def _recommendation(self, item: Recommendation) -> None:
        why = f" ← {', '.join(item.why)}" if item.why else ""
        kind = f"  {self.say(item.kind)} · {self.say(item.urgency)}{why}"
        colour = "dim" if item.kind == "avoid" else "bold"
        self.print(Text.assemble((f"{item.id} {plain(item.name)}", colour), (kind, "dim")))
        self.statements([item.statement, *item.further], below=item.below_the_line)
        for caution in item.cautions:
            self.print(Text(f"! {plain(caution, 500)}", style="yellow"), indent=3)
        if decision := self._decision(item.id):
            self.print(decision)

    def missing(self) -> None:
        if self.title("label.missing", self.plan.missing):
            for item in self.plan.missing:
                self.print(f"? {plain(item.text)}")

    def conflicts(self) -> None:
        if self.title("label.conflicts", self.plan.conflicts):
            for conflict in self.plan.conflicts:
                outcome = f"  {self.say('label.no_consensus')}" if conflict.outcome == "no-consensus" else ""
                self.print(Text.assemble((plain(conflict.name), "bold magenta"), (outcome, "dim")))
                for position in conflict.positions:
                    self.print(self.position(position), indent=3)

    def position(self, position: Position) -> str:
        changed = f" ← {self.say(position.before)}" if position.before is not None else ""
        mark = "" if position.supported else f" ({self.say('label.unsupported')}: {position.problem})"
        stance = f"{self.say(position.stance)}{changed}"
        return f"{self.names([position.specialty])}{_by(position)}, {stance}. {plain(position.reason, 1000)}{mark}"

    def results(self) -> None:
        case = self.consultation.case
        if self.title("label.results", case.observations or case.reports):
            if case.observations:
                self.console.print(results_table(case.observations))
            for report in case.reports:
                self.print(f"{report.fact}  {plain(report.title)}: {plain(report.text, 5000)}")

    def citations(self) -> None:
        if self.title("label.citations", self.plan.citations):
            for citation in self.plan.citations:
                newer = (
                    f"  {self.say('label.partly_superseded' if citation.partly else 'label.superseded')} "
                    + ", ".join(citation.superseded_by)
                    if citation.superseded_by
                    else ""
                )
                source = plain(f"{citation.organisation} {citation.year}, {citation.reference}")
                self.print(
                    Text.assemble(
                        (citation.passage, "cyan"), f"  {plain(citation.section)}  ", (source, "dim"), (newer, "yellow")
                    )
                )

    def usage(self) -> None:
        line = usage_line(self.consultation.usage, self.language)
        if line is not None:
            self.console.print()
            self.print(Text(plain(line), style="dim"))


def _by(said: Statement | Position) -> str:
    """The model that said it; nothing for what code said."""
    return f" ({plain(said.by, 60)})" if said.by else ""


def _statement(statement: Statement, language: Language) -> Iterable[str | tuple[str, str]]:
    yield plain(statement.text, 1000)
    references = [*statement.facts, *statement.passages]
    if references:
        yield (f" [{', '.join(references)}]", "cyan")
    if statement.by:
        yield (_by(statement), "dim")
    if not statement.supported:
        yield (f" ({phrase('label.unsupported', language)}: {plain(statement.problem)})", "bold red")
