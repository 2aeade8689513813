"""What a calculator is made of: inputs, output, bands and source, as plain data; the formula is a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple

Language = Literal["en", "zh"]
Specialty = Literal["respiratory", "hematology", "laboratory"]
Value = Decimal | bool | str
"""A number in the unit of its input, yes or no, or the key of a choice."""


class Words(NamedTuple):
    """A text in both languages."""

    en: str
    zh: str

    def text(self, lang: Language) -> str:
        """The text in one language."""
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit."""

    key: str
    title: Words
    unit: str
    """UCUM; the unit that the formula works in."""
    analyte: str | None = None
    """Key in analytes.csv: what it is filled from in a case, and how mass and amount of substance are exchanged."""
    low: Decimal | None = None
    high: Decimal | None = None
    """Beyond these (inclusive ends, in `unit`) it is a typing or unit error; with an analyte, also beyond its own."""
    optional: bool = False
    filled: bool = True
    """A case may fill it from its newest result; not where an earlier one is meant."""
    type: Literal["number"] = field(default="number", init=False)


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    key: str
    title: Words
    concept: str | None = None
    """Concept whose presence or denial in a case answers it; None: only a person can answer."""
    optional: bool = False
    type: Literal["boolean"] = field(default="boolean", init=False)


class Option(NamedTuple):
    """One of the answers of a choice."""

    key: str
    title: Words


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several answers."""

    key: str
    title: Words
    choices: tuple[Option, ...]
    optional: bool = False
    type: Literal["choice"] = field(default="choice", init=False)


Input = Quantity | Flag | Choice

AGE = Quantity("age", Words("age", "年龄"), "a", low=Decimal(0), high=Decimal(130))
"""Completed years; in a case, the patient's."""
_SEXES = Option("female", Words("female", "女")), Option("male", Words("male", "男"))
SEX = Choice("sex", Words("sex", "性别"), _SEXES)
"""In a case, the patient's."""
PREGNANCY = Flag("pregnancy", Words("pregnant", "妊娠"), concept="pregnancy", optional=True)
"""Joins the inputs of a calculator that is not made for pregnancy."""


@dataclass(frozen=True, slots=True)
class Band:
    """What a value means: the first of a calculator's bands that holds it counts; the last has no end."""

    key: str
    title: Words
    below: Decimal | None = None
    """Values smaller than this."""
    upto: Decimal | None = None
    """Values up to this one, inclusive."""

    def holds(self, value: Decimal) -> bool:
        """Whether `value`, rounded as it is shown, lies before the end of the band."""
        if self.below is not None:
            return value < self.below
        return self.upto is None or value <= self.upto


class Given:
    """The inputs of one calculation, complete and in the units of the formula."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __getitem__(self, key: str) -> Decimal:
        """A number."""
        value = self._values[key]
        if not isinstance(value, Decimal):
            raise TypeError(f"{key} is no number")
        return value

    def yes(self, key: str) -> bool:
        """A yes-or-no input."""
        return self._values[key] is True

    def choice(self, key: str) -> str:
        """The key of the option that was chosen."""
        return str(self._values[key])


Points = dict[str, Decimal | int | bool]
"""Items of a score with their points; true is one point."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a formula found, where a number alone does not say it."""

    value: Decimal
    band: str | None = None
    """Key of the band, where other inputs than the value decide it."""
    points: Points | None = None


class NotApplicable(Exception):
    """The formula must not be used with these inputs; says why."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.reason = Words(en, zh)


Work = Callable[[Given], Decimal | Points | Answer]


@dataclass(frozen=True, slots=True)
class Calculator:
    """A formula or a score with everything that is known of it."""

    name: str
    """Lower case letters, digits and hyphens."""
    title: Words
    specialty: Specialty
    inputs: tuple[Input, ...]
    unit: str
    """UCUM of the value; `{score}` for points, `1` for a ratio."""
    decimals: int
    """Places to which the value is rounded, half up, before its band is looked up: what is shown decides."""
    work: Work
    source: tuple[str, ...]
    """Ids of guidelines.toml."""
    passages: tuple[str, ...]
    """Ids of the passages that state formula and bands."""
    about: Words
    """For whom it was made, and what it must not be used for."""
    bands: tuple[Band, ...] = ()
    either: tuple[tuple[str, ...], ...] = ()
    """Groups of inputs of which one is enough."""
    concepts: tuple[str, ...] = ()
    """Conditions beside which its result is shown."""
    min_age: int | None = 18
    """Completed years; None: any age."""
    in_pregnancy: bool = True
    """False: refused where the input `pregnancy` says yes."""
    hours: float = 24.0
    """In a case, its results must have been measured within so many hours of each other."""
    automatic: bool = True
    """Runs by itself in a consultation when all of its inputs are there."""
    only_in: tuple[str, ...] = ()
    """Conditions of which the case must speak, or a rule, for it to run by itself: in others its number misleads."""

    def input(self, key: str) -> Input | None:
        """The input of that key."""
        return next((one for one in self.inputs if one.key == key), None)


def calculator(
    name: str,
    *,
    title: Words,
    specialty: Specialty,
    inputs: tuple[Input, ...],
    source: tuple[str, ...],
    passages: tuple[str, ...],
    about: Words,
    unit: str = "{score}",
    decimals: int = 0,
    bands: tuple[Band, ...] = (),
    either: tuple[tuple[str, ...], ...] = (),
    concepts: tuple[str, ...] = (),
    min_age: int | None = 18,
    in_pregnancy: bool = True,
    hours: float = 24.0,
    automatic: bool = True,
    only_in: tuple[str, ...] = (),
) -> Callable[[Work], Calculator]:
    """Makes a calculator of its formula; the keywords are the fields of `Calculator`."""

    def made(work: Work) -> Calculator:
        return Calculator(
            name=name,
            title=title,
            specialty=specialty,
            inputs=inputs if in_pregnancy else (*inputs, PREGNANCY),
            unit=unit,
            decimals=decimals,
            work=work,
            source=source,
            passages=passages,
            about=about,
            bands=bands,
            either=either,
            concepts=concepts,
            min_age=min_age,
            in_pregnancy=in_pregnancy,
            hours=hours,
            automatic=automatic,
            only_in=only_in,
        )

    return made
