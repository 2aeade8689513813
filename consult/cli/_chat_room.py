"""A chat at the terminal: questions, answers that come sentence by sentence, facts to accept, names put back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.text import Text as Line

from consult.chat import Chat, Cited, Done, Exchange, Move, Piece, Proposal, Proposed, Refused, Revised, Sentence, Text
from consult.cli._common import console, plain, say
from consult.errors import ConsultationError, ReviewError, UsageError
from consult.plan import phrase

if TYPE_CHECKING:
    from rich.console import Console

_LONGEST = 4000
_WORDS = {
    "en": {
        "hello": "Ask about {id} ({status}). Empty line or /quit ends, /help shows what can be asked.",
        "help": "why P1 · what if haemoglobin were 70 · what argues against P1 · what does the guideline say"
                " about ferritin ·"
        " ask hematology · what is missing · trend of platelets · alerts · can I trust the potassium ·"
        " a new result or medicine, to be accepted · /transcript · /quit",
        "accept": "[a]ccept as {who}, [d]ecline, Enter: leave open: ",
        "unsupported": "not supported",
        "revised": "{new} revises {old}; it awaits review. What became otherwise:",
        "go on": "To ask about it: consult chat {new}",
        "same": "Nothing in the plan became otherwise.",
        "declined": "declined",
        "open": "Accept it with: consult chat {id} --accept {proposal} --who NAME",
        "superseded": "{old} was revised by {new}: this answer is about the earlier version",
        "stale": "results came that {old} has not seen: this answer is without them",
        "new": "new", "gone": "gone", "weaker": "weaker", "stronger": "stronger", "later": "later", "sooner": "sooner",
        "otherwise": "otherwise", "alert": "alert", "condition": "condition", "advice": "to consider",
        "avoid": "advised against", "missing": "missing", "finding": "finding",
    },
    "zh": {
        "hello": "可就{id}（{status}）提问。空行或 /quit 结束，/help 显示可问的内容。",
        "help": "为什么是P1 · 假如血红蛋白是70 · 有什么反对P1的依据 · 指南对铁蛋白怎么说 · 问血液科 · 还缺什么 ·"
        " 血小板的趋势 · 有哪些警报 · 血钾可信吗 · 新的结果或用药（须确认）· /transcript · /quit",
        "accept": "[a] 以{who}的名义确认，[d] 不采纳，回车：暂不决定：",
        "unsupported": "无依据支持",
        "revised": "{new}为{old}的修订版，待审阅。变化如下：",
        "go on": "就修订版提问：consult chat {new}",
        "same": "方案没有变化。",
        "declined": "未采纳",
        "open": "确认请用：consult chat {id} --accept {proposal} --who 姓名",
        "superseded": "{old}已由{new}修订：本回答针对旧版",
        "stale": "{old}之后又有新结果：本回答未包括这些结果",
        "new": "新增", "gone": "去除", "weaker": "减弱", "stronger": "增强", "later": "推迟", "sooner": "提前",
        "otherwise": "变化", "alert": "警报", "condition": "诊断", "advice": "建议考虑",
        "avoid": "不建议", "missing": "缺失信息", "finding": "发现",
    },
}  # fmt: skip


class Room:
    """Shows one chat on the terminal."""

    def __init__(self, talk: Chat) -> None:
        self._talk = talk
        self._screen: Console = console()
        self._language = talk.language or talk.consultation.language

    def says(self, key: str, **values: str) -> str:
        """Words in the language of the chat."""
        return _WORDS[self._language][key].format(**values)

    def ask(self, text: str) -> Exchange:
        """Ask, and show every piece as it comes."""
        exchange = self._talk.tell(text, on_piece=self._show)
        self._warn(exchange)
        if exchange.proposal is not None:
            say(self.says("open", id=self._talk.id, proposal=exchange.id))
        return exchange

    def talk(self) -> None:
        """Questions until an empty line, `/quit` or the end of input."""
        status = self._talk.consultation.status
        say(self.says("hello", id=self._talk.id, status=phrase(status, self._language)))
        while (line := _line("> ")) not in {None, "", "/quit", "/q"}:
            assert line is not None
            try:
                self._answer(line)
            except (UsageError, ConsultationError) as error:  # a question that cannot be asked ends no conversation
                say(str(error))

    def _answer(self, line: str) -> None:
        if line == "/help":
            say(self.says("help"))
        elif line == "/transcript":
            self.show_transcript()
        else:
            exchange = self._talk.tell(line, on_piece=self._show)
            self._warn(exchange)
            if exchange.proposal is not None:
                self._decide(exchange.proposal)

    def _warn(self, exchange: Exchange) -> None:
        if exchange.superseded_by is not None:
            say(self.says("superseded", old=self._talk.id, new=exchange.superseded_by))
        elif exchange.stale:
            say(self.says("stale", old=self._talk.id))

    def _decide(self, proposal: Proposal) -> None:
        answer = (_line(self.says("accept", who=self._talk.who)) or "").lower()
        try:
            if answer == "a":
                self.show_revised(self._talk.accepted(proposal.id))
            elif answer == "d":
                self._talk.decline(proposal.id)
                say(self.says("declined"))
        except ReviewError as error:
            say(str(error))

    def show_revised(self, revised: Revised) -> None:
        """The revision that a fact made, and what became otherwise."""
        self._print(Line(self.says("revised", new=revised.consultation, old=revised.revises), style="bold"))
        for move in revised.moves:
            self._print(self._move(move))
        if not revised.moves:
            self._print(Line(self.says("same")))
        say(self.says("go on", new=revised.consultation))

    def show_transcript(self) -> None:
        """All questions with their answers."""
        for one in self._talk.transcript:
            self._print(
                Line(f"{one.id} {one.at[:16].replace('T', ' ')} {one.by}: {self._shown(one.question)}", style="bold")
            )
            for sentence in one.answer:
                self._print(self._sentence(sentence))
            if one.decided is not None:
                revision = f" → {one.decided.revision}" if one.decided.revision else ""
                self._print(Line(f"  {one.decided.decision}: {one.decided.by}{revision}", style="dim"))

    def _show(self, piece: Piece) -> None:
        match piece:
            case Text(sentence=sentence):
                self._print(self._sentence(sentence))
            case Refused(sentence=sentence):
                self._print(Line(self._shown(sentence.text), style="yellow"))
            case Cited(id=id, text=text):
                self._print(Line(f"    {id}  {self._shown(text)}", style="dim"))
            case Proposed() | Done():
                pass

    def _sentence(self, one: Sentence) -> Line:
        line = Line("  ")
        line.append(self._shown(one.text))
        cites = [*one.facts, *one.passages]
        if cites:
            line.append(f" [{', '.join(cites)}]", style="cyan")
        if one.by:
            line.append(f"  {plain(one.by, 60)}", style="magenta")
        if not one.supported:
            problem = f": {plain(one.problem)}" if one.problem else ""
            line.append(f"  ({self.says('unsupported')}{problem})", style="red")
        return line

    def _move(self, move: Move) -> Line:
        grades = " → ".join(part for part in (move.before, move.after) if part) if move.part != "finding" else ""
        change = ", ".join(part for part in (self.says(move.change), grades) if part)
        told = f"{self.says(move.part)}: {self._shown(move.name)} ({change})"
        alarming = move.part == "alert"
        return Line(f"  {told}", style="bold red" if alarming else "")

    def _shown(self, text: str) -> str:
        """With names put back, for this screen only."""
        return plain(self._talk.restored(text), _LONGEST)

    def _print(self, line: Line) -> None:
        self._screen.print(line)


def talk_with(talk: Chat) -> None:
    """A conversation at the terminal."""
    Room(talk).talk()


def _line(prompt: str) -> str | None:
    """One line from the terminal, None at the end of input; the prompt stays off standard output."""
    while True:
        sys.stderr.write(prompt)
        sys.stderr.flush()
        line = sys.stdin.buffer.readline()
        if not line:
            say("")
            return None
        try:
            return line.decode("utf-8").strip()
        except UnicodeDecodeError:
            say("that was not UTF-8 text; type it again")
