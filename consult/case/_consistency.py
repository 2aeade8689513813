"""What the results of one case tell against each other: two values of one specimen, signs of another patient."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from consult.case._model import USABLE, Observation, Sex

_GROUP_NAMES = re.compile(
    r"(?:abo(?: ?(?:and|&|\+|/) ?rh(?:\(?d\)?)?)?|rh(?:\(?d\)?)?|blood)"
    r"[ ,]*(?:blood )?(?:group(?:ing)?|type|typing|factor)?(?: ?\[type\])?(?: in blood)?"
    r"|(?:abo|rh(?:\(?d\)?)?)?血型(?:鉴定|正定型|反定型)?|rh(?:\(?d\)?)?(?:因子|抗原)|血型\(?abo\)?",
    re.IGNORECASE,
)
_GROUP_CODES = frozenset({"883-9", "882-1", "10331-7"})
_ABO = re.compile(r"(?<![a-z])(ab|a|b|o)(?![a-z])", re.IGNORECASE)
_RH = re.compile(r"(?P<yes>pos(?:itive)?|阳性|[+＋])|(?P<no>neg(?:ative)?|阴性|[-－])", re.IGNORECASE)
_OF_ONE_SEX: tuple[tuple[re.Pattern[str], Sex], ...] = (
    (re.compile(r"\bpsa\b|prostat|\bsemen\b|\bsperm|前列腺|精液|精子", re.IGNORECASE), "male"),
    (re.compile(r"\bcervi(?:x|cal) (?:cytology|smear|swab)|\bpap smear|\bvagina|宫颈|阴道", re.IGNORECASE), "female"),
)
"""Tests that only one sex has an organ for. A marker that both can have (hCG of a tumour) tells nothing."""
_INDICES = {"hemindex": "specimen-haemolysed", "lipindex": "specimen-lipaemic", "ictindex": "specimen-icteric"}
_RAISED = frozenset({"H", "HH", "A"})
_LONGEST_NAME = 60


def inconsistencies(
    observations: Sequence[Observation], *, sex: Sex, pregnant: bool | None
) -> Iterator[tuple[str, list[str]]]:
    """Codes of `QUALITY_CODES` with the facts that they speak of."""
    usable = [seen for seen in observations if seen.status in USABLE and seen.value is not None]
    if twice := _two_values(usable):
        yield "specimen-two-values", twice
    if changed := _changed_group(usable):
        yield "blood-group-changed", changed
    of_other = [seen.fact for seen in usable if _of_other_sex(seen, sex)]
    if of_other or (sex == "male" and pregnant):
        yield "sex-conflict", of_other
    for analyte, code in _INDICES.items():
        raised = [seen.fact for seen in usable if seen.analyte == analyte and seen.flag in _RAISED]
        if raised:
            yield code, raised


def _two_values(observations: Sequence[Observation]) -> list[str]:
    """Facts of one analyte, specimen, order and moment that differ; a day alone is no moment."""
    groups: dict[tuple[object, ...], list[Observation]] = defaultdict(list)
    for seen in observations:
        if seen.analyte is not None and "T" in (seen.effective or ""):
            code = seen.code.code if seen.code is not None else None
            groups[seen.analyte, seen.specimen, seen.effective, seen.order, code, seen.name].append(seen)
    return [
        seen.fact
        for group in groups.values()
        if len({(one.comparator, one.value, one.unit) for one in group}) > 1
        for seen in group
    ]


def _changed_group(observations: Sequence[Observation]) -> list[str]:
    """Facts that give the patient two blood groups."""
    kinds: Mapping[str, list[tuple[str, str]]] = {"abo": [], "rh": []}
    for seen in observations:
        for kind, group in _blood_group(seen):
            kinds[kind].append((seen.fact, group))
    changed = [fact for told in kinds.values() if len({group for _, group in told}) > 1 for fact, _ in told]
    return list(dict.fromkeys(changed))


def _blood_group(seen: Observation) -> Iterator[tuple[str, str]]:
    """`abo` and `rh` as far as a result tells them."""
    coded = seen.code is not None and seen.code.code in _GROUP_CODES
    named = len(seen.name) <= _LONGEST_NAME and _GROUP_NAMES.fullmatch(seen.name.strip())
    if not (coded or named):
        return
    text = (seen.value or "").replace("型", " ")
    abo = _ABO.search(text)
    if abo is not None:
        yield "abo", abo[1].upper()
    rh = _RH.search(text)
    if rh is not None:
        yield "rh", "+" if rh["yes"] else "-"


def _of_other_sex(seen: Observation, sex: Sex) -> bool:
    if sex not in {"male", "female"}:
        return False
    return any(of != sex and pattern.search(seen.name[:_LONGEST_NAME]) for pattern, of in _OF_ONE_SEX)
