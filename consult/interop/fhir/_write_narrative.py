"""Narratives: the XHTML that a receiver shows to people, built from parts that are always escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal

from consult.interop.fhir._write import Resource

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def shown(text: str) -> str:
    """Text from outside, to be read literally: escaped, on one line, without control characters and direction marks."""
    return escape(" ".join(_CONTROL.sub("", text).split()), quote=True)


def paragraph(*parts: str, bold: bool = False) -> str:
    """A paragraph of parts that are markup already (`shown`)."""
    inner = " ".join(part for part in parts if part)
    if not inner:
        return ""
    return f"<p><b>{inner}</b></p>" if bold else f"<p>{inner}</p>"


def listed(items: Iterable[str]) -> str:
    """An unordered list of items that are markup already; nothing when there are none."""
    inner = "".join(f"<li>{item}</li>" for item in items if item)
    return f"<ul>{inner}</ul>" if inner else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are markup already."""
    top = "".join(f"<th>{head}</th>" for head in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>" if body else ""


def narrative(*parts: str, language: str, status: Literal["generated", "additional"] = "generated") -> Resource:
    """A Narrative of parts that are markup already."""
    open_tag = f'<div xmlns="http://www.w3.org/1999/xhtml" xml:lang="{language}" lang="{language}">'
    return {"status": status, "div": f"{open_tag}{''.join(part for part in parts if part)}</div>"}
