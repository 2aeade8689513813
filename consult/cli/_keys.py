"""`consult keys`: the keys that doctors sign with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consult.cli._common import Config, Home, Json, plain, print_json, say, settings, typed
from consult.errors import NotFound

if TYPE_CHECKING:
    from consult.review import Keyring

app = typer.Typer(help="The keys that doctors sign with, and whose signatures this home trusts.")
Name = Annotated[str, typer.Option("--name", help="Who signs with it.")]


@app.command("new")
def new(
    name: Name,
    out: Annotated[Path, typer.Option("--out", help="Where the private key is written.")],
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Make a signing key and register its public half as trusted in this home."""
    from consult.review import SigningKey

    ring = _ring(home, config)
    key = SigningKey.generate(typed(name, "--name"))
    key.save(out)
    ring.register(key.public_jwk(), key.name)
    say("The private key is stored in clear, readable by its owner only. Keep it where only the signer can read it.")
    _print(key.kid, key.name, json)


@app.command("trust")
def trust(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A public or private JWK.")],
    name: Name,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Register a signer's public key as trusted in this home."""
    from consult.review import read_public_jwk

    signer = typed(name, "--name")
    kid = _ring(home, config).register(read_public_jwk(key_file(file)), signer)
    _print(kid, signer.strip(), json)


@app.command("list")
def list_(json: Json = False, home: Home = None, config: Config = None) -> None:
    """Print the signers that this home trusts."""
    signers = [{"kid": kid, "name": name} for kid, name in _ring(home, config).signers()]
    if json:
        print_json(signers)
        return
    for signer in signers:
        print(f"{signer['kid']}  {plain(signer['name'])}")


def key_file(file: Path) -> Path:
    """`file` when there is one; its name is never repeated in messages.

    Raises:
        NotFound: no such file.
    """
    if not file.is_file():
        raise NotFound("the key file does not exist")
    return file


def _ring(home: Path | None, config: Path | None) -> Keyring:
    from consult.review import Keyring

    return Keyring(settings(home, config).home_path / "trusted")


def _print(kid: str, name: str, json: bool) -> None:
    print_json({"kid": kid, "name": name}) if json else print(f"{kid}  {plain(name)}")
