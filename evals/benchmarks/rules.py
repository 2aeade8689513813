"""How long findings take: per rule, per case, and to load all content. Run: `python evals/benchmarks/rules.py`.

Uses the content that ships, and a synthetic patient with 100 observations, most of them abnormal, so that many rules
and calculators have something to think about. Loading is timed in processes of its own: the first time, and again.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from consult.analytes import Catalog
from consult.case import Case, Observation, Patient, Range, Reported
from consult.clinic import RuleBook, assess
from consult.concepts import Concepts
from consult.content import content_root

OBSERVATIONS = 100
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


def loading() -> tuple[float, float]:
    """Milliseconds to load all content in a process that has imported everything: the first time, and again."""
    pairs = [
        json.loads(subprocess.run([sys.executable, "-c", _LOADING], check=True, capture_output=True, text=True).stdout)
        for _ in range(7)
    ]
    return statistics.median(one for one, _ in pairs), statistics.median(two for _, two in pairs)


_LOADING = """
import json, time
import consult.analytes, consult.clinic, consult.retrieval
from consult.panel import Library
from consult.settings import Settings
settings, taken = Settings(), []
for _ in range(2):
    started = time.perf_counter()
    Library.load(settings)
    taken.append(round((time.perf_counter() - started) * 1000, 1))
print(json.dumps(taken))
"""


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
    cold, again = loading()
    report = {
        "rules": len(book),
        "observations": len(case.observations),
        "findings": len(found.findings),
        "fired": len(found.fired),
        "asked": len(found.unknown),
        "content_ms": cold,
        "content_again_ms": again,
        "rules_ms": round(median_seconds(load, 5) * 1000, 1),
        "case_ms": round(whole * 1000, 2),
        "case_without_rules_ms": round(without * 1000, 2),
        "us_per_rule": round((whole - without) / max(len(book), 1) * 1e6, 1),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
