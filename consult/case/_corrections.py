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
        _follow(results, _in_time(results, positions), found)
    return found


def _same_identity(results: Sequence[Result]) -> dict[tuple[str, ...], list[int]]:
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for position, result in enumerate(results):
        if result.identity is not None:
            groups[result.identity].append(position)
    return {identity: positions for identity, positions in groups.items() if len(positions) > 1}


def _in_time(results: Sequence[Result], positions: list[int]) -> list[int]:
    """By the time of the message where every message has one, else as they stand in the input."""
    times = {position: results[position].sent for position in positions}
    known = [(time, position) for position, time in times.items() if time is not None]
    return [position for _, position in sorted(known)] if len(known) == len(positions) else positions


def _follow(results: Sequence[Result], positions: list[int], found: dict[int, int]) -> None:
    first_sent: list[int] = []
    corrected: dict[tuple[int, int], list[int]] = {}
    for position in positions:
        result = results[position]
        if result.status in _REPLACING:
            earlier = [old for group, olds in corrected.items() if group != result.group for old in olds]
            found.update(dict.fromkeys([*first_sent, *earlier], position))
            first_sent = []
            corrected = {result.group: corrected.get(result.group, [])}
        if result.status in _STANDING:
            (corrected.setdefault(result.group, []) if result.status in _REPLACING else first_sent).append(position)


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
