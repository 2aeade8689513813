"""`consult keys`: the keys that doctors sign with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consult.cli._common import Config, Home, Json, operator, plain, print_json, say, settings, typed
from consult.cli._password import PasswordFile, asking, password
from consult.errors import NotFound, UsageError

if TYPE_CHECKING:
    from consult.review import CertificateSeen, Keyring

NEW_VARIABLE = "CONSULT_NEW_KEY_PASSWORD"

app = typer.Typer(help="The keys that doctors sign with, and whose signatures this home trusts.")
Name = Annotated[str, typer.Option("--name", help="Who signs with it.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A key file: JWK, encrypted JWK or PKCS#12.")]


@app.command("new")
def new(
    name: Name,
    out: Annotated[Path, typer.Option("--out", help="Where the private key is written.")],
    encrypt: Annotated[bool, typer.Option("--encrypt", help="Encrypt it under a password.")] = False,
    password_file: PasswordFile = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Make a signing key and register its public half as trusted in this home."""
    from consult.review import SigningKey

    ring = _ring(home, config)
    key = SigningKey.generate(typed(name, "--name"))
    key.save(out, password=password(password_file, new=True) if encrypt else None)
    ring.register(key.public_jwk(), key.name)
    if encrypt:
        say("The private key is encrypted. Without its password nobody can sign with it; the password is kept nowhere.")
    else:
        say("The private key is stored in clear, readable by its owner only. Keep it where only they can read it.")
    _print(key.kid, key.name, json)


@app.command("show")
def show(
    file: File, password_file: PasswordFile = None, json: Json = False, home: Home = None, config: Config = None
) -> None:
    """Print whose key a file holds, and its certificate; never the private half."""
    del home, config  # every command takes them; a key file stands by itself
    from consult.review import is_protected, load_signer

    key_file(file)
    signer = load_signer(file, password=asking(password_file))
    certificate = _certificate(signer.certificate_chain)
    about: dict[str, Any] = {
        "kid": signer.kid,
        "name": signer.name,
        "algorithm": signer.algorithm,
        "encrypted": is_protected(file),
        "certificate": None if certificate is None else certificate.model_dump(mode="json"),
    }
    if json:
        print_json(about)
        return
    print(f"{signer.kid}  {plain(signer.name)}")
    print(f"{signer.algorithm}, {'encrypted' if about['encrypted'] else 'in clear'}")
    if certificate is not None:
        print(f"certificate of {plain(certificate.subject)}, issued by {plain(certificate.issuer)}")
        print(f"valid from {certificate.not_before} to {certificate.not_after}, SHA-256 {certificate.sha256}")


@app.command("change-password")
def change_password(
    file: File,
    password_file: PasswordFile = None,
    new_password_file: Annotated[
        Path | None, typer.Option("--new-password-file", help=f"Holds the new one; else {NEW_VARIABLE}, else asked.")
    ] = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Encrypt a JWK key file under another password, or for the first time."""
    del home, config
    from consult.review import SigningKey

    key = SigningKey.load(key_file(file), password=asking(password_file))
    key.save_again(file, password=password(new_password_file, variable=NEW_VARIABLE, new=True))
    say("The key file is encrypted under the new password. Copies made before open with the old one.")
    _print(key.kid, key.name, json)


@app.command("trust")
def trust(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A JWK, or X.509 certificates in PEM or DER.")],
    name: Annotated[str | None, typer.Option("--name", help="Who signs with it; a certificate says so itself.")] = None,
    timestamps: Annotated[
        bool, typer.Option("--timestamps", help="The certificate is of a time-stamp authority.")
    ] = False,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Register a signer's public key, or a root of certificates, as trusted in this home."""
    from consult.review import is_certificate, read_certificates, read_key_file, read_public_jwk

    data = read_key_file(key_file(file))
    if is_certificate(data):
        if name is not None:
            raise UsageError("a certificate says itself whose it is: leave --name out")
        _trust_certificates(_ring(home, config), read_certificates(data), timestamps, json)
        return
    if name is None:
        raise UsageError("a key is trusted as somebody's: --name says whose it is")
    if timestamps:
        raise UsageError("a time-stamp authority is trusted by its certificate, not by a key")
    signer = typed(name, "--name")
    kid = _ring(home, config).register(read_public_jwk(file), signer)
    _print(kid, signer.strip(), json)


@app.command("revoke")
def revoke(
    kid: Annotated[str, typer.Argument(metavar="KID", help="The key's id, of `consult keys list`.")],
    since: Annotated[str, typer.Option("--from", help="Signatures from then on are refused: 2026-11-22T08:00+01:00.")],
    reason: Annotated[str, typer.Option("--reason", help="Such as key-compromise, superseded, affiliation-changed.")],
    by: Annotated[str | None, typer.Option("--by", help="Who revokes; default: who is logged in.")] = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Take a key out of use from a time on, and write that into the home's audit log."""
    from consult.review import Store, revoke_key

    with Store.from_settings(settings(home, config)) as store:
        made = revoke_key(
            store, kid, since=_time(since), reason=reason, by=typed(by, "--by") if by is not None else operator()
        )
    if json:
        print_json({"kid": made.kid, "since": made.since, "reason": made.reason})
    else:
        print(f"{made.kid} is revoked from {made.since} on ({made.reason}).")


@app.command("list")
def list_(json: Json = False, home: Home = None, config: Config = None) -> None:
    """Print the signers and roots that this home trusts, and what is revoked."""
    ring = _ring(home, config)
    revoked = {one.kid: one for one in sorted(ring.trust().revocations, key=lambda one: one.since, reverse=True)}
    rows: list[dict[str, str]] = []
    for kid, name in ring.signers():
        gone = revoked.pop(kid, None)
        rows.append({"kid": kid, "name": name, **({} if gone is None else {"revoked": gone.since})})
    rows += [{"kid": kid, "name": "", "revoked": one.since} for kid, one in revoked.items()]
    for sha256, name, stamps in ring.roots():
        rows.append({"sha256": sha256, "name": name, "root": "timestamps" if stamps else "signers"})
    if json:
        print_json(rows)
        return
    for row in rows:
        gone_since = f"  revoked from {row['revoked']}" if "revoked" in row else ""
        root = f"  root of {row['root']}" if "root" in row else ""
        print(f"{row.get('kid') or row['sha256']}  {plain(row['name'])}{gone_since}{root}")


def key_file(file: Path) -> Path:
    """`file` when there is one; its name is never repeated in messages.

    Raises:
        NotFound: no such file.
    """
    if not file.is_file():
        raise NotFound("the key file does not exist")
    return file


def _trust_certificates(ring: Keyring, found: list[Any], timestamps: bool, json: bool) -> None:
    from consult.review import certificate_seen

    seen = [certificate_seen(one) for one in found]
    for one in found:
        ring.register_certificate(one, stamps_times=timestamps)
    if json:
        print_json([one.model_dump(mode="json") for one in seen])
        return
    for told in seen:
        print(f"{told.sha256}  {plain(told.subject)}")


def _certificate(chain: Any) -> CertificateSeen | None:
    from consult.review import certificate_seen, read_certificates

    return certificate_seen(read_certificates(chain[0])[0]) if chain else None


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise UsageError("--from takes a time with its offset, such as 2026-11-22T08:00+01:00")
    return found.astimezone(UTC)


def _ring(home: Path | None, config: Path | None) -> Keyring:
    from consult.review import Keyring

    return Keyring(settings(home, config).home_path / "trusted")


def _print(kid: str, name: str, json: bool) -> None:
    print_json({"kid": kid, "name": name}) if json else print(f"{kid}  {plain(name)}")
