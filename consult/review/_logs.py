"""Are the audit logs of a home whole?"""

from __future__ import annotations

from consult.review._audit import AuditChain
from consult.review._store import Store


def log_problems(store: Store) -> list[str]:
    """Ids of the consultations whose audit log is broken; `home` when that of the home is. Purged ones count too."""
    ids = [row.id for row in store.list(limit=None)]
    logs = {"home": AuditChain(store.home_log()), **{id: AuditChain(store.log(id)) for id in ids}}
    return [name for name, chain in logs.items() if chain.entries and chain.problem() is not None]
