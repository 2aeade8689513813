"""The panel's face: consult, stream, resume, review, sign."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from consult._version import __version__
from consult.case import Case, attach
from consult.clinic import Finding, assess
from consult.errors import ConsultationError, ConsultError, NotFound, UsageError
from consult.interop.participant import Image, Participant, ParticipantGap, ParticipantResult
from consult.models import Caller, Piece
from consult.panel._case_block import case_block
from consult.panel._desk import Desk
from consult.panel._engine import Begun, Engine
from consult.panel._events import Event
from consult.panel._graph import Result, result_of
from consult.panel._lab_report import LabReport, lab_report
from consult.panel._library import Library
from consult.panel._opening import open_record, test_analytes
from consult.panel._pace import Pace
from consult.panel._participants import with_answer
from consult.panel._reasoner import Reasoner
from consult.panel._rules_reasoner import RulesReasoner
from consult.panel._seats import OnPiece
from consult.panel._staff import Staff
from consult.plan import Language, Verification
from consult.privacy import Gateway, doubts, load_detectors
from consult.review import Consultation, Decision, FollowUp, Provenance, Review, SigningKey, Store, Usage, sign
from consult.settings import Settings

log = logging.getLogger(__name__)
OnAlert = Callable[[str, Finding], Awaitable[None] | None]
"""Told of every danger before any agent is asked: consultation id and finding. May be a coroutine function."""
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


class Panel:
    """A planner, its specialists and a synthesizer over one store.

    Every method that works has a synchronous and an asynchronous form; both may be called inside a running event loop
    and from several threads. Several panels may live in one process; nothing is global. Close it, or use `with`.
    """

    def __init__(
        self,
        library: Library,
        store: Store,
        *,
        settings: Settings,
        on_alert: OnAlert | None = None,
        reasoners: Mapping[str, Reasoner] | None = None,
        models: Mapping[str, Any] | None = None,
        engine: Literal["auto", "rules"] = "auto",
        clock: Clock = utc_now,
    ) -> None:
        """A panel over parts made elsewhere; `from_settings` is the usual way.

        Args:
            library: content of one content root.
            store: where consultations live.
            settings: the site's settings.
            on_alert: told of every danger, before any agent is asked.
            reasoners: specialty to who reasons for it; as the settings say for all others.
            models: LangChain chat models, or endpoints, by the name under which agents ask them; they replace or add to
                those of the settings. A single one answers for every agent where the settings name no model.
            engine: `auto` asks models where they are configured; `rules` asks none.
            clock: the time source.

        Raises:
            SettingsError: an agent names a model that does not exist.
        """
        self.library = library
        self.store = store
        self.settings = settings
        self._on_alert = on_alert
        self._reasoners = dict(reasoners or {})
        self._clock = clock
        self._staff = Staff(settings, library, given=models or {}, rules_only=engine == "rules", vault=store.vault)
        self._busy: set[str] = set()
        self._pace = Pace()
        self._engine = Engine(settings.home_path / "checkpoints.sqlite", store.vault.sealer("checkpoints"))

    @classmethod
    def from_settings(
        cls,
        settings: Settings | None = None,
        *,
        on_alert: OnAlert | None = None,
        reasoners: Mapping[str, Reasoner] | None = None,
        models: Mapping[str, Any] | None = None,
        engine: Literal["auto", "rules"] = "auto",
        clock: Clock = utc_now,
    ) -> Panel:
        """A panel as `consult.toml` and the environment describe it; the arguments are those of `Panel`.

        Raises:
            SettingsError: the configuration is wrong.
            ContentError: a card, rule or passage is wrong.
        """
        chosen = settings if settings is not None else Settings.load()
        library = Library.load(chosen)
        store = Store.from_settings(chosen, clock=clock)
        return cls(
            library,
            store,
            settings=chosen,
            on_alert=on_alert,
            reasoners=reasoners,
            models=models,
            engine=engine,
            clock=clock,
        )

    def close(self) -> None:
        """Release the database, the search, the connections to models and the engine's thread."""
        self._engine.close(self._staff.close)
        self.store.close()
        self.library.close()

    def __enter__(self) -> Panel:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # consulting

    def consult(self, case: Case, *, language: Language | None = None, revises: str | None = None) -> Consultation:
        """Consult on `case` up to the draft that awaits review.

        Args:
            case: as it was read.
            language: of the plan; default: that of the settings.
            revises: an open or signed consultation of the same patient: its case is brought up to date with what
                `case` adds and corrects, and the draft supersedes it. No decision is taken over.

        Raises:
            ConsultationError: the run failed; `consultation` names what can be resumed.
            ReviewError: what `revises` names cannot be revised with this.
        """
        return self._engine.call(self._consult(case, language, _ignore, revises))

    async def aconsult(
        self, case: Case, *, language: Language | None = None, revises: str | None = None
    ) -> Consultation:
        """Like `consult`, awaitable in any event loop."""
        return await self._engine.acall(self._consult(case, language, _ignore, revises))

    async def astream(
        self, case: Case, *, language: Language | None = None, revises: str | None = None
    ) -> AsyncIterator[Event]:
        """Consult, yielding events as they happen; the last is `finished`."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Event | None] = asyncio.Queue()

        def emit(event: Event | None) -> None:
            with suppress(RuntimeError):  # the listener's loop is closed: nobody is left to tell
                loop.call_soon_threadsafe(queue.put_nowait, event)

        async def run() -> Consultation:
            try:
                return await self._consult(case, language, emit, revises)
            finally:
                emit(None)

        running = asyncio.ensure_future(self._engine.acall(run()))
        try:
            while (event := await queue.get()) is not None:
                yield event
            await running
        finally:
            running.cancel()

    def resume(self, identifier: str, *, on_event: Callable[[Event], None] | None = None) -> Consultation:
        """Go on with a consultation that was interrupted; what had completed does not run again."""
        return self._engine.call(self._resume(identifier, on_event or _ignore))

    def consult_with(
        self,
        case: Case,
        *,
        on_event: Callable[[Event], None],
        language: Language | None = None,
        revises: str | None = None,
    ) -> Consultation:
        """Like `consult`, calling `on_event` (from the engine's thread) as things happen."""
        return self._engine.call(self._consult(case, language, on_event, revises))

    async def _consult(
        self, case: Case, language: Language | None, emit: Callable[[Event], None], revises: str | None = None
    ) -> Consultation:
        chosen = language or self.settings.language
        if chosen not in {"en", "zh"}:
            raise UsageError(f"a plan is written in 'en' or 'zh', not {chosen!r}")
        async with AsyncExitStack() as start:
            await start.enter_async_context(self._pace.begin())
            opened = self._open(case, chosen, revises)
            emit(Event(kind="started", consultation=opened.id, data={"observations": len(opened.case.observations)}))
            return await self._advance(opened, emit, begun=start.aclose)

    def _open(self, case: Case, language: Language, revises: str | None = None) -> Consultation:
        """Identifiers leave here: what is stored as the consultation is already redacted."""
        return open_record(
            case,
            store=self.store,
            library=self.library,
            settings=self.settings,
            provenance=self._provenance(),
            language=language,
            engine=self._staff.name,
            revises=revises,
        )

    def _provenance(self) -> Provenance:
        manifest = self.library.retriever.manifest
        return Provenance(
            version=__version__,
            content_hash=self.library.content_hash,
            cards=self.library.card_hashes,
            models=self._staff.described,
            indexes={"id": manifest.id, "content": manifest.content_hash, "embedder": manifest.embedder},
        )

    async def _advance(self, opened: Consultation, emit: Callable[[Event], None], begun: Begun = None) -> Consultation:
        """From the last checkpoint to the stored draft.

        Raises:
            ConsultationError: it failed, or runs in this panel already; whatever happened, it can be resumed.
            NotFound: it was purged while it ran.
        """
        if opened.id in self._busy:
            raise ConsultationError(f"consultation {opened.id} is being worked on", consultation=opened.id)
        self._busy.add(opened.id)
        try:
            finished = await self._drafted(opened, emit, begun)
        except Exception as error:
            kind = type(error).__name__
            try:
                self.store.fail(opened.id, kind)
            except NotFound:  # purged meanwhile: what the run has written since goes too
                await self._engine.forget(opened.id)
                raise
            log.warning("%s failed: %s", opened.id, kind)
            told = str(error) if isinstance(error, ConsultError) else f"the consultation failed ({kind})"
            raise ConsultationError(told, consultation=opened.id) from error
        finally:
            self._busy.discard(opened.id)
        await self._engine.forget(opened.id)
        emit(Event(kind="finished", consultation=opened.id, data={"status": finished.status}))
        return finished

    async def _drafted(self, opened: Consultation, emit: Callable[[Event], None], begun: Begun) -> Consultation:
        started = perf_counter()
        desk = self._desk(opened, emit)
        state = await self._engine.run(opened.id, desk, emit, begun)
        seconds = perf_counter() - started
        finished = self._finish(opened, desk, result_of(state), seconds)
        log.info("%s drafted in %.3f s, %d alerts", opened.id, seconds, len(desk.assessment.alerts))
        return finished

    def _finish(self, opened: Consultation, desk: Desk, result: Result, seconds: float) -> Consultation:
        return self.store.save_draft(
            opened.id,
            findings=desk.assessment.findings,
            tasks=result.tasks,
            opinions=result.opinions,
            plan=result.plan,
            verification=Verification.model_validate(result.verification),
            usage=Usage(seconds=f"{seconds:.3f}", currency=self.settings.currency or ""),
            provenance=opened.provenance,
        )

    async def _resume(self, identifier: str, emit: Callable[[Event], None]) -> Consultation:
        opened = self.store.get(self.store.resolve(identifier))
        if opened.status not in {"running", "failed"}:
            await self._engine.forget(opened.id)
            return opened
        return await self._advance(await self._current(opened), emit)

    async def _current(self, opened: Consultation) -> Consultation:
        """The consultation with today's provenance.

        Rules, literature or a version that changed since then start it anew: opinions made with other rules must not
        be merged into one plan.
        """
        now = self._provenance()
        if now == opened.provenance:
            return opened
        await self._engine.forget(opened.id)
        self.store.record(opened.id, "restarted", content=now.content_hash, version=now.version)
        return opened.model_copy(update={"provenance": now})

    def _desk(self, opened: Consultation, emit: Callable[[Event], None]) -> Desk:
        language: Language = opened.language
        assessment = assess(opened.case, catalog=self.library.catalog, book=self.library.book, lang=language)
        block = case_block(
            opened.case,
            assessment,
            catalog=self.library.catalog,
            language=language,
            budget=self.settings.panel.prompt_tokens,
        )
        team = self._staff.team(block, self._caller(opened), _listener(opened.id, emit))
        return Desk(
            consultation=opened.id,
            case=opened.case,
            assessment=assessment,
            language=language,
            library=self.library,
            reasoners={**team.reasoners, **self._reasoners},
            default_reasoner=RulesReasoner(),
            on_alert=self._alert,
            block=block,
            voices=team.voices,
            floored=frozenset(team.reasoners) - frozenset(self._reasoners),
            alone=self._staff.alone,
        )

    def _caller(self, opened: Consultation) -> Caller | None:
        """Who makes this consultation's calls: nothing that names the patient gets past it."""
        gateway = Gateway(
            self.store.identity(opened.subject.key),
            known=self.store.replacements(opened.subject.key, consultation=opened.id),
            detect=False,  # the case went through the detectors when it was stored; passages cite people
        )
        return self._staff.caller(
            self.store.journal(opened.id), redact=gateway.redact, clock=self._clock, withheld=self._withheld(opened)
        )

    def _withheld(self, opened: Consultation) -> str:
        """Why the models of a consultation may not be asked, where the site is strict; empty: they may."""
        if not self.settings.privacy.strict:
            return ""
        found = doubts(opened.case, load_detectors(self.settings.privacy.detectors))
        if not found:
            return ""
        self.store.record(opened.id, "withheld", doubts={one.kind: one.count for one in found})
        return f"the case may still name somebody ({', '.join(one.kind for one in found)})"

    async def _alert(self, consultation: str, finding: Finding) -> None:
        self.store.record(consultation, "alert", finding=finding.id, source=finding.source, facts=finding.facts)
        if self._on_alert is None:
            return
        try:
            answer = self._on_alert(consultation, finding)
            if inspect.isawaitable(answer):
                await answer
        except Exception as error:
            self.store.record(consultation, "alert-undelivered", finding=finding.id, error=type(error).__name__)
            raise ConsultationError(
                f"the alert of finding {finding.id} could not be delivered ({type(error).__name__})",
                consultation=consultation,
            ) from error

    # outside models

    def attach(self, case: Case, result: ParticipantResult | ParticipantGap) -> Case:
        """The case with an outside model's result among its facts, or the gap it left; see `consult.case.attach`."""
        return attach(case, result, participants=self.settings.participants, catalog=self.library.catalog)

    def read_images(
        self,
        case: Case,
        name: str,
        *,
        kind: str,
        images: Sequence[Image],
        task: str | None = None,
        participant: Participant | None = None,
    ) -> Case:
        """Ask the model `name` of `[participants]` about images; its result, or the gap it leaves, enters the case.

        Args:
            case: whose images they are; of it only sex, age and the de-identified questions are told.
            name: of the model in the settings.
            kind: of the images: `ct-chest`, `blood-film`, `ecg` …
            images: references, or the images themselves where the settings send them.
            task: which of its tasks, where the model has several.
            participant: the model as a Python object, in place of the address in the settings.

        Raises:
            SettingsError: an image without a reference, where the settings do not send images.
        """
        return with_answer(
            case,
            name,
            kind=kind,
            images=images,
            task=task,
            participant=participant,
            settings=self.settings,
            library=self.library,
        )

    # reporting

    def report(self, identifier: str, *, language: Language | None = None) -> LabReport:
        """The interpretive laboratory report, drafted from the findings of code alone, in either language.

        Raises:
            NotFound: there is no such consultation.
        """
        stored = self.store.get(self.store.resolve(identifier))
        chosen = language or stored.language
        assessment = assess(stored.case, catalog=self.library.catalog, book=self.library.book, lang=chosen)
        desk = Desk(
            consultation=stored.id,
            case=stored.case,
            assessment=assessment,
            language=chosen,
            library=self.library,
            reasoners={},
            default_reasoner=RulesReasoner(),
            on_alert=self._alert,
        )
        return lab_report(desk, stored)

    # reviewing

    def review(self, identifier: str, decisions: Sequence[Mapping[str, Any] | Decision], reviewer: str) -> Consultation:
        """Record a doctor's decisions on items; all of them or, when one is not allowed, none.

        Raises:
            ReviewError: an unknown item, a decision that the item does not allow, or a missing text or reason.
        """
        return Review(self.store, self._clock).decide(self.store.resolve(identifier), decisions, reviewer)

    def sign(
        self, identifier: str, signer: SigningKey | Path | str, *, stale_reason: str | None = None
    ) -> Consultation:
        """Sign exactly what was decided; every item must be decided and every alert acknowledged.

        Args:
            identifier: the consultation.
            signer: a signing key, or the path of one.
            stale_reason: why it is signed although results came that it has not seen; needed then.

        Raises:
            ReviewError: something is undecided, results came and no reason is given, or the key is not registered.
        """
        key = signer if isinstance(signer, SigningKey) else SigningKey.load(Path(signer))
        resolved = self.store.resolve(identifier)
        return sign(self.store, resolved, key, stale_reason=stale_reason, clock=self._clock)

    def follow_ups(self, subject_key: str) -> list[FollowUp]:
        """What the patient's open and signed plans ask for, with the results that answered it.

        Args:
            subject_key: local key of the patient (`Consultation.subject.key`).
        """
        return list(self.store.follow_ups(subject_key, tests=test_analytes(self.library.concepts)))


def _ignore(event: Event) -> None:
    return None


def _listener(consultation: str, emit: Callable[[Event], None]) -> OnPiece | None:
    """Tells whoever waits of every piece of an answer; None when nobody does."""
    if emit is _ignore:
        return None

    def on_piece(agent: str, piece: Piece) -> None:
        emit(
            Event(kind="piece", consultation=consultation, data={"agent": agent, "of": piece.kind, "text": piece.text})
        )

    return on_piece
