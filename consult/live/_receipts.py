"""When the results of a consultation were received: the times alone, which outlive the messages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from consult.live._database import FILE, Database


class Receipts:
    """The times of receipt in the inbox of one home, by consultation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, home: Path) -> Receipts | None:
        """Those of `home`; None where nothing was ever received. Nothing is decrypted: times stand in clear.

        Raises:
            SettingsError: the inbox cannot be opened.
        """
        return cls(Database(home / FILE)) if (home / FILE).is_file() else None

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def of(self, consultation: str) -> Sequence[str]:
        """Of each message that the consultation was made of, in the order in which they were read (ISO 8601, UTC).

        Empty where it was not made of received messages. The messages themselves may be deleted.
        """
        with self._database.reading() as connection:
            run = connection.execute(
                "SELECT messages FROM run WHERE consultation = ? ORDER BY id LIMIT 1", (consultation,)
            ).fetchone()
            ids = [] if run is None else [int(id) for id in json.loads(run["messages"])]
            marks = ", ".join("?" * len(ids))
            rows = connection.execute(f"SELECT id, received FROM message WHERE id IN ({marks})", ids).fetchall()
        received = {int(row["id"]): str(row["received"]) for row in rows}
        return [received[id] for id in ids if id in received]
