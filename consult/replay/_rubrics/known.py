"""Questions whose answers are known: whether a judge can be trusted is asked before it is believed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from consult.case import Model
from consult.errors import ContentError
from consult.replay._rubrics.criteria import Verdict
from consult.replay._rubrics.identity import Identity

_FILE = Path(__file__).with_name("known_answers.toml")
Trap = Literal["", "negation", "number", "hedged", "hostile", "advice", "silence", "language"]
"""What makes an item easy to get wrong; empty: nothing does."""


class KnownAnswer(Model):
    """A plan of ours, a criterion, and what is true."""

    id: str
    language: Literal["en", "zh"]
    trap: Trap = ""
    plan: str
    criterion: str
    verdict: Verdict


class JudgeCheck(Model):
    """How a judge did at the known answers."""

    judge: Identity
    items: str
    """SHA-256 of the items that were asked."""
    limit: float
    """The agreement that the site asks for."""
    n: int
    agreed: int
    not_judged: int
    """Items without a verdict; they are not agreed."""
    agreement: float
    macro_f1: float
    """Mean of the F1 of `met` and of `not-met`; an item without a verdict is missed by its class."""
    served: list[str]
    """What the server called the model that answered."""
    answers: dict[str, Verdict | None]
    missed: dict[str, int] = Field(default_factory=dict)
    """Trap, or `plain`, to the items of it that were not agreed; those wholly agreed are not named."""
    kinds: dict[str, int] = Field(default_factory=dict)
    """Trap, or `plain`, to how many items it has."""

    @property
    def trusted(self) -> bool:
        """Whether what this judge says may be believed."""
        return not self.doubt

    @property
    def doubt(self) -> str:
        """Why it may not, one clause; empty where it may.

        Who misses most items of one kind, as a plan that tells the judge what to say, fails wherever that kind occurs,
        however few of all items they are.
        """
        blind = [f"{kind} {n} of {self.kinds[kind]}" for kind, n in self.missed.items() if 2 * n > self.kinds[kind]]
        told = [
            (
                self.agreement < self.limit,
                f"it gave {self.agreed} of {self.n} known answers, {self.limit:g} are asked for",
            ),
            (blind, f"it missed most of a kind: {', '.join(blind)}"),
        ]
        return "; ".join(said for so, said in told if so)


@cache
def known_answers() -> tuple[KnownAnswer, ...]:
    """The items that ship with the package.

    Raises:
        ContentError: the file is wrong.
    """
    import rtoml

    try:
        return tuple(KnownAnswer.model_validate(one) for one in rtoml.loads(_FILE.read_text(encoding="utf-8"))["item"])
    except (ValueError, KeyError) as error:
        raise ContentError(_FILE.name, "", type(error).__name__) from None


@cache
def items_hash() -> str:
    """SHA-256 of the items, hex."""
    return hashlib.sha256(_FILE.read_bytes()).hexdigest()


def checked(
    judge: Identity, answers: Mapping[str, Verdict | None], *, served: Sequence[str], limit: float
) -> JudgeCheck:
    """The figures of a check.

    Args:
        judge: who was asked.
        answers: item id to the verdict, of all items.
        served: what the server called the models that answered.
        limit: see `JudgeCheck`.
    """
    items = known_answers()
    agreed = [item for item in items if answers[item.id] == item.verdict]
    kinds = [item.trap or "plain" for item in items]
    missed = [item.trap or "plain" for item in items if answers[item.id] != item.verdict]
    classes: tuple[Verdict, Verdict] = ("met", "not-met")
    return JudgeCheck(
        judge=judge,
        items=items_hash(),
        limit=limit,
        n=len(items),
        agreed=len(agreed),
        not_judged=sum(answers[item.id] is None for item in items),
        agreement=len(agreed) / len(items),
        macro_f1=sum(_f1(items, answers, one) for one in classes) / len(classes),
        served=sorted({name for name in served if name}),
        answers={item.id: answers[item.id] for item in items},
        missed={kind: missed.count(kind) for kind in sorted(set(missed))},
        kinds={kind: kinds.count(kind) for kind in sorted(set(kinds))},
    )


def _f1(items: Sequence[KnownAnswer], answers: Mapping[str, Verdict | None], one: Verdict) -> float:
    """2 TP / (2 TP + FP + FN) of one class."""
    right = sum(item.verdict == one == answers[item.id] for item in items)
    said = sum(answers[item.id] == one for item in items)
    true = sum(item.verdict == one for item in items)
    return 2 * right / (said + true)
