"""Folders of proposed cases: a de-identified case and what its signed plan expects. A person moves them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from consult.case import Case
from consult.errors import CaseError, SettingsError, UsageError
from consult.panel import Library
from consult.replay._cases import EXPECTED, case_hash
from consult.replay._expected import Expected
from consult.replay._learn.expectations import Proposal, propose
from consult.replay._learn.records import Signed
from consult.replay._learn.wordings import Deidentified
from consult.storage import private_folder, write_once

FOLDER = "proposals"
NotProposed = Literal["doubtful", "identifier", "stale", "same-case", "unreadable", "nothing"]
"""doubtful: the gateway is not sure that nobody is named in the case; identifier: what names the patient stands where
nothing is replaced; stale: it was signed knowing of results that its case does not hold; same-case: a later signed
plan is about the very same case; unreadable: the case would not read back as it is; nothing: no decision says
anything that can be expected or forbidden."""

_HEAD = """\
# PROPOSED, and checked by nobody: what a signed plan expects of its own case. Nothing uses it where it stands.
# Read case and expectations, correct them, set `group`, and move the folder among your cases; or delete it.
# The signed record: SHA-256 of its signed bytes {digest}
"""


@dataclass(slots=True)
class Proposals:
    """Writes the proposals of one run below a folder; None: they are counted, and written nowhere."""

    folder: Path | None
    library: Library
    written: int = 0
    kept: int = 0
    """Folders that an earlier run wrote; they are never written again, for somebody may have corrected them."""
    left_out: Counter[NotProposed] = field(default_factory=Counter)
    doubted: Counter[str] = field(default_factory=Counter)
    """Of the doubtful ones: what was doubted."""
    _cases: set[str] = field(default_factory=set)

    def add(self, signed: Signed, shown: Deidentified) -> bool:
        """Propose what a signed consultation expects; whether its case was written now.

        Raises:
            UsageError: the folder cannot be written.
        """
        if signed.stale:
            return self._not("stale")
        found = propose(signed.consultation, self.library, source=f"proposed from a signed plan, {signed.digest[:16]}")
        if found.empty:
            return self._not("nothing")
        case = shown.case()
        why = self._against(case, shown)
        return self._not(why) if why is not None else self._write(signed, case, found)

    def _against(self, case: Case, shown: Deidentified) -> NotProposed | None:
        """Why a case must stay where it is."""
        doubted = shown.doubts(case)
        if doubted:
            self.doubted.update(one.kind for one in doubted)
            return "doubtful"
        text = case.model_dump_json()
        if shown.names_somebody(text):
            return "identifier"
        back = _read_back(case)
        if back is None:
            return "unreadable"
        hash = case_hash(back)
        if hash in self._cases:
            return "same-case"
        self._cases.add(hash)
        return None

    def _not(self, why: NotProposed) -> bool:
        self.left_out[why] += 1
        return False

    def _write(self, signed: Signed, case: Case, found: Proposal) -> bool:
        if self.folder is None:
            self.written += 1
            return False
        place = self.folder / FOLDER / name_of(signed)
        if (place / EXPECTED).exists():
            self.kept += 1
            return False
        try:
            private_folder(self.folder)
            private_folder(self.folder / FOLDER)
            private_folder(place)
            write_once(place / "case.json", (case.model_dump_json(indent=2) + "\n").encode())
            write_once(place / EXPECTED, as_toml(found, signed.digest).encode())  # last: without it there is no case
        except (OSError, SettingsError):
            raise UsageError("the folder of the proposals cannot be written") from None
        self.written += 1
        return True


def name_of(signed: Signed) -> str:
    """Of the folder: from the hash of what was signed, which leads nobody to a patient who does not hold the record."""
    return f"signed-{signed.digest[:12]}"


def as_toml(found: Proposal, digest: str) -> str:
    """The file, with its notes as comments."""
    import rtoml

    notes = "".join(f"# {note}\n" for note in found.notes)
    return f"{_HEAD.format(digest=digest)}{notes}{rtoml.dumps(_told(found.expected), pretty=True)}"


def _told(expected: Expected) -> dict[str, Any]:
    """Without what says nothing; both tables stand in every file."""
    said: dict[str, Any] = expected.model_dump(mode="json", exclude_defaults=True)
    return {**said, "expect": said.get("expect", {}), "forbid": said.get("forbid", {})}


def _read_back(case: Case) -> Case | None:
    """The case as `consult replay` will read it; None where results would be others."""
    try:
        back = Case.read(case.model_dump(mode="json"))
    except CaseError:
        return None
    same = [(one.fact, one.analyte, one.value, one.unit) for one in back.observations]
    return back if same == [(one.fact, one.analyte, one.value, one.unit) for one in case.observations] else None
