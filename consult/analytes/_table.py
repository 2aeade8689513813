"""Reads the reference tables and refuses what is wrong in them, with file, row and reason."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import cast, get_args

from consult.analytes._analyte import NO_FACTORS, Alias, Analyte, Factor, Kind
from consult.analytes._dimensions import measure
from consult.errors import ContentError

ANALYTES = "knowledge/reference/analytes.csv"
COLUMNS = (
    "key,group,name_en,name_zh,aliases,specimen,unit,loinc,molar_mass,factors,plausible_low,plausible_high,"
    "delta_percent,delta_absolute,delta_days,delta_source,decimals,kind"
)

_KEY = re.compile(r"[a-z][a-z0-9_]{0,23}", re.ASCII)
_LOINC = re.compile(r"(\d{1,7})-(\d)", re.ASCII)
_NEEDS = {"unit": "unit", "specimen": "specimen"}
_FACTOR = re.compile(r"(?P<slope>[\d./]+)(?:\*?x)?(?P<offset>[+-][\d./]+)?", re.ASCII)


def read_rows(root: Path, file: str, columns: str) -> Iterator[dict[str, str]]:
    """The rows of a table below `root`; lines that begin with `#` are comments.

    Raises:
        ContentError: the file is absent, is not UTF-8, or a row has other columns than `columns`.
    """
    try:
        text = (root / file).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError(file, "", "the file does not exist") from None
    except UnicodeDecodeError:
        raise ContentError(file, "", "the file is not UTF-8 text") from None
    reader = csv.reader(line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    header = next(reader, [])
    if header != columns.split(","):
        raise ContentError(file, "", f"the columns must be {columns}")
    for cells in reader:
        if len(cells) != len(header):
            raise ContentError(file, cells[0] if cells else "", f"has {len(cells)} cells instead of {len(header)}")
        yield dict(zip(header, map(str.strip, cells), strict=True))


def read_analytes(root: Path) -> dict[str, Analyte]:
    """All analytes by key, in the order of the file.

    Raises:
        ContentError: naming the row and what is wrong in it.
    """
    found: dict[str, Analyte] = {}
    codes: dict[str, str] = {}
    for row in read_rows(root, ANALYTES, COLUMNS):
        analyte = _analyte(row)
        if analyte.key in found:
            raise ContentError(ANALYTES, analyte.key, "the key stands twice")
        for code in analyte.loinc:
            if code in codes:
                raise ContentError(ANALYTES, analyte.key, f"LOINC {code} belongs to {codes[code]!r} already")
            codes[code] = analyte.key
        found[analyte.key] = analyte
    return found


def decimal_cell(file: str, key: str, name: str, text: str) -> Decimal | None:
    """The number in a cell, None for an empty one."""
    if not text:
        return None
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise ContentError(file, key, f"{name} {text!r} is not a number")
    return Decimal(text)


def is_loinc(code: str) -> bool:
    """Is this written as a LOINC code, with the right check digit?"""
    found = _LOINC.fullmatch(code)
    if not found:
        return False
    total = 0
    for place, digit in enumerate(reversed(found[1])):
        doubled = int(digit) * 2 if place % 2 == 0 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled
    return (10 - total % 10) % 10 == int(found[2])


def _analyte(row: dict[str, str]) -> Analyte:
    key = row["key"]
    _check_texts(key, row)
    names = tuple(_alias(key, text) for text in row["aliases"].split("|") if text.strip())
    low, high = (decimal_cell(ANALYTES, key, side, row[side]) for side in ("plausible_low", "plausible_high"))
    if low is not None and high is not None and low >= high:
        raise ContentError(ANALYTES, key, "plausible_low is not below plausible_high")
    return Analyte(
        key=key,
        group=row["group"],
        name_en=row["name_en"],
        name_zh=row["name_zh"],
        aliases=tuple(dict.fromkeys(alias.text for alias in names)),
        specimen=row["specimen"],
        unit=row["unit"],
        loinc=tuple(row["loinc"].split()),
        molar_mass=decimal_cell(ANALYTES, key, "molar_mass", row["molar_mass"]),
        factors=_factors(key, row["factors"]),
        plausible_low=low,
        plausible_high=high,
        delta_percent=decimal_cell(ANALYTES, key, "delta_percent", row["delta_percent"]),
        delta_absolute=decimal_cell(ANALYTES, key, "delta_absolute", row["delta_absolute"]),
        delta_days=int(row["delta_days"]) if row["delta_days"] else None,
        delta_source=row["delta_source"] or None,
        decimals=int(row["decimals"]),
        kind=cast(Kind, row["kind"]),
        names=names,
    )


def _check_texts(key: str, row: dict[str, str]) -> None:
    problems = (
        (not _KEY.fullmatch(key), "the key must be lower-case letters, digits and `_`"),
        (not all(row[name] for name in ("group", "name_en", "name_zh", "specimen", "unit")), "a cell is empty"),
        (measure(row["unit"]) is None, f"the unit {row['unit']!r} is not UCUM that we read"),
        (row["kind"] not in get_args(Kind), f"the kind {row['kind']!r} is neither quantity nor ordinal"),
        (not re.fullmatch(r"\d", row["decimals"]), "decimals must be one digit"),
        (not re.fullmatch(r"\d{0,4}", row["delta_days"]), "delta_days must be whole days"),
        (bool(row["delta_source"]) != bool(row["delta_percent"] or row["delta_absolute"]), "a delta needs its source"),
    )
    for wrong, says in problems:
        if wrong:
            raise ContentError(ANALYTES, key, says)
    for code in row["loinc"].split():
        if not is_loinc(code):
            raise ContentError(ANALYTES, key, f"{code!r} is not a LOINC code with a right check digit")


def _alias(key: str, text: str) -> Alias:
    name, mark, needs = text.strip().partition("?")
    if mark and needs not in _NEEDS:
        raise ContentError(ANALYTES, key, f"the alias {text!r} may end in ?unit or ?specimen only")
    if needs == "unit":
        return Alias(name, "unit")
    return Alias(name, "specimen") if needs else Alias(name)


def _factors(key: str, text: str) -> Mapping[str, Factor]:
    if not text:
        return NO_FACTORS
    return MappingProxyType(dict(_factor(key, part) for part in text.split(";")))


def _factor(key: str, text: str) -> tuple[str, Factor]:
    unit, _, formula = text.strip().rpartition("=")
    known = measure(unit)
    found = _FACTOR.fullmatch(formula)
    if known is None or not found:
        raise ContentError(ANALYTES, key, f"the factor {text.strip()!r} is not `unit=number` in UCUM")
    return known.code, Factor(_fraction(found["slope"]), _fraction(found["offset"] or "0"))


def _fraction(text: str) -> Decimal:
    above, _, below = text.partition("/")
    return Decimal(above) / Decimal(below or 1)
