"""A case loses its free text's names and keeps every number."""

from __future__ import annotations

from consult.case import Case, Coding, Entry, Identity, IdentityTerm, Observation, Range, Report, Reported
from consult.privacy import Gateway

NUMBER = "7005728"


def make_case() -> Case:
    entry = Entry(fact="F9", name="Muster syndrome of Anna", status="seen by Anna Muster", note="Anna Muster said so")
    return Case(
        id="case Muster-Anna",
        questions=["Does Anna Muster bleed?"],
        history="Anna Muster, tel 13812345678",
        observations=[
            Observation(
                fact="F1", analyte="k", name="K for Anna Muster", code=Coding(system="LN", code="2823-3"), value=NUMBER,
                value_type="quantity", unit="mmol/L", reported=Reported(value=NUMBER, unit="mmol/L", range=NUMBER),
                range=Range(low=NUMBER, high=NUMBER, source="laboratory"), order="Panel of Muster",
                effective="1962-03-14", notes=["told Anna Muster"], source="OBX[1]",
            ),
            Observation(
                fact="F2", name="comment", value="Anna Muster, 1962-03-14", value_type="text",
                reported=Reported(value="Anna Muster, 1962-03-14", range="as Anna Muster"),
            ),
            Observation(fact="F3", name="titre", value="1:640", value_type="ratio", reported=Reported(value="1:640")),
        ],
        reports=[Report(fact="F4", kind="CT", title="CT Anna Muster", text="Anna Muster: clear")],
        conditions=[entry], medications=[entry], allergies=[entry], procedures=[entry], immunizations=[entry],
        encounters=[entry],
        identity=Identity(
            name="Muster^Anna", birth_date="19620314", identifiers=[NUMBER],
            terms=[IdentityTerm(kind="identifier", text=NUMBER)],
        ),
    )  # fmt: skip


def test_no_text_names_the_patient() -> None:
    case = make_case()
    one = Gateway(case.identity)
    clean = one.redact_case(case)
    text = clean.model_dump_json(exclude={"observations": {0: {"value", "reported", "range", "effective"}}})
    assert one.leaks(text) == []
    for word in ("muster", "anna", "138123"):
        assert word not in text.lower()
    assert clean.identity is None
    assert case.history.startswith("Anna Muster")  # the original is untouched


def test_measured_values_dates_and_codes_stay() -> None:
    case = make_case()
    clean = Gateway(case.identity).redact_case(case)
    before, after = case.observations[0], clean.observations[0]
    assert (after.value, after.reported, after.range) == (before.value, before.reported, before.range)
    assert (after.effective, after.code, after.unit, after.source) == (
        before.effective,
        before.code,
        before.unit,
        "OBX[1]",
    )
    assert clean.observations[2] == case.observations[2]
    assert [one.fact for one in clean.observations] == ["F1", "F2", "F3"]
    assert clean.conditions[0].fact == "F9"


def test_the_same_case_gives_the_same_text() -> None:
    first, second = make_case(), make_case()
    assert Gateway(first.identity).redact_case(first) == Gateway(second.identity).redact_case(second)


def test_values_in_words_are_redacted() -> None:
    case = make_case()
    comment = Gateway(case.identity).redact_case(case).observations[1]
    assert comment.value == comment.reported.value == "[name-1], [birth-date-1]"
    assert comment.reported.range == "as [name-1]"
