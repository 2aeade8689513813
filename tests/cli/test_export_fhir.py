"""`consult export --format fhir`."""

from __future__ import annotations

import json
from pathlib import Path

from fhirclient.models.bundle import Bundle

from .conftest import Call, Stored


def test_a_signed_plan_as_a_file(consult: Call, signed: Stored, tmp_path: Path) -> None:
    out = tmp_path / "plan.fhir.json"
    result = consult("export", signed.id, "--format", "fhir", "--out", out, *signed.at)
    assert (result.code, result.err) == (0, f"consult: {signed.id} is written\n")
    bundle = json.loads(out.read_bytes())
    Bundle(bundle)
    assert bundle["entry"][0]["resource"]["status"] == "final"
    assert out.stat().st_mode & 0o077 == 0


def test_a_draft_on_standard_output_is_told_to_be_one(consult: Call, draft: Stored) -> None:
    result = consult("export", draft.id, "--format", "fhir", *draft.at)
    assert "this export is a draft, not a signed plan" in result.err
    assert result.json["entry"][0]["resource"]["status"] == "preliminary"


def test_a_case_read_from_an_export_is_the_case(consult: Call, signed: Stored, tmp_path: Path) -> None:
    out = tmp_path / "plan.fhir.json"
    consult("export", signed.id, "--format", "fhir", "--out", out, *signed.at)
    (case,) = consult("case", out, "--json").json
    stored = consult("show", signed.id, "--json", *signed.at).json["case"]
    assert [one["reported"] for one in case["observations"]] == [one["reported"] for one in stored["observations"]]
    assert case["patient"] == stored["patient"]
