"""A key that never leaves its card or module: signing through PKCS#11.

    python examples/pkcs11_signer.py C-1a2b3c4d5e6f --home DIR --library /usr/lib/softhsm/libsofthsm2.so \
        --token consult --label meier --name "Dr Meier"

The PIN is read from PKCS11_PIN, else asked. The certificate on the token, when there is one under the same label, goes
into the signature; otherwise the public key must be registered in the home (`--register` does that, once).
Needs `python-pkcs11`. Tried with SoftHSM 2.6 and ECDSA P-256; a card of a hospital's own authority works the same way.
"""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getpass
from typing import Any

import pkcs11
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pkcs11.util.ec import encode_ec_public_key
from pkcs11.util.rsa import encode_rsa_public_key

from consult import Settings
from consult.review import Store, jwk_of, key_id, sign

HASHES = {"ES256": hashlib.sha256, "ES384": hashlib.sha384}
PSS = (pkcs11.Mechanism.SHA256, pkcs11.MGF.SHA256, 32)
CURVES = {"P-256": "ES256", "P-384": "ES384"}


class TokenSigner:
    """A `consult.review.Signer` whose private key is an object of a PKCS#11 session."""

    def __init__(self, session: Any, label: str, name: str) -> None:
        self._key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label)
        public = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=label)
        encode = encode_ec_public_key if self._key.key_type == pkcs11.KeyType.EC else encode_rsa_public_key
        self.public_key = load_der_public_key(encode(public))
        self.name = name
        self.kid = key_id(self.public_key)
        self.algorithm = CURVES.get(jwk_of(self.public_key).get("crv", ""), "PS256")
        wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.LABEL: label}
        found = [bytes(one[pkcs11.Attribute.VALUE]) for one in session.get_objects(wanted)]
        self.certificate_chain = tuple(found[:1])

    def sign(self, data: bytes) -> bytes:
        """By the token; of ECDSA it gives r and s beside each other, as a JWS wants them."""
        if self.algorithm in HASHES:  # hashed here: older modules know ECDSA without a hash only
            digest = HASHES[self.algorithm](data).digest()
            return bytes(self._key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
        return bytes(self._key.sign(data, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS_PSS, mechanism_param=PSS))


@contextmanager
def token(library: str, name: str, pin: str) -> Iterator[Any]:
    """A session with the token of this name."""
    with pkcs11.lib(library).get_token(token_label=name).open(user_pin=pin) as session:
        yield session


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("id", help="a reviewed consultation")
    for option in ("--home", "--library", "--token", "--label", "--name"):
        parser.add_argument(option, required=True)
    parser.add_argument("--register", action="store_true", help="trust the token's public key in this home")
    given = parser.parse_args()
    pin = os.environ.get("PKCS11_PIN") or getpass("PIN: ")
    settings = Settings.load(home=given.home)
    with token(given.library, given.token, pin) as session, Store.from_settings(settings) as store:
        signer = TokenSigner(session, given.label, given.name)
        if given.register:
            store.keyring.register(jwk_of(signer.public_key), given.name)
        signed = sign(store, store.resolve(given.id), signer)  # `Panel.sign` takes it just the same
    print(f"{signed.id} is signed by {signer.name}, key {signer.kid}")


if __name__ == "__main__":
    main()
