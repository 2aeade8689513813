"""The figures of a value report: each with what it is of, how it spreads, and why where there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from consult.replay._stats import quantile
from consult.replay._value.money import Prices
from consult.replay._value.told import FATES, STATES, Alert, Fate, Repeat, Told

_SPREAD = 4
"""Of fewer values quartiles say nothing that the median does not."""
Source = Literal["live", "replay"]
Reason = Literal[
    "not-in-a-replay", "nothing-there", "no-prices", "no-price-of-these", "no-receipt", "not-recorded",
    "models-without-price", "several-currencies", "unreadable-plans",
]  # fmt: skip
"""Why there is no value; said in words beside it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure."""

    name: str
    """Its definition and title stand under this name in `words`."""
    value: int | float | Decimal | None
    """A count, an amount, or a median; None: it is not known."""
    n: int
    """Of what it is: how many cases, alerts, tests or items it was counted over; of a median how many were measured."""
    unit: str = ""
    """`min`, `s`, `%`, a currency, or empty for a count."""
    quartiles: tuple[float | Decimal, float | Decimal] | None = None
    """Of a median over four values or more: first and third."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """What the value is made of, or what is not in it."""
    reason: Reason | None = None
    """Why there is no value."""


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of the items of one kind or agent."""

    name: str
    counts: Mapping[Fate, int]

    @property
    def n(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def figures_of(cases: Sequence[Told], prices: Prices, source: Source) -> list[Figure]:
    """Every figure of some cases, in the order of the report."""
    drafted = [one for one in cases if one.drafted]
    return [
        _cases(cases),
        *_alerts([alert for one in drafted for alert in one.alerts], drafted, source),
        *_repeats(drafted, prices, source),
        *_items(drafted, source),
        *_money(drafted),
        *_times(drafted, source),
    ]


def fates_by(cases: Iterable[Told], which: Callable[[Told], Counter[tuple[str, Fate]]]) -> list[Fates]:
    """What became of items, by kind or by agent, the most frequent first."""
    sums: Counter[tuple[str, Fate]] = Counter()
    for one in cases:
        sums.update(which(one))
    names = {name for name, _ in sums}
    found = [Fates(name, {fate: sums[name, fate] for fate in FATES}) for name in names]
    return sorted(found, key=lambda one: (-one.n, one.name))


def waits(cases: Iterable[Told]) -> list[float]:
    """Minutes from alerts being raised until somebody acted, of all on which somebody did."""
    return [alert.waited for one in cases for alert in one.alerts if alert.waited is not None]


def _cases(cases: Sequence[Told]) -> Figure:
    states = Counter(one.state for one in cases)
    return Figure("cases", len(cases), len(cases), counts={state: states[state] for state in STATES if states[state]})


# -- alerts ----------------------------------------------------------------------------------------------------------


def _alerts(alerts: Sequence[Alert], drafted: Sequence[Told], source: Source) -> list[Figure]:
    live = source == "live"
    waited = [one.waited for one in alerts if one.waited is not None]
    by = Counter(one.severity for one in alerts) + Counter(f"kind:{one.kind}" for one in alerts)
    raised = Figure("alerts.raised", len(alerts), len(drafted), counts=dict(sorted(by.items())))
    with_alert = Figure("alerts.cases", sum(bool(one.alerts) for one in drafted), len(drafted))
    if not live:
        names = ("alerts.acted", "alerts.raised_to_acted", "alerts.result_to_acted", "alerts.result_to_raised")
        return [raised, with_alert, *(_unknown(name, "not-in-a-replay") for name in names)]
    open_ = len(alerts) - len(waited)
    return [
        raised,
        with_alert,
        _part("alerts.acted", len(waited), len(alerts), counts={"not-yet": open_}),
        _median("alerts.raised_to_acted", waited, "min", counts={"not-yet": open_} if open_ else {}),
        _since_receipt("alerts.result_to_acted", alerts, lambda one: one.since_result),
        _since_receipt("alerts.result_to_raised", alerts, lambda one: one.to_raise),
    ]


def _since_receipt(name: str, alerts: Sequence[Alert], minutes: Callable[[Alert], float | None]) -> Figure:
    known = [one for one in alerts if one.to_raise is not None]
    found = [value for one in known if (value := minutes(one)) is not None]
    counts = {"no-receipt": len(alerts) - len(known), "not-yet": len(known) - len(found)}
    counts = {key: count for key, count in counts.items() if count}
    return _median(name, found, "min", counts=counts, empty="no-receipt" if alerts and not known else "nothing-there")


# -- tests that were there already -----------------------------------------------------------------------------------


def _repeats(drafted: Sequence[Told], prices: Prices, source: Source) -> list[Figure]:
    read = [one for one in drafted if one.repeats is not None]
    found = [repeat for one in read for repeat in one.repeats or ()]
    accepted = [one for one in found if one.fate == "accepted"]
    unread = len(drafted) - len(read)
    if unread and not read:
        names = ("repeats.annotated", "repeats.price", "repeats.accepted", "repeats.accepted_price", "repeats.present")
        return [_unknown(name, "unreadable-plans") for name in names]
    more = {"unreadable": unread} if unread else {}
    figures = [
        Figure("repeats.annotated", len(found), len(read), counts=more),
        _price("repeats.price", found, prices),
    ]
    if source == "replay":
        figures += [_unknown(name, "not-in-a-replay") for name in ("repeats.accepted", "repeats.accepted_price")]
    else:
        fates = Counter(one.fate for one in found)
        others: dict[str, int] = {fate: fates[fate] for fate in FATES if fate != "accepted"}
        figures += [
            _part("repeats.accepted", len(accepted), len(found), counts=others),
            _price("repeats.accepted_price", accepted, prices),
        ]
    return [*figures, Figure("repeats.present", sum(one.present for one in read), len(read), counts=more)]


def _price(name: str, repeats: Sequence[Repeat], prices: Prices) -> Figure:
    """The sum over those that have a price; how many have none is said, and nothing is put in their place."""
    if not prices.tests:
        return _unknown(name, "no-prices", counts={"unpriced": len(repeats)} if repeats else {})
    found = [price for one in repeats if (price := prices.of(one)) is not None]
    counts = {"unpriced": len(repeats) - len(found)} if len(found) < len(repeats) else {}
    if not found:
        return _unknown(name, "no-price-of-these" if repeats else "nothing-there", counts=counts)
    return Figure(name, sum(found, Decimal(0)), len(found), prices.currency, counts=counts)


# -- items -----------------------------------------------------------------------------------------------------------


def _items(drafted: Sequence[Told], source: Source) -> list[Figure]:
    sums: Counter[str] = Counter()
    for one in drafted:
        for (_, fate), count in one.kinds.items():
            sums[fate] += count
    names = [f"items.{fate}" for fate in FATES]
    if source == "replay":
        return [Figure("items.drafted", sums.total(), len(drafted)), *(_unknown(n, "not-in-a-replay") for n in names)]
    decided = sum(sums[fate] for fate in FATES[:3])
    of = {fate: decided if fate in FATES[:3] else sums.total() for fate in FATES}
    return [
        Figure("items.drafted", sums.total(), len(drafted)),
        *(_part(f"items.{fate}", sums[fate], of[fate]) for fate in FATES),
    ]


# -- models and time -------------------------------------------------------------------------------------------------


def _money(drafted: Sequence[Told]) -> list[Figure]:
    spent = [one.spent for one in drafted]
    known = [one for one in spent if one.cost is not None]
    currencies = {one.currency for one in known} - {""}
    costs = [one.cost for one in known if one.cost is not None]
    counts = {"asked": sum(bool(one.calls) for one in spent)}
    counts |= {"unpriced": len(spent) - len(known)} if len(known) < len(spent) else {}
    totals: list[Figure]
    if len(currencies) > 1:
        totals = [_unknown(name, "several-currencies") for name in ("models.cost", "models.cost_per_case")]
    elif spent and not known:
        totals = [_unknown(name, "models-without-price") for name in ("models.cost", "models.cost_per_case")]
    else:
        currency = next(iter(currencies), "")
        total = Figure("models.cost", sum(costs, Decimal(0)), len(costs), currency, counts=counts)
        totals = [total, _median("models.cost_per_case", costs, currency)]
    return [
        *totals,
        Figure("models.calls", sum(one.calls for one in spent), len(spent)),
        Figure("models.input_tokens", sum(one.input_tokens for one in spent), len(spent)),
        Figure("models.output_tokens", sum(one.output_tokens for one in spent), len(spent)),
    ]


def _times(drafted: Sequence[Told], source: Source) -> list[Figure]:
    machine = _median("time.machine", [one.seconds for one in drafted if one.seconds is not None], "s")
    if source == "replay":
        names = ("time.result_to_plan", "time.plan_to_signature", "time.reviewer")
        return [machine, *(_unknown(name, "not-in-a-replay") for name in names)]
    to_plan = [one.to_plan for one in drafted if one.to_plan is not None]
    signed = [one.to_signature for one in drafted if one.to_signature is not None]
    return [
        machine,
        _median(
            "time.result_to_plan",
            to_plan,
            "min",
            counts={"no-receipt": len(drafted) - len(to_plan)} if len(to_plan) < len(drafted) else {},
            empty="no-receipt" if drafted else "nothing-there",
        ),
        _median(
            "time.plan_to_signature",
            signed,
            "min",
            counts={"unsigned": len(drafted) - len(signed)} if len(signed) < len(drafted) else {},
        ),
        _unknown("time.reviewer", "not-recorded"),
    ]


# -- making figures --------------------------------------------------------------------------------------------------


def _part(name: str, value: int, n: int, *, counts: Mapping[str, int] | None = None) -> Figure:
    """How many of `n`; not known of none."""
    return Figure(name, value, n, counts=counts or {}) if n else _unknown(name, "nothing-there")


def _unknown(name: str, reason: Reason, *, counts: Mapping[str, int] | None = None) -> Figure:
    return Figure(name, None, 0, counts=counts or {}, reason=reason)


def _median(
    name: str,
    values: Sequence[float] | Sequence[Decimal],
    unit: str,
    *,
    counts: Mapping[str, int] | None = None,
    empty: Reason = "nothing-there",
) -> Figure:
    if not values:
        return _unknown(name, empty, counts=counts)
    low, middle, high = _quartiles(values)
    ends = (low, high) if len(values) >= _SPREAD else None
    return Figure(name, middle, len(values), unit, quartiles=ends, counts=counts or {})


def _quartiles(values: Sequence[float] | Sequence[Decimal]) -> tuple[float | Decimal, ...]:
    """First quartile, median, third; between two values by interpolation, exact where they are amounts of money."""
    if isinstance(values[0], Decimal):
        return tuple(_exact([Fraction(value) for value in values], Fraction(k, 4)) for k in (1, 2, 3))
    return tuple(quantile([float(value) for value in values], share) or 0.0 for share in (0.25, 0.5, 0.75))


def _exact(values: Sequence[Fraction], share: Fraction) -> Decimal:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    found = ordered[below] + (place - below) * (ordered[above] - ordered[below])
    return Decimal(found.numerator) / Decimal(found.denominator)
