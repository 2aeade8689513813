"""Words in quotation marks stand so in what is cited."""

from __future__ import annotations

import re
import unicodedata

from consult.plan._said import Said

_QUOTED = re.compile(r"“([^“”]+)”|\"([^\"]+)\"|＂([^＂]+)＂|「([^「」]+)」|『([^『』]+)』|«([^«»]+)»")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LONG, _LONG_HAN = 12, 6
"""From this many characters on, quotation marks claim somebody's words; below they may only mark a term."""


def misquoted(said: Said) -> str | None:
    """The first quotation that nothing cited has, letter by letter; case, spaces and width do not count."""
    quotes = [next(part for part in match.groups() if part) for match in _QUOTED.finditer(said.text)]
    claimed = [quote for quote in quotes if _is_long(quote)]
    if not claimed:
        return None
    own = [f"{one.name} {one.shown} {one.reported.unit_shown}" for one in said.results]
    cited = [text.text for text in (*said.words, *said.history, *said.passages, *said.computed)]
    texts = [_folded(text) for text in (*cited, *own)]
    lost = next((quote for quote in claimed if not any(_folded(quote) in text for text in texts)), None)
    return None if lost is None else said.problem("quote", words=lost[:40])


def _is_long(quote: str) -> bool:
    return len(quote.strip()) >= _LONG or len(_HAN.findall(quote)) >= _LONG_HAN


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(".,;。，；")
