"""Which columns hold what is known of a patient, and how they are sealed: each value for its own row and column."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Connection, Table

from consult.review import _tables
from consult.storage import Sealer

SEALED: dict[Table, tuple[str, ...]] = {
    _tables.subject: ("reference", "identity", "replacements"),
    _tables.consultation: ("replacements", "document"),
    _tables.decision: ("body",),
    _tables.signature: ("body",),
    _tables.audit: ("body",),
    _tables.detail: ("body",),
    _tables.model_call: ("body", "reply"),
    _tables.home_audit: ("body",),
}
"""All others stay in clear: ids, status, times, counts, language, engine, and keyed hashes."""

OPTION = "consult_sealer"
"""The execution option under which a connection carries who seals for it."""


def seal(connection: Connection, text: str, table: Table, column: str, *key: object) -> str:
    """`text` as it is written to this column of the row with this primary key."""
    return sealer_of(connection).seal_text(text, about=place(table, column, *key))


def unseal(connection: Connection, text: str, table: Table, column: str, *key: object) -> str:
    """What was sealed for this column of this row.

    Raises:
        SettingsError: it is sealed with a key that is not configured.
        ConsultationError: it was changed, or moved here from another row.
    """
    return sealer_of(connection).open_text(text, about=place(table, column, *key))


def sealer_of(connection: Connection) -> Sealer:
    """Who seals for this connection."""
    return cast(Sealer, connection.get_execution_options()[OPTION])


def place(table: Table, column: str, *key: object) -> str:
    """Where a value stands: `decision.body/C-12ab…/3`."""
    return "/".join((f"{table.name}.{column}", *map(str, key)))
