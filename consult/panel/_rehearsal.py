"""A consultation that leaves nothing behind: for replay, where the row that is written is the record."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from pydantic import JsonValue

from consult.case import Case, Identity
from consult.errors import ConsultationError
from consult.models import Gates, MemoryJournal
from consult.panel._alarm import Alarm
from consult.panel._desk import Desk
from consult.panel._desks import Desks
from consult.panel._events import unheard
from consult.panel._library import Library
from consult.panel._pace import Pace
from consult.panel._provenance import provenance_of
from consult.panel._staff import Staff
from consult.panel._state import Result, result_of
from consult.plan import Language, Verification
from consult.privacy import Gateway, load_detectors
from consult.review import AuditEntry, Consultation, Provenance, Subject, plan_problem, usage_of
from consult.review._clock import Clock, utc_now
from consult.settings import Settings

if TYPE_CHECKING:
    from consult.panel._state import State


class Rehearsal:
    """Drafts plans as a panel does, with the same graph, rules, models and gateway, and stores none of them.

    There is no checkpoint either: a run that is interrupted begins anew. Used on one event loop; many cases at once.
    """

    def __init__(
        self,
        library: Library,
        *,
        settings: Settings,
        engine: Literal["auto", "rules"] = "auto",
        models: Mapping[str, Any] | None = None,
        gates: Gates | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """The arguments are those of `Panel`; with `gates`, several share the limits of their models.

        Raises:
            SettingsError: an agent names a model that does not exist.
        """
        self.library = library
        self.settings = settings
        self._staff = Staff(settings, library, given=models or {}, rules_only=engine == "rules", gates=gates)
        self._clock = clock
        self._pace = Pace()

    @property
    def asked(self) -> frozenset[str]:
        """The names of the models that are asked."""
        return self._staff.asked

    @property
    def asks(self) -> dict[str, JsonValue]:
        """Which agent asks which model with which settings; empty where rules alone reason."""
        return self._staff.described

    async def draft(self, case: Case, *, language: Language | None = None) -> Consultation:
        """The consultation on `case` up to the draft, as `Panel.consult` would store it; its audit log is empty.

        Raises:
            ConsultError: the run failed.
        """
        started = perf_counter()
        if self.asks:  # a burst of cases would stay a burst at every later call; rules wait for nobody
            async with self._pace.begin():
                opened, scratch, desk = self._laid(case, language or self.settings.language)
        else:
            opened, scratch, desk = self._laid(case, language or self.settings.language)
        result = result_of(await self._run(desk))
        return self._finished(opened, desk, result, scratch, perf_counter() - started)

    async def close(self) -> None:
        """Release connections; the library stays open."""
        await self._staff.close()

    def _laid(self, case: Case, language: Language) -> tuple[Consultation, _Scratch, Desk]:
        """Identifiers leave here, as they do where a record is opened."""
        gateway = Gateway(case.identity, detectors=load_detectors(self.settings.privacy.detectors))
        redacted = gateway.redact_case(case)
        key = sha256(f"{case.id}\n{case.subject}".encode()).hexdigest()
        opened = Consultation(
            id=f"C-{key[:12]}",
            subject=Subject(key=f"S-{key[12:24]}", identity=""),
            case=redacted.model_copy(update={"subject": f"S-{key[12:24]}", "identity": None}),
            provenance=self._provenance,
            audit=[_opening(language)],
        )
        scratch = _Scratch(case.identity, gateway.replacements)
        desks = Desks(
            library=self.library,
            store=scratch,
            settings=self.settings,
            staff=self._staff,
            alarm=Alarm(scratch),
            reasoners={},
            clock=self._clock,
        )
        return opened, scratch, desks.lay(opened, unheard)

    @cached_property
    def _provenance(self) -> Provenance:
        return provenance_of(self.library, self._staff)

    @cached_property
    def _graph(self) -> Any:
        from consult.panel._graph import build_graph

        return build_graph(None)

    async def _run(self, desk: Desk) -> State:
        from langsmith import tracing_context

        with tracing_context(enabled=False):  # the environment must not send cases to a tracing service
            return await self._graph.ainvoke({"consultation": desk.consultation}, context=desk)  # type: ignore[no-any-return]  # LangGraph's graphs are untyped here

    def _finished(
        self, opened: Consultation, desk: Desk, result: Result, scratch: _Scratch, seconds: float
    ) -> Consultation:
        findings = desk.assessment.findings
        problem = plan_problem(result.plan, findings)
        if problem is not None:
            raise ConsultationError(f"the draft breaks a rule of the record: {problem}")
        usage = usage_of(scratch.calls.calls(), seconds=f"{seconds:.3f}", currency=self.settings.currency or "")
        changes = {
            "findings": list(findings), "tasks": result.tasks, "opinions": result.opinions, "plan": result.plan,
            "verification": Verification.model_validate(result.verification), "usage": usage,
            "status": "awaiting-review", "audit": [],
        }  # fmt: skip
        return opened.model_copy(update=changes)


class _Scratch:
    """What a desk asks a store for, of one case, in memory."""

    def __init__(self, identity: Identity | None, replaced: Mapping[str, str]) -> None:
        self._identity = identity
        self._replaced = replaced
        self.calls = MemoryJournal()

    def identity(self, subject_key: str) -> Identity | None:
        del subject_key
        return self._identity

    def replacements(self, subject_key: str, *, consultation: str | None = None) -> Mapping[str, str]:
        del subject_key, consultation
        return self._replaced

    def journal(self, id: str) -> MemoryJournal:
        del id
        return self.calls

    def record(self, id: str, event: str, **data: object) -> None:
        """Nothing is logged: the row says what came of it."""


def _opening(language: Language) -> AuditEntry:
    """Says in which language the plan will be, as the first entry of a stored record does."""
    return AuditEntry(seq=1, at="", event="created", data={"language": language}, prev="", hash="")
