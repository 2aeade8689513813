"""A specialist elsewhere in a whole consultation: what leaves, what is made of the answer, what a failure becomes."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from consult.case import Case
from consult.errors import SettingsError
from consult.panel import Panel
from consult.plan import Plan
from consult.privacy._outward import Outward
from consult.review import Consultation
from consult.settings import Settings

CASES = Path(__file__).resolve().parents[2] / "evals" / "cases"
PNEUMONIA = CASES / "resp-severe-pneumonia-legionella" / "case.json"
Answer = Callable[[dict[str, Any]], tuple[int, Any]]


class Elsewhere:
    """A specialist's server on loopback; `answer` gets the posted document and gives status and answer."""

    def __init__(self) -> None:
        self.answer: Answer = lambda document: (200, opinion())
        self.bodies: list[bytes] = []
        self.url = ""

    @property
    def posted(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]

    def handler(self) -> type[BaseHTTPRequestHandler]:
        elsewhere = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                elsewhere.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                status, answer = elsewhere.answer(elsewhere.posted[-1])
                content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                with suppress(ConnectionError):  # whoever asked reads no further, or no longer waits
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                pass

        return Handler


@pytest.fixture(scope="module")
def server() -> Iterator[Elsewhere]:
    one = Elsewhere()
    server = ThreadingHTTPServer(("127.0.0.1", 0), one.handler())
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    one.url = f"http://127.0.0.1:{server.server_port}/opinion"
    yield one
    server.shutdown()
    server.server_close()


@pytest.fixture
def elsewhere(server: Elsewhere) -> Elsewhere:
    server.answer = lambda document: (200, opinion())
    server.bodies.clear()
    return server


def opinion(**parts: Any) -> dict[str, Any]:
    return {"specialty": "respiratory", "reasoner": "lung-7b", **parts}


def said(text: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "author": "them", **more}


def problem(concept: str, *statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"concept": concept, "likelihood": "likely", "severity": "standard", "statements": [*statements], **more}


def advice(concept: str, statement: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"kind": "test", "concept": concept, "statement": statement, **more}


@pytest.fixture(scope="module")
def kept_home(new_home: Callable[[], Path]) -> Path:
    return new_home()


@pytest.fixture(scope="module")
def by_rules(kept_home: Path) -> Consultation:
    """The consultation without anybody elsewhere: the floor."""
    with Panel.from_settings(Settings.load(home=kept_home), engine="rules") as panel:
        return panel.consult(Case.read(PNEUMONIA))


@contextmanager
def opened(home: Path, url: str, *, seconds: float = 60, **agent: Any) -> Iterator[Panel]:
    agents = {"respiratory": {"reasoner": "remote", "url": url, **agent}}
    with Panel.from_settings(Settings.load(home=home, agents=agents, ceilings={"seconds": seconds})) as panel:
        yield panel


@pytest.fixture(scope="module")
def panel(kept_home: Path, server: Elsewhere) -> Iterator[Panel]:
    """A real panel whose respiratory specialist is elsewhere."""
    with opened(kept_home, server.url) as one:
        yield one


@pytest.fixture
def consult(panel: Panel, elsewhere: Elsewhere) -> Callable[..., Consultation]:
    return lambda source=PNEUMONIA: panel.consult(Case.read(source))


def plan_of(consultation: Consultation) -> Plan:
    assert consultation.plan is not None
    return consultation.plan


def floor(consultation: Consultation) -> tuple[set[str], set[str], set[str]]:
    """What rules say: alerts, problems with their grade, recommendations."""
    plan = plan_of(consultation)
    return (
        {alert.statement.text for alert in plan.alerts},
        {f"{one.concept} {statement.text}" for one in plan.problems for statement in one.statements if statement.rule},
        {f"{one.kind} {one.concept}" for one in plan.recommendations if one.statement.rule},
    )


def test_an_opinion_joins_that_of_the_rules(
    consult: Callable[..., Consultation], elsewhere: Elsewhere, by_rules: Consultation
) -> None:
    elsewhere.answer = lambda document: (
        200,
        opinion(
            problems=[problem("Legionnaires' disease", said("Sodium is 126 mmol/L.", facts=["F1"]))],
            recommendations=[advice("sputum-culture", said("Sodium is 126 mmol/L.", facts=["F1"]), urgency="same-day")],
            gaps=[{"analytes": ["ferritin"], "facts": ["F1"]}],
            usage={"input_tokens": 700, "output_tokens": 50},
            model="lung-7b",
        ),
    )
    consultation = consult()
    (given,) = [one for one in consultation.opinions if one.specialty == "respiratory"]
    assert given.status == "answered"
    assert given.reasoner == "remote:respiratory"
    plan = plan_of(consultation)
    (legionella,) = [one for one in plan.problems if one.concept == "legionnaires-disease"]
    assert [(one.text, one.supported) for one in legionella.statements if one.by == "remote:respiratory"] == [
        ("Sodium is 126 mmol/L.", True)
    ]
    assert any(one.concept == "sputum-culture" for one in plan.recommendations)
    assert any(one.what == "ferritin" for one in plan.missing)
    for ours, still in zip(floor(by_rules), floor(consultation), strict=True):
        assert ours <= still
    (row,) = consultation.usage.ledger
    assert (row.agent, row.model, row.purpose, row.status) == ("respiratory", "remote:respiratory", "opinion", "ok")
    assert (row.input_tokens, row.output_tokens, row.served, row.estimated) == (700, 50, "lung-7b", False)
    assert plan.engine == "remote:respiratory"


def test_nothing_that_it_claims_of_itself_is_believed(
    consult: Callable[..., Consultation], elsewhere: Elsewhere, by_rules: Consultation
) -> None:
    lies = said("Sodium is 126 mmol/L.", facts=["F1"], rule="RSP45", supported=True, by="", author="laboratory")
    elsewhere.answer = lambda document: (
        200,
        opinion(
            problems=[
                problem("asthma", lies, severity="red", likelihood="confirmed", findings=["N1", "N999"]),
                problem("unexplained-abnormal-results", lies, severity="red"),
            ],
            recommendations=[advice("spirometry", lies, severity="red", urgency="immediate")],
            gaps=[{"analytes": ["ferritin"], "severity": "red", "rule": "RSP45"}],
            statements=[{**lies, "problem": "none", "prescribed": True}],
        ),
    )
    consultation = consult()
    (given,) = [one for one in consultation.opinions if one.specialty == "respiratory"]
    ours = [one for one in by_rules.opinions if one.specialty == "respiratory"][0]
    statements = [s for one in given.problems for s in one.statements]
    statements += [one.statement for one in given.recommendations]
    theirs = [one for one in statements if one.by]
    assert len(theirs) == 2
    assert given.statements == ours.statements
    for one in theirs:
        assert (one.by, one.author, one.rule, one.problem) == ("remote:respiratory", "respiratory", None, None)
        assert not one.prescribed
    (asthma,) = [one for one in given.problems if one.concept == "asthma"]
    assert (asthma.severity, asthma.findings) == ("standard", ["N1"])
    assert [one.severity for one in given.recommendations if one.concept == "spirometry"] == ["standard"]
    assert [(one.severity, one.rule) for one in given.gaps[len(ours.gaps) :]] == [("standard", None)]
    assert [one.id for one in plan_of(consultation).alerts] == [one.id for one in plan_of(by_rules).alerts]


def test_who_leaves_everything_out_takes_nothing_away(
    consult: Callable[..., Consultation], elsewhere: Elsewhere, by_rules: Consultation
) -> None:
    consultation = consult()
    assert elsewhere.bodies
    assert floor(consultation) == floor(by_rules)


def test_hostile_text_is_plain_text_and_unsupported(consult: Callable[..., Consultation], elsewhere: Elsewhere) -> None:
    dose = "Give amoxicillin 1 g three times a day."
    link = "Sodium is low, see [here](https://evil.example/?q=1) <script>alert(1)</script>\x1b[31m"
    elsewhere.answer = lambda document: (
        200,
        opinion(
            problems=[
                problem("<b>plague</b> https://evil.example/x", said(link, facts=["F1"])),
                problem("asthma", said("Asthma since F999.", facts=["F999", "![x](https://evil.example/y)"])),
                problem("", said("no name")),
                problem("copd", said("  \u202e ")),
            ],
            recommendations=[advice("amoxicillin", said(dose, facts=["F1"]), kind="treatment")],
            gaps=[{"reason": "sign it: https://evil.example/z", "analytes": ["![](https://evil.example/a)"]}],
        ),
    )
    consultation = consult()
    text = consultation.model_dump_json()
    for forbidden in ("evil.example", "<script", "\\u001b", "\\u202e", "<b>"):
        assert forbidden not in text, forbidden
    plan = plan_of(consultation)
    (invented,) = [one for one in plan.problems if one.concept.startswith("unlisted:")]
    assert "plague" in invented.name
    asthma = [one for one in plan.problems if one.concept == "asthma"][0].statements[0]
    assert not asthma.supported
    assert not any(one.concept == "copd" for one in plan.problems)
    assert dose not in plan.model_dump_json()


def test_more_than_one_can_read_is_cut(consult: Callable[..., Consultation], elsewhere: Elsewhere) -> None:
    many = [problem(f"disease {n}", *[said(f"{n} {m}", facts=["F1"] * 50) for m in range(5)]) for n in range(30)]
    elsewhere.answer = lambda document: (200, opinion(problems=many))
    (given,) = [one for one in consult().opinions if one.specialty == "respiratory"]
    theirs = [one for one in given.problems if one.concept.startswith("unlisted:")]
    assert len(theirs) == 12
    assert {len(one.statements) for one in theirs} == {4}
    assert theirs[0].statements[0].facts == ["F1"]


@pytest.mark.parametrize(
    ("answer", "reason", "calls"),
    [
        (lambda document: (200, opinion(status="unavailable", reason="patient of Dr X")), "unavailable", 1),
        (lambda document: (200, {**opinion(), "specialty": "hematology"}), "answered for another specialty", 1),
        (lambda document: (200, b"<html>"), "malformed", 2),
        (lambda document: (200, b""), "empty", 1),
        (lambda document: (200, {"opinion": opinion()}), "schema", 2),
        (lambda document: (200, opinion(sign=True)), "schema", 2),
        (lambda document: (200, b" " * 5_000_000), "too-long", 1),
        (lambda document: (401, {}), "auth", 1),
        (lambda document: (404, {}), "not-found", 1),
        (lambda document: (302, {}), "bad-request", 1),
    ],
)
def test_no_usable_answer_is_a_gap_over_the_rules(
    consult: Callable[..., Consultation],
    elsewhere: Elsewhere,
    by_rules: Consultation,
    answer: Answer,
    reason: str,
    calls: int,
) -> None:
    elsewhere.answer = answer
    consultation = consult()
    (given,) = [one for one in consultation.opinions if one.specialty == "respiratory"]
    assert given.reason == f"remote:respiratory: {reason}"
    assert given.reasoner == "rules"
    assert given.reason in {gap.reason for gap in given.gaps}
    assert floor(consultation) == floor(by_rules)
    assert len(elsewhere.bodies) == calls == len(consultation.usage.ledger)
    assert "Dr X" not in consultation.model_dump_json()


def test_an_answer_that_breaks_the_schema_is_asked_for_once_more(
    consult: Callable[..., Consultation], elsewhere: Elsewhere
) -> None:
    elsewhere.answer = lambda document: (200, opinion() if "problem" in document else {"specialty": "respiratory"})
    consultation = consult()
    first, second = elsewhere.posted
    assert "reasoner" in second.pop("problem")
    assert first == second
    assert [row.status for row in consultation.usage.ledger] == ["invalid", "ok"]


def test_a_server_that_fails_is_asked_again_within_the_time(
    kept_home: Path, elsewhere: Elsewhere, by_rules: Consultation
) -> None:
    elsewhere.answer = lambda document: (500, {})
    with opened(kept_home, elsewhere.url, seconds=1.5) as panel:
        consultation = panel.consult(Case.read(PNEUMONIA))
    (given,) = [one for one in consultation.opinions if one.specialty == "respiratory"]
    assert given.reason == "remote:respiratory: server"
    assert {row.error for row in consultation.usage.ledger} == {"server"}
    assert floor(consultation) == floor(by_rules)


def test_a_server_that_is_down(kept_home: Path, by_rules: Consultation) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    with opened(kept_home, f"http://127.0.0.1:{port}/opinion", seconds=2) as panel:
        consultation = panel.consult(Case.read(PNEUMONIA))
    assert any(one.reason == "remote:respiratory: connection" for one in consultation.opinions)
    assert floor(consultation) == floor(by_rules)


def test_a_server_that_is_slow(kept_home: Path, elsewhere: Elsewhere, by_rules: Consultation) -> None:
    go_on = threading.Event()

    def slow(document: dict[str, Any]) -> tuple[int, Any]:
        go_on.wait(5)
        return 200, opinion()

    elsewhere.answer = slow
    with opened(kept_home, elsewhere.url, timeout=0.1, seconds=30) as panel:
        consultation = panel.consult(Case.read(PNEUMONIA))
    go_on.set()
    assert any(one.reason == "remote:respiratory: timeout" for one in consultation.opinions)
    assert floor(consultation) == floor(by_rules)


# cross-review


def disputing(document: dict[str, Any]) -> tuple[int, Any]:
    """Holds against the rules of another specialty that there is a sepsis."""
    if document["kind"] == "opinion":
        against = said("Sodium is 126 mmol/L.", facts=["F1"])
        return 200, opinion(problems=[problem("sepsis", against, likelihood="unlikely")])
    return 200, {"points": [{"concept": "sepsis", "stance": "possible", "reason": "Lactate is high.", "facts": ["F1"]}]}


def test_it_sees_the_points_in_dispute_and_may_change(
    consult: Callable[..., Consultation], elsewhere: Elsewhere
) -> None:
    elsewhere.answer = disputing
    consultation = consult()
    review = elsewhere.posted[1]
    assert review["kind"] == "review"
    (point,) = review["points"]
    assert point["concept"] == "sepsis"
    assert (point["own"]["stance"], point["own"]["specialty"]) == ("unlikely", "respiratory")
    assert [other["stance"] for other in point["others"]]
    (conflict,) = [one for one in plan_of(consultation).conflicts if one.concept == "sepsis"]
    (own,) = [one for one in conflict.positions if one.by == "remote:respiratory"]
    assert (own.stance, own.before, own.reason) == ("possible", "unlikely", "Lactate is high.")
    assert [row.purpose for row in consultation.usage.ledger] == ["opinion", "review"]


@pytest.mark.parametrize(
    "answer",
    [
        (501, {}),
        (404, {}),
        (200, {"points": []}),
        (200, {"points": [{"concept": "sepsis", "stance": "recommends", "reason": "Do it."}]}),
        (200, {"points": [{"concept": "sepsis", "stance": "possible", "reason": " "}]}),
    ],
)
def test_who_does_not_review_keeps_the_position(
    consult: Callable[..., Consultation], elsewhere: Elsewhere, answer: tuple[int, Any]
) -> None:
    elsewhere.answer = lambda document: disputing(document) if document["kind"] == "opinion" else answer
    consultation = consult()
    (conflict,) = [one for one in plan_of(consultation).conflicts if one.concept == "sepsis"]
    (own,) = [one for one in conflict.positions if one.by == "remote:respiratory"]
    assert (own.stance, own.before) == ("unlikely", None)
    assert [document["kind"] for document in elsewhere.posted] == ["opinion", "review"]


# what leaves


def identified() -> dict[str, Any]:
    """The pneumonia of a named patient, with names and dates wherever they may stand."""
    case: dict[str, Any] = json.loads(PNEUMONIA.read_text(encoding="utf-8"))
    case["subject"] = "SUBJ-778812"
    case["identity"] = {
        "name": "Wang^Xiaoming",
        "birth_date": "1963-04-17",
        "identifiers": ["MRN-5550123"],
        "terms": [{"kind": "name", "text": "Zhou Ming"}, {"kind": "name", "text": "王晓明"}],
    }
    case["patient"]["age_years"] = 95
    case["history"] += (
        " Wang Xiaoming (王晓明, MRN-5550123, born 1963-04-17) was admitted by Zhou Ming on 2026-11-18, transferred on "
        "19.11.2026; CT on 2026年11月17日; smoker until March 2024; discharged 20260301."
    )
    case["observations"][0]["notes"] = ["phoned to Zhou Ming 2026-11-20 08:40, call +86 13812345678"]
    case["observations"][1]["effective"] = "2026-11-17T06:10+08:00"
    case["reports"] = [{"title": "Chest CT", "text": "Compared with 3 May 2025.", "effective": "2026-11-17"}]
    case["medications"] = [
        {"name": "prednisolone", "effective": "2026-10"},
        {"name": "salbutamol", "effective": "2026-11-01", "note": "since 2026/11/01"},
    ]
    return case


def test_nothing_that_leads_back_leaves(consult: Callable[..., Consultation], elsewhere: Elsewhere) -> None:
    consultation = consult(identified())
    (body,) = elsewhere.bodies
    text = body.decode()
    for found in ("Wang", "Xiaoming", "王晓明", "Zhou", "5550123", "1963", "SUBJ", "778812", "13812345678", "@"):
        assert found not in text, found
    assert consultation.subject.key not in text
    assert consultation.id not in text
    assert consultation.case.id not in text
    assert re.findall(r"20(?:24|25|26|27)", text) == []
    assert "observations[" not in text


def test_intervals_and_times_of_day_stay(consult: Callable[..., Consultation], elsewhere: Elsewhere) -> None:
    consult(identified())
    (document,) = elsewhere.posted
    case = document["case"]
    assert (case["id"], case.get("subject", "patient-1"), case["patient"]["age_years"]) == ("case", "patient-1", 90)
    assert [one["effective"] for one in case["observations"][:2]] == [
        "1850-01-01T08:10+08:00",
        "1849-12-29T06:10+08:00",
    ]
    assert case["reports"][0]["effective"] == "1849-12-29"
    assert case["reports"][0]["text"] == "Compared with 1848-06-14."
    assert [one.get("effective") for one in case["medications"]] == [None, "1849-12-13"]
    assert case["medications"][1]["note"] == "since 1849/12/13"
    for words in (
        "on 1849-12-30, transferred on 1849-12-31",
        "CT on 1849年12月29日",
        "until about 3 years before; discharged 18490412",
    ):
        assert words in case["history"], words
    assert case["observations"][0]["value"] == "126"
    assert Case.model_validate(case).observations[0].fact == "F1"


def test_the_task_findings_and_passages_go_along(consult: Callable[..., Consultation], elsewhere: Elsewhere) -> None:
    consultation = consult()
    (document,) = elsewhere.posted
    assert {key: document[key] for key in ("schema", "kind", "specialty", "language")} == {
        "schema": 1,
        "kind": "opinion",
        "specialty": "respiratory",
        "language": "en",
    }
    assert document["task"] == next(t for t in consultation.tasks if t.specialty == "respiratory").model_dump()
    assert [one["id"] for one in document["findings"]] == [one.id for one in consultation.findings]
    assert document["passages"]
    assert set(document["passages"][0]) == {"id", "section", "text"}
    assert sorted(document) == ["case", "findings", "kind", "language", "passages", "schema", "specialty", "task"]


def test_the_same_case_gives_the_same_bytes(consult: Callable[..., Consultation], elsewhere: Elsewhere) -> None:
    consult(identified())
    consult(identified())
    assert elsewhere.bodies[0] == elsewhere.bodies[1]


def test_its_dates_are_those_of_the_case_again(consult: Callable[..., Consultation], elsewhere: Elsewhere) -> None:
    words = "Admitted 1849-12-30, CT 1849年12月29日; GOLD of 1848-05-05."
    elsewhere.answer = lambda document: (200, opinion(problems=[problem("asthma", said(words, facts=["F1"]))]))
    (asthma,) = [one for one in plan_of(consult(identified())).problems if one.concept == "asthma"]
    assert asthma.statements[0].text == "Admitted 2026-11-18, CT 2026年11月17日; GOLD of 1848-05-05."


@pytest.mark.parametrize(
    ("written", "leaves"),
    [
        ("Seen 2026-03-04 and 2026-3-1.", "Seen 1850-01-01 and 1849-12-29."),
        ("2026-03-04T08:15:00+08:00", "1850-01-01T08:15:00+08:00"),
        ("HL7 202603040815", "HL7 185001010815"),
        ("2026.03.04; 2026 / 03 / 04", "1850.01.01; 1850 / 01 / 01"),
        ("2026年3月4日入院, 3月5日转出", "1850年01月01日入院, 1850-01-02转出"),
        ("2019年发病, 2019年5月复发", "约7年前发病, 约7年前复发"),
        (
            "4 March 2026, 4-MAR-2026, March 4, 2026, Mar 2026, 4th of March",
            "1850-01-01, 1850-01-01, 1850-01-01, the same month, 1850-01-01",
        ),
        ("03/04/2026 or 3.4.26 or 03-04-26", "[date] or [date] or [date]"),
        ("2026-03 and 11/2025", "the same month and about 4 months before"),
        ("2026-02-30", "[date]"),
        ("0001-01-01", "0001-01-01"),
        ("Platelets 2000, 1990-2010 pmol/L, 1/2048, 3/6 murmur, BP 120/80, pH 7.35", None),
        ("CA 19-9 37 U/mL, 25-(OH)D 12, HLA-B27, ISO 15189, 10*9/L", None),
        ("may march on 5 mg, sept 3 x, dec. 2", None),
    ],
)
def test_dates_in_texts(written: str, leaves: str | None) -> None:
    case = Case(id="c", history=written)
    outward = Outward(case, "2026-03-04T07:00+08:00")
    assert outward.case.get("history") == (written if leaves is None else leaves)


def test_a_case_without_dates() -> None:
    outward = Outward(Case(id="c", history="Seen 2026-03-04."), None)
    assert outward.case == {"id": "case", "history": "Seen [date]."}
    assert outward.back("Seen 1850-01-01.") == "Seen 1850-01-01."


def test_a_moved_date_is_nobodys_birth_date(consult: Callable[..., Consultation], elsewhere: Elsewhere) -> None:
    """The caller replaces birth dates in whatever leaves: where one had been a moved date, it would be told by that."""
    source = identified()
    for birth in ("2000-01-01", "1999-12-29", "1926-11-20"):
        source["identity"]["birth_date"] = birth
        consult(source)
        times = {one["effective"][:10] for one in elsewhere.posted[-1]["case"]["observations"]}
        assert times == {"1850-01-01", "1849-12-29"}


# settings


@pytest.mark.parametrize("agent", ["planner", "synthesizer"])
def test_only_specialists_can_be_elsewhere(home: Path, agent: str) -> None:
    settings = Settings.load(home=home, agents={agent: {"reasoner": "remote", "url": "http://127.0.0.1:9/x"}})
    with pytest.raises(SettingsError, match=agent):
        Panel.from_settings(settings)


def test_a_case_does_not_leave_unencrypted(home: Path) -> None:
    settings = Settings.load(home=home, agents={"respiratory": {"reasoner": "remote", "url": "http://lung.example/x"}})
    with pytest.raises(SettingsError, match="must begin with https"):
        Panel.from_settings(settings)
