"""How long the rules take: per rule, per case, and to load. Run: `python evals/benchmarks/rules.py`.

Uses the rules and analytes that ship, and a synthetic patient with 60 observations, most of them abnormal, so that
many rules have something to think about.
"""

from __future__ import annotations

import json
import statistics
import time
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from consult.analytes import Catalog
from consult.case import Case, Observation, Patient, Range, Reported
from consult.clinic import Concepts, RuleBook, assess
from consult.content import content_root

OBSERVATIONS = 60
NEWEST = datetime(2024, 6, 1, 8, 0, tzinfo=UTC)


def large_case(catalog: Catalog, book: RuleBook) -> Case:
    """One patient: the analytes that rules name first, then others, two draws a day apart."""
    keys = [key for key in dict.fromkeys((*book.analytes, *catalog)) if catalog[key].kind == "quantity"]
    observations = []
    for place in range(OBSERVATIONS):
        key = keys[(place // 2) % len(keys)]
        ours = catalog.reference_range(key, sex="male", age_years=60, pregnant=None)
        high = ours.high if ours is not None and ours.high is not None else 10
        value = f"{float(high) * (1.4 if place % 4 < 2 else 0.5):.2f}"
        observations.append(
            Observation(
                fact=f"F{place + 1}",
                analyte=key,
                name=catalog[key].name_en,
                value=value,
                value_type="quantity",
                unit=catalog[key].unit,
                reported=Reported(value=value, unit=catalog[key].unit),
                range=Range(high=str(high), source="laboratory"),
                flag="H" if place % 4 < 2 else "N",
                effective=(NEWEST - timedelta(days=place % 2)).isoformat(),
                status="final",
            )
        )
    history = "60-year-old man, fever for three days, no cough, on heparin since surgery. 否认糖尿病。"
    return Case(id="bench", patient=Patient(sex="male", age_years=60), observations=observations, history=history)


def median_seconds(run: Callable[[], object], repeats: int) -> float:
    """Median wall time of one call, after one to warm up."""
    run()
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        run()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def main() -> None:
    """Print one JSON document."""
    root = content_root()
    guidelines = frozenset(tomllib.loads((root / "knowledge/reference/guidelines.toml").read_text("utf-8")))
    catalog, concepts = Catalog.load(root), Concepts.load(root)

    def load() -> RuleBook:
        return RuleBook.load(root, catalog=catalog, concepts=concepts, guidelines_ids=guidelines)

    book = load()
    case = large_case(catalog, book)
    empty = RuleBook([], concepts=concepts)
    whole = median_seconds(lambda: assess(case, catalog=catalog, book=book), 200)
    without = median_seconds(lambda: assess(case, catalog=catalog, book=empty), 200)
    found = assess(case, catalog=catalog, book=book)
    report = {
        "rules": len(book),
        "observations": len(case.observations),
        "findings": len(found.findings),
        "fired": len(found.fired),
        "asked": len(found.unknown),
        "load_ms": round(median_seconds(load, 5) * 1000, 1),
        "case_ms": round(whole * 1000, 2),
        "case_without_rules_ms": round(without * 1000, 2),
        "us_per_rule": round((whole - without) / max(len(book), 1) * 1e6, 1),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
