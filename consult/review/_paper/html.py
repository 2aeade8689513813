"""The record as one HTML file: no script, nothing from elsewhere, fit for a screen by day and night and for print."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from html import escape
from importlib import resources

from consult.review._consultation import Consultation
from consult.review._paper.blocks import (
    Banner,
    Block,
    Bullets,
    Item,
    Paper,
    Paragraph,
    Row,
    Run,
    Runs,
    Section,
    SideBySide,
    Table,
)
from consult.review._paper.letterhead import Letterhead
from consult.review._paper.sheet import paper

_NUMBERS = re.compile(r"(\{pages?\})")
_TAGS = {"strong": "strong", "del": "del"}


def export_html(consultation: Consultation, *, letterhead: Letterhead | None = None) -> bytes:
    """The record as one self-contained HTML file, UTF-8; marked on every page as a draft unless it is signed.

    The same consultation and letterhead give the same bytes. For people: only the JSON export can be verified.

    Args:
        consultation: with a plan.
        letterhead: hospital, patient, language, clock; None: the record as it is stored, which names nobody.

    Raises:
        ReviewError: there is no plan yet.
    """
    return write_html(paper(consultation, letterhead or Letterhead())).encode("utf-8")


def write_html(record: Paper) -> str:
    """The whole file."""
    style = _style(record)
    allowed = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'"
    tag = "zh-CN" if record.language == "zh" else "en"
    mark = f'<div class="mark" aria-hidden="true">{escape(record.watermark)}</div>' if record.watermark else ""
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{tag}"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f'<meta name="keywords" content="{escape(", ".join(record.keywords))}">',
            f"<title>{escape(f'{record.title} {record.id}')}</title>",
            f"<style>{style}</style></head>",
            f"<body>{mark}<main>",
            _head(record),
            *(_banner(one) for one in record.banners),
            *(_section(one) for one in record.sections),
            f"</main><footer>{escape(record.foot)}</footer></body></html>\n",
        ]
    )


def _head(record: Paper) -> str:
    hospital = f'<p class="hospital">{escape(record.hospital)}</p>' if record.hospital else ""
    entries = "".join(f"<div><dt>{escape(one.label)}</dt><dd>{escape(one.value)}</dd></div>" for one in record.fields)
    title = f'<h1>{escape(record.title)}</h1><p class="status">{escape(record.status)}</p>'
    return f"<header>{hospital}{title}<dl>{entries}</dl></header>"


def _banner(banner: Banner) -> str:
    return f'<p class="banner {banner.tone}" role="note">{_runs(banner.runs)}</p>'


def _section(section: Section) -> str:
    note = f'<p class="note">{escape(section.note)}</p>' if section.note else ""
    body = "".join(map(_block, section.blocks))
    return f'<section class="{section.key}"><h2>{escape(section.title)}</h2>{note}{body}</section>'


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return f'<p class="small">{_runs(block.runs)}</p>' if block.small else f"<p>{_runs(block.runs)}</p>"
    if isinstance(block, Bullets):
        return _bullets(block)
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, SideBySide):
        parts = (f"<div><h3>{escape(one.title)}</h3>{''.join(map(_block, one.blocks))}</div>" for one in block.parts)
        return f'<div class="sides">{"".join(parts)}</div>'
    if isinstance(block, Item):
        head = f'<p class="head">{_runs(block.head)}</p>'
        return f'<div class="item {block.tone}">{head}{"".join(map(_block, block.blocks))}</div>'
    return ""  # the room for a signature is the PDF's alone


def _bullets(block: Bullets) -> str:
    if not block.markers:
        return f"<ul>{''.join(f'<li>{_runs(one)}</li>' for one in block.entries)}</ul>"
    pairs = zip(block.markers, block.entries, strict=True)
    entries = "".join(f'<li><span class="marker">{escape(mark)}</span>{_runs(one)}</li>' for mark, one in pairs)
    return f'<ul class="marked">{entries}</ul>'


def _table(table: Table) -> str:
    widths = sum(column.share for column in table.columns)
    columns = "".join(f'<col width="{100 * column.share / widths:.2f}%">' for column in table.columns)
    heads = "".join(f'<th scope="col">{escape(column.title)}</th>' for column in table.columns)
    rows = "".join(_row(row, table) for row in table.rows)
    return f"<table><colgroup>{columns}</colgroup><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _row(row: Row, table: Table) -> str:
    if row.tone == "group":
        return f'<tr class="group"><th colspan="{len(table.columns)}" scope="colgroup">{_runs(row.cells[0])}</th></tr>'
    cells = "".join(
        f'<td class="centred">{_runs(cell)}</td>' if column.centred else f"<td>{_runs(cell)}</td>"
        for column, cell in zip(table.columns, row.cells, strict=True)
    )
    return f'<tr class="{row.tone}">{cells}</tr>' if row.tone else f"<tr>{cells}</tr>"


def _runs(runs: Runs) -> str:
    return "".join(map(_run, runs))


def _run(run: Run) -> str:
    text = escape(run.text)
    if not run.style or not run.text:
        return text
    tag = _TAGS.get(run.style)
    return f"<{tag}>{text}</{tag}>" if tag is not None else f'<span class="{run.style}">{text}</span>'


def _style(record: Paper) -> str:
    """The style sheet, with what stands at the foot and the head of every printed page."""
    parts = (
        f" counter({part[1:-1]}) " if part in {"{page}", "{pages}"} else _quoted(part) for part in _cut(record.page)
    )
    boxes = f"@bottom-left{{content:{_quoted(record.foot)}}}@bottom-right{{content:{''.join(parts)}}}"
    top = f"@top-left{{content:{_quoted(record.running)}}}"
    return f"{_sheet()}@page{{{top}{boxes}}}@page:first{{@top-left{{content:none}}}}"


def _cut(text: str) -> list[str]:
    """`text` around the places of the page numbers."""
    return [part for part in _NUMBERS.split(text) if part]


def _quoted(text: str) -> str:
    """A CSS string; whatever is not a letter or a digit is written as its number."""
    return '"' + "".join(one if one.isascii() and one.isalnum() else f"\\{ord(one):x} " for one in text) + '"'


@cache
def _sheet() -> str:
    return resources.files("consult.review._paper").joinpath("record.css").read_text("utf-8").strip()
