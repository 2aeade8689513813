"""Writing a store anew with the key that writes now: after encryption was switched on or off, or a key was changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Row, Table, delete, select, tuple_, update

from consult.review._clock import Clock, stamp, utc_now
from consult.review._home import rewrite_secret, secret_is_current
from consult.review._home_log import append_home
from consult.review._sealed import SEALED, seal, sealer_of, unseal
from consult.review._store import Store
from consult.review._tables import sealing

_BATCH = 200


def outdated(store: Store) -> int:
    """How many stored values are not written as they would be now: in clear, or with another key."""
    secret = 0 if secret_is_current(store.home, store.vault) else 1
    with store.transaction("read") as connection:
        return secret + sum(len(_stale(connection, row, table)) for table in SEALED for row in _all(connection, table))


def rewrite(store: Store, *, by: str, clock: Clock = utc_now) -> int:
    """Write every such value anew and forget keys that are not needed any longer; how many there were.

    May be interrupted and begun again: each batch is whole. Call `Store.erase` afterwards.
    """
    count = rewrite_secret(store.home, store.vault) + sum(_rewrite_table(store, table) for table in SEALED)
    kid = store.vault.kid
    with store.transaction("durable") as connection:
        left = any(_stale(connection, row, table) for table in SEALED for row in _all(connection, table))
        if not left:  # somebody may still be writing with the old key
            connection.execute(delete(sealing).where(sealing.c.kid != (kid or "")))
        if count:
            append_home(connection, "rewritten", {"by": by, "count": count, "key": kid or "none"}, stamp(clock))
    return count


def _rewrite_table(store: Store, table: Table) -> int:
    with store.transaction("read") as connection:
        keys = [_key(row, table) for row in _all(connection, table) if _stale(connection, row, table)]
    return sum(_rewrite_rows(store, table, keys[n : n + _BATCH]) for n in range(0, len(keys), _BATCH))


def _rewrite_rows(store: Store, table: Table, keys: Sequence[tuple[object, ...]]) -> int:
    count = 0
    with store.transaction("durable") as connection:
        primary = tuple(table.primary_key.columns)
        for row in connection.execute(select(table).where(tuple_(*primary).in_(keys)).with_for_update()).all():
            key = _key(row, table)
            stale = _stale(connection, row, table)
            values = {
                name: seal(connection, unseal(connection, row._mapping[name], table, name, *key), table, name, *key)
                for name in stale
            }
            if values:
                mine = [column == part for column, part in zip(primary, key, strict=True)]
                connection.execute(update(table).where(*mine).values(**values))
            count += len(values)
    return count


def _all(connection: Connection, table: Table) -> Iterator[Row[tuple[object, ...]]]:
    return iter(connection.execute(select(table)).yield_per(_BATCH))


def _key(row: Row[tuple[object, ...]], table: Table) -> tuple[object, ...]:
    return tuple(row._mapping[column.name] for column in table.primary_key.columns)


def _stale(connection: Connection, row: Row[tuple[object, ...]], table: Table) -> list[str]:
    """Names of the columns of a row that would be written otherwise now."""
    sealer = sealer_of(connection)
    found = ((name, row._mapping[name]) for name in SEALED[table])
    return [name for name, text in found if isinstance(text, str) and not sealer.current(text)]
