"""`consult value`: what consultations were worth, in counts and measured times, of a home or of a replay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from consult.cli._common import Config, Home, Json, Lang, console, json_text, print_json, say, settings, write_private
from consult.errors import NotFound, SettingsError, UsageError

if TYPE_CHECKING:
    from consult.analytes import Catalog
    from consult.replay import LiveCases, Names, Period, ReplayedCases, ValueReport
    from consult.settings import Settings


def value(
    folder: Annotated[
        str | None,
        typer.Argument(metavar="[DIR]", help="A replay, or DIR:ARM; without it: the consultations of the home."),
    ] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="First day, as 2026-05-01.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Last day, itself included.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="Also show the figures by department or by month.")] = None,
    prices: Annotated[
        Path | None, typer.Option("--prices", metavar="FILE", help="What tests cost at your site (TOML).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write value.json and value.html there.")
    ] = None,
    lang: Lang = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Alerts and how long they waited, repeats, what doctors decided, money and minutes: each figure with its n."""
    from consult.panel import Library
    from consult.replay import Names, Prices, value_report

    grouping = _grouping(by)
    chosen = settings(home, config, lang)
    priced = None if prices is None else Prices.read(prices)
    period = _period(since, until, chosen.site.time_zone)
    if folder is not None and (since is not None or until is not None):
        raise UsageError("--since and --until are for live consultations: the rows of a replay have no dates")
    library = Library.load(chosen)
    with (
        _cases(folder, chosen, library.catalog, period) as cases,
        console(stderr=True).status("reading cases") as status,
    ):
        report = value_report(
            cases, at=datetime.now(UTC), prices=priced, tell=lambda n: status.update(f"reading cases: {n}")
        )
    names = Names(chosen.language, library)
    for id, check in report.left.damaged_ids:
        say(f"left out: {id}, whose record does not hold ({check})")
    if out is not None:
        _write(out, report, names)
    if json:
        print_json(report.as_json())
        return
    from consult.cli._value_view import show_value

    show_value(console(), report, names, by=grouping)
    if out is not None:
        say(f"the same with definitions and plots: {out / 'value.html'}")


def _grouping(by: str | None) -> Literal["department", "month"] | None:
    if by not in {None, "department", "month"}:
        raise UsageError("--by takes department or month")
    return "month" if by == "month" else "department" if by == "department" else None


def _period(since: str | None, until: str | None, zone: str) -> Period:
    from consult.replay import Period

    period = Period(_day(since, "--since"), _day(until, "--until"), zone)
    if period.since is not None and period.until is not None and period.until < period.since:
        raise UsageError("--until is before --since")
    return period


def _day(text: str | None, option: str) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} takes a day, as 2026-05-01") from None


@contextmanager
def _cases(
    folder: str | None, chosen: Settings, catalog: Catalog, period: Period
) -> Iterator[LiveCases | ReplayedCases]:
    from consult.replay import ReplayedCases
    from consult.storage import Vault

    if folder is None:
        with _live(chosen, catalog, period) as live:
            yield live
    else:
        sealer = Vault.from_settings(chosen.storage).sealer("replay")
        yield ReplayedCases.read(folder, catalog=catalog, sealer=sealer, priced=_priced(chosen))


@contextmanager
def _live(chosen: Settings, catalog: Catalog, period: Period) -> Iterator[LiveCases]:
    from consult.live import Receipts
    from consult.replay import LiveCases
    from consult.review import Store

    if chosen.store is None and not (chosen.home_path / "consult.sqlite").is_file():
        raise NotFound("this home holds no consultation yet; make one with: consult run FILE")
    receipts = Receipts.open(chosen.home_path)
    try:
        with Store.from_settings(chosen) as store:
            received = receipts.of if receipts is not None else lambda _: ()
            yield LiveCases(store, catalog, period, received, _priced(chosen))
    finally:
        if receipts is not None:
            receipts.close()


def _priced(chosen: Settings) -> list[str]:
    return [name for name, model in chosen.models.items() if model.price is not None]


def _write(out: Path, report: ValueReport, names: Names) -> None:
    from consult.replay import value_html
    from consult.storage import private_folder

    try:
        folder = private_folder(out)
    except SettingsError:
        raise UsageError("the folder of the report cannot be made") from None
    write_private(folder / "value.json", f"{json_text(report.as_json(), indent=2)}\n".encode())
    write_private(folder / "value.html", value_html(report, names).encode())
