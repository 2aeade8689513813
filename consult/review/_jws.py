"""JWS by joserfc with a detached payload, over four algorithms. joserfc is imported on use: most runs sign nothing."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
    from joserfc.jwk import ECKey, OKPKey, RSAKey
    from joserfc.jws import JWSRegistry

    from consult.review._signer import Signer

ALGORITHM = "EdDSA"
CURVE: Literal["Ed25519"] = "Ed25519"
ALGORITHMS = {"Ed25519": "EdDSA", "P-256": "ES256", "P-384": "ES384", "RSA": "PS256"}
"""What is believed, by the kind of the key: one algorithm for each, so that a header cannot choose. Neither `none`, nor
HMAC, nor RSA with PKCS#1 v1.5 padding. SM2 with SM3 would be one more row: see docs/decisions."""
NOT_OURS = "not an Ed25519, ECDSA P-256 or P-384, or RSA key"

_MEMBERS = {"OKP": ("crv", "kty", "x"), "EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}
_RSA_BITS = range(2048, 8193)
"""Shorter ones are broken, longer ones are there to keep a verifier busy."""
_LONGEST_HEADER = 128 * 1024


def generate() -> dict[str, str]:
    """A new private Ed25519 key as a JWK."""
    from joserfc.jwk import OKPKey

    return {name: str(value) for name, value in OKPKey.generate_key(CURVE).as_dict(private=True).items()}


def public(jwk: Mapping[str, Any]) -> dict[str, str]:
    """The public half of a JWK; members that are not part of the key are left out.

    Raises:
        ValueError: it is not a key of one of our kinds, or is written otherwise than a key is.
    """
    members = _MEMBERS.get(str(jwk.get("kty")), ())
    own = {name: str(jwk[name]) for name in members if name in jwk}
    # A file could spell one key in two ways, and so give it two ids.
    if not own or own != jwk_of(_key(own).public_key):
        raise ValueError(NOT_OURS)
    return own


def private(jwk: Mapping[str, Any]) -> dict[str, str]:
    """A private Ed25519 JWK without other members.

    Raises:
        ValueError: it is not an Ed25519 key, or its two halves are of two keys.
        KeyError: it is only the public half.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    half = public(jwk)
    if half["kty"] != "OKP":
        raise ValueError(NOT_OURS)
    secret = str(jwk["d"])
    if jwk_of(Ed25519PrivateKey.from_private_bytes(decode(secret)).public_key()) != half:
        raise ValueError(NOT_OURS)
    return {"crv": half["crv"], "d": secret, "kty": half["kty"], "x": half["x"]}


def jwk_of(key: PublicKeyTypes) -> dict[str, str]:
    """The public JWK of a key, in the one spelling that RFC 7518 gives it.

    Raises:
        ValueError: it is not a key of one of our kinds.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, ed25519.Ed25519PublicKey):
        return {"crv": CURVE, "kty": "OKP", "x": encode(key.public_bytes_raw())}
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in {"secp256r1", "secp384r1"}:
        size, point = key.key_size // 8, key.public_numbers()
        name = "P-256" if size == 32 else "P-384"
        x, y = (encode(number.to_bytes(size, "big")) for number in (point.x, point.y))
        return {"crv": name, "kty": "EC", "x": x, "y": y}
    if isinstance(key, rsa.RSAPublicKey) and key.key_size in _RSA_BITS:
        numbers = key.public_numbers()
        return {"e": _number(numbers.e), "kty": "RSA", "n": _number(numbers.n)}
    raise ValueError(NOT_OURS)


def algorithm_of(jwk: Mapping[str, Any]) -> str:
    """The one algorithm that a key of this kind signs with; empty for a key of another kind."""
    return ALGORITHMS.get(str(jwk.get("crv", jwk.get("kty"))), "")


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """The key's id: RFC 7638 thumbprint, SHA-256, base64url.

    Raises:
        ValueError: as `public`.
    """
    return str(_key(public(jwk)).thumbprint())


def sign_detached(payload: bytes, signer: Signer, header: Mapping[str, Any]) -> dict[str, str]:
    """`{"protected", "signature"}` of one signer over `payload`, which is not repeated in it."""
    text = json.dumps(dict(header), ensure_ascii=True, separators=(",", ":"))
    protected = encode(text.encode("ascii"))
    signed = signer.sign(f"{protected}.{encode(payload)}".encode("ascii"))
    return {"protected": protected, "signature": encode(signed)}


def holds(entry: Mapping[str, str], payload: bytes, jwk: Mapping[str, Any]) -> bool:
    """Whether this signature over `payload` was made with this key, by the algorithm that belongs to the key."""
    from joserfc import jws
    from joserfc.errors import JoseError

    signature = {"protected": entry["protected"], "signature": entry["signature"]}
    whole = {"payload": encode(payload), "signatures": [signature]}
    try:
        if header_of(entry).get("alg") != algorithm_of(jwk):
            return False
        jws.deserialize_json(whole, _key(jwk), registry=_registry())  # type: ignore[call-overload]  # a dict, not its TypedDict
    except (JoseError, ValueError):
        return False
    return True


def header_of(entry: Mapping[str, str]) -> dict[str, Any]:
    """The protected header, not yet to be believed.

    Raises:
        ValueError: a part is not canonical base64url (unused bits, padding, foreign characters) or no JSON object.
    """
    if len(entry["protected"]) > _LONGEST_HEADER:
        raise ValueError("the protected header is too long")
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
    if encode(data) != text:
        raise ValueError("not canonical base64url")
    return data


def encode(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _number(value: int) -> str:
    return encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _key(jwk: Mapping[str, Any]) -> OKPKey | ECKey | RSAKey:
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    kinds: dict[str, type[OKPKey | ECKey | RSAKey]] = {"OKP": OKPKey, "EC": ECKey, "RSA": RSAKey}
    kind = kinds.get(str(jwk.get("kty")))
    if kind is None or not algorithm_of(jwk):
        raise ValueError(NOT_OURS)
    members: dict[str, Any] = {name: jwk[name] for name in _MEMBERS[str(jwk["kty"])] if name in jwk}
    try:
        return kind.import_key(members)
    except (JoseError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(NOT_OURS) from error


@cache
def _registry() -> JWSRegistry:
    from joserfc.errors import UnsupportedAlgorithmError
    from joserfc.jws import JWSRegistry

    class OurAlgorithms(JWSRegistry):
        """The four algorithms of `ALGORITHMS`, and nothing else.

        RFC 9864 prefers the name `Ed25519` to `EdDSA`; joserfc warns of the old one because it may mean two curves.
        Keys here are checked for their curve, and older verifiers know only the old name.
        """

        max_header_length = _LONGEST_HEADER
        max_payload_length = 1 << 30
        max_signature_length = 2048

        def get_alg(self, name: str) -> Any:
            if name not in ALGORITHMS.values():
                raise UnsupportedAlgorithmError(f"Algorithm of '{name}' is not allowed")
            return self.algorithms[name]

    return OurAlgorithms(algorithms=list(ALGORITHMS.values()), strict_check_header=False)
