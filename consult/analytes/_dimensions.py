"""What a UCUM code measures: its dimension and its size.

The part of UCUM that laboratories use, not all of it. Amount of substance, equivalents, osmoles, enzyme units and
international units are dimensions of their own here (in UCUM they are pure numbers): a milligram per litre must never
become a millimole per litre without a molar mass.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from consult.analytes._decimals import EXACT

BASES = frozenset({"FEU", "DDU", "BUN", "urea"})
"""Annotations that change the meaning of a number: fibrinogen-equivalent or D-dimer units, urea nitrogen or urea."""

_PREFIXES = {
    "f": Decimal("1e-15"),
    "p": Decimal("1e-12"),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "c": Decimal("1e-2"),
    "d": Decimal("0.1"),
    "h": Decimal(100),
    "k": Decimal(1000),
    "M": Decimal("1e6"),
}
_SMALL = "fpnumcd"

_Exponents = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Atom:
    size: Decimal
    exponents: _Exponents
    prefixes: str = ""


_ATOMS = {
    "m": _Atom(Decimal(1), (("length", 1),), _SMALL + "k"),
    "s": _Atom(Decimal(1), (("time", 1),), "pnumkM"),
    "g": _Atom(Decimal(1), (("mass", 1),), _SMALL + "k"),
    # no mega for litre and unit: systems that print capitals mean milli by `ML` and `MU`
    "L": _Atom(Decimal("1e-3"), (("length", 3),), _SMALL + "h"),
    "mol": _Atom(Decimal(1), (("amount", 1),), "fpnumk"),
    "eq": _Atom(Decimal(1), (("equivalents", 1),), "num"),
    "osm": _Atom(Decimal(1), (("osmoles", 1),), "m"),
    "U": _Atom(Decimal(1), (("enzyme units", 1),), "numk"),
    "kat": _Atom(Decimal("6e7"), (("enzyme units", 1),), "pnum"),
    "[IU]": _Atom(Decimal(1), (("international units", 1),), "numk"),
    "[arb'U]": _Atom(Decimal(1), (("arbitrary units", 1),), "mk"),
    "[GPL'U]": _Atom(Decimal(1), (("GPL units", 1),)),
    "[MPL'U]": _Atom(Decimal(1), (("MPL units", 1),)),
    "[APL'U]": _Atom(Decimal(1), (("APL units", 1),)),
    "Pa": _Atom(Decimal(1000), (("length", -1), ("mass", 1), ("time", -2)), "mhkM"),
    "bar": _Atom(Decimal("1e8"), (("length", -1), ("mass", 1), ("time", -2)), "m"),
    "m[Hg]": _Atom(Decimal("133322000"), (("length", -1), ("mass", 1), ("time", -2)), "mc"),
    "m[H2O]": _Atom(Decimal("9806650"), (("length", -1), ("mass", 1), ("time", -2)), "mc"),
    "min": _Atom(Decimal(60), (("time", 1),)),
    "h": _Atom(Decimal(3600), (("time", 1),)),
    "d": _Atom(Decimal(86400), (("time", 1),)),
    "wk": _Atom(Decimal(604800), (("time", 1),)),
    "mo": _Atom(Decimal(2629800), (("time", 1),)),
    "a": _Atom(Decimal(31557600), (("time", 1),)),
    "%": _Atom(Decimal(1), (("percent", 1),)),
    "[ppb]": _Atom(Decimal("1e-9"), (("gas parts", 1),)),
    "[ppm]": _Atom(Decimal("1e-6"), (("gas parts", 1),)),
    "[pH]": _Atom(Decimal(1), (("pH", 1),)),
    "Cel": _Atom(Decimal(1), (("degrees Celsius", 1),)),
    "[degF]": _Atom(Decimal(1), (("degrees Fahrenheit", 1),)),
    "[HPF]": _Atom(Decimal(1), (("high power fields", 1),)),
    "[LPF]": _Atom(Decimal(1), (("low power fields", 1),)),
}
_SAME = {"l": "L", "[iU]": "[IU]"}
_SYMBOLS = {
    (prefix + name): (name, _PREFIXES[prefix] if prefix else Decimal(1))
    for name, atom in _ATOMS.items()
    for prefix in ("", *atom.prefixes)
}
_SYMBOLS |= {
    symbol.replace(new, old): found
    for old, new in _SAME.items()
    for symbol, found in list(_SYMBOLS.items())
    if found[0] == new
}

_TERM = re.compile(
    r"(?P<power>10[*^][+-]?\d{1,2})"
    r"|(?P<number>\d{1,6}(?![\d*^]))"
    r"|(?P<symbol>(?:[A-Za-z]{0,3}\[[^\]\s]{1,12}\])|[A-Za-z]{1,5}|%)(?P<exponent>[+-]?\d)?",
    re.ASCII,
)
_NOTE = re.compile(r"\{([^{}\s]{0,40})\}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Measure:
    """What one unit measures."""

    dimension: tuple[tuple[str, int], ...]
    """Exponents by base dimension, sorted; empty for a pure number. Per cent, mass by mass and amount by amount are no
    pure numbers: `%`, `mmol/mol` and `{INR}` are kept apart."""
    size: Decimal
    """How many of the base unit one of it is."""
    basis: str
    """One of `BASES`, or an empty string."""
    code: str
    """The unit in our spelling of UCUM."""


@lru_cache(maxsize=2048)
def measure(code: str) -> Measure | None:
    """What the UCUM code measures, or None when it is not one of the codes that we read."""
    if not code or len(code) > 60:
        return None
    bases = {note for note in _NOTE.findall(code) if note in BASES}
    if len(bases) > 1:
        return None
    reader = _Reader(code)
    if not reader.read():
        return None
    exponents = {name: power for name, power in reader.exponents.items() if power}
    if not exponents:
        exponents = dict.fromkeys(sorted(reader.seen & {"mass by mass", "amount by amount"}), 1)
    return Measure(tuple(sorted(exponents.items())), reader.size, next(iter(bases), ""), "".join(reader.spelling))


class _Reader:
    """Reads `mL/min/{1.73_m2}` term by term, from left to right as UCUM does."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.size = Decimal(1)
        self.exponents: dict[str, int] = {}
        self.seen: set[str] = set()
        self.spelling: list[str] = []

    def read(self) -> bool:
        position, sign = 0, 1
        if self.code.startswith("/"):
            position, sign = 1, -1
            self.spelling.append("/")
        while True:
            end = self._term(position, sign)
            if end is None:
                return False
            if end == len(self.code):
                return True
            if self.code[end] not in "./":
                return False
            sign = -1 if self.code[end] == "/" else 1
            self.spelling.append(self.code[end])
            position = end + 1

    def _term(self, position: int, sign: int) -> int | None:
        start = position
        if found := _TERM.match(self.code, position):
            if not self._apply(found, sign):
                return None
            position = found.end()
        while note := _NOTE.match(self.code, position):
            self.spelling.append(note.group())
            position = note.end()
        return position if position > start else None

    def _apply(self, found: re.Match[str], sign: int) -> bool:
        if power := found["power"]:
            self.spelling.append("10*" + power[3:].removeprefix("+"))
            self.size = EXACT.multiply(self.size, Decimal(10) ** (int(power[3:]) * sign))
            return True
        if number := found["number"]:
            self.spelling.append(number)
            return self._scale(Decimal(number), sign)
        symbol = found["symbol"]
        if symbol not in _SYMBOLS:
            return False
        name, prefix = _SYMBOLS[symbol]
        power_of = int(found["exponent"] or 1) * sign
        for old, new in _SAME.items():
            symbol = symbol.replace(old, new) if name == new else symbol
        self.spelling.append(symbol + (found["exponent"] or ""))
        self._count(name, power_of)
        return self._scale(EXACT.multiply(prefix, _ATOMS[name].size), power_of)

    def _count(self, name: str, power: int) -> None:
        for base, exponent in _ATOMS[name].exponents:
            self.exponents[base] = self.exponents.get(base, 0) + exponent * power
            if power < 0 and base in {"mass", "amount"}:
                self.seen.add(f"{base} by {base}")

    def _scale(self, factor: Decimal, power: int) -> bool:
        if not factor:
            return False
        for _ in range(abs(power)):
            self.size = EXACT.multiply(self.size, factor) if power > 0 else EXACT.divide(self.size, factor)
        return True
