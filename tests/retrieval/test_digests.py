from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from consult.errors import ContentError
from consult.retrieval import Passage
from consult.retrieval._passages import read_digest

FRONT = '+++\nguideline = "a-2020"\nlanguage = "en"\n+++\n\n'
NAME = "knowledge/corpora/blood/a-2020.md"


def read(tmp_path: Path, text: str, name: str = NAME) -> tuple[Passage, ...]:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return read_digest(tmp_path, name)


def test_a_section_is_a_passage(tmp_path: Path) -> None:
    text = FRONT + '# Anaemia\n\n## Cut-off {#cut-off grade="strong"}\n\nBelow 45\nug/L.\n\n## Two {#two}\nMore.\n'
    first, second = read(tmp_path, text)
    assert first == Passage(
        id="a-2020#cut-off",
        guideline="a-2020",
        corpus="blood",
        language="en",
        title="Anaemia",
        section="Cut-off",
        anchor="cut-off",
        text="Below 45 ug/L.",
        grade="strong",
    )
    assert (second.id, second.text, second.grade) == ("a-2020#two", "More.", None)


def test_chinese_lines_join_without_a_space(tmp_path: Path) -> None:
    front = FRONT.replace("en", "zh")
    name = NAME.replace(".md", ".zh.md")
    (passage,) = read(tmp_path, front + "# 贫血\n## 界值 {#cut-off}\n铁蛋白低于\n界值，\n即缺铁；MCV\n降低。\n", name)
    assert passage.id == "a-2020#cut-off@zh"
    assert passage.text == "铁蛋白低于界值，即缺铁；MCV 降低。"


def test_paragraphs_and_lists_stay(tmp_path: Path) -> None:
    (passage,) = read(tmp_path, FRONT + "# A\n## B {#b}\nOne\ntwo:\n- three\n  four\n- five\n\nSix.\n")
    assert passage.text == "One two:\n- three four\n- five\n\nSix."


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_windows_line_ends_make_no_difference(tmp_path: Path, newline: str) -> None:
    (passage,) = read(tmp_path, ("\ufeff" + FRONT + "# A\n## B {#b}\nOne\ntwo.\n").replace("\n", newline))
    assert passage.text == "One two."


def test_the_hash_covers_what_a_reader_sees(tmp_path: Path) -> None:
    texts = [
        "# A\n## B {#b}\nText.\n",
        "# A\n## B {#b}\nOther.\n",
        "# A\n## C {#b}\nText.\n",
        "# D\n## B {#b}\nText.\n",
        '# A\n## B {#b grade="weak"}\nText.\n',
    ]
    assert len({read(tmp_path, FRONT + text)[0].hash for text in texts}) == len(texts)


@dataclass(frozen=True)
class Wrong:
    id: str
    text: str
    item: str
    says: str


GOOD = "# A\n## B {#b}\nText.\n"
WRONG = [
    Wrong("no front matter", GOOD, "", "front matter"),
    Wrong("broken front matter", "+++\nguideline = \n+++\n" + GOOD, "", "not valid TOML"),
    Wrong("other guideline", FRONT.replace("a-2020", "b-2020") + GOOD, "", "guideline = 'b-2020'"),
    Wrong("other language", FRONT.replace('"en"', '"zh"') + GOOD, "", "language = 'zh'"),
    Wrong("unknown key", FRONT.replace("+++\n\n", 'author = "x"\n+++\n\n') + GOOD, "", "unknown key 'author'"),
    Wrong("no title", FRONT + "## B {#b}\nText.\n", "", "'# Title'"),
    Wrong("text before sections", FRONT + "# A\nLost.\n## B {#b}\nText.\n", "", "belongs to no passage"),
    Wrong("no sections", FRONT + "# A\n", "", "no passage"),
    Wrong("no anchor", FRONT + "# A\n## B\nText.\n", "B", "the heading is not"),
    Wrong("capital anchor", FRONT + "# A\n## B {#Bee}\nText.\n", "B {#Bee}", "the heading is not"),
    Wrong("unquoted grade", FRONT + "# A\n## B {#b grade=strong}\nText.\n", "b", 'only grade="…"'),
    Wrong("unknown attribute", FRONT + '# A\n## B {#b level="1"}\nText.\n', "b", 'only grade="…"'),
    Wrong("empty", FRONT + "# A\n## B {#b}\n\n", "b", "empty"),
    Wrong("heading inside", FRONT + "# A\n## B {#b}\nText.\n### C\nMore.\n", "b", "no further headings"),
    Wrong("repeated anchor", FRONT + GOOD + "## C {#b}\nMore.\n", "b", "used twice"),
]


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.id)
def test_what_is_wrong_is_named(tmp_path: Path, case: Wrong) -> None:
    with pytest.raises(ContentError) as caught:
        read(tmp_path, case.text)
    assert (caught.value.file, caught.value.item) == (NAME, case.item)
    assert case.says in caught.value.problem


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes("缺铁".encode("gb18030"))
    with pytest.raises(ContentError, match="not UTF-8"):
        read_digest(tmp_path, NAME)
