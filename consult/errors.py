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
│   └── RetrievalError         an index is missing or does not belong to its embedder
└── MissingExtra               an optional dependency is not installed; names the extra
```

Messages hold identifiers and positions, never patient text: an exception travels to logs, traces and screens.
"""

from __future__ import annotations


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


class RetrievalError(ConsultationError):
    """An index is missing, damaged, or was made with another embedder."""


class MissingExtra(ConsultError):
    """An optional dependency is not installed."""

    def __init__(self, extra: str, needed_for: str) -> None:
        self.extra = extra
        super().__init__(f"{needed_for} needs an optional part: pip install 'consult-mdt[{extra}]'")
