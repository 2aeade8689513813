"""What a judge quotes must stand in what it judged: code decides, not the judge."""

from __future__ import annotations

import re
import unicodedata

from consult.replay._rubrics.criteria import Verdict

RULES = 1
"""Version of the rules below: part of a judge's fingerprint, for they decide with it."""
_LEAST = 12
"""Weight of the shortest quotation that shows anything: twelve Latin characters, or four Chinese ones."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_DROPPED = re.compile(r"[\s*_\\·`]+")
"""White space and the marks of the rendering."""
_GAP = re.compile(r"…|\.{3,}|\[\.\.\.\]|⋯")
_EDGES = " \t\"'“”‘’「」『』«».,;:，。；：-"


def decided(verdict: str, quotation: str, text: str) -> tuple[Verdict | None, str]:
    """A verdict as it counts, or None and why it could not be judged.

    That something is said must be shown by the words that say it. That it is not said cannot be shown so: there a
    quotation may be missing, but not be invented.

    Args:
        verdict: `met`, `not-met` or `cannot-judge`.
        quotation: from the judge; parts that `…` separates stand for themselves.
        text: what was judged.
    """
    parts = [part.strip(_EDGES) for part in _GAP.split(quotation)]
    parts = [part for part in parts if part]
    if verdict not in {"met", "not-met"}:
        return None, "judge"
    folded = _folded(text)
    if any(_folded(part) not in folded for part in parts):
        return None, "not-in-plan"
    if verdict == "not-met":
        return "not-met", ""
    return ("met", "") if any(_weight(part) >= _LEAST for part in parts) else (None, "no-quotation")


def _folded(text: str) -> str:
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text).casefold())


def _weight(text: str) -> int:
    return len(text) + 2 * len(_HAN.findall(text))
