"""What models cost, and what a site says its tests cost. Amounts are exact; an unknown price is never a zero."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from consult.errors import UsageError
from consult.replay._row import RowUsage
from consult.replay._value.told import Repeat, Spent
from consult.review import Usage

_MOST = Decimal(10) ** 9
_FINEST = Decimal("0.000001")
_CURRENCY = re.compile(r"[A-Z]{3}")
_BYTES = 4_000_000


def spent_on(usages: Sequence[Usage | RowUsage], priced: Collection[str] = ()) -> Spent:
    """The sum of what was asked; its cost is None where models were asked and something of it has no price.

    Amounts in different currencies have no sum either.

    Args:
        usages: of the drafts of a case. Where one has no ledger, a price that is not there cannot be seen.
        priced: models that have a price, so that what one of them gave for nothing is known to cost nothing.
    """
    asked = [one for one in usages if one.calls]
    currencies = {one.currency for one in asked}
    known = len(currencies) == 1 and "" not in currencies and not any(_unpriced(one, priced) for one in asked)
    return Spent(
        calls=sum(one.calls for one in asked),
        input_tokens=sum(one.input_tokens for one in asked),
        output_tokens=sum(one.output_tokens for one in asked),
        cost=sum((Decimal(one.cost) for one in asked), Decimal(0)) if known or not asked else None,
        currency=currencies.pop() if known else "",
    )


def _unpriced(usage: Usage | RowUsage, priced: Collection[str]) -> bool:
    """Whether a model answered for which nothing was counted, though it left the house."""
    return isinstance(usage, Usage) and any(
        call.output_tokens and not call.replayed and not Decimal(call.cost) and call.model not in priced
        for call in usage.ledger
    )


@dataclass(frozen=True, slots=True)
class Prices:
    """What a test costs at a site, by the site's own code, a LOINC code, or our key of the analyte."""

    currency: str = ""
    """ISO 4217; empty: no prices were given."""
    tests: Mapping[str, Decimal] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Prices:
        """A price file: `currency = "CNY"`, and below `[tests]` a price for each code.

        Raises:
            UsageError: it cannot be read, or says something else; one sentence.
        """
        try:
            with path.open("rb") as file:
                content = file.read(_BYTES + 1)
            if len(content) > _BYTES:
                raise UsageError("the price file is too large to be one")
            told = tomllib.loads(content.decode("utf-8"), parse_float=Decimal)
        except OSError:
            raise UsageError("the price file cannot be opened") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
            raise UsageError("the price file is not TOML in UTF-8") from None
        return cls._of(told)

    @classmethod
    def _of(cls, told: Mapping[str, Any]) -> Prices:
        if told.keys() - {"currency", "tests"}:
            raise UsageError("the price file takes `currency` and `[tests]`, nothing else")
        currency, tests = told.get("currency"), told.get("tests")
        if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
            raise UsageError('the price file must say its currency as three capitals: currency = "CNY"')
        if not isinstance(tests, dict) or not tests:
            raise UsageError('the price file needs [tests] with a price for each test: "2823-3" = "12.50"')
        return cls(currency, {_plain(code): _price(price, code) for code, price in tests.items()})

    def of(self, repeat: Repeat) -> Decimal | None:
        """The price of a test, by the first of its ids that has one; None: the file does not say."""
        return next((self.tests[key] for key in map(_plain, repeat.ids) if key in self.tests), None)


def exact(amount: Decimal) -> Decimal:
    """An amount as it is, with no more than six digits after the point."""
    finest = amount.as_tuple().exponent
    return amount if isinstance(finest, int) and finest >= -6 else amount.quantize(_FINEST).normalize()


def _plain(code: str) -> str:
    return code.strip().casefold()


def _price(price: object, code: str) -> Decimal:
    try:
        amount = Decimal(price) if isinstance(price, str | int | Decimal) and not isinstance(price, bool) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or not 0 <= amount < _MOST:
        raise UsageError(f'the price file: the price of {code[:40]!r} is no amount of money such as "12.50"')
    return amount
