"""The record of one consultation: what was known, found, said, planned, decided and signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import (
    ConfigDict,
    Field,
    JsonValue,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
)

from consult.case import Case, Model
from consult.clinic import Finding
from consult.models import Call
from consult.plan import Language, Opinion, Plan, Task, Verification
from consult.review._later_models import LaterResults, ResultChange

LATER = "later-results"
"""The audit event that says that results came which the consultation has not seen."""
STAMPED = "timestamped"
"""The audit event that says that a time-stamp authority stamped a signature."""
SCHEMA = 1
"""Version of the document. 1: the first. Older ones stay readable, newer ones are refused."""

Status = Literal["running", "awaiting-review", "reviewed", "signed", "rejected", "expired", "failed"]
DecisionKind = Literal["accept", "edit", "reject", "acknowledge"]

DECIMAL = r"^[0-9]+(\.[0-9]+)?$"

_OF_CALLS = ("reasoning_tokens", "currency", "failed_calls", "replayed_calls", "estimated", "ledger")
"""Parts of `Usage` that a document without model calls does not have."""
_WRITTEN = frozenset({"opinions", "plan", "verification"})
_OF_MODELS: dict[str, JsonValue] = {
    "by": "",
    "prescribed": False,
    "below_the_line": False,
    "prescriptions": 0,
    "instead": "",
    "care": [],
    "data": None,
}
"""Parts of what was written that older documents do not have, with the value that says nothing."""


class Subject(Model):
    """Whom the consultation is about, without saying who that is."""

    key: str
    """Local key (`S-0001ab…`): the same identifiers give the same key in the same home."""
    identity: str
    """`hmac-sha256:` and the keyed hash of the patient's identifiers; the key never leaves the home."""


class Usage(Model):
    """What the consultation cost: the sums of its ledger."""

    calls: int = 0
    """Rows of the ledger: retries, repairs and failed calls included."""
    input_tokens: int = 0
    cached_tokens: int = 0
    """Part of `input_tokens` that the provider had cached."""
    output_tokens: int = 0
    reasoning_tokens: int = 0
    """Part of `output_tokens`."""
    cost: str = Field(default="0", pattern=DECIMAL)
    """Decimal string, in `currency`."""
    currency: str = ""
    """ISO 4217 code of the site's currency; empty where nothing has a price."""
    seconds: str = Field(default="0", pattern=DECIMAL)
    """Decimal string: wall time of the run."""
    failed_calls: int = 0
    """Calls that gave no usable answer: failed, cancelled, or not in the shape that was asked for."""
    replayed_calls: int = 0
    """Calls that were answered from a recording or a cache."""
    estimated: bool = False
    """Some tokens are estimates: a server did not report them."""
    ledger: list[Call] = Field(default_factory=list)
    """Every call in the order in which they ended."""

    @model_serializer(mode="wrap")
    def _without_calls(self, handler: SerializerFunctionWrapHandler) -> dict[str, JsonValue]:
        """Without calls, what only calls have is left out; see `Consultation`."""
        document: dict[str, JsonValue] = handler(self)
        if self.calls or any(getattr(self, name) for name in _OF_CALLS):
            return document
        return {key: value for key, value in document.items() if key not in _OF_CALLS}


class Provenance(Model):
    """What produced the draft: enough to answer that question alone."""

    version: str
    """Of this library."""
    content_hash: str
    """Of `agents/` and `knowledge/` as they were."""
    cards: dict[str, JsonValue] = Field(default_factory=dict)
    models: dict[str, JsonValue] = Field(default_factory=dict)
    indexes: dict[str, JsonValue] = Field(default_factory=dict)
    audit_head: str | None = None
    """Hash of the audit entry before the first signature: seals everything that happened until then."""

    @field_validator("cards", "models", "indexes")
    @classmethod
    def _no_doubles(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        if _holds_float(value):
            raise ValueError("numbers with a fraction are written as strings here")
        return value


class Decision(Model):
    """What a named doctor decided about one item of the plan."""

    item: str
    """`A1`, `P1`, `R1` …"""
    decision: DecisionKind
    """accept, edit (with `text`), reject (with `reason`); acknowledge, for alerts only."""
    text: str | None = None
    """The doctor's wording of an edited item; for an alert, who was told, by whom and when."""
    reason: str | None = None
    by: str = ""
    """The reviewer; set by the record."""
    at: str = ""
    """ISO 8601, UTC; set by the record."""


class Signature(Model):
    """One JWS signature over the detached payload: the canonical document without `signatures` and `audit`."""

    protected: str
    """base64url of the protected header."""
    signature: str
    """base64url of the signature, as RFC 7518 writes it for its algorithm."""


class TimeStamp(Model):
    """What a time-stamp authority says of one signature. It proves itself: the authority has signed it."""

    kid: str
    """Key of the signature that it is over."""
    token: str
    """base64 of the TimeStampToken (RFC 3161, DER) over the ASCII bytes of `signature`."""


class AuditEntry(Model):
    """One event of the record, chained to the one before it by its hash. Never holds patient text."""

    seq: int
    """1, 2, 3 …"""
    at: str
    """ISO 8601, UTC."""
    event: str
    data: dict[str, JsonValue] = Field(default_factory=dict)
    prev: str
    """Hash of the entry before; 64 zeros in the first."""
    hash: str
    """SHA-256 of the RFC 8785 bytes of this entry without `hash`, hex."""


class Consultation(Model):
    """The document: what is stored, shown, signed and exported. The contract is section `Consultation` of the guide.

    Without model calls it is written as it was before there were models, so that what was signed then still verifies;
    and so without time stamps.
    `later_results` and `stale` are read from the audit log and are not part of the document.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True, serialize_by_alias=True)

    id: str
    schema_version: int = Field(default=SCHEMA, alias="schema")
    revision: int = 1
    supersedes: str | None = None
    """Id of the consultation that this one replaces."""
    status: Status = "running"
    subject: Subject
    case: Case
    """De-identified."""
    findings: list[Finding] = Field(default_factory=list)
    tasks: list[Task] = Field(default_factory=list)
    opinions: list[Opinion] = Field(default_factory=list)
    plan: Plan | None = None
    """Null until the draft is stored."""
    verification: Verification = Field(default_factory=Verification)
    usage: Usage = Field(default_factory=Usage)
    provenance: Provenance
    decisions: list[Decision] = Field(default_factory=list)
    """Append-only; the latest decision on an item counts."""
    signatures: list[Signature] = Field(default_factory=list)
    timestamps: list[TimeStamp] = Field(default_factory=list)
    """Time stamps over signatures; a document without them is written without this member."""
    audit: list[AuditEntry] = Field(default_factory=list)

    @model_serializer(mode="wrap")
    def _without_models(self, handler: SerializerFunctionWrapHandler) -> dict[str, JsonValue]:
        document: dict[str, JsonValue] = handler(self)
        if not self.timestamps:
            document.pop("timestamps", None)
        if self.usage.calls:
            return document
        return {key: _trimmed(value) if key in _WRITTEN else value for key, value in document.items()}

    @property
    def language(self) -> Language:
        """The language of the plan, known from the start."""
        if self.plan is not None:
            return self.plan.language
        return "zh" if self.audit and self.audit[0].data.get("language") == "zh" else "en"

    @property
    def created(self) -> str:
        """When the record was opened (ISO 8601, UTC); empty in a document without its audit log."""
        return self.audit[0].at if self.audit else ""

    @property
    def later_results(self) -> list[LaterResults]:
        """Later or corrected results of the same patient that this consultation has not seen, oldest first."""
        return [later_results(self.id, entry) for entry in self.audit if entry.event == LATER]

    @property
    def stale(self) -> bool:
        """Whether results arrived that this consultation has not seen."""
        return any(entry.event == LATER for entry in self.audit)

    @property
    def superseded_by(self) -> str | None:
        """Id of the revision that replaces this consultation, when there is one."""
        found = [str(entry.data["by"]) for entry in self.audit if entry.event == "superseded"]
        return found[-1] if found else None

    def to_json(self) -> dict[str, JsonValue]:
        """The document as JSON types."""
        document: dict[str, JsonValue] = self.model_dump(mode="json")
        return document


def later_results(id: str, entry: AuditEntry, changes: Sequence[ResultChange] = ()) -> LaterResults:
    """What an audit entry tells of later results, with what the home keeps of them beside it."""
    told = {key: value for key, value in entry.data.items() if key != "details"}
    kept = {"consultation": id, "at": entry.at, **told, "changes": list(changes)}
    return LaterResults.model_validate(kept)


def _trimmed(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if key not in _OF_MODELS or item != _OF_MODELS[key]}
        return {key: _trimmed(item) for key, item in kept.items()}
    if isinstance(value, list):
        return [_trimmed(item) for item in value]
    return value


def _holds_float(value: JsonValue) -> bool:
    if isinstance(value, dict):
        return any(_holds_float(item) for item in value.values())
    if isinstance(value, list):
        return any(_holds_float(item) for item in value)
    return isinstance(value, float)
