"""Allergies, read with our own vocabulary: beside what they concern, or among the warnings, never lost."""

from __future__ import annotations

import pytest

from consult.case import Case, Entry
from consult.concepts import Concepts
from consult.content import content_root
from consult.plan import Evidence, Plan, Recommendation, RecommendationKind, Statement, verify_plan


@pytest.fixture(scope="module")
def concepts() -> Concepts:
    return Concepts.load(content_root())


def evidence(case: Case, concepts: Concepts) -> Evidence:
    return Evidence(
        case=case,
        findings={},
        passages={},
        superseded=lambda passage: (),
        concept_of=lambda text: frozenset(wide for id in concepts.mentions(text) for wide in concepts.broader(id)),
        families=lambda concept: frozenset(concepts.broader(concept)),
        limits=lambda analyte: (),
        cites=lambda rule: (),
        title=lambda concept: concepts.name(concept, "en"),
        given=lambda concept: concepts[concept].kind in {"treatment", "exposure"},
    )


def recommendation(id: str, kind: RecommendationKind, concept: str, text: str) -> Recommendation:
    return Recommendation(
        id=id,
        kind=kind,
        concept=concept,
        name=concept,
        urgency="routine",
        statement=Statement(text=text, facts=["F1"], author="respiratory"),
        said_by=["respiratory"],
    )


def said(case: Case, concepts: Concepts) -> tuple[list[str], bool]:
    """The recommendations that name an allergy, and whether the plan warns of one."""
    plan = Plan(
        language="en",
        engine="rules",
        recommendations=[
            recommendation("R1", "treatment", "antibiotics", "Consider antimicrobial treatment."),
            recommendation("R2", "test", "blood-culture", "Blood cultures before antibiotics."),
            recommendation("R3", "test", "ct-pulmonary-angiography", "Consider imaging."),
            recommendation("R4", "treatment", "iron-replacement", "Consider iron."),
            recommendation("R5", "avoid", "antibiotics", "No antibiotics for this."),
        ],
    )
    checked = verify_plan(plan, evidence(case, concepts)).plan
    cautioned = [item.id for item in checked.recommendations if any("allergy" in text for text in item.cautions)]
    return cautioned, any("allergy" in text for text in checked.warnings)


LISTED = [
    (Entry(name="Penicillin"), ["R1"], False),
    (Entry(name="青霉素"), ["R1"], False),
    (Entry(name="Cephalosporins"), ["R1"], False),
    (Entry(name="头孢曲松"), ["R1"], False),
    (Entry(name="Sulfa drugs"), ["R1"], False),
    (Entry(name="Quinolones"), ["R1"], False),
    (Entry(name="Erythromycin"), ["R1"], False),
    (Entry(name="Drug allergy", note="penicillin anaphylaxis"), ["R1"], False),
    (Entry(name="iodinated contrast"), ["R3"], False),
    (Entry(name="碘造影剂"), ["R3"], False),
    (Entry(name="iron sucrose"), ["R4"], False),
    (Entry(name="latex"), [], True),
    (Entry(name="某某中药"), [], True),
    (Entry(name="Penicillin", status="refuted"), [], False),
    (Entry(name="Penicillin", status="Refuted"), [], False),
    (Entry(name="No known drug allergies"), [], False),
    (Entry(name="NKDA"), [], False),
    (Entry(name="无药物过敏史"), [], False),
    (Entry(name="否认食物、药物过敏史"), [], False),
]


@pytest.mark.parametrize(("entry", "cautioned", "warned"), LISTED, ids=lambda value: getattr(value, "name", None))
def test_a_listed_allergy(entry: Entry, cautioned: list[str], warned: bool, concepts: Concepts) -> None:
    assert said(Case(id="c", allergies=[entry]), concepts) == (cautioned, warned)


TOLD = [
    ("Allergic to penicillin (anaphylaxis).", ["R1"]),
    ("Penicillin allergy since childhood.", ["R1"]),
    ("Allergies: sulfa, latex.", ["R1"]),
    ("青霉素过敏。", ["R1"]),
    ("有青霉素、磺胺过敏史", ["R1"]),
    ("对碘造影剂过敏", ["R3"]),
    ("No penicillin allergy.", []),
    ("Denies allergy to penicillin.", []),
    ("否认青霉素过敏史。", []),
    ("Father allergic to penicillin.", []),
    ("hay fever allergy", []),
    ("过敏性哮喘", []),
    ("Takes amoxicillin.", []),
]


@pytest.mark.parametrize(("history", "cautioned"), TOLD)
def test_an_allergy_in_the_history(history: str, cautioned: list[str], concepts: Concepts) -> None:
    assert said(Case(id="c", history=history), concepts) == (cautioned, False)


def test_an_allergy_that_is_listed_and_told_is_said_once(concepts: Concepts) -> None:
    case = Case(id="c", history="Allergic to penicillin.", allergies=[Entry(fact="F2", name="Penicillin")])
    plan = Plan(language="en", engine="r", recommendations=[recommendation("R1", "treatment", "antibiotics", "x")])
    item = verify_plan(plan, evidence(case, concepts)).plan.recommendations[0]
    assert item.cautions == ["The record names an allergy to Penicillin."]
    assert "F2" in item.statement.facts
