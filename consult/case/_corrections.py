"""Results that replace, withdraw or repeat others of the same input."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from consult.case._draft import Result

_REPLACING = frozenset({"corrected", "amended", "entered-in-error", "cancelled"})
_STANDING = frozenset({"final", "amended", "corrected", "preliminary", "unknown", "registered"})


def replaced_by(results: Sequence[Result]) -> Mapping[int, int]:
    """Which result (by position) is replaced by which.

    A corrected, amended, withdrawn or cancelled result replaces the earlier ones of the same order, test and sub-id.
    Within one order a second corrected value is a second value (two organisms), not a second correction.
    """
    found: dict[int, int] = {}
    for positions in _same_identity(results).values():
        for new in positions:
            if results[new].status not in _REPLACING:
                continue
            for old in positions:
                if old not in found and old != new and _replaces(results, new, old):
                    found[old] = new
    return found


def _same_identity(results: Sequence[Result]) -> dict[tuple[str, ...], list[int]]:
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for position, result in enumerate(results):
        if result.identity is not None:
            groups[result.identity].append(position)
    return {identity: positions for identity, positions in groups.items() if len(positions) > 1}


def _replaces(results: Sequence[Result], new: int, old: int) -> bool:
    later, earlier = results[new], results[old]
    if earlier.status not in _STANDING:
        return False
    if later.group == earlier.group:
        return new > old and earlier.status not in _REPLACING
    if later.sent is not None and earlier.sent is not None and later.sent != earlier.sent:
        return later.sent > earlier.sent
    return new > old


def repeated(results: Sequence[Result]) -> list[tuple[int, int]]:
    """Pairs of positions (first, repetition) of results that say the same of the same test at the same time."""
    first: dict[tuple[object, ...], int] = {}
    pairs: list[tuple[int, int]] = []
    for position, result in enumerate(results):
        if result.value.kind == "absent" or result.question:
            continue
        key = _content(result)
        if key in first:
            pairs.append((first[key], position))
        else:
            first[key] = position
    return pairs


def _content(result: Result) -> tuple[object, ...]:
    coding = result.codings[0].coding if result.codings else None
    return (
        result.name,
        coding.code if coding is not None else None,
        result.reported.value,
        result.value.text,
        result.value.comparator,
        result.unit,
        result.when.text if result.when is not None else None,
        result.specimen,
        result.order,
        result.status,
        # two organisms of one culture differ in the sub-id only
        result.identity[-1] if result.identity else None,
    )
