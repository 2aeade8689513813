"""Outside models that read images, slides and tracings: what is sent to them, what they answer, and how that fails.

The contract, schema 1, is in docs/guides/outside-models.md. A model takes part by an HTTP endpoint that is posted a
`ParticipantRequest`, by a Python object with the `Participant` protocol, or by a file that holds its result. How a
result enters a case: `consult.case.attach`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, Protocol

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from consult.errors import CaseError, SettingsError
from consult.settings import ParticipantSettings

SCHEMA = 1
LONGEST = 1_000_000
"""Bytes of an answer that are read."""
_CONNECT = 10.0
_MOST_FINDINGS = 200
_SHA256 = re.compile(r"[0-9a-f]{64}")

GapKind = Literal[
    "timeout", "connection", "server", "refused", "malformed", "schema", "too-long", "wrong-input", "not-approved",
    "unavailable",
]  # fmt: skip
"""timeout: no answer in time; connection: refused, reset or cut; server: 5xx; refused: 4xx; malformed: not JSON;
schema: JSON of another shape; too-long: past every bound; wrong-input: it answers about an image that was not sent;
not-approved: this model, this version or this kind of image is not in the settings; unavailable: it says so itself."""


def _written(value: Any) -> Any:
    """A number as the text it was written as: `0.90` from JSON read by its digits, `0.9` from a float."""
    if isinstance(value, bool):
        raise ValueError("must be a number or a text")
    if isinstance(value, int | float | Decimal):
        return str(value)
    return str(value) if isinstance(value, str) else value


def _share(value: str) -> str:
    try:
        inside = 0 <= Decimal(value) <= 1
    except InvalidOperation:
        inside = False
    if not inside:
        raise ValueError("must be a number from 0 to 1")
    return value


def _digest(value: str) -> str:
    if not _SHA256.fullmatch(value):
        raise ValueError("must be a SHA-256 digest in 64 lower-case hexadecimal digits")
    return value


Short = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Long = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Written = Annotated[str, BeforeValidator(_written), StringConstraints(min_length=1, max_length=200)]
Confidence = Annotated[str, BeforeValidator(_written), AfterValidator(_share), StringConstraints(max_length=30)]
Sha256 = Annotated[str, AfterValidator(_digest)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


# out


class Image(_Shape):
    """What is to be read: a reference that the model can follow, the bytes themselves, or both."""

    reference: Short | None = None
    """Where the model finds it: a study's or an image's UID in the archive that both know. An identifier: give a
    pseudonymous one to a model outside the house."""
    content_type: Short | None = None
    """`application/dicom`, `image/png` …"""
    data: str | None = Field(default=None, repr=False)
    """Base64."""
    sha256: Sha256 | None = None
    """Of the bytes."""

    @classmethod
    def of(cls, content: bytes, *, content_type: str, reference: str | None = None) -> Image:
        """An image that is sent itself. Burnt-in names and DICOM headers are the caller's to remove."""
        return cls(
            reference=reference,
            content_type=content_type,
            data=base64.b64encode(content).decode("ascii"),
            sha256=hashlib.sha256(content).hexdigest(),
        )

    @model_validator(mode="after")
    def _says_what(self) -> Image:
        if self.reference is None and self.data is None:
            raise ValueError("an image needs a reference or its data")
        return self

    @property
    def names(self) -> frozenset[str]:
        """By which a result may say that it is about this image."""
        return frozenset(name for name in (self.reference, self.sha256) if name is not None)


class Context(_Shape):
    """What is told of the patient: nothing that names anybody."""

    sex: Literal["male", "female", "other", "unknown"] = "unknown"
    age_years: int | None = None
    """Completed years; 90 stands for 90 and more."""
    question: str = ""
    """De-identified."""


class ParticipantRequest(_Shape):
    """One question to a model."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    kind: Short
    """`ct-chest`, `blood-film`, `ecg` …"""
    task: Short | None = None
    language: Literal["en", "zh"] = "en"
    context: Context = Context()
    images: list[Image] = Field(min_length=1, max_length=50)

    model_config = ConfigDict(extra="forbid", populate_by_name=True, hide_input_in_errors=True)

    @property
    def names(self) -> frozenset[str]:
        """Of all its images."""
        return frozenset().union(*(image.names for image in self.images))


# in


class FindingCode(_Shape):
    """A code of what was found or measured (LOINC, RadLex, SNOMED CT)."""

    system: Annotated[str, StringConstraints(max_length=200)] = ""
    code: Short


class ParticipantFinding(_Shape):
    """One thing that the model found or measured."""

    label: Short
    """`Blasts`, `Solid nodule, mean diameter`, `Rhythm`."""
    value: Written | None = None
    """A number as written, or words (`atrial fibrillation`); none: the label says it all."""
    unit: Annotated[str, StringConstraints(max_length=40)] | None = None
    code: FindingCode | None = None
    location: Short | None = None
    """`right upper lobe`, `lead V2`, `field 14`."""
    confidence: Confidence | None = None
    """From 0 to 1 as the model gives it; it is kept as sent and compared with nothing but the site's threshold."""


class ResultProvenance(_Shape):
    """What the result was made from, and when."""

    inputs: list[Short] = Field(min_length=1, max_length=50)
    """References or SHA-256 digests of the images that were read."""
    at: AwareDatetime
    """When the model ran."""
    acquired: AwareDatetime | None = None
    """When the image was taken: the time of its findings."""
    run: Short | None = None
    """The model's own number of this run."""


class ParticipantResult(_Shape):
    """One model's answer."""

    schema_: Literal[1] = Field(alias="schema")
    model: Short
    """Its name: the one under `[participants]`."""
    version: Short
    kind: Short
    """What it read, as in the request."""
    task: Short
    """`nodule-detection`, `blast-count`, `rhythm-and-intervals`."""
    specimen: Short | None = None
    """What a slide shows, where it is one: `blood`, `bone marrow`. Blasts of the marrow are not those of the blood."""
    status: Literal["answered", "unavailable"] = "answered"
    reason: Annotated[str, StringConstraints(max_length=200)] = ""
    """Why it did not answer."""
    findings: list[ParticipantFinding] = Field(default_factory=list, max_length=_MOST_FINDINGS)
    """None, answered: it looked and found nothing of its task."""
    provenance: ResultProvenance
    limits: list[Long] = Field(default_factory=list, max_length=20)
    """What it must not be used for, in its maker's words."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, hide_input_in_errors=True)


class ParticipantGap(_Shape):
    """A model that did not take part, and why: it enters the case like a result, and the plan shows it."""

    model: str
    kind: GapKind
    version: str = ""


class Participant(Protocol):
    """A model in this process, or behind something other than HTTP."""

    def read(self, request: ParticipantRequest) -> ParticipantResult:
        """The result for a request; whatever it raises becomes a gap of kind `server`."""
        ...


# asking


def read_result(source: bytes | str | Mapping[str, Any]) -> ParticipantResult:
    """A result from JSON, or from an object that JSON became.

    Raises:
        CaseError: it is none; one sentence with the place, and nothing of its content.
    """
    try:
        document = source if isinstance(source, Mapping) else json.loads(source, parse_float=_Digits)
        return ParticipantResult.model_validate(document)
    except ValidationError as error:
        raise CaseError(f"the result of a model cannot be read: {_place(error)}") from None
    except (ValueError, RecursionError):
        raise CaseError("the result of a model is not JSON") from None


def _place(error: ValidationError) -> str:
    """The first problem; of keys that the contract does not know only that there is one."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    message = str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        return "it holds a key that the contract does not have"
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {message}" if where else message


def ask(
    name: str,
    request: ParticipantRequest,
    *,
    settings: Mapping[str, ParticipantSettings],
    participant: Participant | None = None,
) -> ParticipantResult | ParticipantGap:
    """Ask one model; whatever goes wrong is a gap, never an exception, and never a second guess.

    Args:
        name: of the model under `[participants]`.
        request: the question.
        settings: `Settings.participants`.
        participant: the model, when it is not asked over HTTP.

    Raises:
        SettingsError: its address may not be sent a case.
    """
    said = settings.get(name)
    if said is None or request.kind not in said.kinds or (participant is None and said.url is None):
        return ParticipantGap(model=name, kind="not-approved")
    if participant is not None:
        answer = _from_object(name, participant, request)
    else:
        answer = _from_server(name, said, _outward(request, said))
    if isinstance(answer, ParticipantGap):
        return answer
    return _checked(name, answer, request, said)


def approved(result: ParticipantResult, settings: Mapping[str, ParticipantSettings]) -> ParticipantSettings | None:
    """What the site says about the model of a result; None where it has not approved this model, version or kind."""
    said = settings.get(result.model)
    if said is None or result.kind not in said.kinds:
        return None
    return None if said.versions and result.version not in said.versions else said


def _checked(
    name: str, result: ParticipantResult, request: ParticipantRequest, said: ParticipantSettings
) -> ParticipantResult | ParticipantGap:
    """A result that is this model's, on these images."""
    if result.model != name or result.kind != request.kind or (said.versions and result.version not in said.versions):
        return ParticipantGap(model=name, kind="not-approved", version=result.version)
    if result.status == "unavailable":
        return ParticipantGap(model=name, kind="unavailable", version=result.version)
    if not request.names.issuperset(result.provenance.inputs):
        return ParticipantGap(model=name, kind="wrong-input", version=result.version)
    return result


def _from_object(
    name: str, participant: Participant, request: ParticipantRequest
) -> ParticipantResult | ParticipantGap:
    try:
        result = participant.read(request)
    except Exception:  # somebody else's code: a gap, as for a server
        return ParticipantGap(model=name, kind="server")
    return result if isinstance(result, ParticipantResult) else ParticipantGap(model=name, kind="schema")


def _outward(request: ParticipantRequest, said: ParticipantSettings) -> ParticipantRequest:
    """The request as it leaves: without the images themselves where the site does not send them.

    Raises:
        SettingsError: there would be nothing left to read.
    """
    if said.send_images:
        return request
    if any(image.reference is None for image in request.images):
        raise SettingsError("settings: participants: send_images: is off, and an image has no reference")
    images = [image.model_copy(update={"data": None}) for image in request.images]
    return request.model_copy(update={"images": images})


def _from_server(
    name: str, said: ParticipantSettings, request: ParticipantRequest
) -> ParticipantResult | ParticipantGap:
    import httpx2

    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    key = os.environ.get(said.api_key_env) if said.api_key_env is not None else None
    if key:
        headers["Authorization"] = f"Bearer {key}"
    body = request.model_dump_json(by_alias=True, exclude_none=True)
    encrypted = str(said.url).startswith("https:")
    try:
        with httpx2.Client(
            timeout=httpx2.Timeout(said.timeout, connect=min(_CONNECT, said.timeout)),
            follow_redirects=False,  # an image goes to the configured address and nowhere else
            trust_env=encrypted,  # nor, in plain text, through a proxy
        ) as client:
            return _posted(name, client, str(said.url), body, headers, said.timeout)
    except httpx2.TimeoutException:
        return ParticipantGap(model=name, kind="timeout")
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return ParticipantGap(model=name, kind="connection")


def _posted(
    name: str, client: Any, url: str, body: str, headers: Mapping[str, str], seconds: float
) -> ParticipantResult | ParticipantGap:
    """One answer; its whole length must come in time: a server that drips bytes does not hold the case up."""
    from time import monotonic

    until = monotonic() + seconds
    with client.stream("POST", url, content=body, headers=headers) as response:
        if not response.is_success:
            kind: GapKind = "server" if response.status_code >= 500 else "refused"
            return ParticipantGap(model=name, kind=kind)
        content = bytearray()
        for piece in response.iter_raw():
            content += piece
            if len(content) > LONGEST:
                return ParticipantGap(model=name, kind="too-long")
            if monotonic() > until:
                return ParticipantGap(model=name, kind="timeout")
    return _parsed(name, bytes(content))


def _parsed(name: str, content: bytes) -> ParticipantResult | ParticipantGap:
    try:
        return read_result(content)
    except CaseError as error:
        return ParticipantGap(model=name, kind="malformed" if str(error).endswith("not JSON") else "schema")


class _Digits(str):
    """A number of an answer, by its digits."""

    __slots__ = ()
