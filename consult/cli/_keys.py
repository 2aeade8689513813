"""`consult keys`: the keys that doctors sign with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consult.cli._common import Config, Home, Json, print_json, say, settings

app = typer.Typer(help="Signing keys.", no_args_is_help=True)


@app.command("new")
def new(
    name: Annotated[str, typer.Option("--name", help="Who signs with it.")],
    out: Annotated[Path, typer.Option("--out", help="Where the private key is written.")],
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Make a signing key and register its public half as trusted in this home."""
    from consult.review import Keyring, SigningKey

    key = SigningKey.generate(name)
    key.save(out)
    Keyring(settings(home, config).home_path / "trusted").register(key.public_jwk(), name)
    say("The private key is stored in clear, readable by its owner only. Keep it where only the signer can read it.")
    if json:
        print_json({"kid": key.kid, "name": name})
    else:
        print(f"{key.kid}  {name}")


@app.command("trust")
def trust(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A public or private JWK.")],
    name: Annotated[str, typer.Option("--name", help="Who signs with it.")],
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Register a signer's public key as trusted in this home."""
    from consult.review import Keyring, read_public_jwk

    ring = Keyring(settings(home, config).home_path / "trusted")
    kid = ring.register(read_public_jwk(file), name)
    print_json({"kid": kid, "name": name}) if json else print(f"{kid}  {name}")


@app.command("list")
def list_(json: Json = False, home: Home = None, config: Config = None) -> None:
    """Print the signers that this home trusts."""
    from consult.review import Keyring

    ring = Keyring(settings(home, config).home_path / "trusted")
    signers = [{"kid": kid, "name": name} for kid, name in ring.signers()]
    if json:
        print_json(signers)
        return
    for signer in signers:
        print(f"{signer['kid']}  {signer['name']}")
