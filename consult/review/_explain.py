"""A verified file explained to somebody who must rely on it and is no programmer."""

from __future__ import annotations

from typing import Literal

from consult.case import Model
from consult.plan import Language
from consult.review._explain_words import CHECKS, TEXT
from consult.review._verify_report import Check, CheckName, Covered, SignatureSeen, Unchecked, VerifyReport

CheckResult = Literal["passed", "failed", "not-checked"]


class Explained(Model):
    """One check, in a sentence."""

    id: CheckName
    result: CheckResult
    title: str
    says: str
    """What was found, in one clause."""
    explanation: str
    """What that means."""


class Section(Model):
    """Sentences under a heading."""

    title: str
    sentences: list[str]


class Explanation(Model):
    """What a report means. Holds no patient text, only ids, hashes, times and the names of signers and issuers."""

    language: Language
    verdict: str
    checks: list[Explained]
    sections: list[Section]


def explain(report: VerifyReport, *, language: Language = "en", asked_network: bool = False) -> Explanation:
    """What was signed, by whom and when, what it covers, what was checked, what was not, and what each failure means.

    Args:
        report: what `verify_document` found.
        language: of the sentences. The clauses of the checks (`says`) stay English.
        asked_network: whether sources were given that asked one.
    """
    words = TEXT[language]
    checks = [_check(one, language) for one in report.checks] + [_unchecked(one, language) for one in report.unchecked]
    sections = [
        Section(title=words["what"], sentences=_what(report.covers, language)),
        Section(title=words["who"], sentences=_who(report, language)),
        Section(title=words["when"], sentences=_when(report.signatures, language)),
        Section(title=words["covers"], sentences=_decided(report.covers, language)),
        *(_results(checks, result, language) for result in ("failed", "passed", "not-checked")),
        Section(title=words["notes"], sentences=[f"{note[:1].upper()}{note[1:]}." for note in report.notes]),
    ]
    if any(one.known == "key" for one in report.signatures):
        sections[-2].sentences.append(words["withdrawn"])
    if not asked_network:
        sections[-2].sentences.append(words["network"])
    return Explanation(
        language=language,
        verdict=words["holds" if report.ok else "fails"],
        checks=checks,
        sections=[one for one in sections if one.sentences],
    )


def _check(check: Check, language: Language) -> Explained:
    title, good, bad = CHECKS[language][check.name]
    result: CheckResult = "passed" if check.ok else "failed"
    return Explained(id=check.name, result=result, title=title, says=check.says, explanation=good if check.ok else bad)


def _unchecked(one: Unchecked, language: Language) -> Explained:
    title = CHECKS[language][one.name][0]
    meaning = TEXT[language][one.code].format(signer=one.signer)
    return Explained(id=one.name, result="not-checked", title=title, says=one.says, explanation=meaning)


def _what(covers: Covered | None, language: Language) -> list[str]:
    words = TEXT[language]
    if covers is None:
        return [words["unread"]]
    return [
        words["record"].format(id=covers.id, revision=covers.revision),
        words["hash"].format(digest=covers.digest),
    ]


def _who(report: VerifyReport, language: Language) -> list[str]:
    words, told = TEXT[language], []
    for one in report.signatures:
        if not one.kid:
            told.append(words["illegible"])
            continue
        root = one.certificate.root if one.certificate is not None else ""
        sentence = words[one.known].format(signer=one.signer, kid=one.kid, algorithm=one.algorithm, root=root)
        if one.certificate is not None:
            sentence += _joined(words["issued"], language).format(**one.certificate.model_dump())
        told.append(sentence if one.holds else sentence + _joined(words["broken"], language))
    return told or [words["nobody"]]


def _when(signatures: list[SignatureSeen], language: Language) -> list[str]:
    return [TEXT[language][one.witness].format(**one.model_dump()) for one in signatures if one.kid]


def _decided(covers: Covered | None, language: Language) -> list[str]:
    words = TEXT[language]
    if covers is None:
        return []
    if not covers.items:
        return [words["no items"]]
    kinds = words["separator"].join(
        words["decided item"].format(item=one.item, kind=words[one.decision]) for one in covers.decided
    )
    told = [words["count"].format(decided=len(covers.decided), items=covers.items, kinds=kinds or "–")]
    if covers.decided:
        names = words["separator"].join(dict.fromkeys(one.by for one in covers.decided))
        times = sorted(one.at for one in covers.decided)
        told.append(words["by"].format(names=names, first=times[0], last=times[-1]))
    return told


def _results(checks: list[Explained], result: CheckResult, language: Language) -> Section:
    words = TEXT[language]
    told = []
    for one in checks:
        if one.result == result:
            clause = "" if result != "failed" else words["finding"].format(says=one.says)
            told.append(f"{one.title}{words['colon']}{one.explanation}{clause}")
    if result == "not-checked":
        told += [words["identity"], words["person"]]
    return Section(title=words[result], sentences=told)


def _joined(sentence: str, language: Language) -> str:
    """A sentence that follows another one."""
    return sentence if language == "zh" else f" {sentence}"
