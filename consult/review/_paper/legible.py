"""Text from outside as it may stand on paper: nothing that moves, hides or turns what stands beside it."""

from __future__ import annotations

import re
import unicodedata

_SPACE = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_ODD = re.compile(
    r"[^ -~\u00a1-\u02ff\u0370-\u0482\u2010-\u2027\u2030-\u205e\u2190-\u23ff\u2460-\u27bf\u3000-\u9fff\uff00-\uffef]"
)
"""What has to be looked at; all else is plain text."""


def legible(text: str) -> str:
    """`text` on one line without controls, turns of the writing direction, unpaired surrogates and the like."""
    return _ODD.sub(_shown, _SPACE.sub(" ", text))


def _shown(match: re.Match[str]) -> str:
    one = match.group()
    kind = unicodedata.category(one)
    if kind in {"Cc", "Cf"}:
        return ""
    return "\ufffd" if kind == "Cs" else one
