"""Public benchmarks, a small file of our own in each: what becomes a case, what stays behind, what is expected."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from consult.analytes import Catalog
from consult.case import Case, stream_cases
from consult.clinic.calculators import CALCULATORS, run
from consult.concepts import Concepts
from consult.errors import CaseError
from consult.replay._public import BENCHMARKS, PublicCase, benchmark_of, public_cases
from consult.replay._public.answers import concepts_of, is_given_away
from consult.replay._public.medcalc_bench import OURS

FILES = Path(__file__).parent / "public"
KIND = {
    "agentclinic.jsonl": "agentclinic",
    "agentclinic_nejm.jsonl": "agentclinic",
    "cmb_clin.json": "cmb-clin",
    "diagnosis_arena.jsonl": "diagnosis-arena",
    "mac.json": "mac",
    "medcalc_bench.csv": "medcalc-bench",
    "medqa.jsonl": "medqa",
}
Read = Callable[..., list[PublicCase]]


@pytest.fixture(scope="module")
def read(catalog: Catalog, concepts: Concepts) -> Read:
    """The cases of one of the files, or of a path."""

    def cases(file: str | Path, name: str = "") -> list[PublicCase]:
        path = FILES / file if isinstance(file, str) else file
        found = name or benchmark_of(path)
        assert found is not None
        return list(public_cases(path, found, catalog=catalog, concepts=concepts))

    return cases


def shown(one: PublicCase) -> str:
    """All that a panel is shown of a case."""
    assert one.case is not None
    return one.case.model_dump_json()


@pytest.mark.parametrize(("file", "name"), KIND.items())
def test_a_file_says_itself_what_it_is(file: str, name: str) -> None:
    assert benchmark_of(FILES / file) == name
    assert name in BENCHMARKS


@pytest.mark.parametrize("file", ["case.json", "report.hl7", "notes.txt", "patients.ndjson"])
def test_what_a_hospital_sends_is_no_benchmark(file: str, tmp_path: Path) -> None:
    texts = {
        "case.json": '{"id": "c", "questions": ["What is it?"], "history": "The answer is not known."}',
        "report.hl7": "MSH|^~\\&|LAB||||20260101||ORU^R01|1|P|2.5\rPID|1\r",
        "notes.txt": "A question and some options were discussed; the answer_idx was not.",
        "patients.ndjson": '{"resourceType": "Patient", "id": "p"}\n' * 3,
    }
    (tmp_path / file).write_text(texts[file], encoding="utf-8")
    assert benchmark_of(tmp_path / file) is None
    assert benchmark_of(tmp_path) is None


@pytest.mark.parametrize(
    ("file", "hidden"),
    [
        ("agentclinic.jsonl", ["Iron deficiency anemia", "Direct inguinal hernia", "Correct_Diagnosis"]),
        ("agentclinic_nejm.jsonl", ["Asthma", "Bronchiectasis", "https://"]),
        ("cmb_clin.json", ["缺铁性贫血", "月经过多", "案例分析", "口服铁剂", "抗感染", "肛门镜"]),
        ("diagnosis_arena.jsonl", ["Chronic Lymphocytic", "Sarcoidosis", "Perthes", "Right Option"]),
        ("mac.json", ["Thrombotic", "Caroli", "Trisomy"]),
        ("medcalc_bench.csv", ["5.083", "9.2", "4.829", "wrong on purpose", "Naegele"]),
        ("medqa.jsonl", ["Asthma", "Panic", "支气管哮喘", "慢性支气管炎"]),
    ],
)
def test_neither_the_answer_nor_the_options_are_shown(file: str, hidden: list[str], read: Read) -> None:
    for one in read(file):
        if one.case is not None:
            assert [word for word in hidden if word in shown(one)] == []


def test_an_answer_is_expected_as_a_concept_where_it_is_one_and_else_left_to_a_judge(read: Read) -> None:
    anaemia, pneumonia, hernia = read("agentclinic.jsonl")
    assert anaemia.expected is not None
    assert hernia.expected is not None
    assert anaemia.expected.expect.first == ["iron-deficiency-anaemia"]
    assert anaemia.expected.expect.top3 == [["iron-deficiency-anaemia"]]
    assert anaemia.expected.public is not None
    assert anaemia.expected.public.judged
    assert hernia.expected.public is not None
    assert not hernia.expected.public.judged
    assert hernia.expected.expect.first is None
    assert hernia.expected.expect.top3 == []
    assert [one.criterion for one in hernia.expected.rubric if "Direct inguinal hernia" in one.criterion]
    assert pneumonia.case is not None
    assert pneumonia.case.questions == ["Assess the patient presenting with a cough."]


def test_results_arrive_with_their_units(read: Read) -> None:
    anaemia = read("agentclinic.jsonl")[0].case
    chinese = read("cmb_clin.json")[0].case
    assert anaemia is not None
    assert chinese is not None
    assert {one.analyte: one.value for one in anaemia.observations}.items() >= {"hgb": "82", "ferritin": "4"}.items()
    assert {one.analyte: one.value for one in chinese.observations}.items() >= {"hgb": "72", "mcv": "66"}.items()
    assert (anaemia.patient.sex, chinese.patient.sex) == ("female", "female")


def test_an_answer_that_stands_in_the_text_is_said(read: Read) -> None:
    said = [one.expected.public.given_away for one in read("agentclinic.jsonl") if one.expected and one.expected.public]
    assert said == [False, True, False]
    described = [
        one.expected.public.given_away for one in read("cmb_clin.json") if one.expected and one.expected.public
    ]
    assert described == [False, True, None]  # one character is too little to look for


def test_the_later_presentation_is_read_though_it_is_json_in_json_with_a_line_break(read: Read) -> None:
    purpura, _, newborn = read("mac.json")
    assert purpura.case is not None
    assert purpura.expected is not None
    assert newborn.case is not None
    assert purpura.id == "mac-90000000"
    assert "headache\nand fever" in purpura.case.history
    assert "Further Diagnostic Tests:\nPlatelets 11" in purpura.case.history
    assert {one.analyte for one in purpura.case.observations} >= {"plt", "hgb", "ldh"}
    assert purpura.expected.group == "haematology"
    assert newborn.case.history.startswith("A newborn girl")  # there is no later one


def test_chinese_diagnoses_are_taken_apart_and_questions_lose_their_options(read: Read) -> None:
    case, titled, _ = read("cmb_clin.json")
    assert case.case is not None
    assert case.expected is not None
    assert titled.expected is not None
    assert case.expected.language == "zh"
    assert case.expected.expect.first == ["iron-deficiency-anaemia"]
    assert case.case.questions == ["简述该病人的诊断及诊断依据。", "下列哪项治疗首选"]
    assert titled.expected.expect.first == ["community-acquired-pneumonia"]  # from its title, which is not shown
    assert "参考答案：（1）诊断：缺铁性贫血" in case.expected.rubric[0].criterion


def test_a_vignette_is_parted_from_its_question_and_only_diagnoses_are_expected(read: Read) -> None:
    asthma, step, chinese, torn = read("medqa.jsonl")
    assert asthma.case is not None
    assert asthma.expected is not None
    assert asthma.case.questions == ["What is the most likely diagnosis?"]
    assert asthma.case.history.endswith("after salbutamol.")
    assert asthma.expected.expect.first == ["asthma"]
    assert chinese.expected is not None
    assert chinese.expected.expect.first == ["asthma"]
    assert chinese.expected.language == "zh"
    assert step.expected is not None
    assert step.expected.public is not None
    assert not step.expected.public.judged
    assert torn.case is None
    assert torn.error == "row 4: 'answer' and 'answer_idx' name different options"


def test_a_calculator_has_limits_in_its_own_unit(read: Read) -> None:
    fibrosis, calcium, *_, wells, due = read("medcalc_bench.csv")
    assert fibrosis.expected is not None
    assert calcium.expected is not None
    assert fibrosis.expected.expect.calculators == {"fib-4": (Decimal("4.824"), Decimal("5.342"))}
    low, high = calcium.expected.expect.calculators["calcium-corrected"]
    assert (round(low, 2), round(high, 2)) == (Decimal("2.18"), Decimal("2.42"))  # 8.74 and 9.66 mg/dL
    for one in (wells, due):
        assert one.expected is not None
        assert one.expected.public is not None
        assert not one.expected.public.judged
        assert one.expected.expect.calculators == {}
        assert one.expected.rubric


_INPUTS: dict[str, tuple[dict[str, object], str]] = {
    # ours, and what the benchmark's own formula gives in its own unit
    "CKD-EPI Equations for Glomerular Filtration Rate": (
        {"creatinine": "1.4", "age": "60", "sex": "female"}, "43.04"),  # 142 * (1.4/0.7)^-1.2 * 0.9938^60 * 1.012
    "Mean Arterial Pressure (MAP)": ({"sbp": "120", "dbp": "75"}, "90"),
    "Body Mass Index (BMI)": ({"weight": "80", "height": "200", "age": "40"}, "20"),
    "Calcium Correction for Hypoalbuminemia": ({"calcium": "2.0", "albumin": "25"}, "9.2"),  # 8.0 mg/dL, 2.5 g/dL
    "Fibrosis-4 (FIB-4) Index for Liver Fibrosis": (
        {"age": "61", "ast": "80", "alt": "64", "platelets": "120"}, "5.083"),
    "Sodium Correction for Hyperglycemia": ({"sodium": "130", "glucose": "600"}, "142"),
    "Serum Osmolality": ({"sodium": "140", "glucose": "5", "urea": "5"}, "290"),  # 90 mg/dL, urea nitrogen 14 mg/dL
    "Anion Gap": ({"sodium": "140", "chloride": "104", "bicarbonate": "24"}, "12"),
    "Albumin Corrected Anion Gap": (
        {"sodium": "140", "chloride": "104", "bicarbonate": "24", "albumin": "20"}, "17"),
    "Fractional Excretion of Sodium (FENa)": (
        {"urine-sodium": "20", "sodium": "140", "urine-creatinine": "8", "creatinine": "160"}, "0.2857"),
    "LDL Calculated": ({"cholesterol": "200", "hdl": "50", "triglycerides": "150"}, "120"),
}  # fmt: skip


@pytest.mark.parametrize("name", OURS)
def test_ours_gives_what_the_benchmark_gives(name: str, tmp_path: Path, read: Read) -> None:
    given, theirs = _INPUTS[name]
    ours, _ = OURS[name]
    calculator = CALCULATORS[ours]
    assert calculator.automatic
    values = {key: Decimal(str(value)) if str(value)[0].isdigit() else value for key, value in given.items()}
    value = run(calculator, values).value
    answer = Decimal(theirs)
    columns = ["Calculator Name", "Patient Note", "Question", "Ground Truth Answer", "Lower Limit", "Upper Limit"]
    limits = [str(answer * Decimal("0.95")), str(answer * Decimal("1.05"))]
    row = [name, "A man aged 60 came.", "How much?", theirs, *limits]
    file = tmp_path / "rows.csv"
    file.write_text("\n".join(",".join(f'"{cell}"' for cell in cells) for cells in (columns, row)), encoding="utf-8")
    expected = read(file)[0].expected
    assert expected is not None
    assert value is not None
    low, high = expected.expect.calculators[ours]
    assert low <= value <= high
    assert not low <= value * Decimal("1.2") <= high


def test_parquet_is_read_as_the_lines_are(read: Read, tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = [json.loads(line) for line in (FILES / "diagnosis_arena.jsonl").read_text(encoding="utf-8").splitlines()]
    file = tmp_path / "test-00000-of-00001.parquet"
    parquet.write_table(arrow.Table.from_pylist(rows), file)
    assert benchmark_of(file) == "diagnosis-arena"
    assert read(file) == read("diagnosis_arena.jsonl")


@pytest.mark.parametrize(
    ("answer", "ids"),
    [
        ("Iron deficiency anemia.", ["iron-deficiency-anaemia"]),
        ("Chronic Lymphocytic Leukemia (CLL)", ["chronic-lymphocytic-leukaemia"]),
        ("  the  Asthma ", ["asthma"]),
        ("缺铁性贫血", ["iron-deficiency-anaemia"]),
        ("Asthma caused by a parrot", []),  # a name within an answer is not the answer
        ("No pneumonia", []),
        ("Salbutamol", []),  # no condition
        ("", []),
    ],
)
def test_only_the_whole_of_an_answer_is_a_concept(answer: str, ids: list[str], concepts: Concepts) -> None:
    assert concepts_of(answer, concepts) == ids


@pytest.mark.parametrize(
    ("answer", "text", "given_away"),
    [
        ("Asthma", "He was diagnosed with asthma.", True),
        ("Asthma", "No asthma.", False),
        ("Caroli disease", "The MRI speaks for Caroli  Disease.", True),
        ("Caroli disease", "The MRI is normal.", False),
        ("Gout", "A drink of goutweed tea.", False),
        ("MS", "Symptoms of MS.", None),
        ("痔", "痔", None),
        ("腹外疝", "考虑腹外疝。", True),
    ],
)
def test_given_away(answer: str, text: str, given_away: bool | None, concepts: Concepts) -> None:
    assert is_given_away(answer, concepts_of(answer, concepts), text, concepts) is given_away


def results(case: Case) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(one.name, one.analyte, one.value, one.unit) for one in case.observations]


def test_real_examinations_lose_nothing_but_the_answer(shared_data: Path, catalog: Catalog, read: Read) -> None:
    path = shared_data / "cases_text" / "agentclinic_medqa.jsonl"
    found = read(path)
    assert len(found) == 107
    assert not [one.error for one in found if one.error]
    judged = [one for one in found if one.expected and one.expected.public and one.expected.public.judged]
    assert len(judged) >= 11
    plain = [one for one in stream_cases(path, catalog=catalog) if not isinstance(one, str)]
    for before, after in zip(plain, found, strict=True):
        assert after.case is not None
        assert "Correct_Diagnosis" not in after.case.history
        assert results(after.case) == results(before)


def test_another_file_is_refused_in_one_sentence(read: Read) -> None:
    with pytest.raises(CaseError) as refused:
        read(FILES / "medqa.jsonl", "medcalc-bench")
    assert str(refused.value) == "the file is not MedCalc-Bench: row 1 has no 'Calculator Name'"
