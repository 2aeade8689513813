"""What the value report keeps of one case: times, counts and amounts. No sentence, no patient, no doctor's name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Fate = Literal["accepted", "edited", "rejected", "unsigned", "undecided"]
"""Of an item. accepted, edited, rejected: in a signed plan whose signature holds; unsigned: decided, and the plan is
not signed; undecided: nobody has decided it."""
FATES: tuple[Fate, ...] = ("accepted", "edited", "rejected", "unsigned", "undecided")
State = Literal["signed", "decided", "open", "turned-down", "replayed", "without-plan"]
"""Of a case. signed; decided: every item, not signed yet; open: awaits review; turned-down: the plan was rejected as a
whole; replayed: it has a plan that nobody is to review; without-plan: it runs, failed or expired before there was one.
"""
STATES: tuple[State, ...] = ("signed", "decided", "open", "turned-down", "replayed", "without-plan")

Item = tuple[str, Fate]
"""Kind or agent, and what became of the item."""


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert of a case; one that a revision repeats is the same."""

    kind: str
    """`critical` (a value beyond its limit), `pattern` (a rule), or another kind of finding."""
    severity: str
    waited: float | None
    """Minutes from being raised until somebody acknowledged it; None: nobody has, or nobody can know."""
    since_result: float | None
    """Minutes from the receipt of its result until somebody acknowledged it; None: as above, or no receipt is known."""
    to_raise: float | None
    """Minutes from the receipt of its result until it was raised."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A test of which the plan says that it need not be repeated now."""

    ids: tuple[str, ...]
    """What a price may stand under: the code of the result that is there, codes and key of its analyte, the concept."""
    fate: Fate | None
    """None: over a replay nobody decides."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What models were asked for a case."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = Decimal(0)
    """None: models were asked and have no price."""
    currency: str = ""
    """Empty where nothing was paid."""


@dataclass(frozen=True, slots=True)
class Told:
    """One case: a consultation with its revisions, or a row of a replay."""

    state: State
    department: str = ""
    """Empty where it is not known."""
    month: str = ""
    """`2026-05`; empty over a replay."""
    alerts: tuple[Alert, ...] = ()
    repeats: tuple[Repeat, ...] | None = ()
    """None: the plan could not be read."""
    present: int = 0
    """Tests that the plan asks for although a result of theirs stands in the case, and says so."""
    kinds: Counter[Item] = field(default_factory=Counter)
    """Items by kind."""
    agents: Counter[Item] = field(default_factory=Counter)
    """Items by agent: one that several agents say counts for each."""
    spent: Spent = Spent()
    seconds: float | None = None
    """The machine's, from opening the case to its draft."""
    to_plan: float | None = None
    """Minutes from the receipt of the newest result until the draft stood."""
    to_signature: float | None = None
    """Minutes from the draft until the first doctor signed it."""
    people: frozenset[str] = frozenset()
    """Who decided anything: held to be counted, never written."""

    @property
    def drafted(self) -> bool:
        """Whether there is a plan."""
        return self.state != "without-plan"


@dataclass(slots=True)
class Left:
    """Cases that are not counted, and why."""

    damaged: Counter[str] = field(default_factory=Counter)
    """Check of `consult verify` that a record of the case fails, or `unreadable`, to the number of cases."""
    damaged_ids: list[tuple[str, str]] = field(default_factory=list)
    """Consultation and check, of the first of them: to look into with `consult show` and `consult verify`."""
    purged: int = 0
