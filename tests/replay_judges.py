"""Judges that a server on loopback stands in for: honest, agreeing, lying, inventing, and ones that break down."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from consult.replay import known_answers
from consult.replay._rubrics.plan_text import shown

_PLAN = re.compile(r"⟦\n(.*)\n⟧", re.DOTALL)
_CRITERION = re.compile(r"⟦([^⟦⟧\n]*)⟧")


def asked(body: Mapping[str, Any]) -> tuple[str, str]:
    """The plan and the criterion of a question."""
    said = str(body["messages"][1]["content"])
    plan = _PLAN.search(said)
    assert plan is not None
    return plan[1], _CRITERION.findall(said)[-1]


def answer(verdict: str, quotation: str = "", explanation: str = "So it stands there.") -> str:
    return json.dumps({"explanation": explanation, "quotation": quotation, "verdict": verdict}, ensure_ascii=False)


def longest_line(plan: str) -> str:
    """Words that stand in a plan."""
    return max(plan.splitlines(), key=len).strip("-* ")[:80]


class Honest:
    """Knows the known answers; of a real plan it holds met what says `wanted`, and quotes where it stands."""

    def __init__(self, *wanted: str) -> None:
        self.known = {(shown(one.plan).strip(), one.criterion): one.verdict for one in known_answers()}
        self.wanted = wanted

    def __call__(self, body: Mapping[str, Any]) -> str:
        plan, criterion = asked(body)
        verdict = self.known.get((plan.strip(), criterion))
        if verdict is None:
            verdict = self.of_plan(plan, criterion)
        return answer(verdict, longest_line(plan) if verdict == "met" else "")

    def of_plan(self, plan: str, criterion: str) -> str:
        return "met" if any(word in criterion for word in self.wanted) else "not-met"


def says_met(body: Mapping[str, Any]) -> str:
    """Whatever is asked, with words that do stand there."""
    return answer("met", longest_line(asked(body)[0]))


def lies(body: Mapping[str, Any]) -> str:
    """The opposite of what is true."""
    verdict = json.loads(Honest()(body))["verdict"]
    return answer("not-met") if verdict == "met" else says_met(body)


def invents(body: Mapping[str, Any]) -> str:
    """Words that no plan has."""
    return answer("met", "the plan clearly and repeatedly recommends all of this")
