"""`consult calc`: the calculators, one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consult.cli._common import Config, Home, Json, Lang, console, plain, print_json, settings, typed
from consult.errors import UsageError

if TYPE_CHECKING:
    from consult.clinic.calculators import Calculator, Input, Outcome
    from consult.clinic.calculators._kit import Language


def calc(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A calculator; --list names them.")] = None,
    given: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY=VALUE", help="Its inputs: urea=7.5, urea='20 mg/dL{BUN}', confusion=yes."),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="All calculators with their inputs and sources.")] = False,
    json: Json = False,
    lang: Lang = None,
    home: Home = None,
    config: Config = None,
) -> int:
    """Compute a score or a formula; exit code 1 when something is missing or it must not be used."""
    from consult.analytes import Catalog
    from consult.clinic.calculators import CALCULATORS, read_inputs, run
    from consult.content import content_root

    chosen = settings(home, config, lang)
    language = chosen.language
    if list_:
        _list(list(CALCULATORS.values()), language, json=json)
        return 0
    if name is None:
        raise UsageError("name a calculator, or give --list")
    found = _calculator(typed(name, "NAME"))
    catalog = Catalog.load(content_root(chosen.content))
    outcome = run(found, read_inputs(found, _pairs(given or []), catalog))
    if json:
        print_json(_result(outcome, language))
    else:
        _show(outcome, language)
    return 0 if outcome.value is not None else 1


def _calculator(written: str) -> Calculator:
    """The calculator that is meant, by name or title, however it is spelled: `curb65`, `CURB-65`, `Wells PE`."""
    from consult.clinic.calculators import CALCULATORS

    wanted = _folded(written)
    for one in CALCULATORS.values():
        if wanted in {_folded(one.name), _folded(one.title.en), _folded(one.title.zh)}:
            return one
    near = get_close_matches(written.casefold(), CALCULATORS, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "consult calc --list names them"
    raise UsageError(f"there is no such calculator; {hint}")


def _folded(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _pairs(given: list[str]) -> Mapping[str, str]:
    pairs: dict[str, str] = {}
    for one in given:
        key, equals, value = typed(one, "KEY=VALUE").partition("=")
        if not equals or not value.strip():
            raise UsageError("inputs are written as key=value, with quotes around a value with spaces")
        if key.strip() in pairs:
            raise UsageError(f"{key.strip()} is given twice")
        pairs[key.strip()] = value
    return pairs


def _list(calculators: list[Calculator], lang: Language, *, json: bool) -> None:
    if json:
        print_json([_described(one, lang) for one in calculators])
        return
    for one in calculators:
        keys = " ".join(f"[{i.key}]" if i.optional else i.key for i in one.inputs)
        print(f"{one.name}  {one.title.text(lang)}\n    {keys}")


def _described(one: Calculator, lang: Language) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title.text(lang),
        "specialty": one.specialty,
        "inputs": [_input(i, one, lang) for i in one.inputs],
        "output": {
            "unit": one.unit,
            "decimals": one.decimals,
            "bands": [{"key": band.key, "title": band.title.text(lang)} for band in one.bands],
        },
        "about": one.about.text(lang),
        "source": list(one.source),
        "passages": list(one.passages),
    }


def _input(one: Input, calculator: Calculator, lang: Language) -> dict[str, Any]:
    from consult.clinic.calculators import Choice, Quantity

    instead = next((group for group in calculator.either if one.key in group), ())
    return {
        "key": one.key,
        "title": one.title.text(lang),
        "type": one.type,
        "unit": one.unit if isinstance(one, Quantity) else None,
        "choices": [option.key for option in one.choices] if isinstance(one, Choice) else [],
        "required": not one.optional and not instead,
        "one_of": list(instead),
    }


def _result(outcome: Outcome, lang: Language) -> dict[str, Any]:
    one, band = outcome.calculator, outcome.band
    return {
        "name": one.name,
        "title": one.title.text(lang),
        "value": _number(outcome.value),
        "unit": one.unit,
        "band": band.title.text(lang) if band is not None else None,
        "band_key": band.key if band is not None else None,
        "points": {key: _number(worth) for key, worth in outcome.points.items()},
        "missing": list(outcome.missing),
        "refused": outcome.refused.text(lang) if outcome.refused is not None else None,
        "about": one.about.text(lang),
        "source": list(one.source),
    }


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _show(outcome: Outcome, lang: Language) -> None:
    from consult.clinic.calculators import Quantity

    one = outcome.calculator
    if outcome.value is not None:
        band = f"  {outcome.band.title.text(lang)}" if outcome.band is not None else ""
        unit = "" if one.unit.startswith("{") or one.unit == "1" else f" {one.unit}"
        print(f"{one.title.text(lang)}: {outcome.value}{unit}{band}")
        for key, points in outcome.points.items():
            if points:
                print(f"  {key}: {points}")
    elif outcome.refused is not None:
        print(f"{one.title.text(lang)}: {outcome.refused.text(lang)}")
    else:
        print(f"{one.title.text(lang)}: missing")
        for key in outcome.missing:
            wanted = [i for i in one.inputs if i.key in key.split("|")]
            for i in wanted:
                print(f"  {i.key}: {i.title.text(lang)}" + (f", {i.unit}" if isinstance(i, Quantity) else ""))
    console().print(plain(one.about.text(lang)), style="dim")
    print(", ".join(one.source))
