"""Files and folders that only their owner may read, whatever the umask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from consult.storage import close_tree, open_files, private_file, private_folder, write_once


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_is_made_is_closed(tmp_path: Path) -> None:
    home = private_folder(tmp_path / "a" / "home")
    assert mode(home) == 0o700
    assert mode(private_file(home / "x")) == 0o600
    assert write_once(home / "y", b"1")
    assert mode(home / "y") == 0o600
    assert not write_once(home / "y", b"2")
    assert (home / "y").read_bytes() == b"1"


def test_what_was_open_is_closed(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.touch(mode=0o666)
    assert mode(private_file(file)) == 0o600


def test_a_tree_is_closed_and_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.touch(mode=0o644)
    tree = tmp_path / "tree"
    (tree / "deep").mkdir(parents=True)
    (tree / "deep" / "x").touch(mode=0o666)
    (tree / "run").touch(mode=0o755)
    (tree / "link").symlink_to(outside)
    assert {path.name for path in open_files(tree)} == {"tree", "deep", "x", "run"}
    close_tree(tree)
    assert open_files(tree) == []
    assert mode(tree / "run") == 0o700
    assert mode(outside) == 0o644
    close_tree(tmp_path / "absent")
