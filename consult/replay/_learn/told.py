"""What is said of the whole of it, in sentences: the same on a terminal and at the head of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from consult.plan import Language
from consult.replay._learn.proposals import FOLDER
from consult.replay._learn.words import words


def summary(document: dict[str, Any], language: Language) -> Iterator[str]:
    """How much was read, what was left out, and that nothing was changed."""

    def say(key: str, **values: object) -> str:
        return words(key, language, **values)

    consultations, items, period = document["consultations"], document["items"], document["period"]
    if consultations["counted"]:
        days = say("days", first=period["first"], last=period["last"])
        told = {key: items[key] for key in ("accepted", "edited", "rejected", "set_aside")}
        counts = {"counted": consultations["counted"], "doctors": consultations["doctors"], "decided": items["n"]}
        yield say("read", days=days, **counts, **told)
    else:
        yield say("empty")
    yield from _listed("left", consultations["left_out"], say)
    for one in consultations["refused"]:
        yield say("refused", **one)
    if consultations["stale"]:
        yield say("stale", n=consultations["stale"])
    if document["disputed"]["items"]:
        yield say("disputed", n=document["disputed"]["items"], cases=document["disputed"]["consultations"])
    if consultations["alerts"]:
        yield say("alerts", n=consultations["alerts"])


def proposed(document: dict[str, Any], language: Language) -> Iterator[str]:
    """What was proposed, and what was not."""

    def say(key: str, **values: object) -> str:
        return words(key, language, **values)

    found = document["proposals"]
    if found is None:
        yield say("not-asked")
        return
    yield say("proposed", written=found["written"], kept=found["kept"], folder=FOLDER)
    doubts = ", ".join(f"{kind} {n}" for kind, n in found["doubted"].items())
    left = {why: say(f"no.{why}", n=n, doubts=doubts) for why, n in found["left_out"].items()}
    if left:
        yield say("not-proposed", said="; ".join(left.values()))


def _listed(key: str, counts: dict[str, int], say: Callable[..., str]) -> Iterator[str]:
    said = [say(f"{key}.{why}", n=n) for why, n in counts.items() if n]
    if said:
        yield say(key, said="; ".join(said))
