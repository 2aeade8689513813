# ruff: noqa: E501 - tables and patterns, which are read as a whole
"""Notes with gold spans, English and Chinese: what a record says about people, and where it says it.

A set (`development.toml`, `test.toml`) holds templates and lists of names; the two share neither. The same set and
seed give the same notes. A field such as `{third}` is replaced by something drawn, and marked as what it is.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from consult.case import Identity
from consult.case._identity import Terms

HERE = Path(__file__).resolve().parent
T = TypeVar("T")
_FIELD = re.compile(r"\{(\w+)\}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Gold:
    """One piece of a note that must not leave."""

    kind: str
    """known-name, third-name, number, place."""
    start: int
    end: int
    what: str
    """The template's field."""


@dataclass(frozen=True, slots=True)
class Note:
    """A text, what in it is to be replaced, and what the message around it says."""

    text: str
    gold: tuple[Gold, ...]
    identity: Identity
    language: str


class Draw:
    """Numbers that look random and are the same every time."""

    def __init__(self, seed: str) -> None:
        self._seed, self._count = seed, 0

    def below(self, bound: int) -> int:
        self._count += 1
        digest = hashlib.sha256(f"{self._seed}/{self._count}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % bound

    def one(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def digits(self, count: int) -> str:
        return "".join(str(self.below(10)) for _ in range(count))

    def code(self, pattern: str) -> str:
        """`#` a digit, `@` a letter, `%` a digit from 1 to 9."""
        letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
        signs: dict[str, Callable[[], str]] = {
            "#": lambda: self.digits(1), "@": lambda: self.one(letters), "%": lambda: str(1 + self.below(9)),
        }  # fmt: skip
        return "".join(signs[sign]() if sign in signs else sign for sign in pattern)


@dataclass(frozen=True, slots=True)
class Person:
    """A name in its parts."""

    family: str
    given: str
    letters: tuple[str, str] | None = None
    """Of a Chinese name: how family and given name are written in letters."""

    @property
    def chinese(self) -> bool:
        return self.letters is not None or bool(re.search("[\u4e00-\u9fff]", self.family + self.given))

    @property
    def full(self) -> str:
        if "·" in self.family:
            return self.family
        return f"{self.family}{self.given}" if self.chinese else f"{self.given} {self.family}"


@dataclass
class Scene:
    """Who and what one note is about."""

    draw: Draw
    lists: dict[str, Any]
    language: str
    patient: Person = field(init=False)
    doctor: Person = field(init=False)
    kin: Person = field(init=False)

    def __post_init__(self) -> None:
        self.patient, self.doctor, self.kin = self.person(), self.person(), self.person()
        draw = self.draw
        self.mrn = draw.code(draw.one(self.lists["known_ids"]))
        self.visit = draw.code(draw.one(self.lists["known_ids"]))
        self.accession = draw.code(draw.one(self.lists["known_ids"]))
        self.phone = draw.code(draw.one(self.lists["known_phones"]))
        self.born = date(1931, 1, 1) + timedelta(days=draw.below(29000))
        self.home = self.address()
        self.day = date(2023, 1, 1) + timedelta(days=draw.below(1200))

    def person(self) -> Person:
        draw, lists = self.draw, self.lists
        whole = lists.get("whole_names", [])
        if whole and draw.below(12) == 0:
            return Person(draw.one(whole), "")
        family, given = draw.one(lists["family"]), draw.one(lists["given"])
        if self.language == "zh":
            (family, one), (given, two) = family.split(), given.split()
            return Person(family, given, (one, two))
        return Person(family, given)

    def address(self) -> str:
        return self.draw.code(self.draw.one(self.lists["addresses"]))

    def identity(self) -> Identity:
        """What a message would say of it."""
        terms = Terms()
        for one in (self.patient, self.doctor, self.kin):
            terms.name(one.family, one.given)
        for number in (self.mrn, self.visit, self.accession):
            terms.identifier(number)
        terms.phone(self.phone)
        terms.birth_date(self.born.isoformat())
        terms.address(self.home, "", "", "")
        return Identity(
            name=self.patient.full,
            birth_date=self.born.isoformat(),
            identifiers=[self.mrn, self.visit],
            terms=terms.listed(),
        )


def known_name(scene: Scene, one: Person) -> str:
    """One of the ways in which people write a name that the system knows."""
    draw = scene.draw
    if "·" in one.family or not one.given:
        return one.full
    if one.letters is not None:
        family, given = one.letters
        spaced = f"{family} {given}"
        ways = [one.full] * 5 + [
            spaced, spaced.upper(), f"{given} {family}", f"{family}{given}".lower(), f"{family.upper()} {given}",
            f"{family.upper()}, {given}", f"{one.family} {one.given}",
        ]  # fmt: skip
        if len(family) > 2 and len(given) > 2:
            ways.append(f"{family.upper()} {given[0].upper()}")
        return draw.one(ways)
    family, given = one.family, one.given
    plain = f"{given} {family}"
    ways = [plain, plain, plain.upper(), f"{family}, {given}", f"{family.upper()}, {given}", f"{given[0]}. {family}", f"{family} {given[0]}",
            plain.lower(), f"{given} {draw.one('ABDEGHLMPRSTW')}. {family}", f"{family} {given}", plain.replace("-", " "), unaccented(plain)]  # fmt: skip
    return draw.one(ways)


def unaccented(text: str) -> str:
    """As a keyboard without accents writes it."""
    import unicodedata

    return "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))


def third(scene: Scene) -> str:
    """Somebody's full name, as nobody announced it."""
    one = scene.person()
    if one.chinese:
        return one.full
    return scene.draw.one([one.full, one.full, one.full, f"{one.given} {scene.draw.one('ABCDEFGHJKLM')}. {one.family}"])


def written_id(scene: Scene, number: str) -> str:
    """A known number as people write it."""
    draw = scene.draw
    ways = [number, number, number.lower()]
    if number.isdigit() and len(number) > 6:
        ways += [f"{number[:3]} {number[3:]}", f"{number[:4]}-{number[4:]}", number.lstrip("0") or number]
    return draw.one(ways)


def written_phone(scene: Scene) -> str:
    digits = re.sub(r"\D", "", scene.phone)
    ways = [scene.phone, digits, f"{digits[:3]} {digits[3:7]} {digits[7:]}", f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"]
    if scene.language == "zh":
        ways = [scene.phone, digits, f"{digits[:3]} {digits[3:7]} {digits[7:]}", f"{digits[:3]}-{digits[3:7]}-{digits[7:]}", f"+86 {digits}", f"+86-{digits}"]  # fmt: skip
    return scene.draw.one(ways)


def written_birth(scene: Scene) -> str:
    born = scene.born
    if scene.language == "zh":
        ways = [f"{born:%Y-%m-%d}", f"{born.year}年{born.month}月{born.day}日", f"{born:%Y.%m.%d}", f"{born:%Y%m%d}", f"{born.year}/{born.month}/{born.day}"]  # fmt: skip
    else:
        ways = [f"{born:%d/%m/%Y}", f"{born:%Y-%m-%d}", f"{born.day} {born:%B} {born.year}", f"{born:%b} {born.day}, {born.year}", f"{born:%d-%b-%Y}", f"{born.day}.{born.month}.{born.year}"]  # fmt: skip
    return scene.draw.one(ways)


def resident_id(draw: Draw) -> str:
    region = draw.one(["110105", "310115", "440305", "510104", "320106", "420111", "230103", "650102", "540102"])
    born = date(1935, 1, 1) + timedelta(days=draw.below(28000))
    first = f"{region}{born:%Y%m%d}{draw.digits(3)}"
    check = "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, first, strict=False)) % 11]
    kind = draw.below(8)
    if kind == 0:  # the old form
        return first[:6] + first[8:]
    if kind == 1:  # a slip of the pen
        return first + str((int(check) + 3) % 10 if check != "X" else 4)
    return first + check


def card(draw: Draw) -> str:
    digits = draw.one(["622202", "621700", "411111", "552461"]) + draw.digits(9)
    for last in range(10):
        number = digits + str(last)
        doubled = [sum(divmod(2 * int(one), 10)) for one in number[-2::-2]]
        if (sum(int(one) for one in number[-1::-2]) + sum(doubled)) % 10 == 0:
            break
    return draw.one([number, " ".join(number[place : place + 4] for place in range(0, 16, 4))])


def nhs(draw: Draw) -> str:
    while True:
        digits = draw.digits(9)
        rest = 11 - sum((10 - place) * int(one) for place, one in enumerate(digits)) % 11
        if rest != 10:
            number = digits + str(rest % 11)
            return draw.one([f"{number[:3]} {number[3:6]} {number[6:]}", f"{number[:3]}-{number[3:6]}-{number[6:]}"])


def value(scene: Scene, kind: str) -> str:
    """A result or another word of medicine: never to be replaced."""
    draw = scene.draw
    ranges = {
        "hb": (60, 170),
        "wbc": (1, 40),
        "plt": (5, 600),
        "k": (25, 75),
        "cr": (40, 900),
        "age": (18, 99),
        "crp": (1, 300),
        "na": (118, 155),
    }
    if kind in ranges:
        low, high = ranges[kind]
        number = low + draw.below(high - low)
        return f"{number // 10}.{number % 10}" if kind == "k" else str(number)
    if kind == "day":
        moment = scene.day - timedelta(days=draw.below(40))
        ways = [f"{moment:%Y-%m-%d}", f"{moment.year}年{moment.month}月{moment.day}日", f"{moment.month}月{moment.day}日"] if scene.language == "zh" else [f"{moment:%d/%m/%Y}", f"{moment.day} {moment:%B} {moment.year}", f"{moment:%Y-%m-%d}"]  # fmt: skip
        return draw.one(ways)
    if kind == "clock":
        return f"{draw.below(24):02}:{draw.below(60):02}"
    return draw.one(scene.lists["words"][kind])


_KNOWN: dict[str, Callable[[Scene], str]] = {
    "patient": lambda s: known_name(s, s.patient),
    "doctor": lambda s: known_name(s, s.doctor),
    "kin": lambda s: known_name(s, s.kin),
    "patient_family": lambda s: s.patient.family,
    "doctor_family": lambda s: s.doctor.family,
    "kin_given": lambda s: s.kin.given or s.kin.family,
    "patient_given": lambda s: s.patient.given or s.patient.family,
}
_THIRD: dict[str, Callable[[Scene], str]] = {
    "third": third,
    "third_family": lambda s: s.person().family,
    "third_given": lambda s: s.draw.one([one.split()[0] for one in s.lists["given"]]) if s.language == "zh" else s.draw.one(s.lists["given"]),
}  # fmt: skip
_NUMBER: dict[str, Callable[[Scene], str]] = {
    "mrn": lambda s: written_id(s, s.mrn),
    "visit": lambda s: written_id(s, s.visit),
    "accession": lambda s: written_id(s, s.accession),
    "tel": written_phone,
    "born": written_birth,
    "resident": lambda s: resident_id(s.draw),
    "card": lambda s: card(s.draw),
    "nhs": lambda s: nhs(s.draw),
    "ip": lambda s: f"10.{s.draw.below(255)}.{s.draw.below(255)}.{1 + s.draw.below(250)}",
    "email": lambda s: f"{unaccented(s.draw.one(s.lists['mail_names']))}{s.draw.below(90)}@{s.draw.one(s.lists['mail_hosts'])}",
}  # fmt: skip
_PLACE: dict[str, Callable[[Scene], str]] = {"home": lambda s: s.home, "address": lambda s: s.address()}


def fill(scene: Scene, name: str) -> tuple[str, str]:
    """What a field becomes, and its kind; no kind: it stays."""
    for kind, makers in (("known-name", _KNOWN), ("third-name", _THIRD), ("number", _NUMBER), ("place", _PLACE)):
        if name in makers:
            return makers[name](scene), kind
    patterns = scene.lists["patterns"]
    if name in patterns:  # numbers by pattern: account, passport, plate …
        return scene.draw.code(scene.draw.one(patterns[name])), "number"
    if name == "hospital":
        return scene.draw.one(scene.lists["hospitals"]), "place"
    return value(scene, name), ""


def note(template: str, lists: dict[str, Any], language: str, seed: str) -> Note:
    """One note."""
    scene = Scene(Draw(seed), lists, language)
    text, gold, end = "", list[Gold](), 0
    for match in _FIELD.finditer(template):
        text += template[end : match.start()]
        said, kind = fill(scene, match[1])
        if kind:
            gold.append(Gold(kind, len(text), len(text) + len(said), match[1]))
        text += said
        end = match.end()
    return Note(text + template[end:], tuple(gold), scene.identity(), language)


def notes(which: str, count: int) -> Iterator[Note]:
    """`count` notes of a set, half of them English, half Chinese."""
    with (HERE / f"{which}.toml").open("rb") as file:
        content = tomllib.load(file)
    for number in range(count):
        language = ("en", "zh")[number % 2]
        said = content[language]
        template = said["templates"][(number // 2) % len(said["templates"])]
        yield note(template, said, language, f"{which}-{number}")
