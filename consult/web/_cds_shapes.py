"""The shapes of CDS Hooks 2.0, written from the specification (cds-hooks.hl7.org, 2.0): requests, cards, feedback.

What comes in may hold more than is named here (extensions, another version's fields) and is read as far as it is known;
what goes out holds nothing but what the specification names, and neither null nor an empty list or object.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

Hook = Literal["patient-view", "order-select", "order-sign"]
SHORT = 140
"""A summary has fewer characters."""
_LONG_ID = 200


def _absolute(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("must be an absolute http or https address")
    return value


Text = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
Summary = Annotated[str, StringConstraints(min_length=1, max_length=SHORT - 1, pattern=r"\S")]
Url = Annotated[str, AfterValidator(_absolute)]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=_LONG_ID, pattern=r"\S")]


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _In(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


# out


class CodingOut(_Out):
    """A code, with its system and a text to read."""

    code: Text
    system: Text | None = None
    display: Text | None = None


class Source(_Out):
    """Whose guidance a card is."""

    label: Text
    url: Url | None = None
    icon: Url | None = None
    topic: CodingOut | None = None


class Action(_Out):
    """A change that a user may choose."""

    type: Literal["create", "update", "delete"]
    description: Text
    resource: dict[str, Any] | None = None
    resourceId: Text | None = None  # noqa: N815 - the specification's name

    @model_validator(mode="after")
    def _complete(self) -> Action:
        if self.type != "delete" and not (self.resource or {}).get("resourceType"):
            raise ValueError("create and update hold a resource")
        if self.type == "delete" and self.resourceId is None:
            raise ValueError("delete names a resourceId")
        return self


class Suggestion(_Out):
    """A set of changes that a user may choose. Ours never say that they are recommended."""

    label: Text
    uuid: Text | None = None
    isRecommended: bool | None = None  # noqa: N815
    actions: list[Action] | None = Field(default=None, min_length=1)


class Link(_Out):
    """Where to read on."""

    label: Text
    url: Url
    type: Literal["absolute", "smart"]
    appContext: Text | None = None  # noqa: N815
    autolaunchable: bool | None = None

    @model_validator(mode="after")
    def _context_is_for_apps(self) -> Link:
        if self.appContext is not None and self.type != "smart":
            raise ValueError("appContext is for links of type smart")
        return self


class Card(_Out):
    """One thing to tell the user."""

    uuid: Text | None = None
    summary: Summary
    detail: Text | None = None
    indicator: Literal["info", "warning", "critical"]
    source: Source
    suggestions: list[Suggestion] | None = Field(default=None, min_length=1)
    selectionBehavior: Literal["at-most-one", "any"] | None = None  # noqa: N815
    overrideReasons: list[CodingOut] | None = Field(default=None, min_length=1)  # noqa: N815
    links: list[Link] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _chosen_how(self) -> Card:
        if self.suggestions and self.selectionBehavior is None:
            raise ValueError("suggestions need a selectionBehavior")
        return self


class CdsResponse(_Out):
    """The answer of a service. There are no `systemActions`: nothing is applied without a user."""

    cards: list[Card]

    def to_json(self) -> dict[str, Any]:
        """As it is sent."""
        return self.model_dump(mode="json", exclude_none=True)


# in


class FhirAuthorization(_In):
    """A token for the client's FHIR server. It is checked to be one, and neither used nor kept."""

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"]
    expires_in: Any
    scope: str
    subject: str


class CdsRequest(_In):
    """A hook that was triggered."""

    hook: Text
    hookInstance: UUID  # noqa: N815
    fhirServer: Url | None = None  # noqa: N815
    fhirAuthorization: FhirAuthorization | None = Field(default=None, repr=False)  # noqa: N815
    context: dict[str, Any]
    prefetch: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _server_is_named(self) -> CdsRequest:
        if self.fhirAuthorization is not None and self.fhirServer is None:
            raise ValueError("fhirServer is missing beside fhirAuthorization")
        return self


class PatientContext(_In):
    """`patient-view`. Without a patient nobody's record is in view, as in one of the specification's own examples."""

    userId: Identifier  # noqa: N815
    patientId: Identifier | None = None  # noqa: N815
    encounterId: Identifier | None = None  # noqa: N815


class OrderContext(_In):
    """`order-sign`."""

    userId: Identifier  # noqa: N815
    patientId: Identifier  # noqa: N815
    encounterId: Identifier | None = None  # noqa: N815
    draftOrders: dict[str, Any] | None = None  # noqa: N815
    medications: list[Any] | dict[str, Any] | None = None
    """Where older clients, and one of the specification's examples, put the orders."""

    @model_validator(mode="after")
    def _holds_orders(self) -> OrderContext:
        if self.draftOrders is None and self.medications is None:
            raise ValueError("draftOrders is missing")
        return self


class SelectContext(OrderContext):
    """`order-select`."""

    selections: list[Identifier]


class CodingIn(_In):
    """A reason as chosen from the card, or one of the client's own."""

    code: Identifier
    system: Annotated[str, StringConstraints(max_length=_LONG_ID)] | None = None
    display: Annotated[str, StringConstraints(max_length=_LONG_ID)] | None = None


class OverrideReason(_In):
    """Why a card was dismissed."""

    reason: CodingIn | None = None
    userComment: Annotated[str, StringConstraints(max_length=4000)] | None = None  # noqa: N815


class AcceptedSuggestion(_In):
    """A suggestion that the user chose."""

    id: Identifier


class Feedback(_In):
    """What became of one card."""

    card: Identifier
    outcome: Literal["accepted", "overridden"]
    acceptedSuggestions: list[AcceptedSuggestion] = Field(default_factory=list, max_length=100)  # noqa: N815
    overrideReason: OverrideReason | None = None  # noqa: N815
    outcomeTimestamp: datetime  # noqa: N815

    @model_validator(mode="after")
    def _says_what(self) -> Feedback:
        if self.outcome == "accepted" and not self.acceptedSuggestions:
            raise ValueError("acceptedSuggestions is missing")
        return self


class FeedbackRequest(_In):
    """What became of several cards."""

    feedback: list[Feedback] = Field(min_length=1, max_length=1000)
