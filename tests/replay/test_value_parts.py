"""Price files, groups that are too small, rows of a replay, and the page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from replay_rows import advice, folder_of, problem, row, spent
from value_kit import CATALOG, Clock, Site, already, plan
from value_kit import advice as item

from consult.errors import UsageError
from consult.replay import Names, Prices, ReplayedCases, ValueReport, value_html, value_report
from consult.replay._value.groups import withheld_groups
from consult.replay._value.words import definition_of, title_of
from consult.storage import Vault


def price_file(folder: Path, text: str | bytes) -> Path:
    path = folder / "prices.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_price_file(tmp_path: Path) -> None:
    path = price_file(tmp_path, 'currency = "CNY"\n[tests]\n"2823-3" = "12.50"\n" K " = 3\nglucose = 0.1\n')
    prices = Prices.read(path)
    assert prices == Prices("CNY", {"2823-3": Decimal("12.50"), "k": Decimal(3), "glucose": Decimal("0.1")})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"\xff\xfe", "not TOML"),
        ("[tests", "not TOML"),
        ('a = "' + "x" * 5_000_000 + '"', "too large"),
        ('[tests]\n"k" = "1"', "currency"),
        ('currency = "yuan"\n[tests]\n"k" = "1"', "currency"),
        ('currency = "CNY"', r"\[tests\]"),
        ('currency = "CNY"\ntests = 3', r"\[tests\]"),
        ('currency = "CNY"\nother = 1\n[tests]\n"k" = "1"', "nothing else"),
        *(
            (f'currency = "CNY"\n[tests]\n"k" = {price}', "no amount of money")
            for price in ('"-1"', '"NaN"', "inf", "nan", "true", '"a lot"', '"1e12"', "[1]", "2026-01-01")
        ),
    ],
)
def test_another_file_is_refused_in_one_sentence(tmp_path: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        Prices.read(price_file(tmp_path, text))
    assert "\n" not in str(refused.value)


def test_a_price_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(UsageError, match="the price file cannot be opened"):
            Prices.read(path)


@pytest.mark.parametrize(
    ("sizes", "withheld"),
    [
        ({"a": 9, "b": 5}, set()),
        ({"a": 9, "b": 4, "c": 6}, {"b", "c"}),  # b alone would be all less a and c
        ({"a": 9, "b": 3, "c": 2}, {"b", "c"}),
        ({"a": 9, "b": 1, "c": 1, "d": 5, "e": 6}, {"b", "c", "d"}),
        ({"a": 3}, {"a"}),
        ({"a": 1, "b": 8}, {"a", "b"}),
        ({}, set()),
    ],
)
def test_small_groups_are_withheld_so_that_subtraction_gives_nothing(sizes: dict[str, int], withheld: set[str]) -> None:
    assert withheld_groups(sizes) == withheld


# -- a replay --------------------------------------------------------------------------------------------------------


def replayed(folder: Path, said: str = "") -> ValueReport:
    cases = ReplayedCases.read(said or str(folder), catalog=CATALOG, sealer=Vault().sealer("replay"))
    return value_report(cases, at=Clock()())


def test_over_rows_alone_what_needs_a_plan_or_a_person_is_not_known(tmp_path: Path) -> None:
    rows = [
        row(
            f"c{n}", alerts=["HEM01", "k"], problems=[problem("anaemia")], recommendations=[advice("smear")],
            usage=spent(f"0.{n}", calls=5), seconds="3.5", specialty="hematology", document="documents/gone",
        )
        for n in range(1, 6)
    ]  # fmt: skip
    report = replayed(folder_of(tmp_path / "out", *rows, row("f", status="failed", specialty="laboratory")))
    values = {one.name: (one.value, one.n, one.reason) for one in report.figures}
    assert values["cases"] == (6, 6, None)
    assert report.figure("cases").counts == {"replayed": 5, "without-plan": 1}
    assert values["alerts.raised"] == (10, 5, None)
    assert values["items.drafted"] == (10, 5, None)
    assert values["models.cost_per_case"] == (Decimal("0.3"), 5, None)
    assert values["time.machine"] == (3.5, 5, None)
    for name in ("alerts.acted", "alerts.raised_to_acted", "items.accepted", "time.plan_to_signature"):
        assert values[name] == (None, 0, "not-in-a-replay")
    assert values["repeats.annotated"] == (None, 0, "unreadable-plans")
    assert report.left.damaged == {"document": 5}
    assert [(one.name, one.cases, one.withheld) for one in report.by["department"]] == [
        ("hematology", 5, True),
        ("laboratory", 1, True),
    ]
    assert "month" not in report.by
    assert report.as_json()["items"]["by_kind"][0]["accepted"] is None


def test_one_arm_is_reported_and_has_to_be_named_among_several(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "out", row("a", "panel"), row("a", "single"), row("b", "single"))
    with pytest.raises(UsageError, match=r"several arms \(panel, single\): name one"):
        replayed(folder)
    with pytest.raises(UsageError, match="no such arm"):
        replayed(folder, f"{folder}:other")
    assert replayed(folder, f"{folder}:single").figure("cases").value == 2


def test_a_folder_without_a_replay_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no results of a replay"):
        replayed(tmp_path)


# -- the page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    opened = Site(tmp_path / "home")
    yield opened
    opened.store.close()


class Words(HTMLParser):
    """The text of a page, its elements, and what it points at."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.targets += [value or "" for name, value in attrs if name in {"src", "href"}]


def test_the_page_stands_alone_and_tells_each_figure_with_its_definition(site: Site) -> None:
    for n in range(6):
        site.signed(site.drafted(plan(item("R1", "avoid", "k", already()), alerts=1), ward="<b>ICU</b>"), n + 1)
    report = site.report(Prices("CNY", {"k": Decimal("2.50")}))
    for language in ("en", "zh"):
        page = value_html(report, Names(language))  # type: ignore[arg-type]  # one of the two
        for figure in report.figures:
            assert title_of(figure.name, language) in unescape(page)  # type: ignore[arg-type]  # one of the two
            assert definition_of(figure.name, language) in unescape(page)  # type: ignore[arg-type]  # one of the two
        read = Words()
        read.feed(page)
        assert not read.names & {"script", "link", "img", "iframe", "b"}
        assert all(target.startswith("#") for target in read.targets)
        assert "&lt;b&gt;ICU&lt;/b&gt;" in page
        assert "15.00 CNY" in page
        assert not re.search(r"https?://|Wren|Wang|MRN", page)
        assert page.count("<svg") == 2


def test_no_word_of_the_report_claims_a_saving(site: Site) -> None:
    site.signed(site.drafted(plan(item("R1", "avoid", "k", already()))))
    document = json.dumps(site.report(Prices("CNY", {"k": Decimal(1)})).as_json(), ensure_ascii=False)
    told = re.findall(r"(\w+ \w+) \b(sav\w+)", document)
    assert set(told) == {("is no", "saving")}
    assert "节省" in document
    assert set(re.findall(r"(..)节省", document)) == {"不是"}


def test_a_withheld_group_has_its_number_and_nothing_else(site: Site) -> None:
    for _ in range(7):
        site.signed(site.drafted(plan(alerts=1), ward="ICU"))
    for ward in ("W1", "W2", "W2", "W3", "W3"):
        site.drafted(plan(alerts=1), ward=ward)
    groups = {one["name"]: one for one in site.report().as_json()["by"]["department"]}
    assert groups["W1"] == {"name": "W1", "cases": 1, "withheld": True, "figures": None}
    assert [groups[name]["withheld"] for name in ("ICU", "W2", "W3")] == [False, True, True]
    page = value_html(site.report(), Names("en"))
    assert page.count("withheld: fewer than 5 cases") == 3
