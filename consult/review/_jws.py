"""JWS by joserfc (Ed25519), with a detached payload. joserfc is imported on use: most runs sign nothing."""

from __future__ import annotations

import base64
import binascii
import json
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from joserfc.jwk import OKPKey
    from joserfc.jws import JWSRegistry

ALGORITHM = "EdDSA"
CURVE: Literal["Ed25519"] = "Ed25519"

_MEMBERS: tuple[str, ...] = ("crv", "d", "kty", "x")


def generate() -> dict[str, str]:
    """A new private key as a JWK."""
    from joserfc.jwk import OKPKey

    return _strings(OKPKey.generate_key(CURVE).as_dict(private=True))


def public(jwk: dict[str, Any]) -> dict[str, str]:
    """The public half of an Ed25519 JWK; members that are not part of the key are left out.

    Raises:
        ValueError: it is not an Ed25519 key.
    """
    return _strings(_key(jwk).as_dict(private=False))


def is_private(jwk: dict[str, Any]) -> bool:
    """Whether the JWK can sign.

    Raises:
        ValueError: it is not an Ed25519 key.
    """
    return bool(_key(jwk).is_private)


def thumbprint(jwk: dict[str, Any]) -> str:
    """The key's id: RFC 7638 thumbprint, SHA-256, base64url."""
    return str(_key(jwk).thumbprint())


def sign_detached(payload: bytes, jwk: dict[str, Any], header: dict[str, str]) -> dict[str, str]:
    """`{"protected", "signature"}` of one signer over `payload`, which is not repeated in it."""
    from joserfc import jws

    signed = jws.serialize_json([{"protected": dict(header)}], payload, _key(jwk), registry=_registry())
    entry = signed["signatures"][0]
    return {"protected": entry["protected"], "signature": entry["signature"]}


def holds(entry: dict[str, str], payload: bytes, jwk: dict[str, Any]) -> bool:
    """Whether this signature over `payload` was made with this key."""
    from joserfc import jws
    from joserfc.errors import JoseError

    whole = {
        "payload": _encode(payload),
        "signatures": [{"protected": entry["protected"], "signature": entry["signature"]}],
    }
    try:
        jws.deserialize_json(whole, _key(jwk), registry=_registry())  # type: ignore[call-overload]  # a dict, not its TypedDict
    except (JoseError, ValueError):
        return False
    return True


def header_of(entry: dict[str, str]) -> dict[str, Any]:
    """The protected header, not yet to be believed.

    Raises:
        ValueError: a part is not canonical base64url (unused bits, padding, foreign characters) or no JSON object.
    """
    decode(entry["signature"])
    header = json.loads(decode(entry["protected"]).decode("utf-8"))
    if not isinstance(header, dict):
        raise ValueError("the protected header is not an object")
    return header


def decode(text: str) -> bytes:
    """base64url without padding, in the only spelling that encodes these bytes.

    Raises:
        ValueError: another spelling: the last character's unused bits are set, or characters were slipped in.
    """
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise ValueError("not base64url") from None
    if _encode(data) != text:
        raise ValueError("not canonical base64url")
    return data


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _key(jwk: dict[str, Any]) -> OKPKey:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from joserfc.errors import JoseError
    from joserfc.jwk import OKPKey

    if jwk.get("kty") != "OKP" or jwk.get("crv") != CURVE:
        raise ValueError("not an Ed25519 key")
    members: dict[str, str | list[str]] = {name: jwk[name] for name in _MEMBERS if name in jwk}
    try:
        key = OKPKey.import_key(members)
        # A file could carry the private half of one key and the public half, and so the id, of another.
        same = key.public_key.public_bytes(Encoding.Raw, PublicFormat.Raw) == decode(str(jwk["x"]))
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise ValueError("not an Ed25519 key") from error
    if not same:
        raise ValueError("not an Ed25519 key")
    return key


def _strings(jwk: Any) -> dict[str, str]:
    return {name: str(jwk[name]) for name in _MEMBERS if name in jwk}


@cache
def _registry() -> JWSRegistry:
    from joserfc.errors import UnsupportedAlgorithmError
    from joserfc.jws import JWSRegistry

    class OneAlgorithm(JWSRegistry):
        """Ed25519 under its old name `EdDSA`, and nothing else.

        RFC 9864 prefers the name `Ed25519`; joserfc warns of the old one because it may mean two curves. Keys here
        are checked for their curve, and older verifiers know only the old name.
        """

        max_header_length = 8192
        max_payload_length = 1 << 30

        def get_alg(self, name: str) -> Any:
            if name != ALGORITHM:
                raise UnsupportedAlgorithmError(f"Algorithm of '{name}' is not allowed")
            return self.algorithms[name]

    return OneAlgorithm(algorithms=[ALGORITHM], strict_check_header=False)
