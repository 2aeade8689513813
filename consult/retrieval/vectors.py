"""`python -m consult.retrieval.vectors`: bring the shipped vectors up to date with the knowledge.

Only what is new is embedded, and what no passage or concept uses any more is dropped; the same knowledge gives the same
file.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from consult.content import content_root
from consult.errors import ConsultError
from consult.retrieval._embedders import DEFAULT_EMBEDDER, Embedder, load_embedder
from consult.retrieval._knowledge import Knowledge
from consult.retrieval._queries import known_queries
from consult.retrieval._vectors import Progress, VectorFile, collect, shipped_path, vector_key


def stale_keys(root: Path, embedder_id: str) -> tuple[int, int]:
    """How many vectors are missing from the shipped file, and how many are left over; both 0 when it is current."""
    passages, queries = _texts(root)
    wanted = {vector_key("passage", text) for text in passages} | {vector_key("query", text) for text in queries}
    held = VectorFile.read(shipped_path(root, embedder_id), embedder_id).keys
    return len(wanted - held), len(held - wanted)


def update(root: Path, embedder: Embedder, *, progress: Progress | None = None) -> Path:
    """Rewrite the shipped vectors of this embedder; the path of the file."""
    path = shipped_path(root, embedder.id)
    held = VectorFile.read(path, embedder.id)
    passages, queries = _texts(root)
    of_passages = collect("passage", passages, embedder, [held], progress)
    of_queries = collect("query", queries, embedder, [held], progress)
    of_passages.joined(of_queries).write(path)
    return path


def _texts(root: Path) -> tuple[list[str], tuple[str, ...]]:
    passages = Knowledge.load(root).passages.values()
    return sorted({passage.searchable for passage in passages}), known_queries(root)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when the file is current afterwards; with `--check`, 1 when it was not."""
    parser = argparse.ArgumentParser(prog="python -m consult.retrieval.vectors", description=__doc__)
    parser.add_argument("--root", type=Path, help="content root (default: the one in use)")
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 when the file is not current")
    options = parser.parse_args(arguments)
    try:
        return _run(content_root(options.root), check=options.check)
    except ConsultError as error:
        print(error, file=sys.stderr)
        return 2


def _run(root: Path, *, check: bool) -> int:
    embedder = load_embedder(DEFAULT_EMBEDDER)
    missing, left_over = stale_keys(root, embedder.id)
    if not missing and not left_over:
        print("vectors are current", file=sys.stderr)
        return 0
    print(f"{missing} vectors are missing, {left_over} are left over", file=sys.stderr)
    if check:
        return 1
    path = update(root, embedder, progress=lambda done, total: print(f"{done}/{total}", file=sys.stderr))
    print(f"wrote {path.relative_to(root)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
