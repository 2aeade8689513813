"""A newline-delimited file of any size, indexed: which lines belong together, found without keeping what they hold.

Bulk exports write one type of resource after the other, so a patient's results stand far from the patient. The first
pass over the file keeps a few numbers a line; the second reads the lines of one patient at a time.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from consult.errors import CaseError
from consult.interop.fhir._compartment import SHARED, encounters_of, subject_of
from consult.interop.fhir._documents import Placed, open_document
from consult.interop.fhir._ndjson import unreadable
from consult.interop.fhir._references import address, identifiers
from consult.interop.fhir._shapes import Resource, obj, text, type_of, walk

_PLACEHOLDER = 50
"""An identifier that this many patients carry holds no lines together."""
_SAMPLE = 1 << 20
_NOBODY = -1
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Group:
    """Line numbers of what has to be read together: one patient, rarely more."""

    lines: tuple[int, ...]


class LineIndex:
    """The index of one open file.

    Args:
        file: open in binary mode and seekable.
        parse: a document from its text; raises `CaseError`.
        seen: called with every resource of the first pass.
        longest: longer lines are not read, in bytes.
    """

    def __init__(
        self, file: BinaryIO, *, parse: Callable[[str], Any], seen: Callable[[Resource], None], longest: int
    ) -> None:
        self._file, self._parse, self._seen, self._longest = file, parse, seen, longest
        self._offsets, self._lengths, self._numbers = array("q"), array("q"), array("q")
        self._nodes = array("q")
        self._parents = array("q")
        self._keys: dict[int, int] = {}
        self._shared: dict[int, int] = {}
        self._identified: list[tuple[int, int]] = []
        self._waiting: list[tuple[int, str, list[int]]] = []
        self.problems: list[str] = []
        """A sentence for each line that could not be read."""
        self._scan()

    def groups(self) -> Iterator[Group]:
        """Lines that belong together, in the order of their first lines."""
        lines: dict[int, array[int]] = {}
        for row in range(len(self._nodes)):
            if self._nodes[row] != _NOBODY:
                lines.setdefault(self._root(self._nodes[row]), array("q")).append(row)
        while lines:
            # Each is forgotten as soon as it is handed out.
            yield Group(tuple(lines.pop(next(iter(lines)))))

    def read(self, group: Group) -> tuple[list[tuple[int, Any]], list[str]]:
        """The documents of a group with their line numbers, then shared resources that they refer to; and problems."""
        found: list[tuple[int, Any]] = []
        problems: list[str] = []
        for row in group.lines:
            try:
                found.append((self._numbers[row], self._document(row)))
            except CaseError:
                problems.append(unreadable(self._numbers[row]))
        known = set(group.lines)
        wanted = [row for _, document in found for row in self._referred(document)]
        while wanted:
            row = wanted.pop()
            if row in known:
                continue
            known.add(row)
            try:
                document = self._document(row)
            except CaseError:
                continue
            found.append((self._numbers[row], document))
            wanted.extend(self._referred(document))
        return sorted(found, key=lambda one: one[0]), problems

    def _document(self, row: int) -> Any:
        self._file.seek(self._offsets[row])
        return self._parse(_decoded(self._file.read(self._lengths[row])))

    def _referred(self, document: Any) -> Iterator[int]:
        for part in walk(document):
            given = part.get("reference")
            if not isinstance(given, str):
                continue
            for name in (given, "/".join(given.split("/_history/")[0].split("/")[-2:])):
                row = self._shared.get(hash(name))
                if row is not None:
                    yield row

    def _scan(self) -> None:
        offset = number = 0
        while line := self._file.readline(self._longest + 1):
            number += 1
            start = offset
            offset += len(line)
            if len(line) > self._longest and not line.endswith(b"\n"):
                self.problems.append(f"line {number}: is longer than the limit and was not read")
                offset += self._skip()
            elif line.strip():
                self._line(line, start, number)
        self._join_waiting()
        self._join_identified()
        self._identified, self._waiting = [], []

    def _skip(self) -> int:
        """The rest of a line."""
        skipped = 0
        while rest := self._file.readline(_SAMPLE):
            skipped += len(rest)
            if rest.endswith(b"\n"):
                break
        return skipped

    def _line(self, line: bytes, offset: int, number: int) -> None:
        try:
            document = json.loads(_decoded(line), parse_float=str, parse_int=str)
        except (ValueError, RecursionError):
            self.problems.append(unreadable(number))
            return
        row = len(self._nodes)
        self._offsets.append(offset)
        self._lengths.append(len(line))
        self._numbers.append(number)
        self._nodes.append(_NOBODY)
        try:
            self._place(document, row)
        except RecursionError:
            self.problems.append(unreadable(number))

    def _place(self, document: Any, row: int) -> None:
        kind = type_of(document)
        opened = open_document(document)
        for one in opened.placed:
            self._seen(one.resource)
        if not opened.placed:
            self._nodes[row] = self._node()
        elif kind in SHARED and (kind != "Specimen" or subject_of(document) is None):
            self._share(opened.placed[0], row)
        elif kind == "Bundle":
            self._bundle(opened.placed, row)
        else:
            self._resource(opened.placed[0], row)

    def _share(self, one: Placed, row: int) -> None:
        self._shared[hash(f"{one.kind}/{one.id}")] = row
        self._shared[hash(f"urn:uuid:{one.id}")] = row
        for system, value in identifiers(one.resource):
            self._shared[hash(f"{one.kind}?identifier={system}|{value}")] = row

    def _bundle(self, placed: Iterable[Placed], row: int) -> None:
        """Relative references hold within the bundle; what is known by a full address or an identifier joins others."""
        node = self._nodes[row] = self._node()
        for one in placed:
            if one.kind == "Patient":
                self._identify(node, one.resource)
                if one.url.startswith("http"):
                    self._join(node, hash(one.url))
            else:
                named = address(subject_of(one.resource), one)
                if named.startswith(("http", "identifier ")):
                    self._join(node, hash(named))

    def _resource(self, one: Placed, row: int) -> None:
        if one.kind == "Patient":
            key = hash(f"0 Patient/{one.id}") if one.id else hash(f"line {row}")
            node = self._nodes[row] = self._keyed(key)
            self._identify(node, one.resource)
            self._join(node, hash(f"0 urn:uuid:{one.id}"))
            return
        named = self._subject(one, row)
        if named:
            node = self._nodes[row] = self._keyed(hash(named))
            for inner in one.contained() if one.resource.get("contained") else []:
                if inner.kind == "Patient":
                    self._identify(node, inner.resource)
            if one.kind == "Encounter" and one.id:
                self._join(node, hash(f"0 Encounter/{one.id}"))
                self._join(node, hash(f"0 urn:uuid:{one.id}"))
            return
        visits = [hash(place) for link in encounters_of(one.resource) if (place := address(link, one))]
        self._waiting.append((row, one.kind, visits))

    def _subject(self, one: Placed, row: int) -> str:
        reference = subject_of(one.resource)
        given = text(obj(reference).get("reference"))
        return f"line {row}" if given.startswith("#") else address(reference, one)

    def _join_waiting(self) -> None:
        """Without a subject: by their encounter, else with the only patient; where nobody is named, together."""
        nobody: list[tuple[int, str]] = []
        for row, kind, visits in self._waiting:
            found = next((self._keys[visit] for visit in visits if visit in self._keys), None)
            if found is None:
                nobody.append((row, kind))
            else:
                self._nodes[row] = found
        if not nobody:
            return
        roots = {self._root(node) for node in self._nodes if node != _NOBODY}
        alone = roots.pop() if len(roots) == 1 else self._node()
        if roots:
            # Of several patients: the reader of the groups would not know that there are others.
            self.problems.append(no_patient([f"line[{self._numbers[row]}]/{kind}" for row, kind in nobody]))
            return
        for row, _ in nobody:
            self._nodes[row] = alone

    def _join_identified(self) -> None:
        counted = Counter(key for _, key in self._identified)
        for node, key in self._identified:
            if counted[key] <= _PLACEHOLDER:
                self._join(node, key)

    def _identify(self, node: int, patient: Resource) -> None:
        self._identified.extend((node, hash(identifier)) for identifier in identifiers(patient))

    def _node(self) -> int:
        self._parents.append(len(self._parents))
        return len(self._parents) - 1

    def _keyed(self, key: int) -> int:
        if key not in self._keys:
            self._keys[key] = self._node()
        return self._keys[key]

    def _join(self, node: int, key: int) -> None:
        one, other = self._root(node), self._root(self._keyed(key))
        # The older node leads, so that the root does not depend on hashes.
        self._parents[max(one, other)] = min(one, other)

    def _root(self, node: int) -> int:
        while self._parents[node] != node:
            self._parents[node] = self._parents[self._parents[node]]
            node = self._parents[node]
        return node


def no_patient(places: Sequence[str]) -> str:
    """The sentence for resources without a subject in an input of several patients."""
    said = "names" if len(places) == 1 else "name"
    return f"{listed(places)}: {said} no patient, and the input holds several; not read"


def listed(places: Sequence[str]) -> str:
    """The first few places, and how many more there are."""
    shown = ", ".join(places[:_LISTED])
    return shown if len(places) <= _LISTED else f"{shown} and {len(places) - _LISTED} more"


def _decoded(line: bytes) -> str:
    return line.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")
