"""How laboratories write units, brought to UCUM."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from consult.analytes._dimensions import measure

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_LONE_MICRO = re.compile(r"[μµ](?![A-Za-zΑ-ω\[])")
_SUPERSCRIPT_RUN = re.compile("[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_LETTERS = str.maketrans({"μ": "u", "µ": "u", "×": "x", "·": ".", "−": "-", "／": "/", "∗": "*"})

# Whole units, compared without case and spaces. Checked before UCUM: here the laboratory's reading wins over UCUM's
# (G/L is no gauss by litre, K/uL no kelvin, pH no picohenry).
_WHOLE = {
    "gpt/l": "10*9/L",
    "tpt/l": "10*12/L",
    "billion/l": "10*9/L",
    "trillion/l": "10*12/L",
    "ph": "[pH]",
    "phunits": "[pH]",
    "phunit": "[pH]",
    "fraction": "1",
    "ratio": "1",
    "inr": "{INR}",
    "index": "{index}",
    "titer": "{titer}",
    "titre": "{titer}",
    "score": "{score}",
    "percent": "%",
    "pct": "%",
    "%pred": "%",
    "%predicted": "%",
    "%ofpredicted": "%",
    "%预计值": "%",
    "%pred.": "%",
    "%activity": "%",
    "%活性": "%",
    "%ofnormal": "%",
    "‰": "10*-3",
    "g%": "g/dL",
    "gm%": "g/dL",
    "gms%": "g/dL",
    "mg%": "mg/dL",
    "mgs%": "mg/dL",
    "ug%": "ug/dL",
    "mcg%": "ug/dL",
    "vol%": "%",
    "°c": "Cel",
    "degc": "Cel",
    "celsius": "Cel",
    "摄氏度": "Cel",
    "度": "Cel",
    "°f": "[degF]",
    "degf": "[degF]",
    "fahrenheit": "[degF]",
    "bpm": "/min",
    "beats/min": "/min",
    "breaths/min": "/min",
    "次/分": "/min",
    "次/min": "/min",
    "mmhg": "mm[Hg]",
    "torr": "mm[Hg]",
    "毫米汞柱": "mm[Hg]",
    "cmh2o": "cm[H2O]",
    "um3": "fL",
    "um^3": "fL",
    "cumic": "fL",
    "mm/hr": "mm/h",
    "mm/1h": "mm/h",
    "mm/1sth": "mm/h",
    "mm/1sthr": "mm/h",
    "mm/1hr": "mm/h",
    "mm/1hour": "mm/h",
    "mm/1sthour": "mm/h",
    "mmin1hr": "mm/h",
    "mmin1hour": "mm/h",
    "mm(1h)": "mm/h",
    "mm/std": "mm/h",
    "mm/t": "mm/h",
    "yr": "a",
    "yrs": "a",
    "year": "a",
    "years": "a",
    "岁": "a",
    "ppb": "[ppb]",
    "ppm": "[ppm]",
    "ru/ml": "[arb'U]/mL",
    "au/ml": "[arb'U]/mL",
    "kua/l": "kU/L",
    "kau/l": "kU/L",
    "gpl": "[GPL'U]",
    "gplu/ml": "[GPL'U]/mL",
    "gpl-u/ml": "[GPL'U]/mL",
    "gpl/ml": "[GPL'U]/mL",
    "gplunits": "[GPL'U]",
    "mpl": "[MPL'U]",
    "mplu/ml": "[MPL'U]/mL",
    "mpl/ml": "[MPL'U]/mL",
    "bu": "[beth'U]",
    "cfu/ml": "[CFU]/mL",
    "mm/l": "mmol/L",
    "um/l": "umol/L",
    "nmolbce/l": "nmol/L",
    "/hp": "/[HPF]",
    "个/hp": "/[HPF]",
    "/高倍视野": "/[HPF]",
    "个/高倍视野": "/[HPF]",
    "/lp": "/[LPF]",
    "个/lp": "/[LPF]",
    "/低倍视野": "/[LPF]",
    "个/低倍视野": "/[LPF]",
    "/hpf": "/[HPF]",
    "cells/hpf": "/[HPF]",
    "hpf": "/[HPF]",
    "个/hpf": "/[HPF]",
    "/lpf": "/[LPF]",
    "lpf": "/[LPF]",
    "cells/lpf": "/[LPF]",
}
# The same where the case decides: G and M are giga and million, g and m are not.
_EXACT_CASE = {
    "G/L": "10*9/L",
    "G/l": "10*9/L",
    "T/L": "10*12/L",
    "T/l": "10*12/L",
    "M/uL": "10*6/uL",
    "M/ul": "10*6/uL",
    "M/mcL": "10*6/uL",
    "M/mm3": "10*6/uL",
    "M/cumm": "10*6/uL",
    "mM": "mmol/L",
    "uM": "umol/L",
    "nM": "nmol/L",
    "pM": "pmol/L",
    "C": "Cel",
    "F": "[degF]",
    "S": "s",
}

_AMOUNTS = (
    "kg",
    "g",
    "mg",
    "ug",
    "ng",
    "pg",
    "fg",
    "mol",
    "mmol",
    "umol",
    "nmol",
    "pmol",
    "fmol",
    "L",
    "dL",
    "mL",
    "uL",
    "fL",
)
_OTHERS = (
    "U",
    "mU",
    "uU",
    "kU",
    "eq",
    "meq",
    "ueq",
    "osm",
    "mosm",
    "kPa",
    "ukat",
    "nkat",
    "min",
    "h",
    "d",
    "mm",
    "cm",
    "m2",
)

# Parts between `/` and `.`, compared without case.
_PARTS = {
    **{unit.casefold(): unit for unit in _AMOUNTS},
    **{unit.casefold(): unit for unit in _OTHERS},
    "gm": "g",
    "gr": "g",
    "gms": "g",
    "mcg": "ug",
    "mcl": "uL",
    "mcmol": "umol",
    "mmole": "mmol",
    "mmoles": "mmol",
    "umole": "umol",
    "umoles": "umol",
    "nmole": "nmol",
    "nmoles": "nmol",
    "pmole": "pmol",
    "pmoles": "pmol",
    "mval": "meq",
    "mcu": "uU",
    "unit": "U",
    "units": "U",
    "100ml": "dL",
    "mmhg": "mm[Hg]",
    "cc": "mL",
    "lt": "L",
    "ltr": "L",
    "liter": "L",
    "litre": "L",
    "mm3": "uL",
    "mm^3": "uL",
    "mm*3": "uL",
    "cumm": "uL",
    "cmm": "uL",
    "iu": "[IU]",
    "i.u.": "[IU]",
    "i.u": "[IU]",
    "miu": "m[IU]",
    "uiu": "u[IU]",
    "mciu": "u[IU]",
    "kiu": "k[IU]",
    "hr": "h",
    "hrs": "h",
    "hour": "h",
    "hours": "h",
    "std": "h",
    "sec": "s",
    "secs": "s",
    "second": "s",
    "seconds": "s",
    "sek": "s",
    "秒": "s",
    "秒钟": "s",
    "minute": "min",
    "minutes": "min",
    "day": "d",
    "24h": "d",
    "24hr": "d",
    "24hrs": "d",
    "24小时": "d",
    "天": "d",
    "mosmol": "mosm",
    "mosmo": "mosm",
    "kgh2o": "kg",
    "cells": "{cells}",
    "cell": "{cells}",
    "个": "{cells}",
    "copies": "{copies}",
    "copy": "{copies}",
    "cp": "{copies}",
    "拷贝": "{copies}",
    "克": "g",
    "毫克": "mg",
    "微克": "ug",
    "纳克": "ng",
    "皮克": "pg",
    "升": "L",
    "分升": "dL",
    "毫升": "mL",
    "微升": "uL",
    "飞升": "fL",
    "摩尔": "mol",
    "毫摩尔": "mmol",
    "微摩尔": "umol",
    "纳摩尔": "nmol",
    "皮摩尔": "pmol",
    "单位": "U",
    "国际单位": "[IU]",
    "小时": "h",
    "分": "min",
    "分钟": "min",
    "毫米": "mm",
    "千帕": "kPa",
    "1.73m2": "{1.73_m2}",
    "1.73m^2": "{1.73_m2}",
    "1.73sqm": "{1.73_m2}",
    "{1.73m2}": "{1.73_m2}",
    "(1.73m2)": "{1.73_m2}",
    "173m2": "{1.73_m2}",
    "creat": "g",
}

# 10^9, 10E9, x10*9, 10(9), E9, 1E9; 10 and digits without a sign between only where they can be nothing but a lost
# superscript: after a times sign, or 10 with 3, 6, 9 or 12 in a count
_TEN = re.compile(
    r"^(?:cells|cell|个)?(?:[x*]?10(?:\*\*|\*\^|[*^e~(])|[x*]10|[x*]?1?e)\+?(\d{1,2})\)?(?:个|cells)?(?=[/{]|$)",
    re.IGNORECASE,
)
_LOST_SUPERSCRIPT = re.compile(r"^10(3|6|9|12)(?=/(?:u?l|ml|mcl|mm3|cumm)$)", re.IGNORECASE)
# the words for a thousand and the like in counts, by their power of ten
_COUNT = re.compile(
    r"(?:(?P<p3>k|千|thou(?:sands?)?)|(?P<p4>万)|(?P<p5>lakhs?|lacs?)|(?P<p6>mill?|millions?))/(?:ul|mcl|c?mm3|cumm|cmm|微升)",
    re.IGNORECASE,
)
# what a ratio is per gram or mole of: creatinine in urine, haemoglobin in red cells
_PER_CREATININE = re.compile(
    r"(?:(?<=/g)|(?<=/mg)|(?<=mol))[.]?[({]?(?:creatinine|creat|crea|cr|肌酐)[)}]?$", re.IGNORECASE
)
_PER_HAEMOGLOBIN = re.compile(r"(?:(?<=/g)|(?<=mol))[.]?[({]?hb[)}]?$", re.IGNORECASE)
_PRODUCT_BELOW = re.compile(r"/\(([A-Za-z]+)[.*]([^()/*]+)\)$")
_POWER_SIGN = re.compile(r"(?<=[A-Za-z])[*^](?=[23]$)")
_BASIS = re.compile(r"[({\[]?\b(FEU|DDU)\b[)}\]]?", re.IGNORECASE)
_BASIS_WORD = re.compile(r"(FEU|DDU)", re.IGNORECASE)
_PER_HUNDRED = re.compile(r"^(?:\{?[a-z]*\}?)?/100\{?(wbc|leukocytes|wbcs|白细胞)?\}?(?:wbc|wbcs)?$", re.IGNORECASE)
_BODY_SURFACE = re.compile(r"/\(?\{?1[.]73_?(?:m2|m\^2|m\*2|sqm|m)\}?\)?$", re.IGNORECASE)


@lru_cache(maxsize=4096)
def normalize_unit(text: str) -> str | None:
    """The UCUM code that a laboratory means by `text`, or None when we do not know the unit.

    A code that is UCUM already comes back with the same meaning (`l` becomes `L`, `[iU]` becomes `[IU]`). A
    few spellings are read as laboratories mean them although UCUM means something else: `G/L`, `T/L`, `K/uL`, `pH`,
    `C`, `F` and `S`.
    """
    plain = _plain(text)
    if not plain or _LONE_MICRO.search(text):
        return None
    if plain in _EXACT_CASE:
        return _EXACT_CASE[plain]
    folded = plain.casefold()
    if folded in _WHOLE:
        return _WHOLE[folded]
    if counted := _COUNT.fullmatch(plain):
        return f"10*{counted.lastgroup[1:]}/uL" if counted.lastgroup else None
    plain = _LOST_SUPERSCRIPT.sub(r"10*\1", plain)
    known = measure(plain)
    if known is not None and known.usual:
        return known.code
    if found := _with_basis(plain) or _composed(plain) or _said_twice(plain):
        return found
    # all in capitals it is rather a word: N/A is no newton per ampere
    return known.code if known is not None and not plain.isupper() else None


def _plain(text: str) -> str:
    """One spelling for letters, digits and spaces that only look different."""
    lifted = _SUPERSCRIPT_RUN.sub(lambda run: "^" + run.group().translate(_SUPERSCRIPTS), text)
    letters = unicodedata.normalize("NFKC", lifted.translate(_LETTERS)).translate(_LETTERS)
    return "".join(letters.split()).strip("\"'").removesuffix(".")


def _with_basis(plain: str) -> str | None:
    """`ng/mL FEU`, `ug FEU/mL` and `mg/L(DDU)` with the basis as a UCUM annotation at the end."""
    found = _BASIS.search(plain) or _BASIS_WORD.search(plain)
    if not found:
        return None
    rest = (plain[: found.start()] + plain[found.end() :]).strip("-_,()")
    unit = normalize_unit(rest) if rest else None
    if unit is None or measure(unit) is None or _BASIS_WORD.search(unit):
        return None
    return f"{unit}{{{found.group(1).upper()}}}"


def _composed(plain: str) -> str | None:
    if _PER_HUNDRED.fullmatch(plain):
        return "%"
    body = _PRODUCT_BELOW.sub(r"/\1/\2", re.sub(r"(?<=[a-z])per(?=1[.]73)", "/", plain))
    body = _PER_HAEMOGLOBIN.sub("{Hb}", _PER_CREATININE.sub("", body))
    body = _BODY_SURFACE.sub("/{1.73_m2}", body)
    body = _TEN.sub(lambda ten: f"10*{int(ten.group(1))}", body)
    pieces = body.split("/")
    head = [_part(piece) for piece in pieces[:1]] if pieces[0] else [""]
    parts = head + [_part(piece) for piece in pieces[1:]]
    if any(part is None for part in parts):
        return None
    code = "/".join(part for part in parts if part is not None)
    code = re.sub(r"^\{(cells|copies)\}(?=/)", "", code) if not code.startswith("{copies}") else code
    known = measure(code)
    return known.code if known else None


def _said_twice(plain: str) -> str | None:
    """`秒(s)`: one unit in two spellings."""
    outer, bracket, inner = plain.removesuffix(")").partition("(")
    if not bracket or not outer or plain[-1] != ")":
        return None
    unit = normalize_unit(outer)
    return unit if unit is not None and unit == normalize_unit(inner) else None


def _part(piece: str) -> str | None:
    """One term between two slashes."""
    if not piece:
        return None
    piece = _POWER_SIGN.sub("", piece)
    if re.fullmatch(r"10\*\d{1,2}(?:\{\w*\})?|\{[^{}]*\}", piece):
        return piece
    known = measure(piece)
    return _PARTS.get(piece.casefold(), piece if known is not None and known.usual else None)
