"""What a replay costs: `python evals/benchmarks/replay.py rules|model|kill|ray|all [--cases 2000]`.

- `rules`: generated cases of 60 results through the rules engine; cases a second, memory of the parent process at a
  quarter and at the end, the time of summary and report.
- `model`: 640 cases against a server on loopback that takes 4 s for every call, 64 at once; the part of the ideal.
- `kill`: 500 cases, killed with SIGKILL five times on the way; rows, doubles, and whether the summary is that of an
  undisturbed run.
- `ray`: the rules engine on a Ray cluster of this machine with one worker and with two: cases a second between a tenth
  and nine tenths of the rows (a cluster takes seconds to start), and what a case costs the process that writes rows.

Prints one JSON document.
"""

from __future__ import annotations

import argparse
import json
import os
import random  # noqa: TID251 - made-up results, the same for the same seed
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from consult.analytes import Catalog
from consult.content import content_root

RESULTS = 60
CONSULT = Path(sys.executable).with_name("consult")
LATENCY = 4.0
DEPTH = 3
"""Calls after one another of a consultation in which nobody differs."""


def generated(count: int, *, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Native cases of 60 results each, about a fifth of them abnormal; no two are alike."""
    chance = random.Random(seed)
    catalog = Catalog.load(content_root())
    keys = [key for key in catalog if catalog[key].kind == "quantity"]
    for number in range(count):
        sex = chance.choice(["male", "female"])
        age = chance.randint(18, 92)
        chosen = chance.sample(keys, RESULTS)
        observations = [one for key in chosen if (one := _result(catalog, key, sex, age, chance)) is not None]
        yield {"id": f"g{number}", "patient": {"sex": sex, "age_years": age}, "observations": observations}


def _result(catalog: Catalog, key: str, sex: str, age: int, chance: random.Random) -> dict[str, Any] | None:
    ours = catalog.reference_range(key, sex=sex, age_years=age, pregnant=None)
    low = float(ours.low) if ours is not None and ours.low is not None else 0.0
    high = float(ours.high) if ours is not None and ours.high is not None else max(10.0, 2 * low)
    kind = chance.random()
    value = chance.uniform(low, high) if kind < 0.8 else high * chance.uniform(1.05, 1.8) if kind < 0.9 else low * 0.7
    limits = {"low": f"{low:g}", "high": f"{high:g}"}
    name, unit = catalog[key].name_en, catalog[key].unit
    return {
        "name": name, "value": f"{value:.3g}", "unit": unit, "range": limits, "status": "final",
        "effective": f"2026-03-0{chance.randint(1, 5)}T08:00:00Z",
    }  # fmt: skip


def write_cases(path: Path, count: int) -> Path:
    """A file with a case on every line."""
    path.write_text("".join(json.dumps(case) + "\n" for case in generated(count)), encoding="utf-8")
    return path


def replay(cases: Path, out: Path, home: Path, *more: str) -> float:
    """Wall time of one run of the command line."""
    started = time.perf_counter()
    command = [CONSULT, "replay", cases, "--out", out, "--home", home, *more]
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def rows_of(out: Path) -> list[dict[str, Any]]:
    """The rows of a finished replay."""
    return [json.loads(line) for line in (out / "results.jsonl").read_text(encoding="utf-8").splitlines()]


def rules(folder: Path, count: int) -> dict[str, Any]:
    """Rate and memory of the rules engine; the first few cases, which load everything, are not counted."""
    cases, out, home = write_cases(folder / "cases.ndjson", count), folder / "out", folder / "home"
    replay(write_cases(folder / "warm.ndjson", 4), folder / "warm", home, "--engine", "rules")  # builds the index
    command = [CONSULT, "replay", cases, "--out", out, "--home", home, "--engine", "rules"]
    started = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    memory = _memory(process, out / "results.jsonl", count)
    wall = time.perf_counter() - started
    failed = sum(row["status"] != "ok" for row in rows_of(out))
    told = {"cases": count, "wall_s": round(wall, 1), "cases_per_s": round(count / wall, 1), "failed": failed}
    return {**told, **memory, "rerun_s": round(replay(cases, out, home, "--engine", "rules"), 2)}


def _memory(process: subprocess.Popen[bytes], rows: Path, count: int) -> dict[str, Any]:
    """MB of the parent process when a quarter of the rows is there, and the most until the end."""
    quarter, most = 0.0, 0.0
    while process.poll() is None:
        most = max(most, _resident(process.pid))
        if not quarter and rows.is_file() and rows.read_bytes().count(b"\n") >= count // 4:
            quarter = _resident(process.pid)
        time.sleep(0.5)
    return {"memory_quarter_mb": round(quarter), "memory_most_mb": round(most)}


def _resident(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def model(folder: Path, count: int) -> dict[str, Any]:
    """Part of the ideal against a slow server."""
    from panel import server_process

    case = json.loads(json.dumps(next(iter(generated(1)))))
    lines = "".join(json.dumps({**case, "id": f"m{number}"}) + "\n" for number in range(count))
    cases = folder / "cases.ndjson"
    cases.write_text(lines, encoding="utf-8")
    with server_process(LATENCY) as base_url:
        config = folder / "consult.toml"
        config.write_text(
            f'[models.m]\nprovider = "openai"\nbase_url = "{base_url}"\nmodel = "m"\n'
            'limits = { concurrency = 256 }\n[agents]\ndefault = { model = "m" }\n',
            encoding="utf-8",
        )
        more = ["--config", str(config), "--concurrency", "64"]
        replay(cases, folder / "warm", folder / "home", *more, "--limit", "1")
        wall = replay(cases, folder / "out", folder / "home", *more)
        again = replay(cases, folder / "out", folder / "home", *more)
    ideal = count / 64 * DEPTH * LATENCY
    calls = Counter(row["usage"]["calls"] for row in rows_of(folder / "out"))
    told = {"cases": count, "wall_s": round(wall, 1), "of_ideal": round(ideal / wall, 3)}
    return {**told, "rerun_s": round(again, 2), "calls_per_case": dict(calls)}


def kill(folder: Path, count: int) -> dict[str, Any]:
    """A run that dies five times, beside one that does not."""
    cases, home = write_cases(folder / "cases.ndjson", count), folder / "home"
    replay(cases, folder / "whole", home, "--engine", "rules")
    out = folder / "out"
    command = [str(part) for part in (CONSULT, "replay", cases, "--out", out, "--home", home, "--engine", "rules")]
    chance = random.Random(5)
    for death in range(5):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        wanted = count * (death + 1) // 6 + chance.randint(0, 9)
        while process.poll() is None and _lines(out) < wanted:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
    replay(cases, out, home, "--engine", "rules")
    pairs = Counter((row["case_hash"], row["arm_hash"]) for row in rows_of(out))
    same = (out / "summary.json").read_bytes() == (folder / "whole" / "summary.json").read_bytes()
    return {
        "rows": sum(pairs.values()),
        "pairs": len(pairs),
        "more_than_once": sum(n > 1 for n in pairs.values()),
        "summary_equal": same,
    }


def ray(folder: Path, count: int) -> dict[str, Any]:
    """Two workers against one."""
    cases, home = write_cases(folder / "cases.ndjson", count), folder / "home"
    replay(write_cases(folder / "warm.ndjson", 4), folder / "warm", home, "--engine", "rules")  # builds the index
    found = {f"workers_{workers}": _on_ray(cases, folder / f"out{workers}", home, workers, count) for workers in (1, 2)}
    ratio = found["workers_2"]["cases_per_s"] / found["workers_1"]["cases_per_s"]
    same = (folder / "out1" / "summary.json").read_bytes() == (folder / "out2" / "summary.json").read_bytes()
    return {"cases": count, **found, "ratio": round(ratio, 2), "summary_equal": same}


def _on_ray(cases: Path, out: Path, home: Path, workers: int, count: int) -> dict[str, Any]:
    command = [CONSULT, "replay", cases, "--out", out, "--home", home, "--engine", "rules", "--executor", "ray"]
    started = time.perf_counter()
    told = [*(str(part) for part in command), "--concurrency", str(workers)]
    process = subprocess.Popen(told, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    marks = [
        (time.perf_counter(), _processor_time(process.pid))
        for _ in _reached(process, out, count // 10, count * 9 // 10)
    ]
    process.wait()
    wall = time.perf_counter() - started
    (first, first_cpu), (last, last_cpu) = marks
    cases_between = count * 9 // 10 - count // 10
    return {
        "cases_per_s": round(cases_between / (last - first), 1),
        "driver_ms_per_case": round((last_cpu - first_cpu) / cases_between * 1000, 1),
        "wall_s": round(wall, 1),
        "failed": sum(row["status"] != "ok" for row in rows_of(out)),
    }


def _reached(process: subprocess.Popen[bytes], out: Path, *wanted: int) -> Iterator[int]:
    """Yields as so many rows are there."""
    for number in wanted:
        while process.poll() is None and _lines(out) < number:
            time.sleep(0.1)
        if _lines(out) < number:
            raise RuntimeError("the replay ended before its rows were there")
        yield number


def _processor_time(pid: int) -> float:
    """Seconds that a process has computed, its children not counted."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _lines(out: Path) -> int:
    path = out / "results.jsonl"
    return path.read_bytes().count(b"\n") if path.is_file() else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="all", choices=["all", "rules", "model", "kill", "ray"])
    parser.add_argument("--cases", type=int, help="default: 2000 for rules, 640 for model, 500 for kill, 1000 for ray")
    given = parser.parse_args()
    parts = {"rules": (rules, 2000), "model": (model, 640), "kill": (kill, 500), "ray": (ray, 1000)}
    found = {}
    for name, (part, count) in parts.items():
        if given.what in {"all", name}:
            with tempfile.TemporaryDirectory() as folder:
                found[name] = part(Path(folder), given.cases or count)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
