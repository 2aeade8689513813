"""`consult knowledge`: the literature that specialists search."""

from __future__ import annotations

import json as json_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consult.cli._common import Config, Home, Json, Lang, console, print_json, settings
from consult.errors import UsageError
from consult.settings import Settings

if TYPE_CHECKING:
    from consult.retrieval import Hit, Language, Retriever

app = typer.Typer(help="The literature that specialists search.", no_args_is_help=True)


@app.command("build")
def build(json: Json = False, home: Home = None, config: Config = None) -> None:
    """Build the index if it is absent or the literature has changed."""
    chosen = settings(home, config)
    with console(stderr=True).status("indexing"):
        manifest = _open(chosen).manifest
    document = {"id": manifest.id, "embedder": manifest.embedder, "counts": dict(manifest.counts)}
    if json:
        print_json(document)
        return
    print(f"{manifest.id}  {manifest.embedder}")
    for name, count in manifest.counts.items():
        print(f"  {name}: {count} passages")


@app.command("search")
def search(
    query: Annotated[str | None, typer.Argument(metavar="QUERY", help="A question, English or Chinese.")] = None,
    queries: Annotated[
        Path | None, typer.Option("--queries", help='JSON Lines of {"id", "text"}; answers are JSON Lines.')
    ] = None,
    corpus: Annotated[str | None, typer.Option("--corpus", help="Only this corpus.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 5,
    lang: Lang = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Search the literature; the language is the question's own unless --lang says another."""
    if (query is None) == (queries is None):
        raise UsageError("give a QUERY, or --queries FILE")
    retriever = _open(settings(home, config, lang))
    corpora = _corpora(retriever, corpus)
    if queries is not None:
        for asked in read_queries(queries):
            hits = retriever.search(asked["text"], corpora=corpora, language=_language(asked["text"], lang), k=k)
            print(json_.dumps({"id": asked["id"], "results": [_result(hit) for hit in hits]}, ensure_ascii=False))
        return
    text = query or ""
    hits = retriever.search(text, corpora=corpora, language=_language(text, lang), k=k)
    if json:
        print_json({"query": text, "results": [_result(hit) for hit in hits]})
        return
    for hit in hits:
        mark = f"  (superseded by {', '.join(hit.superseded_by)})" if hit.superseded_by else ""
        print(f"{hit.passage.id}  {hit.score:.4f}  {hit.passage.section}{mark}\n  {hit.passage.text}\n")


def read_queries(file: Path) -> list[dict[str, str]]:
    """The questions of a JSON Lines file.

    Raises:
        UsageError: the file is absent, or a line has another shape; the line is named.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UsageError("the file of queries cannot be read as UTF-8 text") from None
    asked = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            asked.append(_query(line, number))
    return asked


def _query(line: str, number: int) -> dict[str, str]:
    try:
        item = json_.loads(line)
    except (ValueError, RecursionError):
        raise UsageError(f"line {number} of the queries is not JSON") from None
    if not isinstance(item, dict) or not isinstance(item.get("id"), str) or not isinstance(item.get("text"), str):
        raise UsageError(f'line {number} of the queries must be {{"id": …, "text": …}}')
    return {"id": item["id"], "text": item["text"]}


def _result(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.passage.id,
        "score": round(hit.score, 6),
        "text": hit.passage.text,
        "section": hit.passage.section,
        "guideline": hit.passage.guideline,
        "corpus": hit.passage.corpus,
        "ranks": dict(hit.ranks),
        "superseded_by": list(hit.superseded_by),
    }


def _open(chosen: Settings) -> Retriever:
    from consult.content import content_root
    from consult.retrieval import Retriever

    return Retriever.open(content_root(chosen.content), chosen.home_path, embedder=chosen.retrieval.embedder)


def _corpora(retriever: Retriever, wanted: str | None) -> list[str]:
    known = list(retriever.corpora)
    if wanted is None:
        return known
    if wanted not in known:
        raise UsageError(f"unknown corpus {wanted!r}; there are {', '.join(known)}")
    return [wanted]


def _language(text: str, lang: str | None) -> Language:
    if lang is not None:
        return "zh" if lang == "zh" else "en"
    return "zh" if any("\u4e00" <= char <= "\u9fff" for char in text) else "en"
