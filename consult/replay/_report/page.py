"""A page as one HTML file: no script, nothing fetched, one style sheet named by hash."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from consult.plan import Language
from consult.replay._html import Child, Html, tag

_STYLE = Path(__file__).with_name("report.css")


def page(
    title: str,
    head: Iterable[Child],
    parts: Iterable[Child],
    *,
    contents: Sequence[tuple[str, str]],
    labels: tuple[str, str],
    skip_to: str,
    language: Language,
    more_style: Path | None = None,
) -> str:
    """The document.

    Args:
        title: of the page.
        head: what stands below the title.
        parts: the sections.
        contents: anchors of sections, and what they are called.
        labels: what the contents are called, and the link that skips them.
        skip_to: the anchor to which it leads.
        language: of the page.
        more_style: a style sheet that follows the common one.
    """
    style = "".join(path.read_text(encoding="utf-8") for path in (_STYLE, more_style) if path is not None)
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    top = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("style", Html(style)),
    )
    items = [tag("li", tag("a", said, href=f"#{anchor}")) for anchor, said in contents]
    nav = tag("nav", tag("ul", *items), aria_label=labels[0])
    skip = tag("a", labels[1], href=f"#{skip_to}", class_="skip")
    body = tag("body", skip, tag("header", tag("h1", title), *head), nav, tag("main", *parts), tag("footer"))
    return f"<!DOCTYPE html>\n{tag('html', top, body, lang='zh-CN' if language == 'zh' else 'en')}\n"
