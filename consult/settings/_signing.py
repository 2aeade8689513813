"""`[signing]`: who says when a signature was made."""

from __future__ import annotations

from pydantic import Field

from consult.settings._table import Address, Table


class SigningSettings(Table):
    """What `consult sign` does besides signing."""

    tsa: Address | None = None
    """Address of a time-stamp authority (RFC 3161), which is sent a hash of each signature. None: none is asked."""
    tsa_timeout: float = Field(default=10, gt=0, le=120)
    """Seconds to wait for its answer. A signature without a time stamp holds; `consult timestamp` asks again."""
