"""Runs or resumes a consultation in a process of its own, which kills itself inside a named node.

Usage: killed_run.py HOME LOG (CASE | --resume ID) [KILL_AT]
"""

from __future__ import annotations

import asyncio
import functools
import os
import signal
import sys
from pathlib import Path
from typing import Any

from consult.case import Case
from consult.panel import Panel, _graph
from consult.settings import Settings

NODES = {
    "assess": "assess_case",
    "plan": "plan_consultation",
    "specialist": "ask_specialist",
    "disputes": "note_disputes",
    "cross_review": "cross_review",
    "synthesize": "write_plan",
    "verify": "verify",
}


def wrap(node: str, function: Any, log: Path, kill_at: str | None) -> Any:
    @functools.wraps(function)
    async def logged(state: Any, runtime: Any) -> Any:
        name = f"specialist:{state['task']['specialty']}" if node == "specialist" else node
        write(log, f"start {name}")
        if name == kill_at:
            await asyncio.sleep(0.3)  # long enough for the others to answer and be written down
            os.kill(os.getpid(), signal.SIGKILL)
        answer = await function(state, runtime)
        write(log, f"end {name}")
        return answer

    return logged


def write(log: Path, line: str) -> None:
    with log.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")


def main(arguments: list[str]) -> None:
    home, log, *rest = arguments
    resume = rest[1] if rest[0] == "--resume" else None
    kill_at = (rest[2:] if resume else rest[1:]) or [None]
    for node, function in NODES.items():
        setattr(_graph, function, wrap(node, getattr(_graph, function), Path(log), kill_at[0]))
    with Panel.from_settings(Settings.load(home=Path(home))) as panel:
        if kill_at[0] == "draft":
            panel.store.save_draft = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign,assignment]  # dies just before the draft is stored
        if resume:
            panel.resume(resume)
        else:
            panel.consult(Case.read(Path(rest[0])))


if __name__ == "__main__":
    main(sys.argv[1:])
