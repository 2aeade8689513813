"""The panel's face: consult, stream, resume, review, sign."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal

from consult.case import Case
from consult.panel._alarm import Alarm, OnAlert
from consult.panel._conversing import Conversing
from consult.panel._desks import Desks
from consult.panel._drafting import Drafting
from consult.panel._engine import Engine
from consult.panel._events import Emit, Event, unheard
from consult.panel._library import Library
from consult.panel._participants import Participants
from consult.panel._reasoner import Reasoner
from consult.panel._reviewing import Reviewing
from consult.panel._staff import Staff
from consult.plan import Language
from consult.review import Consultation, Store
from consult.review._clock import Clock, utc_now
from consult.settings import Settings


class Panel(Participants, Reviewing, Conversing):
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
        self._clock = clock
        self._staff = Staff(settings, library, given=models or {}, rules_only=engine == "rules", vault=store.vault)
        self._engine = Engine(settings.home_path / "checkpoints.sqlite", store.vault.sealer("checkpoints"))
        alarm = Alarm(store, on_alert)
        self._desks = Desks(library, store, settings, self._staff, alarm, reasoners=dict(reasoners or {}), clock=clock)
        self._drafting = Drafting(self._desks, store, self._engine)

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
        return self._engine.call(self._drafting.consult(case, language, unheard, revises))

    async def aconsult(
        self, case: Case, *, language: Language | None = None, revises: str | None = None
    ) -> Consultation:
        """Like `consult`, awaitable in any event loop."""
        return await self._engine.acall(self._drafting.consult(case, language, unheard, revises))

    def astream(
        self, case: Case, *, language: Language | None = None, revises: str | None = None
    ) -> AsyncIterator[Event]:
        """Consult, yielding events as they happen; the last is `finished`."""
        return self._engine.stream(lambda emit: self._drafting.consult(case, language, emit, revises))

    def resume(self, identifier: str, *, on_event: Emit | None = None) -> Consultation:
        """Go on with a consultation that was interrupted; what had completed does not run again."""
        return self._engine.call(self._drafting.resume(identifier, on_event or unheard))

    def consult_with(
        self,
        case: Case,
        *,
        on_event: Emit,
        language: Language | None = None,
        revises: str | None = None,
    ) -> Consultation:
        """Like `consult`, calling `on_event` (from the engine's thread) as things happen."""
        return self._engine.call(self._drafting.consult(case, language, on_event, revises))
