"""Who judged: everything that a verdict depends on beside the plan and the criterion."""

from __future__ import annotations

from consult.case import Model


class Identity(Model):
    """A judge, pinned."""

    name: str
    """In `consult.toml`; not part of the fingerprint, as is not where it is served."""
    model: str
    """The provider's id of the model."""
    provider: str
    parameters: dict[str, str]
    """Temperature, seed, tokens; further keys of the request's body by their hash."""
    prompt: str
    """SHA-256 of the prompt's files, of the schema of the answer and of the rules for quotations, hex."""
    fingerprint: str
    """SHA-256 of all this but the name, hex."""
