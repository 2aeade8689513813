"""A store whose clock is set by hand, and drafts with alerts, a repeat and items to decide on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from consult.analytes import Catalog
from consult.case import Case, Coding, Identity, Observation, Reported
from consult.clinic import Finding
from consult.content import content_root
from consult.plan import Alert, Language, Plan, Problem, Recommendation, Statement, Verification, phrase
from consult.replay import Figure, LiveCases, Period, Prices, ValueReport, value_report
from consult.review import Consultation, Provenance, Review, SigningKey, Store, Usage, sign
from consult.storage import Vault

MADE_BY = Provenance(version="0", content_hash="")
DOCTOR = "Dr. Wren"
CATALOG = Catalog.load(content_root())


@dataclass
class Clock:
    """Stands still until it is set forward."""

    now: datetime = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


def said(text: str, **more: Any) -> Statement:
    return Statement(text=text, author="hematology", **more)


def already(language: Language = "en", **more: Any) -> Statement:
    """The engine's own sentence on a test whose result lies within its interval."""
    text = phrase("retest.avoid", language, name="potassium", value="4.1 mmol/L")
    return said(text, facts=["F1"], **more)


def advice(id: str, kind: Any, concept: str, statement: Statement, **more: Any) -> Recommendation:
    return Recommendation(
        id=id, kind=kind, concept=concept, name=concept, urgency="routine", statement=statement,
        said_by=["hematology", "laboratory"], **more,
    )  # fmt: skip


def plan(*recommendations: Recommendation, alerts: int = 0, language: Language = "en") -> Plan:
    """One problem, some recommendations and some alerts."""
    problem = Problem(
        id="P1", concept="anaemia", name="anaemia", likelihood="likely", severity="standard",
        statements=[said("Haemoglobin is low.")], said_by=["hematology"],
    )  # fmt: skip
    raised = [Alert(id=f"A{n}", finding=f"N{n}", statement=said("Danger."), source="ours") for n in _numbers(alerts)]
    return Plan(
        language=language, engine="rules", alerts=raised, problems=[problem], recommendations=list(recommendations)
    )


def _numbers(count: int) -> range:
    return range(1, count + 1)


def potassium(source: str = "MSH[1]/OBR[1]/OBX[1]") -> Observation:
    return Observation(
        fact="F1", analyte="k", name="Potassium", code=Coding(system="L", code="LAB-K"), value="6.9", unit="mmol/L",
        value_type="quantity", reported=Reported(value="6.9", unit="mmol/L"), status="final", source=source,
    )  # fmt: skip


@dataclass
class Site:
    """A home in which doctors work."""

    home: Path
    vault: Vault | None = None
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.store = Store.open(self.home, clock=self.clock, vault=self.vault)
        self.review = Review(self.store, self.clock)
        self.key = SigningKey.generate(DOCTOR)
        self.store.keyring.register(self.key.public_jwk(), DOCTOR)
        self._patients = 0

    def opened(self, *, ward: str | None = None, place: str | None = None, case: Case | None = None) -> Consultation:
        """A consultation that runs, about a patient of its own."""
        self._patients += 1
        number = f"MRN-{self._patients}"
        identity = Identity(identifiers=[number], name="Wang Wei", department=ward, location=place)
        subject = self.store.subject_for(identity, "")
        self.store.remember(subject.key, identity, {})
        return self.store.create(
            case or Case(id=number, observations=[potassium()]),
            provenance=MADE_BY, language="en", engine="rules", subject=subject,
        )  # fmt: skip

    def drafted(
        self,
        draft: Plan | None = None,
        *,
        usage: Usage | None = None,
        opened: Consultation | None = None,
        minutes: float = 1,
        **more: Any,
    ) -> Consultation:
        """A draft, `minutes` after its opening; its alerts were raised half-way."""
        made = draft or plan(advice("R1", "test", "smear", said("A film.")))
        one = opened or self.opened(**more)
        self.clock.forward(minutes / 2)
        findings = [
            Finding(
                id=alert.finding, kind="critical", severity="red", facts=["F1"], source="ours", says="!", analyte="k"
            )
            for alert in made.alerts
        ]
        for finding in findings:
            self.store.record(one.id, "alert", finding=finding.id, source="ours")
        self.clock.forward(minutes / 2)
        return self.store.save_draft(
            one.id, findings=findings, tasks=[], opinions=[], plan=made, verification=Verification(),
            usage=usage or Usage(seconds="2.5"), provenance=MADE_BY,
        )  # fmt: skip

    def decide(self, one: Consultation, minutes: float = 10, **decisions: str) -> Consultation:
        """What is named is decided as said, all else accepted or acknowledged, `minutes` later."""
        self.clock.forward(minutes)
        assert one.plan is not None
        ids = [item.id for item in (*one.plan.problems, *one.plan.recommendations)]
        made = [_decision(id, decisions.get(id, "accept")) for id in ids if decisions.get(id) != "leave"]
        made += [{"item": alert.id, "decision": "acknowledge", "text": "ward told"} for alert in one.plan.alerts]
        return self.review.decide(one.id, made, DOCTOR)

    def signed(self, one: Consultation, minutes: float = 10, **decisions: str) -> Consultation:
        """Decided, and signed in the same minute."""
        decided = self.decide(one, minutes, **decisions)
        return sign(self.store, decided.id, self.key, clock=self.clock)

    def report(self, prices: Prices | None = None, **more: Any) -> ValueReport:
        """Of this home; `period` and `receipts` as for `LiveCases`."""
        cases = LiveCases(self.store, CATALOG, more.pop("period", Period()), **more)
        return value_report(cases, at=self.clock(), prices=prices)

    def figure(self, name: str, prices: Prices | None = None, **more: Any) -> Figure:
        """One figure of it."""
        return self.report(prices, **more).figure(name)


def _decision(id: str, kind: str) -> dict[str, str]:
    more = {"edit": {"text": "Reworded."}, "reject": {"reason": "done elsewhere"}}
    return {"item": id, "decision": kind, **more.get(kind, {})}


def times(*received: str) -> Any:
    """Receipts that are the same for every consultation."""

    def of(_: str) -> Sequence[str]:
        return received

    return of
