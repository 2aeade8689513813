"""A case as it travels between processes: compressed JSON, with who the patient is."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass

from consult.case import Case, Identity


@dataclass(frozen=True, slots=True)
class Packed:
    """A case that was read elsewhere, and need not be opened here."""

    data: bytes
    subject: str
    """Its place among the others of its file, which whoever read it did not know."""


def pack_case(case: Case) -> bytes:
    """A case with its identity: redaction is the work of whoever opens it, as it is the panel's."""
    identity = None if case.identity is None else case.identity.model_dump(mode="json")
    told = {"case": case.model_dump(mode="json"), "identity": identity}
    return zlib.compress(json.dumps(told, ensure_ascii=False).encode(), 1)


def open_case(packed: Packed) -> Case:
    """The case."""
    told = json.loads(zlib.decompress(packed.data))
    identity = None if told["identity"] is None else Identity.model_validate(told["identity"])
    return Case.model_validate(told["case"]).model_copy(update={"subject": packed.subject, "identity": identity})
