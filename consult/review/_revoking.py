"""Taking a key out of use: a file in the trust of the home, and an entry in its audit log."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from consult.errors import ReviewError
from consult.review._clock import Clock, stamp, utc_now
from consult.review._home_log import append_home
from consult.review._revocation import KEY_REVOKED, REASONS, Revocation, written

if TYPE_CHECKING:
    from consult.review._store import Store

_SIZE = 43
"""Characters of an RFC 7638 thumbprint with SHA-256."""


def revoke_key(
    store: Store, kid: str, *, since: datetime, reason: str = "unspecified", by: str, clock: Clock = utc_now
) -> Revocation:
    """Refuse signatures that `kid` makes from `since` on; earlier ones stay valid.

    Of a compromised key, earlier ones count only where a time stamp or the log of this home says that they are earlier.
    A key may be revoked again from an earlier time on, never from a later one.

    Args:
        store: of the home.
        kid: thumbprint of the key; it need not be registered: a certificate's key has one too.
        since: with its offset.
        reason: one of `RevocationReason`.
        by: who revokes it.
        clock: gives the present.

    Raises:
        ReviewError: it is no thumbprint, `since` has no offset or is still to come, another reason, no name, or it is
            revoked from then on already.
    """
    who, at = by.strip(), stamp(clock)
    if len(kid) != _SIZE or not kid.replace("-", "").replace("_", "").isalnum() or not kid.isascii():
        raise ReviewError("a key is revoked by its id, 43 characters; consult keys list gives them")
    if since.tzinfo is None or written(since) > at:
        raise ReviewError("a key is revoked from a time with its offset that is not still to come")
    if reason not in REASONS:
        raise ReviewError(f"the reason is one of {', '.join(REASONS)}")
    if not who or len(who) > 120 or not who.isprintable():
        raise ReviewError("a revocation needs the name of who revokes, one line of 1 to 120 characters")
    made = Revocation(kid=kid, since=written(since), reason=reason)
    with store.transaction("durable") as connection:
        store.keyring.add_revocation(made)  # before the entry is kept: a log that promises what is not so is worse
        append_home(connection, KEY_REVOKED, {"kid": kid, "since": made.since, "reason": reason, "by": who}, at)
    return made
