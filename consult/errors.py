"""Everything that can go wrong, as one tree.

```
ConsultError
├── UsageError                 the caller's mistake; the command line exits with 2
│   ├── CaseError              an input that cannot be read as a case
│   ├── SettingsError          consult.toml or the environment says something impossible
│   ├── ContentError           a file under agents/ or knowledge/ is wrong: names file, id and what
│   ├── ReviewError            a decision or signature that the record does not allow
│   └── NotFound               no such consultation, case, key or passage
├── ConsultationError          a run failed; carries what had been completed; the command line exits with 3
│   ├── AgentError             one agent failed; reaches the plan as a gap
│   ├── ModelError             a model gave no usable answer; names the model and the kind of failure
│   ├── Unanswered             no model of a fallback chain gave a usable answer
│   ├── ReplayMiss             a strict replay was asked something that the recording does not hold
│   ├── SigningError           a key kept elsewhere, or a time-stamp authority, gave nothing usable; nothing was stored
│   └── RetrievalError         an index is missing or does not belong to its embedder
└── MissingExtra               an optional dependency is not installed; names the extra
```

Messages hold identifiers and positions, never patient text: an exception travels to logs, traces and screens.
"""

from __future__ import annotations

from typing import Literal


class ConsultError(Exception):
    """The root of all errors raised on purpose by this library; `str()` is one plain sentence."""


class UsageError(ConsultError):
    """The caller's mistake: an input, option or file that cannot be used as given."""


class CaseError(UsageError):
    """An input that cannot be read as a case."""


class SettingsError(UsageError):
    """The configuration contradicts itself or names something that does not exist."""


class ContentError(UsageError):
    """A card, rule, concept, guideline or passage is wrong.

    Attributes:
        file: the file's path below the content root.
        item: the id of the rule, concept or passage, or an empty string.
        problem: what is wrong, in one sentence.
    """

    def __init__(self, file: str, item: str, problem: str) -> None:
        self.file = file
        self.item = item
        self.problem = problem
        where = f"{file}, {item}" if item else file
        super().__init__(f"{where}: {problem}")


class ReviewError(UsageError):
    """A decision, signature or transition that the state of the consultation does not allow."""


class NotFound(UsageError):
    """Nothing is stored under this id."""


class ConsultationError(ConsultError):
    """A consultation failed; `consultation` is its id when it was already stored and can be resumed."""

    def __init__(self, message: str, *, consultation: str | None = None) -> None:
        self.consultation = consultation
        super().__init__(message)


class AgentError(ConsultationError):
    """One agent could not answer; the plan shows the gap."""

    def __init__(self, agent: str, reason: str) -> None:
        self.agent = agent
        self.reason = reason
        super().__init__(f"{agent} could not answer: {reason}")


ModelErrorKind = Literal[
    "timeout", "connection", "rate-limit", "server", "auth", "bad-request", "not-found", "context", "refusal", "empty",
    "truncated", "malformed", "schema", "too-long", "circuit-open", "ceiling", "deadline", "withheld",
]  # fmt: skip
"""timeout: no answer in time; connection: refused, reset or cut; rate-limit: 429; server: 408, 409 and 5xx; auth: 401
and 403; bad-request: another 4xx; not-found: 404, no such model; context: the prompt is too long for the model;
refusal: it declined; empty: an answer without content; truncated: cut at the token limit or in mid-stream; malformed:
not JSON; schema: JSON of another shape; too-long: an answer past every bound; circuit-open: not asked, since it failed
too often just now; ceiling, deadline: not asked, since the case's ceiling of calls, tokens or money, or of time, is
reached; withheld: not asked, since the case may still name somebody (`privacy.strict`)."""


class ModelError(ConsultationError):
    """A model gave no usable answer.

    Attributes:
        model: its name in `consult.toml`.
        kind: what went wrong.
        status: HTTP status, when there was one.
        retry_after: seconds that the server asked to wait.
        detail: a short clause of ours for the operator; never the server's text, which may echo the prompt.
    """

    def __init__(
        self,
        model: str,
        kind: ModelErrorKind,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        detail: str = "",
    ) -> None:
        self.model = model
        self.kind: ModelErrorKind = kind
        self.status = status
        self.retry_after = retry_after
        self.detail = detail
        shown = f"{kind} (HTTP {status})" if status is not None else kind
        super().__init__(f"model {model!r}: {shown}{': ' + detail if detail else ''}")


class Unanswered(ConsultationError):
    """No model of a chain gave a usable answer to one question.

    Attributes:
        agent: who asked.
        failures: one for every model that was tried, in order.
    """

    def __init__(self, agent: str, failures: tuple[ModelError, ...]) -> None:
        self.agent = agent
        self.failures = failures
        super().__init__(f"{agent}: {self.reason}")

    @property
    def reason(self) -> str:
        """Every model with its kind of failure: `hema: timeout; backup: server`."""
        return "; ".join(f"{failure.model}: {failure.kind}" for failure in self.failures)


class ReplayMiss(ConsultationError):
    """A strict replay was asked something that the recording does not hold: the prompt or the settings differ."""

    def __init__(self, agent: str, key: str) -> None:
        self.agent = agent
        self.key = key
        super().__init__(f"the recording holds no reply to this question of {agent} ({key[:19]}…)")


SigningFault = Literal["unavailable", "refused", "wrong"]
"""unavailable: no answer, or none in time; refused: it answered that it will not; wrong: its answer is unusable."""


class SigningError(ConsultationError):
    """A key that is kept elsewhere, or a time-stamp authority, gave nothing usable; nothing of it was stored.

    Attributes:
        kind: what went wrong.
    """

    def __init__(self, kind: SigningFault, message: str) -> None:
        self.kind: SigningFault = kind
        super().__init__(message)


class RetrievalError(ConsultationError):
    """An index is missing, damaged, or was made with another embedder."""


class MissingExtra(ConsultError):
    """An optional dependency is not installed."""

    def __init__(self, extra: str, needed_for: str) -> None:
        self.extra = extra
        super().__init__(f"{needed_for} needs an optional part: pip install 'consult-mdt[{extra}]'")
