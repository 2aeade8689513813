"""`consult sign`: sign exactly what was decided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consult.cli._common import Config, Home, Id, Json, open_store, print_json, typed
from consult.cli._keys import key_file


def sign(
    id: Id,
    key: Annotated[Path, typer.Option("--key", help="The signer's private key.")],
    stale_reason: Annotated[
        str | None, typer.Option("--stale-reason", help="Why it is signed although results came since; signed too.")
    ] = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Sign a reviewed consultation; every item must be decided and every alert acknowledged."""
    from consult.review import SigningKey
    from consult.review import sign as sign_

    signer = SigningKey.load(key_file(key))
    reason = None if stale_reason is None else typed(stale_reason, "--stale-reason")
    with open_store(home, config) as store:
        signed = sign_(store, store.resolve(id), signer, stale_reason=reason)
    if json:
        print_json(signed.to_json())
        return
    count = len(signed.signatures)
    print(f"{signed.id} is signed by {signer.name} ({count} {'signature' if count == 1 else 'signatures'}).")
