"""What review teaches: which records count, what is counted of them, and which cases they propose."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from consult.case import Case
from consult.clinic import Finding
from consult.content import content_hash
from consult.panel import Library
from consult.panel._opening import open_record
from consult.plan import Alert, Plan, Problem, Recommendation, Statement, Verification
from consult.replay import Expected, Lessons, Period, learn, learn_document, learn_html, read_folder
from consult.replay._learn.expectations import propose
from consult.replay._learn.reasons import reason_of
from consult.replay._learn.sources import Source
from consult.replay._learn.tally import BySource, Decided, worst_first
from consult.replay._stats import share_interval
from consult.review import Consultation, Provenance, Review, SigningKey, Store, Usage, sign
from consult.settings import Settings
from consult.storage import MasterKey, Vault, new_key

MADE_BY = Provenance(version="0", content_hash="", cards={"hematology": "sha256:aa", "laboratory": "sha256:bb"})
LI, WANG = "Dr Li Wenhua", "王建国"
ACCEPT = "accept"


@pytest.fixture(scope="session")
def library(site: Settings) -> Library:
    """The content, read once."""
    return Library.load(site)


class Clinic:
    """A home in which plans are drafted, decided and signed."""

    def __init__(self, home: Path, library: Library, site: Settings, vault: Vault | None = None) -> None:
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        number = count(1)
        self.store = Store.open(home, vault=vault, clock=lambda: self.now, ids=lambda: f"C-{next(number):04}")
        self.review = Review(self.store, clock=lambda: self.now)
        self.library, self.site = library, site
        self.keys = {name: SigningKey.generate(name) for name in (LI, WANG)}
        for name, key in self.keys.items():
            self.store.keyring.register(key.public_jwk(), name)

    def draft(self, case: Mapping[str, Any] | None = None, plan: Plan | None = None) -> Consultation:
        """A drafted consultation, as a panel opens and stores it."""
        made = plan or draft_plan()
        opened = open_record(
            Case.read({**PATIENT, **(case or {})}), store=self.store, library=self.library, settings=self.site,
            provenance=MADE_BY, language=made.language, engine="rules",
        )  # fmt: skip
        return self.store.save_draft(
            opened.id, findings=FINDINGS, tasks=[], opinions=[], plan=made, verification=Verification(),
            usage=Usage(), provenance=MADE_BY,
        )  # fmt: skip

    def sign(
        self, drafted: Consultation, changes: Mapping[str, Any] | None = None, by: str = LI, **more: Any
    ) -> Consultation:
        """Decide everything as `changes` say, accept the rest, and sign."""
        decided = self.review.decide(drafted.id, decisions(drafted, changes or {}), by)
        return sign(self.store, decided.id, self.keys[by], clock=lambda: self.now, **more)

    def learn(self, out: Path | None = None, period: Period | None = None) -> Lessons:
        """What the signed ones teach."""
        return learn(self.store, self.library, by="test", out=out, period=period)


@pytest.fixture
def clinic(tmp_path: Path, library: Library, site: Settings) -> Iterator[Clinic]:
    made = Clinic(tmp_path / "home", library, site)
    yield made
    made.store.close()


PATIENT: dict[str, Any] = {
    "patient": {"sex": "female", "age_years": 44},
    "history": "Tired for two months.",
    "observations": [
        {"name": "Ferritin", "value": "6", "unit": "ug/L", "effective": "2026-03-01", "status": "final"},
        {"name": "Potassium", "value": "6.9", "unit": "mmol/L", "effective": "2026-03-01", "status": "final"},
    ],
}
FINDINGS = [
    Finding(id="N1", kind="critical", severity="red", facts=["F2"], source="kost-1990", says="High.", analyte="k"),
    Finding(id="N2", kind="score", severity="info", facts=["F1"], source="mentzer", says="Mentzer 14."),
]  # fmt: skip
IRON, ANAEMIA, CLOT = "iron-deficiency-anaemia", "anaemia", "pulmonary-embolism"


def said(text: str, rule: str | None = None, author: str = "hematology", by: str = "") -> Statement:
    return Statement(text=text, facts=["F1"], author=author, rule=rule, by=by)


def problem(id: str, concept: str, statement: Statement, likelihood: Any = "likely") -> Problem:
    return Problem(
        id=id, concept=concept, name=concept, likelihood=likelihood, severity="standard", statements=[statement],
        said_by=[statement.author], findings=["N2"],
    )  # fmt: skip


def advice(id: str, kind: Any, concept: str, statement: Statement) -> Recommendation:
    return Recommendation(
        id=id, kind=kind, concept=concept, name=concept, urgency="routine", statement=statement,
        said_by=[statement.author],
    )  # fmt: skip


def draft_plan(language: Any = "en") -> Plan:
    return Plan(
        language=language,
        engine="rules",
        alerts=[Alert(id="A1", finding="N1", statement=said("Potassium 6.9."), source="kost-1990")],
        problems=[
            problem("P1", IRON, said("Ferritin 6 ug/L: iron deficiency anaemia.", "HEM11")),
            problem("P2", CLOT, said("Embolism is possible.", "RSP01", by="hema"), "possible"),
            problem("P3", "sepsis", said("Sepsis is unlikely."), "unlikely"),
        ],
        recommendations=[
            advice("R1", "test", "coeliac-serology", said("Consider coeliac serology.", "HEM11")),
            advice("R2", "treatment", "iron-replacement", said("Consider iron.", "HEM11")),
            advice("R3", "avoid", "serum-iron", said("Serum iron adds nothing.", "HEM11")),
        ],
    )


def decisions(drafted: Consultation, changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Everything accepted and acknowledged, but what `changes` say: item to decision and text or reason."""
    plan = drafted.plan
    assert plan is not None
    found = [{"item": one.id, "decision": "acknowledge", "text": "ward told at 09:31"} for one in plan.alerts]
    ids = [*(one.id for one in plan.problems), *(one.id for one in plan.recommendations)]
    found += [{"item": id, "decision": ACCEPT} for id in ids]
    return [{**one, **told(changes[one["item"]])} if one["item"] in changes else one for one in found]


def told(change: tuple[str, str]) -> dict[str, str]:
    decision, words = change
    return {"decision": decision, "reason" if decision == "reject" else "text": words}


REASONS = [
    ("wrong: no fever", "wrong"),
    ("Incorrect, haemolysis explains it", "wrong"),
    ("ruled out by CT", "wrong"),
    ("cannot be excluded", "unclear"),
    ("not wrong, but later", "later"),
    ("错误：无溶血", "wrong"),
    ("没有错误", "unclear"),
    ("不能排除", "unclear"),
    ("已排除", "wrong"),
    ("contraindicated in renal failure", "harmful"),
    ("青霉素过敏", "harmful"),
    ("not needed", "unneeded"),
    ("not needed now", "later"),
    ("暂不需要", "later"),
    ("不需要", "unneeded"),
    ("done in the emergency department", "done"),
    ("已查，结果正常", "done"),
    ("known since 2019", "known"),
    ("既往已确诊", "known"),
    ("the patient refused", "declined"),
    ("duplicate of R2", "repeated"),
    ("重复", "repeated"),
    ("wrong, and already done", "unclear"),
    ("done: wrong department", "done"),
    ("hm", "unclear"),
    (None, "unclear"),
]


@pytest.mark.parametrize(("text", "reason"), REASONS)
def test_a_reason_is_wrong_only_where_it_says_so(text: str | None, reason: str) -> None:
    assert reason_of(text) == reason


@pytest.mark.parametrize(
    ("found", "of", "interval"),
    [(81, 263, (0.2535, 0.3682)), (15, 148, (0.0598, 0.1644)), (0, 20, (0.0, 0.2005)), (1, 29, (0.0018, 0.1963))],
)
def test_the_interval_is_the_published_one(found: int, of: int, interval: tuple[float, float]) -> None:
    assert share_interval(found, of) == pytest.approx(interval, abs=5e-5)


def test_one_of_one_does_not_stand_at_the_top() -> None:
    def source(id: str, accepted: int, rejected: int) -> tuple[Source, BySource]:
        found = BySource(Decided(accepted=accepted, rejected=rejected))
        found.decided.reasons["wrong"] = rejected
        return Source("rule", id), found

    order = worst_first(dict([source("ONE", 0, 1), source("TEN", 30, 10), source("NONE", 9, 0)]))
    assert [source.id for source, _ in order] == ["TEN", "ONE", "NONE"]


def test_items_are_counted_by_everything_they_come_from(clinic: Clinic) -> None:
    clinic.sign(clinic.draft(), {"P1": ("edit", "Iron deficiency."), "R1": ("reject", "already done")})
    clinic.sign(clinic.draft({"history": "Another."}), {"R3": ("reject", "wrong")}, by=WANG)
    lessons = clinic.learn()
    assert (lessons.counted, len(lessons.doctors), lessons.alerts) == (2, 2, 2)
    document = learn_document(lessons, clinic.library, "en")
    rule = next(row for row in document["by"]["rule"] if row["id"] == "HEM11")
    assert (rule["n"], rule["accepted"], rule["edited"], rule["rejected"], rule["set_aside"]) == (8, 5, 1, 2, 1)
    assert (rule["corrected"], rule["rate"], rule["consultations"]) == (2, 0.25, 2)
    assert rule["there"]
    assert [(one["version"], one["today"], one["n"]) for one in rule["versions"]] == [("sha256:aa", False, 8)]
    agents = {(row["id"], row["by"]): row["n"] for row in document["by"]["agent"]}
    assert agents == {("hematology", "rules"): 10, ("hematology", "hema"): 2}
    assert {row["id"]: row["n"] for row in document["by"]["calculator"]} == {"mentzer": 6}
    gone = next(row for row in document["by"]["rule"] if row["id"] == "RSP01")
    assert gone["there"] == ("RSP01" in clinic.library.book)
    assert document["items"]["reasons"] == {"done": 1, "wrong": 1}
    assert document["proposals"] is None


def test_what_only_doctors_name_is_counted(clinic: Clinic) -> None:
    changes = {"R1": ("edit", "Coeliac serology and D-dimer."), "P2": ("reject", "wrong: this is sarcoidosis")}
    clinic.sign(clinic.draft(), changes)
    found = {one["id"]: one for one in learn_document(clinic.learn(), clinic.library, "en")["added"]}
    assert "sarcoidosis" in found
    assert found["sarcoidosis"]["in_reasons"] == 1
    assert any("dimer" in id and one["in_edits"] == 1 for id, one in found.items())
    assert "coeliac-serology" not in found


PROPOSED = [
    # decisions, what must be expected, what must be forbidden
    ("all accepted", {}, {"top5": [IRON, CLOT], "concepts": {"sepsis": "unlikely"}, "alerts": ["k"]}, {}),
    ("wrong", {"P2": ("reject", "wrong"), "R1": ("reject", "错误")}, {"top5": [IRON]},
     {"concepts": [CLOT], "recommends": ["coeliac-serology"]}),
    ("not now", {"P2": ("reject", "not relevant now"), "R1": ("reject", "done already")}, {"top5": [IRON]}, {}),
    ("unclear", {"P2": ("reject", "hm")}, {"top5": [IRON]}, {}),
    ("harmful", {"P2": ("reject", "harmful"), "R2": ("reject", "contraindicated")},
     {"recommends": ["coeliac-serology"]}, {"recommends": ["iron-replacement"]}),
    ("an avoid is wrong", {"R3": ("reject", "wrong")}, {"avoids": []}, {"avoids": ["serum-iron"]}),
    ("an unlikely one is wrong", {"P3": ("reject", "wrong")}, {"concepts": {}}, {}),
    ("edited, the same", {"P1": ("edit", "Probable iron deficiency anaemia.")}, {"top5": [IRON, CLOT]}, {}),
    ("edited, denied", {"P2": ("edit", "No pulmonary embolism.")}, {"top5": [IRON]}, {"concepts": [CLOT]}),
    ("edited, another", {"P2": ("edit", "Sarcoidosis.")}, {"top5": [IRON, "sarcoidosis"]}, {}),
    ("edited, suspected", {"P2": ("edit", "Sarcoidosis cannot be excluded.")}, {"top5": [IRON]}, {}),
    ("edited, no name", {"P2": ("edit", "Look again.")}, {"top5": [IRON]}, {}),
    ("a test more", {"R1": ("edit", "Coeliac serology and blood film.")},
     {"recommends": ["coeliac-serology", "blood-smear", "iron-replacement"]}, {}),
    ("a false alert", {"A1": ("acknowledge", "wrong: haemolysed; ward told")}, {"alerts": [], "may_alert": ["k"]}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expect", "forbid"), [row[1:] for row in PROPOSED], ids=[r[0] for r in PROPOSED])
def test_decisions_become_expectations(
    clinic: Clinic, changes: dict[str, Any], expect: dict[str, Any], forbid: dict[str, Any]
) -> None:
    found = propose(clinic.sign(clinic.draft(), changes), clinic.library, source="x").expected
    assert {key: getattr(found.expect, key) for key in expect} == expect
    assert found.forbid.model_dump(exclude_defaults=True) == forbid


def test_the_broader_of_what_is_expected_is_not_forbidden(clinic: Clinic) -> None:
    plan = draft_plan()
    plan.problems[1] = problem("P2", ANAEMIA, said("Anaemia."))
    found = propose(clinic.sign(clinic.draft(plan=plan), {"P2": ("reject", "wrong")}), clinic.library, source="x")
    assert found.expected.forbid.concepts == []
    assert any(note.startswith("anaemia: ") for note in found.notes)


def test_a_proposal_reads_as_a_case_with_expectations(clinic: Clinic, tmp_path: Path) -> None:
    signed = clinic.sign(clinic.draft(), {"P2": ("reject", "wrong")})
    lessons = clinic.learn(tmp_path / "out")
    [folder] = (tmp_path / "out" / "proposals").iterdir()
    case, expected = read_folder(folder)
    assert [one.analyte for one in case.observations] == ["ferritin", "k"]
    assert expected.forbid.concepts == [CLOT]
    assert signed.id not in folder.name
    text = (folder / "expected.toml").read_text(encoding="utf-8")
    assert text.startswith("# PROPOSED")
    assert signed.id not in text
    assert lessons.proposals is not None
    assert lessons.proposals.written == 1
    assert folder.stat().st_mode & 0o77 == 0


def test_what_a_person_corrected_is_not_written_again(clinic: Clinic, tmp_path: Path) -> None:
    clinic.sign(clinic.draft())
    clinic.learn(tmp_path / "out")
    [folder] = (tmp_path / "out" / "proposals").iterdir()
    (folder / "expected.toml").write_text('group = "anaemia"\n', encoding="utf-8")
    again = clinic.learn(tmp_path / "out").proposals
    assert again is not None
    assert (again.written, again.kept) == (0, 1)
    assert Expected.read(folder / "expected.toml").group == "anaemia"


def test_the_same_case_is_proposed_once(clinic: Clinic, tmp_path: Path) -> None:
    clinic.sign(clinic.draft())
    clinic.sign(clinic.draft())
    found = clinic.learn(tmp_path / "out").proposals
    assert found is not None
    assert (found.written, found.left_out) == (1, {"same-case": 1})


def test_the_version_signed_last_counts(clinic: Clinic) -> None:
    first = clinic.sign(clinic.draft(), {"P2": (ACCEPT, "")})
    clinic.now += timedelta(days=1)
    revised = clinic.review.decide(first.id, decisions(first, {"P2": ("reject", "wrong")}), WANG)
    assert clinic.learn().overall.rejected == 0  # the later version is not signed yet
    sign(clinic.store, revised.id, clinic.keys[WANG], clock=lambda: clinic.now)
    lessons = clinic.learn()
    assert (lessons.counted, lessons.overall.rejected) == (1, 1)
    assert lessons.left_out == {"replaced": 1}
    assert (lessons.disputed, lessons.disputed_in) == (1, 1)


def test_what_is_not_signed_is_left_out_and_said(clinic: Clinic) -> None:
    clinic.draft()
    clinic.review.decide((one := clinic.draft({"history": "b"})).id, decisions(one, {}), LI)
    clinic.review.reject(clinic.draft({"history": "c"}).id, LI, "all wrong")
    lessons = clinic.learn()
    assert lessons.counted == 0
    assert lessons.left_out == {"open": 1, "unsigned": 1, "turned-down": 1}
    assert clinic.store.home_log() == []  # nothing was read


@pytest.mark.parametrize(
    "change",
    [
        "update decision set body = replace(body, 'wrong', 'later')",
        "update decision set body = replace(body, 'accept', 'reject')",
        "update consultation set document = replace(document, 'Ferritin 6', 'Ferritin 60')",
        "delete from signature",
        "update consultation set document = '{}'",
        "update audit set body = 'x'",
    ],
)
def test_a_record_that_was_tampered_with_is_left_out(clinic: Clinic, tmp_path: Path, change: str) -> None:
    clinic.sign(clinic.draft({"history": "good"}))
    bad = clinic.sign(clinic.draft(), {"P2": ("reject", "wrong")})
    key = "id" if "update consultation" in change else "consultation"
    where = " where " if " where " not in change else " and "
    with closing(sqlite3.connect(clinic.store.home / "consult.sqlite")) as database, database:
        assert database.execute(f"{change}{where}{key} = ?", (bad.id,)).rowcount
    lessons = clinic.learn(tmp_path / "out")
    assert lessons.counted == 1
    assert [id for id, _ in lessons.refused] == [bad.id]
    assert lessons.left_out.total() == 1
    assert lessons.overall.rejected == 0
    assert len(list((tmp_path / "out" / "proposals").iterdir())) == 1


def test_a_signature_that_is_no_longer_trusted_does_not_count(clinic: Clinic) -> None:
    clinic.sign(clinic.draft())
    for file in (clinic.store.home / "trusted").iterdir():
        file.unlink()
    lessons = clinic.learn()
    assert (lessons.counted, lessons.left_out) == (0, {"not-verified": 1})


KNOWN = {"identity": {"name": "Wendelmar Quellbach", "identifiers": ["MRN-558291"]}}
LATER = [{**PATIENT["observations"][1], "value": "4.1", "effective": "2026-03-02"}]


def test_a_plan_signed_in_spite_of_later_results_is_counted_and_not_proposed(clinic: Clinic, tmp_path: Path) -> None:
    drafted = clinic.draft(KNOWN)
    clinic.draft({**KNOWN, "observations": [*PATIENT["observations"], *LATER]})
    clinic.sign(drafted, stale_reason="seen, changes nothing")
    lessons = clinic.learn(tmp_path / "out")
    assert (lessons.counted, lessons.stale) == (1, 1)
    assert lessons.proposals is not None
    assert lessons.proposals.left_out == {"stale": 1}


def test_what_came_after_the_signature_does_not_matter(clinic: Clinic, tmp_path: Path) -> None:
    signed = clinic.sign(clinic.draft(KNOWN))
    clinic.draft({**KNOWN, "observations": [*PATIENT["observations"], *LATER]})
    assert clinic.store.get(signed.id).stale
    lessons = clinic.learn(tmp_path / "out")
    assert (lessons.stale, lessons.proposals is not None and lessons.proposals.written) == (0, 1)


@pytest.mark.parametrize(
    ("since", "until", "counted"),
    [(None, None, 2), (date(2026, 3, 3), None, 1), (None, date(2026, 3, 2), 1), (date(2026, 3, 4), None, 0),
     (date(2026, 3, 2), date(2026, 3, 3), 2)],
)  # fmt: skip
def test_a_period_takes_days_of_signature(clinic: Clinic, since: date | None, until: date | None, counted: int) -> None:
    clinic.sign(clinic.draft())
    drafted = clinic.draft({"history": "b"})
    clinic.now += timedelta(days=1)
    clinic.sign(drafted)
    lessons = clinic.learn(period=Period(since, until))
    assert lessons.counted == counted
    assert lessons.left_out.get("other-time", 0) == 2 - counted


NAMED: dict[str, Any] = {
    "identity": {"name": "Wendelmar Quellbach", "identifiers": ["MRN-558291"], "birth_date": "1982-01-04"},
    "history": "Mrs Quellbach is tired; seen by Dr Amelung on 2026-02-27.",
}
MARKS = ["Quellbach", "Wendelmar", "558291", "Amelung", "1982", "2026-02", "Wenhua", "建国", "张伟", "138001380"]


def test_nobody_is_named_in_anything_that_is_written(clinic: Clinic, tmp_path: Path) -> None:
    changes = {
        "P1": ("edit", "Iron deficiency anaemia; Quellbach, W. was told by Dr Li Wenhua on 2026-03-01."),
        "R1": ("reject", "done: by Dr Amelung, MRN-558291"),
        "P2": ("reject", "错误：患者家属张伟（电话13800138000）否认胸痛"),
    }
    clinic.sign(clinic.draft(NAMED), changes)
    out = tmp_path / "out"
    lessons = clinic.learn(out)
    document = learn_document(lessons, clinic.library, "en")
    page = learn_html(document, clinic.library, "en", at=datetime(2026, 3, 9, tzinfo=UTC))
    files = [path.read_text(encoding="utf-8") for path in out.rglob("*") if path.is_file()]
    assert len(files) == 2
    written = "\n".join([json.dumps(document, ensure_ascii=False), page, *files])
    assert [mark for mark in MARKS if mark in written.replace("2026-03-02", "")] == []
    assert "was told by Dr" in written
    assert len(document["examples"]) == 3


GERMAN = "Der Patient wurde mit Fieber und Husten nicht gebracht, und es ist eine alte Krankheit."
UNSURE: list[tuple[dict[str, Any], str, dict[str, int]]] = [
    ({"history": GERMAN}, "doubtful", {"language": 1}),
    ({"history": "Seen with number 123 456 789 012 on file."}, "doubtful", {"number": 1}),
    ({**KNOWN, "observations": [{**PATIENT["observations"][0], "code": {"system": "L", "code": "MRN-558291"}}]},
     "identifier", {}),
]  # fmt: skip


@pytest.mark.parametrize(("case", "why", "doubted"), UNSURE, ids=["language", "number", "code"])
def test_where_the_gateway_is_not_sure_a_case_is_left_out(
    clinic: Clinic, tmp_path: Path, case: dict[str, Any], why: str, doubted: dict[str, int]
) -> None:
    clinic.sign(clinic.draft(case))
    found = clinic.learn(tmp_path / "out").proposals
    assert found is not None
    assert (found.written, found.left_out, found.doubted) == (0, {why: 1}, doubted)
    assert not (tmp_path / "out").exists()


def test_a_wording_of_which_the_gateway_is_not_sure_is_not_shown(clinic: Clinic) -> None:
    clinic.sign(clinic.draft(), {"P1": ("edit", GERMAN)})
    lessons = clinic.learn()
    assert (lessons.withheld, lessons.examples, lessons.overall.edited) == (1, [], 1)


def test_an_encrypted_home_is_read(tmp_path: Path, library: Library, site: Settings) -> None:
    key = MasterKey.read(new_key())
    clinic = Clinic(tmp_path / "sealed", library, site, Vault([key], writes=True))
    clinic.sign(clinic.draft(NAMED), {"P2": ("reject", "wrong")})
    lessons = clinic.learn(tmp_path / "out")
    clinic.store.close()
    assert lessons.overall.rejected == 1
    assert len(list((tmp_path / "out" / "proposals").iterdir())) == 1


def test_nothing_changes_but_the_audit_logs(clinic: Clinic, tmp_path: Path) -> None:
    clinic.sign(clinic.draft(NAMED), {"P2": ("reject", "wrong")})
    before = _state(clinic)
    clinic.learn()
    assert [entry.event for entry in clinic.store.home_log()] == ["learned"]
    clinic.learn(tmp_path / "out")
    assert _state(clinic) == before
    [row] = clinic.store.list()
    last = clinic.store.log(row.id)[-1]
    assert (last.event, last.data) == ("exported", {"format": "proposal", "status": "signed"})
    assert clinic.store.home_log()[-1].data == {"by": "test", "consultations": 1, "proposals": 1}
    clinic.learn(tmp_path / "out")  # the case is there: it does not leave a second time
    assert clinic.store.log(row.id)[-1] == last
    assert clinic.learn().counted == 1  # and the record still verifies


def _state(clinic: Clinic) -> tuple[str, dict[str, bytes], dict[str, list[Any]]]:
    """Content, files of the home and tables of the store, but the audit logs."""
    home = clinic.store.home
    files = {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}
    with closing(sqlite3.connect(home / "consult.sqlite")) as database:
        tables = [str(name) for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        kept = [name for name in tables if name not in {"audit", "home_audit"}]
        rows = {name: database.execute(f"select * from {name} order by 1").fetchall() for name in kept}
    own = {name: data for name, data in files.items() if not name.startswith("consult.sqlite")}
    return content_hash(clinic.library.root), own, rows


def test_the_page_holds_what_was_counted_in_both_languages(clinic: Clinic) -> None:
    clinic.sign(clinic.draft(plan=draft_plan("zh")), {"P1": ("edit", "<i>缺铁性贫血</i>，查血清铁。")})
    lessons = clinic.learn()
    for language, title in (("en", "What review teaches"), ("zh", "审核所得")):
        document = learn_document(lessons, clinic.library, language)  # type: ignore[arg-type]
        page = learn_html(document, clinic.library, language, at=datetime(2026, 3, 9, tzinfo=UTC))  # type: ignore[arg-type]
        assert title in page
        assert "HEM11" in page
        assert "&lt;i&gt;缺铁性贫血" in page
        assert "<i>" not in page
        assert "http" not in page.replace("http-equiv", "")
        assert "<script" not in page
