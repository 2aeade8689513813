"""What certificates, revocations and time stamps say of signatures: failed, held, or not checked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from consult.review._consultation import Consultation
from consult.review._credentials import RevocationFinding, certificate_problem, revocation_of
from consult.review._keyring import Trust
from consult.review._revocation import RevocationSource, earliest, moment
from consult.review._timestamps import token_hash
from consult.review._verify_report import CheckName, Unchecked, UncheckedCode
from consult.review._verify_signed import CLOCKS, Signed

_WHY: dict[UncheckedCode, str] = {
    "issuer": "whether the certificate was revoked: its issuer is not among the trusted roots",
    "list": "whether a certificate was revoked: there is no current revocation list of its issuer",
    "stamp": "when it was signed: there is no time stamp",
    "authority": "when it was signed: there is a time stamp, but no time-stamp authority is trusted here",
    "extra": "when it was signed: there is a time stamp, but what reads it (consult-mdt[timestamp]) is not installed",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Of one of these checks."""

    made: bool = False
    """Whether there was anything to check."""
    problem: str | None = None
    unchecked: list[Unchecked] = field(default_factory=list)


def certificates(signed: Sequence[Signed]) -> Finding:
    """Were the certificates valid when they were signed with, and made for signatures?"""
    known = [(one.credential, one.time) for one in signed]
    problems = [
        certificate_problem(credential, time.at)
        for credential, time in known
        if credential is not None and time is not None and credential.certified is not None
    ]
    return Finding(bool(problems), next((one for one in problems if one is not None), None))


def revocations(signed: Sequence[Signed], trust: Trust, sources: Sequence[RevocationSource] = ()) -> Finding:
    """Was a key or certificate revoked when it was signed with?"""
    made, problem, told = False, None, []
    for one in signed:
        if one.credential is None or one.time is None:
            continue
        kid = str(one.header["kid"])
        found: RevocationFinding = revocation_of(kid, one.credential, trust, one.time, sources)
        followed = len(one.credential.path) > 1 and found.unchecked is None
        made = made or followed or earliest(trust.revocations, kid) is not None or found.problem is not None
        problem = problem or found.problem
        if found.unchecked is not None and found.problem is None:
            told.append(_unchecked("revocation", found.unchecked, one))
    return Finding(made, problem, told)


def time_stamps(consultation: Consultation, signed: Sequence[Signed], logged: Collection[str] | None = None) -> Finding:
    """Does a trusted authority say when it was signed?

    Args:
        consultation: with its time stamps.
        signed: its signatures.
        logged: hashes of the tokens that the log of this home tells of; None where it does not know the consultation.
    """
    made, told = False, []
    if logged is not None and any(token_hash(stamp.token) not in logged for stamp in consultation.timestamps):
        return Finding(made=True, problem="a time stamp is not the one that this home's log tells of")
    kids = {str(one.header.get("kid")) for one in signed}
    if any(stamp.kid not in kids for stamp in consultation.timestamps):
        return Finding(made=True, problem="a time stamp belongs to none of the signatures")
    for one in signed:
        problem = next((token.says for token in one.tokens if token.state == "bad"), None) or _too_early(one)
        if problem is not None:
            return Finding(made=True, problem=problem)
        made = made or any(token.state == "good" for token in one.tokens)
        if one.time is not None and one.time.witness != "time-stamp":
            code: UncheckedCode = next((token.code for token in one.tokens if token.code != ""), "stamp")
            told.append(_unchecked("timestamp", code, one))
    return Finding(made, None, told)


def _too_early(one: Signed) -> str | None:
    claimed = moment(one.header.get("iat"))
    early = claimed is not None and any(token.at is not None and token.at < claimed - CLOCKS for token in one.tokens)
    return "a time stamp is older than the time that its signer gave" if early else None


def _unchecked(name: CheckName, code: UncheckedCode, one: Signed) -> Unchecked:
    signer = str(one.header["signer"])[:120]
    return Unchecked(name=name, code=code, signer=signer, says=f"of {signer!r}: {_WHY[code]}")
