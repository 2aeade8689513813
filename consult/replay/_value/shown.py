"""How a figure is written for a reader: never without its n, and a missing one with its reason."""

from __future__ import annotations

from decimal import Decimal

from consult.plan import Language
from consult.replay._report.amounts import figure as rounded
from consult.replay._value.figures import Figure
from consult.replay._value.money import exact
from consult.replay._value.words import said_or, say

_HOUR, _DAY = 60.0, 1440.0


def value_text(one: Figure, language: Language) -> str:
    """The value with its unit; the words `not known` where there is none."""
    if one.value is None:
        return say("not known", language)
    said = _number(one.value)
    unit = said_or(one.unit, one.unit, language)
    return f"{said} {unit}{_plainer(one, language)}".strip()


def n_text(one: Figure) -> str:
    """What it is of; nothing where there is no value."""
    return "" if one.value is None else f"n = {one.n}"


def share_text(one: Figure) -> str:
    """Its share of n, of the figures that are a part of it."""
    is_part = one.name in _PARTS and isinstance(one.value, int) and one.n
    return f"{100 * float(one.value or 0) / one.n:.0f} %" if is_part else ""


def quartiles_text(one: Figure) -> str:
    """First and third quartile."""
    return "" if one.quartiles is None else "–".join(_number(end) for end in one.quartiles)


def remark_text(one: Figure, language: Language) -> str:
    """Why there is no value, and what it is made of or what is not in it."""
    parts = [] if one.reason is None else [say(one.reason, language)]
    parts += [f"{said_or(f'c.{key}', key.removeprefix('kind:'), language)} {n}" for key, n in one.counts.items()]
    return ("；" if language == "zh" else "; ").join(parts)


def _plainer(one: Figure, language: Language) -> str:
    """Minutes of which nobody has a notion in seconds, hours or days too."""
    value = 0.0 if one.value is None else float(one.value)
    if one.unit == "min" and 0 < value < 1:
        return f" ({rounded(value * _HOUR)} {say('s', language)})"
    if one.unit != "min" or value < 2 * _HOUR:
        return ""
    by, unit = (_DAY, ("d", "天")) if value >= 2 * _DAY else (_HOUR, ("h", "小时"))
    return f" ({rounded(value / by)} {unit[language == 'zh']})"


def _number(value: float | Decimal) -> str:
    if isinstance(value, int):
        return f"{value}"
    return f"{exact(value):f}" if isinstance(value, Decimal) else rounded(value)


_PARTS = frozenset(
    {
        "alerts.cases", "alerts.acted", "repeats.accepted",
        "items.accepted", "items.edited", "items.rejected", "items.unsigned", "items.undecided",
    }
)  # fmt: skip
"""Figures whose n is what they are a part of."""
