"""Where pairs are worked on: the arms of a replay with what they read, in one process."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consult.case import Case
from consult.errors import ConsultError
from consult.models import Gates
from consult.panel import Library, Rehearsal
from consult.replay._arms import Arm
from consult.replay._blind import blinded
from consult.replay._cases import Item
from consult.replay._expected import Expected
from consult.replay._packed import Packed, open_case
from consult.replay._process import process_quality
from consult.replay._results import pack, place_of
from consult.replay._row import Row, head_of, row_of
from consult.replay._scoring import score
from consult.review import Consultation

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pair:
    """One case and one arm."""

    id: str
    case_hash: str
    case: Case | Packed
    expected: Expected | None
    arm: str

    @classmethod
    def of(cls, item: Item, arm: str) -> Pair:
        """The pair of an item that has a case."""
        if item.case is None:
            raise ValueError("an item without a case has no pair")
        return cls(item.id, item.hash, item.case, item.expected, arm)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a pair."""

    row: Row
    packed: bytes = b""
    """The consultation, packed; empty when the pair failed."""


class Bench:
    """The arms, each with its rules, its literature and its models. Used on one event loop."""

    def __init__(
        self, arms: Sequence[Arm], *, models: Mapping[str, Any] | None = None, gates: Gates | None = None
    ) -> None:
        """Load what the arms read; arms that read the same share it.

        Args:
            arms: of the replay.
            models: LangChain models or endpoints by name, beside those of the settings.
            gates: keep the limits of the models, which all arms share; None: for this process.

        Raises:
            ConsultError: an arm cannot work: its settings, content or models are wrong.
        """
        self._libraries: dict[str, Library] = {}
        self._gates = gates or Gates()
        self._rehearsals = {arm.name: self._rehearsal(arm, models or {}) for arm in arms}
        self.hashes = {
            arm.name: arm.fingerprint(self._rehearsals[arm.name].library, self._rehearsals[arm.name].asks)
            for arm in arms
        }
        """Arm to its fingerprint."""
        self._blind = {arm.name for arm in arms if arm.blind}

    @property
    def asks_models(self) -> bool:
        """Whether any arm asks a model."""
        return any(rehearsal.asks for rehearsal in self._rehearsals.values())

    def models_of(self, arm: str) -> frozenset[str]:
        """The names of the models that an arm asks first; those it falls back to are not among them."""
        return self._rehearsals[arm].asked

    def head(self, item: Item | Pair, arm: str) -> Row:
        """The row of a pair before anything is known of what came of it."""
        case_hash = item.hash if isinstance(item, Item) else item.case_hash
        return head_of(item.id, case_hash, arm, self.hashes[arm], item.expected)

    async def outcome(self, pair: Pair) -> Outcome:
        """Consult on a case; whatever goes wrong is a row, never an exception."""
        head = self.head(pair, pair.arm)
        rehearsal = self._rehearsals[pair.arm]
        language = None if pair.expected is None else pair.expected.language
        case = open_case(pair.case) if isinstance(pair.case, Packed) else pair.case
        told = {"language": language or rehearsal.settings.language, "results": len(case.observations)}
        head = head.model_copy(update=told)
        try:
            case = blinded(case) if pair.arm in self._blind else case
            drafted = await rehearsal.draft(case, language=language)
            return self._scored(drafted, head, pair.expected, rehearsal.library)
        except ConsultError as error:
            return failed(head, f"{type(error).__name__}: {error}")
        except Exception as error:  # one case must not stop thousands; the kind says enough to look for it
            log.warning("a pair failed: %s", type(error).__name__)  # a traceback may quote the case
            return failed(head, type(error).__name__)

    def scored_again(self, item: Item, arm: str, row: Row, drafted: Consultation) -> Outcome | None:
        """A row as it is by what the case expects now; None where the plan itself would be another.

        Args:
            item: with what it expects now.
            arm: of the row.
            row: of a plan, as it was.
            drafted: the plan.
        """
        rehearsal = self._rehearsals[arm]
        language = None if item.expected is None else item.expected.language
        if row.language != (language or rehearsal.settings.language):
            return None
        head = self.head(item, arm).model_copy(update={"language": row.language, "results": row.results})
        return self._scored(drafted, head, item.expected, rehearsal.library)

    def reading(self, site: Arm, content: str) -> Library | None:
        """What cases are read with where the site's settings are these; None where that is not this content."""
        library = self._library(site)
        return library if library.content_hash == content else None

    async def close(self) -> None:
        """Release connections and searches."""
        for rehearsal in self._rehearsals.values():
            await rehearsal.close()
        for library in self._libraries.values():
            library.close()

    def _scored(self, drafted: Consultation, head: Row, expected: Expected | None, library: Library) -> Outcome:
        judged = expected is not None and (expected.public is None or expected.public.judged)
        scored = score(drafted, expected, library) if expected is not None and judged else None
        place = place_of(head.case_hash, head.arm_hash)
        process = process_quality(drafted, concepts=library.concepts)
        row = row_of(drafted, head, score=scored, process=process, document=place)
        return Outcome(row, pack(drafted))

    def _rehearsal(self, arm: Arm, models: Mapping[str, Any]) -> Rehearsal:
        return Rehearsal(self._library(arm), settings=arm.settings, engine=arm.engine, models=models, gates=self._gates)

    def _library(self, arm: Arm) -> Library:
        said = arm.settings
        key = repr((said.content, said.home_path, said.retrieval, said.rules, sorted(said.agents.items())))
        if key not in self._libraries:
            self._libraries[key] = Library.load(said)
        return self._libraries[key]


def failed(head: Row, error: str) -> Outcome:
    """The row of a pair that failed."""
    return Outcome(head.model_copy(update={"status": "failed", "error": error}))
