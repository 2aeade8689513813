"""Prints the figures that the project promises. `make bench`; medians, since machines are noisy.

Usage: `python evals/benchmarks/run.py [--repeat 7]`
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from consult.case import Case
from consult.clinic import assess
from consult.panel import Panel
from consult.panel._graph import build_graph
from consult.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
CASE = ROOT / "evals" / "cases" / "hem-iron-deficiency-pneumonia" / "case.hl7"
CONSULT = str(Path(sys.executable).parent / "consult")


def process_seconds(command: list[str], repeat: int) -> float:
    """Median wall time of a whole process."""
    times = []
    for _ in range(repeat):
        started = perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(perf_counter() - started)
    return statistics.median(times)


def python(code: str, repeat: int) -> float:
    return process_seconds([sys.executable, "-c", code], repeat)


def front_door(repeat: int) -> None:
    bare = python("from pydantic import BaseModel", repeat)
    imported = python("import consult", repeat)
    helped = process_seconds([CONSULT, "--help"], repeat)
    print(f"from pydantic import BaseModel    {bare * 1000:7.0f} ms")
    print(f"import consult                    {imported * 1000:7.0f} ms   {imported / bare:.2f} x   (promised 1.5 x)")
    print(f"consult --help                    {helped * 1000:7.0f} ms   {helped / bare:.2f} x   (promised 3 x)")


def cold(repeat: int) -> None:
    libraries = python("import langgraph.graph, chromadb", repeat)
    with tempfile.TemporaryDirectory() as home:
        started = perf_counter()
        subprocess.run([CONSULT, "run", str(CASE), "--home", home], check=True, capture_output=True)
        first = perf_counter() - started
        again = process_seconds([CONSULT, "run", str(CASE), "--home", home], repeat)
        peak = peak_memory([CONSULT, "run", str(CASE), "--home", home])
    print(f"import langgraph and chromadb     {libraries:7.2f} s")
    print(f"consult run, index to be made     {first:7.2f} s    + {first - libraries:.2f} s   (promised + 6 s)")
    print(f"consult run, index made           {again:7.2f} s    + {again - libraries:.2f} s   (promised + 2 s)")
    print(f"peak memory of consult run        {peak:7.0f} MB               (promised 600 MB)")


def peak_memory(command: list[str]) -> float:
    """Peak resident memory of one process, MB."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss / scale


def median_ms(work: Callable[[], object], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        started = perf_counter()
        work()
        times.append((perf_counter() - started) * 1000)
    return statistics.median(times)


def warm(repeat: int) -> None:
    """Every case of `evals/cases`, each `repeat` times in one process."""
    cases = [Case.read(path) for path in sorted((ROOT / "evals" / "cases").glob("*/case.*"))]
    with tempfile.TemporaryDirectory() as home, Panel.from_settings(Settings.load(home=Path(home))) as panel:
        panel.consult(cases[0])
        whole = {case.id: median_ms(lambda case=case: panel.consult(case), repeat) for case in cases}
        reading = median_ms(lambda: Case.read(CASE), repeat)
        finding = median_ms(
            lambda: assess(cases[0], catalog=panel.library.catalog, book=panel.library.book, lang="en"), repeat
        )
    values = sorted(whole.values())
    print(f"consultation in process, median   {statistics.median(values):7.1f} ms   (promised 60 ms)")
    print(f"   fastest and slowest case       {values[0]:7.1f} ms  {values[-1]:.1f} ms")
    print(f"   reading the HL7 message        {reading:7.1f} ms")
    print(f"   findings and rules             {finding:7.1f} ms")
    print(f"   graph and checkpoints          {graph_alone(repeat * 4):7.1f} ms   (promised 25 ms)")


def graph_alone(repeat: int) -> float:
    """The same graph and checkpointer with nodes that do nothing."""
    import asyncio

    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    from consult.panel import _graph

    async def measure(folder: str) -> float:
        async with AsyncSqliteSaver.from_conn_string(f"{folder}/checkpoints.sqlite") as saver:
            await saver.setup()
            await saver.conn.execute("PRAGMA synchronous=NORMAL")
            graph = build_graph(saver)
            times = []
            for number in range(repeat):
                config = {"configurable": {"thread_id": str(number)}}
                started = perf_counter()
                async for _ in graph.astream({"consultation": "x"}, config, stream_mode="values", durability="sync"):
                    pass
                await saver.adelete_thread(str(number))
                times.append((perf_counter() - started) * 1000)
        return statistics.median(times)

    specialties = ("laboratory", "hematology", "respiratory")
    idle = {
        "assess_case": {"consultation": "x"},
        "plan_consultation": {"tasks": [{"specialty": name} for name in specialties]},
        "note_disputes": {"conflicts": []},
        "write_plan": {"plan": {}},
        "verify": {"verification": {}},
    }
    kept = {name: getattr(_graph, name) for name in [*idle, "ask_specialist"]}
    try:
        for name, answer in idle.items():
            setattr(_graph, name, _constant(answer))
        _graph.ask_specialist = _answer  # type: ignore[assignment]  # measured without its work
        with tempfile.TemporaryDirectory() as folder:
            return asyncio.run(measure(folder))
    finally:
        for name, function in kept.items():
            setattr(_graph, name, function)


def _constant(answer: dict[str, object]) -> Callable[..., object]:
    async def node(state: dict[str, object]) -> dict[str, object]:
        return answer

    return node


async def _answer(state: dict[str, dict[str, str]]) -> dict[str, object]:
    return {"opinions": {state["task"]["specialty"]: {"text": "x" * 4000}}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=7)
    options = parser.parse_args()
    front_door(options.repeat)
    cold(options.repeat)
    warm(options.repeat)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process       {own:7.0f} MB")


if __name__ == "__main__":
    main()
