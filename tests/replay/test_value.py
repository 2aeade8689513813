"""The value report of a live store: what is counted, over what, and what is left out."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from value_kit import CATALOG, DOCTOR, Site, advice, already, plan, potassium, said, times

from consult.case import Case
from consult.models import Call
from consult.panel import Library, Rehearsal
from consult.plan import Plan
from consult.replay import LiveCases, Period, Prices, read_folder
from consult.replay._value.plans import asked_though_present, repeats_in
from consult.review import Consultation, Purge, Usage
from consult.settings import Settings
from consult.storage import MasterKey, Vault, new_key

CASES = Path(__file__).resolve().parents[2] / "evals" / "cases"
REPEAT = advice("R1", "avoid", "serum-potassium", already())
FILM = advice("R2", "test", "smear", said("A film."))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    opened = Site(tmp_path / "home")
    yield opened
    opened.store.close()


def test_an_empty_store_has_counts_of_nothing_and_no_medians(site: Site) -> None:
    report = site.report()
    known = {one.name: one.value for one in report.figures if one.value is not None}
    assert set(known.values()) == {0}
    assert report.figure("items.accepted").value is None
    assert report.figure("alerts.raised_to_acted").reason == "nothing-there"


def test_alerts_wait_from_being_raised_until_the_first_acknowledgement(site: Site) -> None:
    for minutes in (3, 9, 30, 60):
        site.decide(site.drafted(plan(alerts=1), minutes=2), minutes)
    site.drafted(plan(alerts=2))
    raised, acted, waited = (site.figure(f"alerts.{one}") for one in ("raised", "acted", "raised_to_acted"))
    assert (raised.value, raised.n, raised.counts) == (6, 5, {"kind:critical": 6, "red": 6})
    assert (acted.value, acted.n, acted.counts) == (4, 6, {"not-yet": 2})
    # Raised one minute before the draft stood: 4, 10, 31 and 61 minutes.
    assert (waited.value, waited.n, waited.unit, waited.quartiles) == (20.5, 4, "min", (8.5, 38.5))
    assert site.figure("alerts.cases").value == 5


def test_without_a_receipt_nothing_is_said_of_results(site: Site) -> None:
    site.signed(site.drafted(plan(alerts=1)))
    for name in ("alerts.result_to_acted", "alerts.result_to_raised", "time.result_to_plan"):
        figure = site.figure(name)
        assert (figure.value, figure.n, figure.reason, figure.counts["no-receipt"]) == (None, 0, "no-receipt", 1)


def test_a_result_is_received_with_its_own_message(site: Site) -> None:
    case = Case(id="x", observations=[potassium("MSH[1]/OBR[1]/OBX[1]")])
    site.decide(site.drafted(plan(alerts=1), opened=site.opened(case=case), minutes=2))
    receipts = times("2026-05-04T07:30:00.000Z", "2026-05-04T07:50:00.000Z")  # opened at 08:00, raised at 08:01
    assert site.figure("alerts.result_to_raised", receipts=receipts).value == 31
    assert site.figure("alerts.result_to_acted", receipts=receipts).value == 42
    assert site.figure("time.result_to_plan", receipts=receipts).value == 12


def test_a_fact_that_names_no_message_counts_from_the_newest(site: Site) -> None:
    case = Case(id="x", observations=[potassium("observations[0]")])
    site.decide(site.drafted(plan(alerts=1), opened=site.opened(case=case), minutes=2))
    receipts = times("2026-05-04T07:30:00.000Z", "2026-05-04T07:50:00.000Z")
    assert site.figure("alerts.result_to_raised", receipts=receipts).value == 11


def test_only_signed_decisions_are_accepted_edited_or_rejected(site: Site) -> None:
    draft = plan(REPEAT, FILM)
    site.signed(site.drafted(draft), R1="edit", R2="reject")
    site.decide(site.drafted(draft), R2="leave")
    site.drafted(draft)
    turned_down = site.drafted(draft)
    site.review.reject(turned_down.id, DOCTOR, "wrong patient")
    report = site.report()
    counts = {one.name: (one.value, one.n) for one in report.figures if one.name.startswith("items.")}
    assert counts == {
        "items.drafted": (12, 4),
        "items.accepted": (1, 3),
        "items.edited": (1, 3),
        "items.rejected": (1, 3),
        "items.unsigned": (2, 12),
        "items.undecided": (7, 12),
    }
    kinds = {one.name: dict(one.counts) for one in report.kinds}
    assert kinds["test"] == {"accepted": 0, "edited": 0, "rejected": 1, "unsigned": 0, "undecided": 3}
    agents = {one.name: one.n for one in report.agents}
    assert agents == {"hematology": 12, "laboratory": 8}
    assert report.figure("cases").counts == {"signed": 1, "open": 2, "turned-down": 1}
    assert report.people == 1


def test_revisions_are_one_case(site: Site) -> None:
    first = site.signed(site.drafted(plan(FILM, alerts=1), minutes=2), 10)
    site.clock.forward(600)
    again = site.review.decide(first.id, [{"item": "R2", "decision": "reject", "reason": "not needed"}], DOCTOR)
    site.signed(again, 5, R2="reject")
    report = site.report()
    assert report.figure("cases").counts == {"signed": 1}
    assert (report.figure("alerts.raised").value, report.figure("alerts.raised_to_acted").value) == (1, 11)
    assert (report.figure("items.accepted").value, report.figure("items.rejected").value) == (1, 1)
    assert report.figure("time.plan_to_signature").value == 10


def test_a_revision_that_is_not_signed_leaves_the_signed_one_counted(site: Site) -> None:
    first = site.signed(site.drafted(plan(FILM)))
    site.review.decide(first.id, [{"item": "R2", "decision": "reject", "reason": "not needed"}], DOCTOR)
    report = site.report()
    assert (report.figure("items.accepted").value, report.figure("items.undecided").value) == (2, 0)


def change(site: Site, statement: str, *values: object) -> None:
    site.store.close()
    with closing(sqlite3.connect(site.home / "consult.sqlite")) as connection:
        assert connection.execute(statement, values).rowcount
        connection.commit()


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE decision SET body = replace(body, '\"reject\"', '\"accept\"') WHERE consultation = ?", "audit"),
        ("UPDATE consultation SET document = replace(document, 'A film', 'No film') WHERE id = ?", "audit"),
        ("UPDATE audit SET body = replace(body, 'T08:', 'T07:') WHERE consultation = ?", "audit"),
        ("DELETE FROM signature WHERE consultation = ?", "audit"),
        ("UPDATE consultation SET document = '{}' WHERE id = ?", "unreadable"),
    ],
)
def test_a_record_that_was_changed_is_left_out_and_counted(site: Site, statement: str, check: str) -> None:
    good = site.signed(site.drafted(plan(FILM)))
    bad = site.signed(site.drafted(plan(FILM)), R2="reject")
    change(site, statement, bad.id)
    report = site.report()
    assert report.left.damaged == {check: 1}
    assert report.left.damaged_ids == [(bad.id, check)]
    assert report.figure("items.rejected").value == 0
    assert report.figure("items.accepted").value == 2
    assert report.figure("cases").value == 1
    assert good.id != bad.id


def test_a_signer_who_is_not_trusted_is_left_out(site: Site) -> None:
    site.signed(site.drafted())
    for key in (site.home / "trusted").iterdir():
        key.unlink()
    report = site.report()
    assert report.left.damaged == {"signature": 1}
    assert report.figure("cases").value == 0


def test_the_engines_own_sentence_makes_a_repeat_and_no_other(site: Site) -> None:
    model = advice("R2", "avoid", "a", already(by="deepseek"))
    rule = advice("R3", "avoid", "b", already(rule="LAB12"))
    other = advice("R4", "avoid", "c", said("Do not repeat it.", facts=["F1"]))
    asked = advice("R5", "test", "d", already())
    further = advice("R6", "avoid", "e", said("A rule's."), further=[already()])
    site.signed(site.drafted(plan(REPEAT, model, rule, other, asked, further)), R6="edit")
    annotated, accepted = site.figure("repeats.annotated"), site.figure("repeats.accepted")
    assert (annotated.value, annotated.n) == (2, 1)
    assert (accepted.value, accepted.n) == (1, 2)
    assert accepted.counts == {"edited": 1, "rejected": 0, "unsigned": 0, "undecided": 0}


def test_a_price_is_the_sites_own_or_unknown(site: Site) -> None:
    site.signed(site.drafted(plan(REPEAT)))
    site.drafted(plan(REPEAT, advice("R2", "avoid", "unheard-of", already().model_copy(update={"facts": ["F9"]}))))
    assert (site.figure("repeats.price").value, site.figure("repeats.price").reason) == (None, "no-prices")
    for code in ("LAB-K", "lab-k", "2823-3", "k", "serum-potassium"):
        prices = Prices("CNY", {code.casefold(): Decimal("12.50")})
        price, accepted = (site.figure(f"repeats.{one}", prices) for one in ("price", "accepted_price"))
        assert (price.value, price.n, price.unit, price.counts) == (Decimal("25.00"), 2, "CNY", {"unpriced": 1})
        assert (accepted.value, accepted.n) == (Decimal("12.50"), 1)
    unknown = site.figure("repeats.price", Prices("CNY", {"glucose": Decimal(1)}))
    assert (unknown.value, unknown.reason, unknown.counts) == (None, "no-price-of-these", {"unpriced": 3})


@pytest.mark.parametrize("case", ["hem-macrocytosis-alcohol", "hem-ckd-anaemia-zh"])
def test_the_engine_writes_what_is_looked_for(case: str, home: Path) -> None:
    settings = Settings.load(home=home)
    library = Library.load(settings)
    made = drafted_now(case, library, settings)
    (repeat,) = repeats_in(made, library.catalog, {})
    assert repeat.ids[-1] == "vitamin-b12-level"
    assert "2132-9" in repeat.ids
    assert repeat.fate == "undecided"
    assert asked_though_present(made) == sum(
        any(caution.startswith(("Already in this case", "本病例已有结果")) for caution in one.cautions)
        for one in plan_of(made).recommendations
    )


def plan_of(made: Consultation) -> Plan:
    assert made.plan is not None
    return made.plan


def drafted_now(name: str, library: Library, settings: Settings) -> Consultation:
    case, _ = read_folder(CASES / name)
    rehearsal = Rehearsal(library, settings=settings, engine="rules")
    return asyncio.run(rehearsal.draft(case, language="zh" if name.endswith("zh") else "en"))


def call(cost: str) -> Call:
    return Call(
        at="2026-05-04T08:00:00.000Z", agent="hematology", purpose="opinion", model="hema", status="ok", cost=cost,
        input_tokens=1000, output_tokens=200,
    )  # fmt: skip


def asked(site: Site, cost: str, currency: str) -> None:
    one = site.opened()
    site.store.journal(one.id).record(call(cost), key="k", reply=None)
    site.drafted(opened=one, usage=Usage(currency=currency, seconds="1"))


def test_money_is_exact_and_a_model_without_a_price_is_not_free(site: Site) -> None:
    for cost in ("0.1", "0.2", "0.3"):
        asked(site, cost, "CNY")
    asked(site, "0", "")
    site.drafted()
    cost, each = site.figure("models.cost"), site.figure("models.cost_per_case")
    assert (cost.value, cost.n, cost.unit, cost.counts) == (Decimal("0.6"), 4, "CNY", {"asked": 4, "unpriced": 1})
    assert (each.value, each.n) == (Decimal("0.15"), 4)
    assert each.quartiles == (Decimal("0.075"), Decimal("0.225"))
    assert (site.figure("models.calls").value, site.figure("models.input_tokens").value) == (4, 4000)


def test_amounts_in_two_currencies_have_no_sum(site: Site) -> None:
    asked(site, "1", "CNY")
    asked(site, "1", "EUR")
    assert (site.figure("models.cost").value, site.figure("models.cost").reason) == (None, "several-currencies")


def test_models_without_any_price_have_no_cost(site: Site) -> None:
    asked(site, "0", "")
    assert site.figure("models.cost").reason == "models-without-price"


def test_a_model_without_a_price_beside_one_that_has_one_is_not_free(site: Site) -> None:
    asked(site, "0.1", "CNY")
    asked(site, "0", "CNY")
    cost = site.figure("models.cost")
    assert (cost.value, cost.n, cost.counts) == (Decimal("0.1"), 1, {"asked": 2, "unpriced": 1})
    known = site.figure("models.cost", priced={"hema"})
    assert (known.value, known.n, known.counts) == (Decimal("0.1"), 2, {"asked": 2})


def test_times(site: Site) -> None:
    site.signed(site.drafted(), 90)
    site.drafted()
    signature, machine, reviewer = (site.figure(f"time.{x}") for x in ("plan_to_signature", "machine", "reviewer"))
    assert (signature.value, signature.n, signature.counts) == (90, 1, {"unsigned": 1})
    assert (machine.value, machine.n, machine.unit) == (2.5, 2, "s")
    assert (reviewer.value, reviewer.reason) == (None, "not-recorded")


def test_a_clock_that_was_set_back_gives_no_time(site: Site) -> None:
    one = site.drafted(plan(alerts=1))
    site.clock.forward(-600)
    site.signed(one)
    assert site.figure("time.plan_to_signature").value is None
    assert site.figure("alerts.raised_to_acted").value is None


def test_days_and_months_are_the_sites(site: Site) -> None:
    site.clock.forward(-4 * 24 * 60 + 9 * 60)  # 30 April, 17:00 UTC: 1 May in Shanghai
    site.drafted()
    site.clock.forward(60 * 24 * 40)
    site.drafted()
    report = site.report(period=Period(zone="Asia/Shanghai"))
    assert [one.name for one in report.by["month"]] == ["2026-05", "2026-06"]
    for since, until, n in ((None, date(2026, 4, 30), 0), (date(2026, 5, 1), date(2026, 5, 1), 1), (None, None, 2)):
        assert site.figure("cases", period=Period(since, until, "Asia/Shanghai")).value == n
    assert site.figure("cases", period=Period(None, date(2026, 4, 30))).value == 1


def test_departments_are_the_wards_that_the_hospital_sent(site: Site) -> None:
    for ward, place in ((" ICU  2 ", None), (None, "Ward 7, bed 12"), (None, "呼吸内科3床"), (None, "Emergency Room")):
        site.drafted(ward=ward, place=place)
    site.drafted()
    names = {one.name for one in site.report().by["department"]}
    assert names == {"ICU 2", "Ward 7", "呼吸内科", "Emergency Room", ""}


def test_what_was_purged_is_in_no_figure_and_is_said(site: Site) -> None:
    one = site.drafted()
    site.drafted()
    purge = Purge(site.store)
    purge.delete(purge.of_subject(one.subject.key), by="admin", because="named")
    report = site.report()
    assert (report.figure("cases").value, report.left.purged) == (1, 1)


def test_one_case_is_read_at_a_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        site.drafted()
    read: list[str] = []
    get = site.store.get
    monkeypatch.setattr(site.store, "get", lambda id: read.append(id) or get(id))
    cases = iter(LiveCases(site.store, CATALOG))
    next(cases)
    assert len(read) == 1


def test_an_encrypted_store_gives_the_same(tmp_path: Path) -> None:
    documents = []
    for vault in (None, Vault([MasterKey.read(new_key())], writes=True)):
        opened = Site(tmp_path / ("clear" if vault is None else "sealed"), vault)
        opened.signed(opened.drafted(plan(REPEAT, alerts=1), ward="ICU"))
        documents.append(opened.report().as_json())
        opened.store.close()
    assert documents[0] == documents[1]


def test_nothing_of_a_patient_a_doctor_or_a_plan_stands_in_the_document(site: Site) -> None:
    site.signed(site.drafted(plan(REPEAT, FILM, alerts=1)), R2="edit")
    document = json.dumps(site.report().as_json())
    for word in ("Wang", "MRN-1", "Wren", "Reworded", "A film", "S-"):
        assert word not in document
