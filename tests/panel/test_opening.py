"""Whose record a consultation becomes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from consult.analytes import Catalog
from consult.case import read_cases
from consult.content import content_root
from consult.panel import Panel
from consult.settings import Settings

ORDER = "OBR|1||7|CHEM^Chemistry|||20260302080000+0000\rOBX|1|NM|K^Potassium||4.1|mmol/L|3.5-5.1|N|||F\r"
PERSONS = ("Marten^Ilse||19700101|F", "Weil^Jonas||19880615|M")


def message(control: str, person: str) -> str:
    head = f"MSH|^~\\&|LIS|LAB|||20260302120000+0000||ORU^R01|{control}|P|2.5.1\r"
    return f"{head}PID|1||4711^^^LAB||{person}\r{ORDER}"


def test_two_people_under_one_number_are_two_patients(new_home: Callable[[], Path]) -> None:
    both = "".join(message(str(number), person) for number, person in enumerate(PERSONS))
    cases = read_cases(both, catalog=Catalog.load(content_root())).cases
    with Panel.from_settings(Settings(home=new_home())) as panel:
        keys = [panel.consult(case).subject.key for case in cases]
    assert len(set(keys)) == 2


def test_one_person_under_one_number_is_one(new_home: Callable[[], Path]) -> None:
    catalog = Catalog.load(content_root())
    with Panel.from_settings(Settings(home=new_home())) as panel:
        keys = [
            panel.consult(read_cases(message(control, PERSONS[0]), catalog=catalog).cases[0]).subject.key
            for control in ("1", "2")
        ]
    assert len(set(keys)) == 1
