"""The cases of a replay: a file of any kind, a folder, or a suite, one after another and never all in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from consult.analytes import Catalog
from consult.case import Case, Model, Notice, Numbering, native_lines, read_line, stream_cases
from consult.concepts import Concepts
from consult.content import content_root
from consult.errors import CaseError, UsageError
from consult.privacy import Gateway
from consult.replay._ahead import Line, Part
from consult.replay._expected import Expected
from consult.replay._packed import Packed, open_case, pack_case
from consult.replay._public import BENCHMARKS, benchmark_of, public_cases

EXPECTED = "expected.toml"
CASE = "case"
"""What the case beside a file of expectations is called, before its suffix."""
_CONTROL = (
    "a public benchmark is in what models were trained on: give a control arm beside the first, such as "
    "--arm single or --arm blind, since only the difference between arms says anything"
)


@dataclass(frozen=True, slots=True)
class Item:
    """One case to replay, or a part of the input that could not be read."""

    id: str
    """Unique within a replay."""
    hash: str
    """SHA-256 of the case as it was read, its identity included, hex; of an unreadable part: of what was said of it."""
    case: Case | Packed | None = None
    error: str = ""
    """Why there is no case, one sentence."""
    expected: Expected | None = None
    arms: frozenset[str] | None = None
    """The arms that it is for; None: all."""

    @property
    def opened(self) -> Case | None:
        """The case, unpacked where another process read it."""
        return open_case(self.case) if isinstance(self.case, Packed) else self.case

    @property
    def group(self) -> str:
        """Its disease group; empty where nobody said."""
        return "" if self.expected is None else self.expected.group


class Suite(Model):
    """A file `*.toml` that names cases."""

    name: str = ""
    cases: list[str] = Field(min_length=1)
    """Files and folders, relative to the suite."""
    specialty: list[str] = Field(default_factory=list)
    """Only cases of these; empty: all. So with the keys that follow."""
    group: list[str] = Field(default_factory=list)
    trap: list[str] = Field(default_factory=list)
    language: list[str] = Field(default_factory=list)

    def takes(self, expected: Expected | None) -> bool:
        """Whether a case of this kind belongs to it."""
        wanted = {key: getattr(self, key) for key in ("specialty", "group", "trap", "language")}
        asked = {key: among for key, among in wanted.items() if among}
        return not asked or (
            expected is not None and all((getattr(expected, key) or "") in among for key, among in asked.items())
        )


@dataclass(slots=True)
class Cases:
    """The cases below `source`; iterate as often as needed, the order and the ids are the same each time."""

    source: Path
    catalog: Catalog
    concepts: Concepts | None = None
    time_zone: str = "UTC"
    format: str = "auto"
    """As for `stream_cases`, or the name of a public benchmark; `auto` tells these too."""
    controlled: bool = True
    """Whether there is an arm to compare with; without one no public benchmark is read."""
    _seen: dict[str, int] = field(default_factory=dict, init=False)
    _broken: int = field(default=0, init=False)
    _within: list[Path] = field(default_factory=list, init=False)
    _hashes: set[str] = field(default_factory=set, init=False)
    _numbering: Numbering = field(default_factory=Numbering, init=False)

    def __iter__(self) -> Iterator[Item]:
        self._begin()
        yield from self._once(self._items(self.source, top=True))

    def lines(self) -> Iterator[Line] | None:
        """The lines of a file with a native case on each, for who reads them elsewhere; None: it is no such file."""
        if self.format not in {"auto", "json"} or not self.source.is_file() or self._benchmark(self.source):
            return None
        self._begin()
        return native_lines(self.source)

    def taken(self, lines: Sequence[Line], told: Sequence[Sequence[Part]] | None) -> Iterator[Item]:
        """The items of the next lines.

        Args:
            lines: of those that `lines` gave, in order.
            told: what they hold; None: they are read here.
        """
        read = told if told is not None else [self.parts(line) for line in lines]
        yield from self._once(self._numbered(part) for parts in read for part in parts)

    def parts(self, line: Line) -> list[Part]:
        """What a line holds, told without the other lines."""
        read = read_line(*line, catalog=self.catalog, time_zone=self.time_zone)
        return [Part(problem=one) if isinstance(one, str) else _part(one) for one in read]

    def _numbered(self, part: Part) -> Item:
        if part.problem:
            return self._unreadable(part.problem)
        id, subject = self._numbering.next(part.sent)
        packed = Packed(part.data, subject)
        if id == part.sent:
            return Item(part.id, part.hash, packed)
        return _item(open_case(packed).model_copy(update={"id": id}))

    def _begin(self) -> None:
        self._seen, self._broken, self._hashes, self._numbering = {}, 0, set(), Numbering()
        self._within = []

    def _once(self, items: Iterable[Item]) -> Iterator[Item]:
        """The same patient twice is one case."""
        for item in items:
            if item.hash not in self._hashes:
                self._hashes.add(item.hash)
                yield replace(item, id=self._unique(item.id))

    def _items(self, source: Path, *, top: bool = False) -> Iterator[Item]:
        if source.is_dir():
            yield from self._folder(source)
        elif top and source.suffix == ".toml":
            yield from self._suite(source)
        elif not top and not source.is_file():  # a pipe would be waited for without end
            yield self._unreadable("neither a file nor a folder")
        else:
            yield from self._file(source, top=top)

    def _suite(self, path: Path) -> Iterator[Item]:
        suite = read_suite(path)
        for number, entry in enumerate(suite.cases, start=1):
            below = path.parent / entry
            if not below.exists():
                raise UsageError(f"entry {number} of cases in the suite does not exist")
            if below.suffix == ".toml":
                raise UsageError(
                    f"entry {number} of cases in the suite is a TOML file; a suite names files and folders of cases"
                )
            yield from (item for item in self._items(below) if suite.takes(item.expected))

    def _folder(self, folder: Path) -> Iterator[Item]:
        if (folder / EXPECTED).is_file():
            yield self._described(folder)
            return
        place = folder.resolve()
        if place in self._within:  # a link back to a folder that it stands in: its cases are read already
            return
        self._within.append(place)
        try:
            entries = sorted(folder.iterdir())
        except OSError:
            yield self._unreadable("a folder cannot be read")
            entries = []
        for entry in entries:
            if not entry.name.startswith(".") and entry.suffix != ".toml":
                yield from self._items(entry)
        self._within.pop()

    def _described(self, folder: Path) -> Item:
        """A case beside what is expected of it; it goes by the name of its folder."""
        try:
            case, expected = read_folder(folder, time_zone=self.time_zone)
        except CaseError as error:
            return self._unreadable(str(error), id=folder.name)
        return Item(folder.name, case_hash(case), case, expected=expected)

    def _file(self, path: Path, *, top: bool) -> Iterator[Item]:
        try:
            benchmark = self._benchmark(path)
            if benchmark is not None:
                yield from self._public(path, benchmark)
                return
            yield from self._told(self._read(path))
        except CaseError as error:
            if top:
                raise
            yield self._unreadable(str(error))

    def _told(self, parts: Iterator[Case | str]) -> Iterator[Item]:
        """What a file holds. A notice is no case that failed, for its cases say the same; alone it is one."""
        notices: list[str] = []
        empty = True
        for one in parts:
            if isinstance(one, Notice):
                notices.append(one)
                continue
            empty = False
            yield _item(one) if isinstance(one, Case) else self._unreadable(one)
        yield from (self._unreadable(str(one)) for one in notices if empty)

    def _benchmark(self, path: Path) -> str | None:
        if self.format == "auto":
            return benchmark_of(path)
        return self.format if self.format in BENCHMARKS else None

    def _public(self, path: Path, benchmark: str) -> Iterator[Item]:
        if not self.controlled:
            raise UsageError(_CONTROL)
        concepts = self.concepts or Concepts.load(content_root())
        for one in public_cases(path, benchmark, catalog=self.catalog, concepts=concepts, time_zone=self.time_zone):
            if one.case is None:
                yield self._unreadable(one.error, id=one.id)
            else:
                yield Item(one.id, case_hash(one.case), one.case, expected=one.expected)

    def _read(self, path: Path) -> Iterator[Case | str]:
        return stream_cases(
            path, format=self.format, catalog=self.catalog, concepts=self.concepts, time_zone=self.time_zone
        )

    def _unreadable(self, problem: str, id: str = "") -> Item:
        """A part that is no case; without a name it goes by its number, since names of files name patients."""
        self._broken += 1
        name = id or f"unreadable-{self._broken}"
        return Item(name, hashlib.sha256(f"{name}\n{problem}".encode()).hexdigest(), error=problem)

    def _unique(self, id: str) -> str:
        again = self._seen[id] = self._seen.get(id, 0) + 1
        return id if again == 1 else self._unique(f"{id}-{again}")


def _item(case: Case) -> Item:
    """A case under its id, unless that names somebody: rows and reports name nobody."""
    hash = case_hash(case)
    named = Gateway(case.identity).redact(case.id) != case.id
    return Item(f"case-{hash[:12]}" if named else case.id, hash, case)


def _part(case: Case) -> Part:
    item = _item(case)
    return Part(case.id, item.id, item.hash, pack_case(case))


def read_suite(path: Path) -> Suite:
    """What stands in a suite.

    Raises:
        UsageError: it cannot be read, or is not one.
    """
    import rtoml

    try:
        return Suite.model_validate(rtoml.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeError):
        raise UsageError("the suite cannot be read") from None
    except rtoml.TomlParsingError as error:
        raise UsageError(f"the suite is not TOML: {str(error).splitlines()[0]}") from None
    except ValidationError as error:
        first: Any = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"the suite: {where}: {first['msg']}") from None


def case_folders(folder: Path) -> list[str]:
    """Names of the folders below `folder` that hold a case and what is expected of it, in order."""
    return sorted(below.name for below in folder.iterdir() if (below / EXPECTED).is_file())


def read_folder(folder: Path, *, time_zone: str = "UTC") -> tuple[Case, Expected]:
    """The case of such a folder and what is expected of it.

    Raises:
        CaseError: one of the two cannot be read.
    """
    found = [path for path in sorted(folder.iterdir()) if path.stem == CASE]
    if len(found) != 1:
        raise CaseError(f"a folder of a case holds one file {CASE}.*, this one {len(found)}")
    return Case.read(found[0], time_zone=time_zone), Expected.read(folder / EXPECTED)


def case_hash(case: Case) -> str:
    """SHA-256 of a case as it was read; its place among others (`subject`) does not count."""
    identity = "" if case.identity is None else case.identity.model_dump_json()
    text = case.model_copy(update={"subject": ""}).model_dump_json()
    return hashlib.sha256(f"{text}\n{identity}".encode()).hexdigest()


def sampled(items: Sequence[tuple[str, str]], size: int) -> frozenset[str]:
    """Of cases given as (hash, group), the hashes of a sample of `size`, the same whatever their order.

    Every group gives at least one case where the size allows it, then in proportion to how many it has: rare diseases
    are seen too. Within a group the order is that of the hashes, which is chance, and the same each time.
    """
    groups: dict[str, list[str]] = {}
    for hash, group in sorted(set(items)):
        groups.setdefault(group, []).append(hash)
    taken = _shares({group: len(hashes) for group, hashes in groups.items()}, size)
    return frozenset(hash for group, hashes in groups.items() for hash in hashes[: taken[group]])


def _shares(sizes: dict[str, int], wanted: int) -> dict[str, int]:
    """How many of each group: one each, the largest groups first, then by largest remainder."""
    total = sum(sizes.values())
    wanted = min(wanted, total)
    order = sorted(sizes, key=lambda group: (-sizes[group], group))
    taken = dict.fromkeys(order, 0)
    for group in order[:wanted]:
        taken[group] = 1
    left = wanted - sum(taken.values())
    rest = {group: sizes[group] - taken[group] for group in order}
    spare = sum(rest.values())
    if left <= 0 or spare == 0:
        return taken
    quotas = {group: rest[group] * left / spare for group in order}
    for group in order:
        taken[group] += int(quotas[group])
    short = wanted - sum(taken.values())
    for group in sorted(order, key=lambda group: (-(quotas[group] % 1), group)):
        if short and taken[group] < sizes[group]:
            taken[group] += 1
            short -= 1
    return taken
