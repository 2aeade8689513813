"""What the case says of the patient's history, concept by concept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from consult.case import USABLE, Case, Entry
from consult.clinic._concepts import Concept, Concepts

_NOT_HELD = frozenset({"refuted"})
_NOT_THE_PATIENT = frozenset({"family-history"})
_SAID = USABLE | {"preliminary"}
_ON_A_LIST_OF_DRUGS = frozenset({"exposure", "treatment"})


@dataclass(frozen=True, slots=True)
class History:
    """What is known; ask it with `holds`."""

    present: Mapping[str, tuple[str, ...]]
    """Concept id to the facts that name it (empty for the text of the history)."""
    denied: frozenset[str]
    told: bool
    """There is a history or a list of conditions."""
    drugs_told: bool
    """There is a list of medications."""
    pregnant: bool | None
    noted: frozenset[str] = frozenset()
    """Results whose own note, or own words, name a finding: of their specimen, so they speak for their draw only."""

    def holds(self, concept: Concept) -> bool | None:
        """True: present; false: denied, or not named where it would have been; None: nobody said."""
        if concept.id == "pregnancy" and self.pregnant is not None:
            return self.pregnant
        if concept.id in self.present:
            return True
        if concept.id in self.denied:
            return False
        told = self.drugs_told if concept.kind in _ON_A_LIST_OF_DRUGS else self.told
        return False if told else None


def read_history(case: Case, concepts: Concepts, newest: Collection[str] = ()) -> History:
    """The history of a case, from its text and its entries, and the findings that notes and reports name.

    Notes and reports are read for concepts of kind `finding` only (haemolysed specimen, platelet clumps): a comment
    that explains a range or suggests a work-up names conditions that the patient does not have.

    Args:
        case: the case.
        concepts: what may be named.
        newest: facts that are the newest result of their analyte; the note of a result that was repeated since says
            nothing about today.
    """
    present: dict[str, dict[str, None]] = {}
    denied: dict[str, None] = {}
    for id, holds in concepts.stated(case.history).items():
        if holds:
            present.setdefault(id, {})
        else:
            denied[id] = None
    for entry in _entries(case):
        for id, holds in _entry(entry, concepts).items():
            if holds:
                present.setdefault(id, {})[entry.fact] = None
            else:
                denied[id] = None
    noted: dict[str, None] = {}
    for fact, text in _remarks(case, frozenset(newest)):
        for id, holds in concepts.stated(text).items():
            if concepts[id].kind != "finding":
                continue
            if holds:
                present.setdefault(id, {})[fact] = None
                noted[fact] = None
            else:
                denied[id] = None
    return History(
        present={id: tuple(facts) for id, facts in present.items()},
        denied=frozenset(denied),
        told=bool(case.history.strip() or case.conditions),
        drugs_told=bool(case.medications),
        pregnant=case.patient.pregnant,
        noted=frozenset(noted),
    )


def _remarks(case: Case, newest: Collection[str]) -> Iterator[tuple[str, str]]:
    """What laboratories and reports say in words, with the fact that says it."""
    for seen in case.observations:
        if seen.status not in _SAID or (seen.analyte is not None and seen.fact not in newest):
            continue
        words = [f"{seen.name}: {seen.value}"] if seen.value_type in {"text", "code"} and seen.value else []
        yield from ((seen.fact, text) for text in [*words, *seen.notes])
    for report in case.reports:
        if report.status not in {"entered-in-error", "cancelled"}:
            yield report.fact, report.text


def _entries(case: Case) -> Sequence[Entry]:
    return (*case.conditions, *case.medications, *case.procedures, *case.immunizations)


def _entry(entry: Entry, concepts: Concepts) -> dict[str, bool]:
    if entry.status in _NOT_THE_PATIENT or entry.status == "entered-in-error":
        return {}
    said = concepts.stated(entry.name)
    code = entry.code.code.upper() if entry.code is not None else ""
    for concept in concepts.values() if code else ():
        if concept.icd10 is not None and code.startswith(concept.icd10.upper()):
            said |= dict.fromkeys(concepts.broader(concept.id), True)
    if entry.status in _NOT_HELD:
        return {id: False for id, holds in said.items() if holds}
    return said
