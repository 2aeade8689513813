"""The everyday input: every value of a test that we know arrives unchanged, however the case is handed over."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from consult.analytes import Catalog
from consult.case import Observation, read_cases

_LEAF = re.compile(r"(?P<value>[<>]?\s*-?[\d.,]*\d)\s*(?P<unit>[^\d\s(][^(,]*?)?\s*(?:\(.*|, .*| with .*| on .*)?")
_FLUIDS = {"urin": "urine", "lumbar": "CSF", "csf": "CSF", "arthrocent": "body fluid",
           "joint": "body fluid", "gas": "arterial blood gas"}  # fmt: skip
Handed = Callable[[dict[str, Any]], Any]


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, path)
    else:
        yield path, str(value)


def expected(path: tuple[str, ...], unit: str | None, catalog: Catalog) -> str | None:
    """The analyte that the catalog knows by the key, in the fluid that the keys above name."""
    name = path[-1].replace("_", " ")
    fluid = next((fluid for step in reversed(path) for word, fluid in _FLUIDS.items() if word in step.lower()), None)
    specimen = None if "serum" in name.lower() else fluid
    found = (catalog.match(form, unit=unit, specimen=specimen).analyte for form in (name, f"{name}+"))
    return next((key for key in found if key is not None), None)


def flattened(document: dict[str, Any]) -> str:
    return "\n".join(f"{'/'.join(path)}: {value}" for path, value in leaves(document))


def within_a_letter(document: dict[str, Any]) -> str:
    return f"Dear colleague, please see below.\n{json.dumps(document, ensure_ascii=False)}"


@pytest.mark.parametrize(
    ("form", "handed"),
    [("auto", lambda case: case), ("text", json.dumps), ("text", within_a_letter), ("text", flattened)],
    ids=["dict", "json", "json within a letter", "fields joined"],
)
def test_values_of_known_tests_arrive(form: str, handed: Handed, shared_data: Path, catalog: Catalog) -> None:
    told = arrived = 0
    wrong = []
    for line in (shared_data / "cases_text" / "agentclinic_medqa.jsonl").read_text(encoding="utf-8").splitlines():
        document = json.loads(line)["OSCE_Examination"]
        case = read_cases(handed(document), format=form, catalog=catalog).cases[0]
        for path, value in leaves(document["Test_Results"]):
            found = _LEAF.fullmatch(value)
            key = expected(path, found["unit"], catalog) if found is not None else None
            if found is None or key is None:
                continue
            told += 1
            same = [seen for seen in case.observations if _same(seen, path, found["value"])]
            arrived += any((seen.analyte, seen.reported.unit) == (key, found["unit"]) for seen in same)
            wrong += [path for seen in same if seen.analyte != key]
        for seen in case.observations:
            start, end = map(int, seen.source.removeprefix("text[").removesuffix("]").split(":"))
            assert (seen.reported.value or "") in case.history[start:end]
    assert wrong == []
    assert told > 200
    assert arrived / told >= 0.95
    print(f"{arrived} of {told} values of known tests")


def _same(seen: Observation, path: tuple[str, ...], value: str) -> bool:
    written = (seen.reported.value or "").replace(" ", "") == value.replace(" ", "")
    return (
        written and seen.name.replace("_", " ").rstrip("+-").lower() == path[-1].replace("_", " ").rstrip("+-").lower()
    )
