"""What travels between processes: arms, pairs and outcomes as JSON, each with its length before it."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Sequence
from typing import Any

from consult.errors import ConsultationError
from consult.replay._arms import Arm
from consult.replay._bench import Outcome, Pair
from consult.replay._expected import Expected
from consult.replay._packed import Packed, open_case, pack_case
from consult.replay._row import Row
from consult.settings import Settings

SIZE = struct.Struct(">Q")


def framed(data: bytes) -> bytes:
    """Bytes with their length before them."""
    return SIZE.pack(len(data)) + data


def arms_frame(arms: Sequence[Arm]) -> bytes:
    """The arms of a replay; settings name where secrets are, and hold none."""
    told = [
        {
            "name": arm.name,
            "engine": arm.engine,
            "blind": arm.blind,
            "settings": arm.settings.model_dump(mode="json", exclude_unset=True),
        }
        for arm in arms
    ]
    return json.dumps(told).encode()


def arms_from(frame: bytes) -> list[Arm]:
    """The arms of a frame."""
    told = json.loads(frame)
    return [Arm(one["name"], Settings.model_validate(one["settings"]), one["engine"], one["blind"]) for one in told]


def pair_frame(pair: Pair) -> bytes:
    """A pair, with who the patient is: a line of JSON, then the case as it is packed."""
    case = pair.case if isinstance(pair.case, Packed) else Packed(pack_case(pair.case), pair.case.subject)
    told = {
        "id": pair.id,
        "hash": pair.case_hash,
        "subject": case.subject,
        "expected": None if pair.expected is None else pair.expected.model_dump(mode="json"),
        "arm": pair.arm,
    }
    return json.dumps(told).encode() + b"\n" + case.data


def pair_from(frame: bytes) -> Pair:
    """The pair of a frame."""
    head, _, data = frame.partition(b"\n")
    told = json.loads(head)
    case = open_case(Packed(data, told["subject"]))
    expected = None if told["expected"] is None else Expected.model_validate(told["expected"])
    return Pair(told["id"], told["hash"], case, expected, told["arm"])


def outcome_frame(outcome: Outcome) -> bytes:
    """What came of a pair."""
    packed = base64.b64encode(outcome.packed).decode()
    return json.dumps({"row": outcome.row.model_dump(mode="json"), "packed": packed}).encode()


def problem_frame(problem: str) -> bytes:
    """Why a worker cannot work at all."""
    return json.dumps({"problem": problem}).encode()


def outcome_of(frame: bytes) -> Outcome:
    """What came of a pair.

    Raises:
        ConsultationError: the worker cannot work at all.
    """
    told: dict[str, Any] = json.loads(frame)
    if "problem" in told:
        raise ConsultationError(told["problem"])
    return Outcome(Row.model_validate(told["row"]), base64.b64decode(told["packed"]))
