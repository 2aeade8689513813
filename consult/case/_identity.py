"""Strings that identify: which parts of a name, address or number are worth hiding, and in which writings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from consult.case._model import Identity, IdentityTerm
from consult.case._text import clean

Kind = Literal["name", "identifier", "address", "phone", "email", "birth-date", "organisation", "other"]

_ORDINARY = """
adult anonymous baby boy child deceased doctor doe dr female girl human infant jr lab laboratory male man md miss mother
mr mrs ms na newborn nil no none not null other patient phd physician positive negative prof rn sr test unk unknown
woman xx xxx yes hospital clinic blood serum plasma normal usa can home standard insurance
"""
_COMMON = frozenset(_ORDINARY.split())
_COUNTRIES = frozenset(
    {"usa", "us", "can", "ca", "chn", "cn", "china", "nor", "nld", "kor", "gbr", "uk", "deu", "united states"}
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_EMAIL = re.compile(r"[^\s@,;<>]{1,64}@[^\s@,;<>]{2,255}")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ISO_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-\d\d", re.ASCII)
_MIN_LATIN_NAME = 3
_MIN_IDENTIFIER = 4
_MIN_BARE_DIGITS = 5
_MIN_PHONE = 7
_MIN_ORGANISATION = 6
_MIN_PLACE = 4


class Terms:
    """Collects identifying strings without repetitions, in the order in which they were met."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Kind, str], None] = {}

    def listed(self) -> list[IdentityTerm]:
        """The terms in the order in which they were met."""
        return [IdentityTerm(kind=kind, text=text) for kind, text in self._seen]

    def add(self, kind: Kind, text: str) -> None:
        """Takes a string as it is, when it is more than two characters or written in Chinese, Japanese or Korean."""
        text = clean(text)
        if len(text) >= _MIN_LATIN_NAME or (len(text) == 2 and _CJK.search(text)):
            self._seen.setdefault((kind, text))

    def name(self, family: str, given: str = "", middle: str = "") -> None:
        """A person's name: whole in both orders, and each part that is long enough to mean somebody."""
        parts = [clean(part) for part in (family, given, middle)]
        family, given, middle = parts
        if family and given:
            joint = "" if _CJK.search(family + given) else " "
            self.add("name", f"{family}{joint}{given}")
            self.add("name", f"{given}{joint}{family}")
            if joint:
                self.add("name", f"{family}, {given}")
            if middle and joint:
                self.add("name", f"{given} {middle} {family}")
                self.add("name", f"{family} {given} {middle}")
                self.add("name", f"{family}, {given} {middle}")
                self.add("name", f"{given} {middle[0]}. {family}")
        for part in parts:
            for word in dict.fromkeys((part, *re.split(r"[\s,]+", part))):
                if _telling(word):
                    self.add("name", word)

    def identifier(self, text: str) -> None:
        """A number that stands for a person, an order or a specimen; `1`, `US` or `M` are none."""
        text = clean(text)
        digits = sum(char.isdigit() for char in text)
        if len(text) < _MIN_IDENTIFIER or text.lower() in _COMMON:
            return
        if text.isdigit() and len(text) < _MIN_BARE_DIGITS:
            return
        if digits or len(text) >= _MIN_ORGANISATION:
            self.add("identifier", text)

    def address(self, street: str, second: str, city: str, postcode: str) -> None:
        """The parts of an address that lead to a door; states and countries do not."""
        for line in (street, second):
            if len(line) >= _MIN_PLACE and line.lower() not in _COMMON and not line.isdigit():
                self.add("address", line)
        if (len(city) >= _MIN_PLACE or _CJK.search(city)) and city.lower() not in _COMMON | _COUNTRIES:
            self.add("address", city)
        if len(postcode) >= _MIN_PLACE and any(char.isdigit() for char in postcode):
            self.add("address", postcode)
            if len(postcode) > _MIN_BARE_DIGITS:
                self.add("address", postcode.split("-")[0] if "-" in postcode else postcode)

    def phone(self, text: str, area: str = "", local: str = "") -> None:
        """A telephone number as sent and in its usual writings."""
        digits = re.sub(r"\D", "", text)
        if len(digits) >= _MIN_PHONE:
            self.add("phone", text)
            self.add("phone", digits)
        local_digits = re.sub(r"\D", "", local)
        if len(local_digits) >= _MIN_PHONE:
            self.add("phone", local)
        if area and local_digits and len(area + local_digits) >= _MIN_PHONE:
            split = f"{local_digits[:-4]}-{local_digits[-4:]}"
            for writing in (f"{area}{local_digits}", f"{area}-{split}", f"({area}) {split}", f"({area}){split}", split):
                if len(re.sub(r"\D", "", writing)) >= _MIN_PHONE:
                    self.add("phone", writing)

    def emails(self, text: str) -> None:
        """Every e-mail address in a text."""
        for found in _EMAIL.findall(text) if "@" in text else ():
            self.add("email", found.rstrip("."))

    def organisation(self, text: str) -> None:
        """A hospital, department or submitter."""
        text = clean(text)
        if (len(text) >= _MIN_ORGANISATION or len(_CJK.findall(text)) >= _MIN_PLACE) and text.lower() not in _COMMON:
            self.add("organisation", text)

    def birth_date(self, iso: str) -> None:
        """A full date of birth in the usual writings; a year or a month alone identifies nobody."""
        if len(iso) < 10:
            return
        if not _ISO_DAY.match(iso):
            self.add("birth-date", iso)
            return
        year, month, day = iso[:10].split("-")
        m, d = str(int(month)), str(int(day))
        name = _MONTHS[int(month) - 1]
        writings = [iso[:10], f"{year}{month}{day}", f"{year}年{m}月{d}日", f"{year}年{month}月{day}日"]
        for mark in "/.":
            writings += [f"{year}{mark}{month}{mark}{day}", f"{year}{mark}{m}{mark}{d}"]
        for mark in "/.-":
            writings += [f"{month}{mark}{day}{mark}{year}", f"{day}{mark}{month}{mark}{year}"]
            writings += [f"{m}{mark}{d}{mark}{year}", f"{d}{mark}{m}{mark}{year}"]
        for spelled in dict.fromkeys((name, name[:3])):
            writings += [f"{spelled} {d}, {year}", f"{d} {spelled} {year}", f"{day}-{spelled}-{year}"]
        for writing in writings:
            self.add("birth-date", writing)


def _telling(word: str) -> bool:
    """Long enough, and no ordinary word that a report needs (`Test`, `Male`)."""
    if not word or word.lower().strip(".") in _COMMON or not any(char.isalpha() for char in word):
        return False
    return len(word) >= (2 if _CJK.search(word) else _MIN_LATIN_NAME)


def native_identity(given: Identity) -> Identity:
    """An identity from a native file, with the terms worked out from its name, birth date and identifiers."""
    terms = Terms()
    for known in given.terms:
        terms.add(known.kind, known.text)
    whole_name(given.name, terms)
    if given.birth_date is not None:
        terms.birth_date(given.birth_date)
    for identifier in given.identifiers:
        terms.identifier(identifier)
    return given.model_copy(update={"terms": terms.listed()})


def whole_name(name: str | None, terms: Terms) -> None:
    """A name in one string: `Given Family`, `Family, Given`, or one in Chinese."""
    if not name:
        return
    words = _words(name)
    if len(words) == 1:
        terms.add("name", name)
        # In Chinese the surname is the first character, the rest the given name.
        if _CJK.search(name) and len(name) > 2:
            terms.name(name[0], name[1:])
    else:
        terms.name(words[-1], words[0], " ".join(words[1:-1]))
        terms.add("name", name)


def _words(name: str) -> list[str]:
    if "," in name:
        family, _, given = name.partition(",")
        return [*given.split(), family.strip()]
    return name.split()


def merged(identities: Iterable[Identity]) -> Identity:
    """One identity from those of several messages about one patient: first name and date, all numbers and terms."""
    name = birth = location = department = None
    identifiers: dict[str, None] = {}
    terms: dict[tuple[str, str], IdentityTerm] = {}
    for identity in identities:
        name, birth, location = name or identity.name, birth or identity.birth_date, location or identity.location
        department = department or identity.department
        identifiers.update(dict.fromkeys(identity.identifiers))
        for term in identity.terms:
            terms.setdefault((term.kind, term.text), term)
    return Identity(
        name=name,
        birth_date=birth,
        identifiers=list(identifiers),
        location=location,
        department=department,
        terms=list(terms.values()),
    )
