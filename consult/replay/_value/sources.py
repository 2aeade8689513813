"""Where cases come from: the store of a home, or the rows of a replay. One case is in memory at a time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from consult.analytes import Catalog
from consult.errors import ConsultError, NotFound, UsageError
from consult.replay._index import RowIndex
from consult.replay._results import read_document
from consult.replay._row import Row
from consult.replay._value.cases import told_of
from consult.replay._value.money import spent_on
from consult.replay._value.plans import asked_though_present, repeats_in
from consult.replay._value.told import Alert, Left, Told
from consult.review import Consultation, Keyring, Store, record_problem
from consult.review import Row as Listed
from consult.storage import Sealer

Receipts = Callable[[str], Sequence[str]]
"""When the messages that a consultation was made of were received, by its id; nothing: not known."""
_BED = re.compile(r"\s*(?:[,，;；]|\b(?:bed|room|rm)\b\.?\s*\w*\d|\d+\s*(?:床|号床|房)).*\Z", re.IGNORECASE | re.DOTALL)
"""From where a place names a room or a bed: `Ward 7, bed 12`, `呼吸内科3床`; an emergency room is no bed."""
_LONGEST = 60
_NAMED = 20
"""Cases that are left out and named; all are counted."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days whose cases are counted, by the day on which a case was opened at the site."""

    since: date | None = None
    until: date | None = None
    """Itself included."""
    zone: str = "UTC"
    """IANA name."""

    def day(self, at: str) -> date:
        """The day of a moment (ISO 8601, UTC)."""
        return datetime.fromisoformat(at).astimezone(ZoneInfo(self.zone)).date()

    def holds(self, day: date) -> bool:
        """Whether a case of this day is counted."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(slots=True)
class LiveCases:
    """The cases of a store, oldest first, each as soon as it is read."""

    store: Store
    catalog: Catalog
    period: Period = Period()
    receipts: Receipts = lambda _: ()
    priced: Collection[str] = ()
    """Models that have a price in the settings."""
    left: Left = field(default_factory=Left)
    """What is not counted; complete once all cases were read."""

    def __iter__(self) -> Iterator[Told]:
        ring = self.store.keyring.read_once()
        for chain in _chains(self.store.list(limit=None)):
            opened = self.period.day(chain[0].created)
            if not self.period.holds(opened):
                continue
            there = [row for row in chain if row.status != "purged"]
            if not there:
                self.left.purged += 1
                continue
            told = self._told(there, f"{opened:%Y-%m}", ring)
            if told is not None:
                yield told

    def _told(self, chain: Sequence[Listed], month: str, ring: Keyring) -> Told | None:
        """None where a record of the case cannot be believed: half a case would be counted wrongly."""
        try:
            revisions = [self.store.get(row.id) for row in chain]
            problem = next((p for one in revisions if (p := self._problem(one, ring)) is not None), None)
            if problem is None:
                return told_of(
                    revisions,
                    received={one.id: self.receipts(one.id) for one in revisions},
                    catalog=self.catalog,
                    department=self._department(chain[-1].subject),
                    month=month,
                    priced=self.priced,
                )
        except NotFound:  # purged while we read
            self.left.purged += 1
            return None
        except (ConsultError, ValidationError, ValueError, KeyError):
            problem = "unreadable"
        self.left.damaged[problem] += 1
        if len(self.left.damaged_ids) < _NAMED:
            self.left.damaged_ids.append((chain[-1].id, problem))
        return None

    def _problem(self, one: Consultation, ring: Keyring) -> str | None:
        return record_problem(one, trusted=ring, store=self.store)

    def _department(self, subject: str) -> str:
        identity = self.store.identity(subject)
        if identity is None:
            return ""
        return named_department(identity.department or _BED.sub("", identity.location or ""))


def named_department(said: str) -> str:
    """A ward as one line; empty where nothing was said."""
    return " ".join(said.split())[:_LONGEST].strip()


def _chains(rows: Sequence[Listed]) -> Iterator[list[Listed]]:
    """Consultations with their revisions, both oldest first."""
    chains: dict[str, list[Listed]] = {}
    of: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: (row.created, row.revision)):
        root = of.get(row.supersedes or "", row.id)
        of[row.id] = root
        chains.setdefault(root, []).append(row)
    for chain in chains.values():
        yield sorted(chain, key=lambda row: (row.revision, row.created))


@dataclass(slots=True)
class ReplayedCases:
    """The rows of one arm of a replay. Nobody acted on these plans: what a person does is not known of them."""

    folder: Path
    arm: str
    catalog: Catalog
    sealer: Sealer
    priced: Collection[str] = ()
    """Models that have a price in the settings."""
    left: Left = field(default_factory=Left)

    @classmethod
    def read(cls, said: str, *, catalog: Catalog, sealer: Sealer, priced: Collection[str] = ()) -> ReplayedCases:
        """Those of `FOLDER` or `FOLDER:ARM`.

        Raises:
            UsageError: there are none, or several arms and none is named.
        """
        folder, arm = _split(said)
        arms = RowIndex.read(folder).arms
        names = ", ".join(sorted(arms))
        if arm and arm not in arms:
            raise UsageError(f"the replay has no such arm; it has {names}")
        if not arm and len(arms) != 1:
            raise UsageError(
                f"the replay has several arms ({names}): name one, as DIR:ARM" if arms else "no row is there"
            )
        return cls(folder, arm or arms[0], catalog, sealer, priced)

    def __iter__(self) -> Iterator[Told]:
        for row in RowIndex.read(self.folder).rows(self.arm):
            yield self._told(row)

    def _told(self, row: Row) -> Told:
        if row.status == "failed":
            return Told(state="without-plan", department=row.specialty)
        made = self._document(row)
        return Told(
            state="replayed",
            department=row.specialty,
            alerts=tuple(_alerts(row, made)),
            repeats=None if made is None else repeats_in(made, self.catalog, None),
            present=0 if made is None else asked_though_present(made),
            kinds=Counter((kind, "undecided") for kind in _kinds(row)),
            agents=Counter((agent, "undecided") for agent in _agents(row)),
            spent=spent_on([row.usage if made is None else made.usage], self.priced),
            seconds=float(row.seconds),
        )

    def _document(self, row: Row) -> Consultation | None:
        try:
            return read_document(self.folder, row, self.sealer)
        except ConsultError:
            self.left.damaged["document"] += 1
            return None


def _kinds(row: Row) -> list[str]:
    return ["problem"] * len(row.problems) + [item.kind for item in row.recommendations]


def _agents(row: Row) -> list[str]:
    return [
        who for said in ([p.said_by for p in row.problems] + [r.said_by for r in row.recommendations]) for who in said
    ]


def _alerts(row: Row, made: Consultation | None) -> Iterator[Alert]:
    findings = {} if made is None else {finding.id: finding.kind for finding in made.findings}
    alerts = [] if made is None or made.plan is None else made.plan.alerts
    kinds = [findings.get(alert.finding, "") for alert in alerts] or [""] * len(row.alerts)
    for kind in kinds:
        yield Alert(kind=kind or "unknown", severity="red", waited=None, since_result=None, to_raise=None)


def _split(said: str) -> tuple[Path, str]:
    """A folder may have a colon in its name; an arm has none."""
    folder, colon, arm = said.rpartition(":")
    if Path(said).is_dir() or not colon or not Path(folder).is_dir():
        return Path(said), ""
    return Path(folder), arm
