"""The judge: one model, pinned, that is shown one plan and one criterion at a time.

One criterion at a time, as HealthBench does: a verdict then depends on nothing but plan, criterion and judge, so that
it can be kept and used again; one answer that cannot be used costs one criterion; and the plan stands first in the
prompt, so that a provider's prefix cache serves every criterion after the first.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from consult.case import Model
from consult.errors import ReplayMiss, SettingsError, Unanswered
from consult.models import Call, Caller, MemoryJournal, Message, Models, Prices, Recording
from consult.replay._rubrics import grounding
from consult.replay._rubrics.criteria import Verdict
from consult.replay._rubrics.identity import Identity
from consult.review import digest
from consult.settings import Ceilings, Settings

AGENT = "judge"
TEMPERATURE = 0.0
_FOLDER = Path(__file__).parent
_SLOT = re.compile(r"\{\{([a-z]+)\}\}")
_CEILINGS = Ceilings(calls=1_000_000, seconds=7 * 86_400)
"""The site's are for one case of care; what a judgement may cost is said by how much there is to judge."""
PASSING = frozenset({
    "timeout", "connection", "rate-limit", "server", "auth", "bad-request", "not-found", "circuit-open", "ceiling",
    "deadline", "withheld", "not-recorded",
})  # fmt: skip
"""Kinds of failure that say nothing of the judge's opinion: the same question is asked again by the next run."""


class JudgeAnswer(BaseModel):
    """What the judge answers; first why, then what."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    explanation: Annotated[str, Field(max_length=1000)]
    quotation: Annotated[str, Field(max_length=1000)]
    verdict: Literal["met", "not-met", "cannot-judge"]


class Opinion(Model):
    """What became of one plan and one criterion."""

    verdict: Verdict | None = None
    """As code decided after looking at the quotation."""
    why: str = ""
    """Why it could not be judged; see `JudgedCriterion`."""
    said: str = ""
    """The judge's own word."""
    quotation: str = ""
    explanation: str = ""
    served: str = ""
    """What the server called the model that answered."""
    prompt: str = ""
    """`sha256:` of the request that was answered."""
    answer: str = ""
    """`sha256:` of the reply."""

    @property
    def final(self) -> bool:
        """Whether asking again is of no use."""
        return self.verdict is not None or self.why not in PASSING

    @property
    def unanswered(self) -> bool:
        """Whether the judge was asked and gave no answer; what a strict site withholds was not asked."""
        return not self.final and self.why != "withheld"


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks about one plan, and the ledger of it."""

    caller: Caller
    journal: MemoryJournal


class Judge:
    """A model of the settings as a judge. It has no fallback: another model would be another judge."""

    def __init__(self, name: str, settings: Settings, *, recording: Recording | None = None) -> None:
        """Prepare; nothing is asked yet.

        Args:
            name: of a model under `[models]`.
            settings: the site's; `[judge]` says the seed.
            recording: where every reply is written, or comes from.

        Raises:
            SettingsError: there is no such model.
        """
        if name not in settings.models:
            known = ", ".join(sorted(settings.models)) or "none"
            raise SettingsError(f"there is no model {name!r} to judge; [models] has {known}")
        said = settings.models[name]
        extra = {"seed": settings.judge.seed, **said.extra}
        self.settings = said.model_copy(update={"extra": extra, "fallback": ("rules",)})
        pinned = settings.model_copy(update={"models": {name: self.settings}, "agents": {}})
        self.name = name
        self._models = Models(pinned)
        self._prices = Prices(settings)
        self._home = settings.home_path
        self._recording = recording

    @cached_property
    def identity(self) -> Identity:
        """Who judges."""
        said = self.settings
        extra = dict(said.extra)
        parameters = {
            "temperature": f"{TEMPERATURE:g}" if said.temperature else "not sent",
            "seed": str(extra.pop("seed", "not sent")),
            "max_tokens": str(said.max_output_tokens),
        }
        if extra:
            parameters["extra"] = hashlib.sha256(json.dumps(extra, sort_keys=True).encode()).hexdigest()[:16]
        told: dict[str, Any] = {
            "model": said.model, "provider": said.provider, "parameters": parameters, "prompt": prompt_hash()
        }  # fmt: skip
        return Identity(name=self.name, **told, fingerprint=digest(told))

    def asking(self, redact: Callable[[str], str], *, withheld: str = "") -> Asking:
        """What the questions about one plan are asked with.

        Args:
            redact: applied to everything that leaves.
            withheld: why nothing may leave; empty: it may.
        """
        journal = MemoryJournal()
        caller = Caller(
            self._models,
            journal,
            ceilings=_CEILINGS,
            clock=lambda: datetime.now(UTC),
            redact=redact,
            prices=self._prices,
            home=self._home,
            recording=self._recording,
            withheld=withheld,
        )
        return Asking(caller, journal)

    async def opinion(self, asking: Asking, text: str, criterion: str) -> Opinion:
        """Whether a plan meets a criterion; whatever fails is an opinion without a verdict, never an exception.

        Args:
            asking: of this plan; one question after another.
            text: the plan as `shown`, redacted.
            criterion: one sentence.
        """
        before = len(asking.journal.calls())
        try:
            answered = await asking.caller.ask(
                AGENT, "judge", messages(text, criterion), JudgeAnswer, model=self.name, temperature=TEMPERATURE
            )
        except Unanswered as error:
            return Opinion(why=error.failures[-1].kind, **_served(asking.journal.calls()[before:]))
        except ReplayMiss:
            return Opinion(why="not-recorded")
        said = answered.value
        verdict, why = grounding.decided(said.verdict, said.quotation, text)
        return Opinion(
            verdict=verdict,
            why=why,
            said=said.verdict,
            quotation=said.quotation,
            explanation=said.explanation,
            **_served(asking.journal.calls()[before:]),
        )

    async def close(self) -> None:
        """Release connections and the recording."""
        await self._models.close()
        if self._recording is not None:
            self._recording.close()


def messages(text: str, criterion: str) -> tuple[Message, ...]:
    """The prompt: rules, plan, criterion. What stands in a slot is never read as a slot."""
    slots = {"plan": text, "criterion": criterion}
    question = _SLOT.sub(lambda match: slots[match[1]], _file("question.md"))
    return (Message("system", _file("system.md")), Message("user", question))


@cache
def prompt_hash() -> str:
    """What every prompt has in common, and how answers are read."""
    schema = json.dumps(JudgeAnswer.model_json_schema(), sort_keys=True)
    told = "\n".join((_file("system.md"), _file("question.md"), schema, str(grounding.RULES)))
    return hashlib.sha256(told.encode()).hexdigest()


@cache
def _file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8").strip()


def _served(calls: list[Call]) -> dict[str, str]:
    last = next((call for call in reversed(calls) if call.answer), None)
    return {} if last is None else {"served": last.served, "prompt": last.prompt, "answer": last.answer}
