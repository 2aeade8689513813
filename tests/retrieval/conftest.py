"""A small content root and an embedder that costs nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from consult.content import content_root
from consult.retrieval import Retriever

GUIDELINES = """
[iron-2021]
organisation = "Society of Iron"
title = "Iron deficiency"
year = 2021
doi = "10.1000/iron.2021"
kind = "guideline"
jurisdiction = "GB"
supersedes = ["iron-2011"]
checked = "doi"

[iron-2011]
organisation = "Society of Iron"
title = "Iron deficiency"
year = 2011
pmid = "21000000"
kind = "guideline"
jurisdiction = "GB"
status = "superseded"
checked = "doi"

[cough-2022]
organisation = "Society of Cough"
title = "Chronic cough"
year = 2022
url = "https://example.org/cough"
kind = "consensus"
jurisdiction = "international"
checked = "text"
"""
CONCEPTS = """
[iron-deficiency]
kind = "condition"
en = "iron deficiency"
zh = "缺铁"
synonyms = ["ID", "low iron stores", "third name", "铁缺乏"]

[chronic-cough]
kind = "condition"
en = "chronic cough"
zh = "慢性咳嗽"
synonyms = []
"""
FILES = {
    "hematology/iron-2021.md": """
# Iron deficiency

## Ferritin {#ferritin grade="strong"}

Ferritin below 45 ug/L means iron deficiency in an
adult with anaemia.

## Platelets {#platelets}

A raised platelet count is common while iron is short.
""",
    "hematology/iron-2021.zh.md": """
# 缺铁

## 铁蛋白 {#ferritin grade="strong"}

成人贫血时铁蛋白低于45 ug/L
即为缺铁。

## 血小板 {#platelets}

缺铁时血小板常升高。
""",
    "hematology/iron-2011.md": """
# Iron deficiency

## Ferritin {#ferritin}

Ferritin below 15 ug/L means iron deficiency in an adult with anaemia.
""",
    "respiratory/cough-2022.md": """
# Chronic cough

## Chest radiograph {#radiograph}

A chest radiograph comes first when a cough lasts eight weeks.

## Eosinophils {#eosinophils}

Sputum eosinophils above 3 percent suggest a cough that steroids help.
""",
    "respiratory/cough-2022.zh.md": """
# 慢性咳嗽

## 胸片 {#radiograph}

咳嗽持续八周以上先做胸片。

## 嗜酸粒细胞 {#eosinophils}

痰嗜酸粒细胞高于3%提示激素可能有效的咳嗽。
""",
}


def write_digest(root: Path, name: str, body: str) -> Path:
    """A digest file with the front matter that its name asks for."""
    path = root / "knowledge" / "corpora" / name
    stem = path.name.removesuffix(".md")
    language = "zh" if stem.endswith(".zh") else "en"
    front = f'+++\nguideline = "{stem.removesuffix(".zh")}"\nlanguage = "{language}"\n+++\n'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(front + body, encoding="utf-8")
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A content root with two corpora, a superseded guideline and two concepts."""
    return write_root(tmp_path / "root")


def write_root(root: Path) -> Path:
    """The small content root, written to this folder."""
    (root / "agents").mkdir(parents=True)
    reference = root / "knowledge" / "reference"
    reference.mkdir(parents=True)
    (reference / "guidelines.toml").write_text(GUIDELINES, encoding="utf-8")
    (reference / "concepts.toml").write_text(CONCEPTS, encoding="utf-8")
    for name, body in FILES.items():
        write_digest(root, name, body)
    return root


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


class BagOfWords:
    """Words and Chinese characters hashed into 64 places; counts the texts it was asked for."""

    dim = 64

    def __init__(self, name: str = "bag:1") -> None:
        self.id = name
        self.asked: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"[a-z]+|[\u4e00-\u9fff]", text.lower()) or [text]:
                row[int(hashlib.sha256(word.encode()).hexdigest(), 16) % self.dim] += 1
            row /= np.linalg.norm(row)
        return rows

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.embed_passages(texts)


@pytest.fixture
def bag() -> BagOfWords:
    return BagOfWords()


@pytest.fixture
def other_bag() -> BagOfWords:
    return BagOfWords("bag:2")


@pytest.fixture(scope="session")
def real_root() -> Path:
    """The content that ships."""
    return content_root(Path(__file__).resolve().parents[2])


@pytest.fixture(scope="session")
def real_retriever(real_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """The real index, built once from the shipped vectors."""
    with Retriever.open(real_root, tmp_path_factory.mktemp("home")) as retriever:
        yield retriever


@pytest.fixture(scope="session")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """The index of the small content root, built once; tests that change content open their own."""
    folder = tmp_path_factory.mktemp("small")
    with Retriever.open(write_root(folder / "root"), folder / "home", embedder=BagOfWords()) as opened:
        yield opened
