from __future__ import annotations

import logging
from pathlib import Path

import pytest

from consult.retrieval._tokens import Segmenter, _import_jieba, english_words

ENGLISH = [
    ("Iron-deficiency anaemia", ["iron", "deficiency", "anemia"]),
    ("iron deficiency anemias", ["iron", "deficiency", "anemia"]),
    ("Ferritin is below 45.5 ng/mL", ["ferritin", "below", "45.5", "ng", "ml"]),
    ("D-dimer, FEV1 and α-thalassaemia", ["d", "dimer", "fev1", "α", "thalassemia"]),
    ("Sjögren's biopsies", ["sjogren", "s", "biopsy"]),
    ("the of and", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "words"), ENGLISH)
def test_english(text: str, words: list[str]) -> None:
    assert english_words(text) == words


TEXTS = ["转铁蛋白饱和度低于16%支持缺铁性贫血的诊断", "慢性咳嗽先做胸部影像学检查", "MCV降低，Ｄ-dimer＞0.5"]


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter.covering(TEXTS, ["缺铁性贫血", "转铁蛋白饱和度", "未提到的词"])


def test_a_long_word_is_found_by_its_parts(segmenter: Segmenter) -> None:
    words = segmenter.words("缺铁性贫血的诊断")
    assert "缺铁性贫血" in words
    assert "贫血" in words
    assert "诊断" in words
    assert "的" not in words


def test_latin_words_inside_chinese_are_english_words(segmenter: Segmenter) -> None:
    words = segmenter.words("MCV降低，Ｄ-dimer＞0.5")
    assert [word for word in words if word.isascii()] == ["mcv", "d", "dimer", "0.5"]


def test_it_cuts_like_jieba_with_its_whole_dictionary(segmenter: Segmenter) -> None:
    jieba = _import_jieba()
    whole = jieba.Tokenizer()
    whole.FREQ, whole.total = whole.gen_pfdict(whole.get_dict_file())
    whole.initialized = True
    for word in ["缺铁性贫血", "转铁蛋白饱和度"]:
        whole.add_word(word)
    text = "转铁蛋白饱和度低于支持缺铁性贫血慢性咳嗽先做胸部影像学检查"
    assert segmenter.words(text) == list(whole.cut_for_search(text, HMM=False))


def test_the_part_of_the_dictionary_that_an_index_keeps_cuts_its_texts_alike(segmenter: Segmenter) -> None:
    kept = segmenter.needed_for(TEXTS)
    assert len(kept.frequencies) < 100
    assert [Segmenter(kept).words(text) for text in TEXTS] == [segmenter.words(text) for text in TEXTS]


def test_jieba_stays_quiet_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with caplog.at_level(logging.DEBUG):
        Segmenter.covering(TEXTS, ["缺铁"]).words("缺铁性贫血")
    assert list(tmp_path.iterdir()) == []
    assert caplog.records == []
    assert capfd.readouterr().err == ""
