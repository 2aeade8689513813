"""Text from outside on its way into a prompt, and text from a model on its way out.

In a prompt, data stands between `⟦` and `⟧`, on one line, and can imitate neither these marks, nor a role of a chat
template, nor a row of our facts. Out of a model comes plain text: nothing that a renderer or a terminal would act upon.
Both are deterministic, so that equal cases give equal prompts.
"""

from __future__ import annotations

import re

from consult.case._instructions import HIDDEN
from consult.case._text import clean, storable

OPEN, CLOSE = "⟦", "⟧"

_OURS = str.maketrans(dict.fromkeys("⟦〚⟬⦋", "[") | dict.fromkeys("⟧〛⟭⦌", "]"))
"""Our own marks, and those that look like them."""

_MARK = re.compile(
    # <|im_start|>, <<SYS>>, </s>, <system>, <a href=…>; not <5, < 5, a<b
    r"<(?=[<|｜!?]|/?[a-z][\w:-]{0,40}(?:\s[^<>=]{0,40}=[^<>]{0,80})?\s?/?>)"
    # [INST], [F12]
    r"|\[(?=/?INST\]|[FNSPRA]\d{1,4}[\],; ])"
    # a further cell of a row of facts
    r"|\|\s?F(?=\d{1,4}\s)"
    r"|#(?=##)|`(?=``)",
    re.IGNORECASE,
)
_ROW = re.compile(
    r"\W{0,4}(?:system|assistant|user|human|developer)(?=\s?[:：])"
    r"|F(?=\d{1,4}(?:\s|$))|[FNSPRA](?=\d{1,4}\s?[:：|=\]])",
    re.IGNORECASE,
)
"""A line that passes for a role's or for one of ours. A dot after the beginning shows that it is neither."""

LINK = "[link removed]"
"""What stands in place of an address, a picture or a link."""
_REMOVED = f" {LINK} "
_URL = r"(?:(?:https?|ftps?|wss?|file|ssh)://|www\.)[^\s<>\"'，。；、！？（）】》」]*"
_LIVE = re.compile(
    r"<!--.*?(?:-->|$)"
    r"|</?(?:script|style|iframe|object|embed|svg|img|image|form|input|button|video|audio|link|meta|base|template|math"
    r"|textarea|details)\b[^<>]*>?"
    r"|</?[a-z][\w:-]*\s*/?>"
    r"|</?[a-z][\w:-]*\s[^<>=]*=[^<>]*>"
    r"|<[|｜][^<>|｜]{0,40}[|｜]>?|\[/?INST\]|<</?SYS>>",
    re.IGNORECASE | re.DOTALL,
)
"""HTML and the marks of chat templates. `a<b`, `p<0.05` and `<5 mmol/L` are none."""
_IMAGE = re.compile(r"!\[[^\[\]]*\]\s?(?:\([^()]*\)?|\[[^\[\]]*\])")
_LINK = re.compile(r"\[([^\[\]]*)\]\(\s*<?(?:[a-z][a-z0-9+.-]+:[/a-z]|/|www\.)(?:[^()]|\([^()]*\))*\)?", re.IGNORECASE)
_ADDRESS = re.compile(
    rf"{_URL}|\b(?:javascript|vbscript|mailto):\S+|\bdata:[a-z]+/[a-z0-9.+-]+[;,]\S*"
    r"|(?<![\w./-])(?:[\w-]+\.)+[a-z]{2,24}(?::\d+)?(?:/[^\s?]*)?\?\S*=\S*",
    re.IGNORECASE,
)
_CITED = re.compile(r"\s?[\[【][FNS]\d{1,4}(?:[\s,;、，；]+[FNS]\d{1,4})*[\]】]")
"""Ids within a sentence. What it rests on is cited beside it, where ids are checked."""
_FENCES = re.compile(r"`{3,}\w*|~{3,}")
_SUSPECT = re.compile(r"[<`~\[【:?]|www\.", re.IGNORECASE)
"""Stands in every text that has something to remove."""
_TOKEN = re.compile(r"[!-~]+$")
_READ = 8
"""Times the limit: as much of a model's text is looked at. What is longer is cut anyway, and costs no time."""


def fence(label: str, text: str, limit: int | None = None) -> str:
    """A label and a piece of data that cannot leave its marks: `History: ⟦…⟧`.

    Args:
        label: our own words; may be empty.
        text: from outside.
        limit: characters of the data at most.
    """
    told = neutralise(text)
    told = cut(told, limit) if limit is not None else told
    return f"{label} {OPEN}{told}{CLOSE}" if label else f"{OPEN}{told}{CLOSE}"


def neutralise(text: str) -> str:
    """Data for a prompt: one line, nothing hidden, and no mark, role or id that it could pass for.

    Numbers, units and signs such as `<5`, `>100` and `↑` stay as they are. Applied twice it changes nothing more.
    """
    lines = (" ".join(line.split()) for line in _shown(text).translate(_OURS).splitlines())
    told = " ".join(_no_row(line) for line in lines if line)
    return _MARK.sub(lambda match: f"{match.group()}·", told)


def plain_text(text: str, limit: int) -> str:
    """What a model wrote as one line of plain text: no links, HTML, Markdown pictures, escapes or hidden characters.

    What was a link says so; ids such as `[F3]` are left out. Comparisons such as `p<0.05` stay. The text is cut at the
    limit between words, with `…`.
    """
    told = _shown(text[: _READ * limit + 200]).translate(_OURS)
    while _SUSPECT.search(told) and (simpler := _without_links(told)) != told:
        told = simpler
    return cut(" ".join(told.split()), limit)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, never cut within a number or a Latin word; `…` says that something is missing."""
    if len(text) <= limit:
        return text
    kept = text[: max(limit - 1, 0)]
    if text[len(kept)].isascii() and not text[len(kept)].isspace():
        kept = _TOKEN.sub("", kept) or kept
    return f"{kept.rstrip()}…"[:limit]


def _shown(text: str) -> str:
    """What a person would see; every kind of line end is a line end."""
    return HIDDEN.sub("", clean("\n".join(storable(text).splitlines())))


def _without_links(text: str) -> str:
    """One round; what taking away brought together is met by the next one."""
    text = _CITED.sub(lambda match: " " if text[match.end() :][:1].isalnum() else "", text)
    text = _FENCES.sub(" ", _LIVE.sub("", text))
    text = _LINK.sub(rf"\1{_REMOVED}", _IMAGE.sub(_REMOVED, text))
    return " ".join(_ADDRESS.sub(_REMOVED, text).split())


def _no_row(line: str) -> str:
    row = _ROW.match(line)
    return f"{row.group()}·{line[row.end() :]}" if row is not None else line
