"""`consult sign`: sign exactly what was decided; `consult timestamp`: have somebody else say when."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consult.cli._common import Config, Home, Id, Json, open_store, print_json, say, settings, typed
from consult.cli._keys import key_file
from consult.cli._password import PasswordFile, asking
from consult.errors import MissingExtra, SettingsError, SigningError

if TYPE_CHECKING:
    from consult.review import Consultation, Store
    from consult.settings import SigningSettings


def sign(
    id: Id,
    key: Annotated[Path, typer.Option("--key", help="The signer's private key: JWK, encrypted JWK or PKCS#12.")],
    password_file: PasswordFile = None,
    stale_reason: Annotated[
        str | None, typer.Option("--stale-reason", help="Why it is signed although results came since; signed too.")
    ] = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Sign a reviewed consultation; every item must be decided and every alert acknowledged."""
    from consult.review import load_signer
    from consult.review import sign as sign_

    signer = load_signer(key_file(key), password=asking(password_file))
    reason = None if stale_reason is None else typed(stale_reason, "--stale-reason")
    signing = settings(home, config).signing
    with open_store(home, config) as store:
        signed = sign_(store, store.resolve(id), signer, stale_reason=reason)
        signed = _stamped_if_asked(store, signed, signing)
    if json:
        print_json(signed.to_json())
        return
    count = len(signed.signatures)
    print(f"{signed.id} is signed by {signer.name} ({count} {'signature' if count == 1 else 'signatures'}).")


def timestamp(id: Id, json: Json = False, home: Home = None, config: Config = None) -> None:
    """Have the signatures of a consultation stamped with the time by the authority in signing.tsa."""
    from consult.review import TimeStampAuthority, time_stamp

    signing = settings(home, config).signing
    if signing.tsa is None:
        raise SettingsError("settings: signing.tsa: missing; it is the address of a time-stamp authority")
    with open_store(home, config) as store:
        authority = TimeStampAuthority(signing.tsa, timeout=signing.tsa_timeout)
        stamped = time_stamp(store, store.resolve(id), authority)
    if json:
        print_json(stamped.to_json())
        return
    print(f"{stamped.id} has {len(stamped.timestamps)} of {len(stamped.signatures)} signatures stamped.")


def _stamped_if_asked(store: Store, signed: Consultation, signing: SigningSettings) -> Consultation:
    """A signature holds without a time stamp: an authority that does not answer is told, and undoes nothing."""
    if signing.tsa is None:
        return signed
    from consult.review import TimeStampAuthority, time_stamp

    try:
        return time_stamp(store, signed.id, TimeStampAuthority(signing.tsa, timeout=signing.tsa_timeout))
    except (SigningError, MissingExtra) as error:
        say(f"consult: it is signed, but without a time stamp: {error}; later: consult timestamp {signed.id}")
        return signed
