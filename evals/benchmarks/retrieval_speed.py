"""How fast retrieval is, and how much memory it takes: `python evals/benchmarks/retrieval_speed.py [--json]`.

Each figure is taken in a fresh process, because importing, opening and the first search are what a user waits for.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

TARGETS = {
    "build_seconds": 4.0,
    "open_seconds": 0.5,
    "search_12_milliseconds": 15.0,
    "rss_megabytes": 350.0,
}
"""Upper limits; the other figures are reported without one."""
QUESTIONS = 12


def measure(home: Path) -> dict[str, float]:
    """Import Chroma, open the index in `home` (building it when absent), and search."""
    seconds: dict[str, float] = {}
    seconds["import_chromadb_seconds"] = _seconds(_import_chromadb)
    from consult.concepts import Concepts
    from consult.content import content_root
    from consult.retrieval import Language, Retriever, concept_query

    root = content_root()
    opened: list[Retriever] = []
    seconds["open_seconds"] = _seconds(lambda: opened.append(Retriever.open(root, home)))
    retriever = opened[0]
    concepts = list(Concepts.load(root).values())[:QUESTIONS]
    languages: tuple[Language, ...] = ("en", "zh")
    for language in languages:
        shipped = [concept_query(concept, language) for concept in concepts]
        own = [f"{query} {number}" for number, query in enumerate(shipped)]
        for name, queries in (("shipped", shipped), ("own", own)):

            def search(queries: list[str] = queries, language: Language = language) -> object:
                return retriever.search_many(queries, corpora=retriever.corpora[:1], language=language, k=8)

            seconds[f"first_{name}_{language}_seconds"] = _seconds(search)
            seconds[f"warm_{name}_{language}_seconds"] = min(_seconds(search) for _ in range(20))
    seconds["passages"] = len(retriever.knowledge.passages)
    seconds["rss_megabytes"] = _peak_megabytes()
    return seconds


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _import_chromadb() -> None:
    import chromadb  # noqa: F401  # its import is what is measured


def _peak_megabytes() -> float:
    """Peak resident memory of this process; 0 where the platform does not say."""
    try:
        import resource
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform != "darwin" else peak / 1024**2


def _in_a_fresh_process(home: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", str(home)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    figures: dict[str, float] = json.loads(output)
    return figures


def report() -> dict[str, float]:
    """Build once, open twice; the figures of the second opening, with a warm disk, and those of the build."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        building = _in_a_fresh_process(home)
        _in_a_fresh_process(home)
        figures = _in_a_fresh_process(home)
    figures["build_seconds"] = building["open_seconds"]
    figures["build_rss_megabytes"] = building["rss_megabytes"]
    warm = (figures["warm_shipped_en_seconds"], figures["warm_shipped_zh_seconds"])
    figures["search_12_milliseconds"] = 1000 * max(warm)
    return {name: round(value, 4) for name, value in figures.items()}


def main() -> int:
    """Exit code 1 when a figure is above its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is not None:
        print(json.dumps(measure(options.measure)))
        return 0
    figures = report()
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            target = f"  (at most {TARGETS[name]:g})" if name in TARGETS else ""
            print(f"{name:32} {value:10.4f}{target}")
    return 0 if all(figures[name] <= limit for name, limit in TARGETS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
