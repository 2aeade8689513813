"""How a signer is known: by a registered key, by its own certificate, or by one that leads to a trusted root."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from consult.review._certificates import Certified, certified, path_to_root, usage_problem, validity_problem
from consult.review._keyring import Trust, TrustedKey
from consult.review._revocation import COMPROMISE, RevocationSource, earliest, moment, written

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

Known = Literal["key", "certificate", "root", "unknown"]
"""key: registered by hand; certificate: it is trusted itself; root: it leads to a trusted root; unknown: none of it."""
Witness = Literal["time-stamp", "home", "claim"]
"""Who says when it was signed. time-stamp: an authority that is trusted; home: the audit log of this home has it;
claim: only the signer."""


@dataclass(frozen=True, slots=True)
class SigningTime:
    """When a signature is taken to have been made, and on whose word."""

    at: datetime
    witness: Witness = "claim"
    authority: str = ""
    """Name of the time-stamp authority."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a signature's header says of its signer, held against what is trusted."""

    known: Known
    key: TrustedKey | None
    """Whose key it is; None: nobody whom we trust says so."""
    certified: Certified | None = None
    path: tuple[Certificate, ...] = ()
    """From the signer's certificate to the trusted one, both included."""


@dataclass(frozen=True, slots=True)
class RevocationFinding:
    """What is known of a signer's key and certificates having been revoked."""

    problem: str | None = None
    unchecked: Literal["issuer", "list"] | None = None
    """Why it could not be checked: no issuer whose word counts, or no current list."""


def credential_of(header: Mapping[str, Any], trust: Trust, at: datetime) -> Credential:
    """Find out who signed.

    Args:
        header: protected header, not yet to be believed.
        trust: what is.
        at: when it was signed: certificates must have been valid then.

    Raises:
        ValueError: its certificates are not written as ours are, or belong to another key.
    """
    chain, key = certified(header), trust.find(str(header.get("kid")))
    if key is not None:
        return Credential("key", key, chain)
    if chain is None:
        return Credential("unknown", None)
    own = TrustedKey(kid=str(header["kid"]), name=chain.name, jwk=chain.jwk)
    if chain.leaf in trust.roots:
        return Credential("certificate", own, chain, (chain.leaf,))
    path = path_to_root(chain.chain, trust.roots, at)
    return Credential("root", own, chain, tuple(path)) if len(path) > 1 else Credential("unknown", None, chain)


def certificate_problem(credential: Credential, at: datetime) -> str | None:
    """The signer's certificate was not valid when it was signed, or is not made for signing documents."""
    if credential.certified is None:
        return None
    leaf = credential.certified.leaf
    return validity_problem(leaf, at) or usage_problem(leaf)


def revocation_of(
    kid: str, credential: Credential, trust: Trust, time: SigningTime, sources: Sequence[RevocationSource] = ()
) -> RevocationFinding:
    """Whether the key, or a certificate on the way to the root, was revoked when it was signed."""
    own = earliest(trust.revocations, kid)
    if own is not None:
        since = moment(own.since)
        problem = None if since is None else _refused("the key", since, own.reason, time)
        if problem is not None:
            return RevocationFinding(problem)
    unknown = False
    for certificate, issuer in zip(credential.path, credential.path[1:], strict=False):
        found = [source.status(certificate, issuer, time.at) for source in (trust.crls, *sources)]
        for one in found:
            if one.state == "revoked" and one.since is not None:
                whose = "the signer's certificate" if certificate is credential.path[0] else "an issuer's certificate"
                problem = _refused(whose, one.since, one.reason, time)
                if problem is not None:
                    return RevocationFinding(problem)
        unknown = unknown or not any(one.state in {"good", "revoked"} for one in found)
    return RevocationFinding(unchecked=_unchecked(credential, unknown))


def _refused(whose: str, since: datetime, reason: str, time: SigningTime) -> str | None:
    """Whoever has a stolen key writes whatever time they like: their own word is worth nothing then."""
    if since <= time.at:
        return f"{whose} is revoked from {written(since)} on ({reason}), and the signature is not from before"
    if reason == COMPROMISE and time.witness == "claim":
        return (
            f"{whose} is revoked as compromised from {written(since)} on, "
            "and nothing but the signature itself says that it is from before"
        )
    return None


def _unchecked(credential: Credential, unknown: bool) -> Literal["issuer", "list"] | None:
    if credential.certified is None:
        return None
    if credential.known != "root":
        return "issuer"
    return "list" if unknown else None
