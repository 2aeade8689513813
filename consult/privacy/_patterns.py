"""Identifiers that can be known by their form alone, without help from the message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal

from consult.privacy._names import Span

Kind = Literal["email", "id", "phone"]

_EMAIL = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_RESIDENT = re.compile(r"(?<![0-9a-z])(\d{6})\s?(\d{8})\s?(\d{3}[\dx])(?![0-9a-z])")
_SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_MOBILE = re.compile(
    r"(?<![\d.])(?:\(?(?:\+|00)?86\)?[\s-]?)?1[3-9]\d[\s.-]?\d{4}[\s.-]?\d{4}(?![\d]|\.\d|\s?(?:copies|iu|cells|/|x10|×10))"
)
_PHONES = re.compile(
    r"(?<![\d.+-])(?:"
    r"\+\d{1,3}[\s.-]?(?:\(\d{1,4}\)[\s.-]?)?\d{1,5}(?:[\s.-]\d{2,8}){1,4}"  # +41 44 668 18 00
    r"|00\d{2}(?:[\s.-]\d{2,7}){2,5}"  # 0044 7700 900123
    r"|\(\d{3,5}\)\s?\d{3,4}[-.\s]\d{3,4}"  # (0161) 496 0018
    r"|\(\d{3}\)\s?\d{3}[-.\s]\d{4}"  # (555) 555-2004
    r"|(?:1[-. ])?\d{3}-\d{3}-\d{4}|\d{3}\.\d{3}\.\d{4}"
    r"|\(?0\d{2,3}\)?-?\d{7,8}(?:-\d{1,4})?"  # 010-12345678, 01012345678, 0571-87654321-802
    r"|\(?0[2378]\)?[ ]\d{4}[ ]\d{4}"  # (02) 9018 0406
    r"|\(?0\d{2,4}\)?[ ]\d{3,4}[ ]\d{3,4}|0\d{4} \d{5,6}"  # 020 7946 0018, 07700 900123
    r")(?![\d-]|\.\d)"
)
_OLD_RESIDENT = re.compile(r"(?<![0-9a-z.])[1-8]\d{5}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?![0-9a-z.])")
_CARD = re.compile(r"(?<![\d.-])[3-6]\d{3}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?![\d-]|\.\d)")
_PROVINCES = frozenset(
    str(number)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for number in range(first, last + 1)
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def find_patterns(text: str) -> Iterator[tuple[Kind, Span]]:
    """Every e-mail address, resident id, social security number and telephone number of a folded text."""
    if "@" in text:
        yield from (("email", match.span()) for match in _EMAIL.finditer(text))
    if not any(character.isdigit() for character in text):
        return
    for match in _RESIDENT.finditer(text):
        if resident_id("".join(match.groups())) or _nearly("".join(match.groups())):
            yield "id", match.span()
    for match in _OLD_RESIDENT.finditer(text):
        if match.group()[:2] in _PROVINCES:
            yield "id", match.span()
    for match in _CARD.finditer(text):
        if luhn(match.group()):
            yield "id", match.span()
    yield from (("id", match.span()) for match in _SSN.finditer(text))
    yield from (("phone", match.span()) for match in _MOBILE.finditer(text))
    for match in _PHONES.finditer(text):
        if sum(character.isdigit() for character in match.group()) > 8:
            yield "phone", match.span()


def _nearly(text: str) -> bool:
    """A resident id with one slip: region and date of birth are what they must be, the check digit is not."""
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return text[:2] in _PROVINCES and 1890 <= born.year <= 2100


def luhn(text: str) -> bool:
    """Whether the digits of a text are those of a bank card: ISO/IEC 7812-1, Luhn's check digit."""
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def resident_id(text: str) -> bool:
    """Whether these 18 characters are a Chinese resident id: a date of birth and the check digit of ISO 7064 (11-2)."""
    if not re.fullmatch(r"\d{17}[\dxX]", text, re.ASCII):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    rest = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False)) % 11
    return "10X98765432"[rest] == text[17].upper()
