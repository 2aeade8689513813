"""What stands beside labels on a printed report: whose it is, when the specimen was taken, and of what it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo

from consult.case._identity import Terms, native_identity
from consult.case._model import Identity, Sex
from consult.case._pdf.words import Field, field_of
from consult.case._times import When, read_iso_time
from consult.interop.pdf import Line

_PART = re.compile(r"(?P<label>[^:：]{1,40}?)\s*[:：]\s*(?P<text>.*)", re.DOTALL)
_LONGEST_LABEL = 4
"""Words of a label."""
_DATE = re.compile(
    r"(?P<year>(?:19|20)\d\d)\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
    r"(?:[ T]*(?P<hour>\d{1,2})\s*[:：时]\s*(?P<minute>\d\d))?"
)
_CLOCK = r"(?:,?\s+(?P<hour>\d{1,2}):(?P<minute>\d\d))?"
_NAMED_MONTH = tuple(
    re.compile(rf"{days}{_CLOCK}")
    for days in (
        r"(?P<day>\d{1,2})[ -](?P<month>[A-Za-z]{3,9})\.?,?[ -](?P<year>(?:19|20)\d\d)",
        r"(?P<month>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>(?:19|20)\d\d)",
    )
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AGE = re.compile(
    r"(\d{1,3})\s*(?P<unit>岁|years?|yrs?|y(?![a-z])|个?月|months?|mo?(?![a-z])|天|日|days?|d(?![a-z]))?", re.IGNORECASE
)
_SEXES: dict[str, Sex] = {"男": "male", "男性": "male", "m": "male", "male": "male", "女": "female", "女性": "female",
                          "f": "female", "female": "female"}  # fmt: skip
_ORGANISATION = re.compile(
    r"\S{2,30}(?:医院|卫生院|检验所|医学中心|体检中心)"
    r"|.{2,50}\b(?:Hospital|Laborator(?:y|ies)|Clinic|Medical Cent(?:er|re))\b"
)
_OLDEST = 130


@dataclass(slots=True)
class Labelled:
    """What the labels of one patient's pages say."""

    sex: Sex = "unknown"
    age: int | None = None
    birth: str | None = None
    specimen: str | None = None
    order: str | None = None
    times: dict[Field, When] = field(default_factory=dict)
    unread_times: bool = False
    indications: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    name: str | None = None
    identifiers: list[str] = field(default_factory=list)
    location: list[str] = field(default_factory=list)
    terms: Terms = field(default_factory=Terms)

    @property
    def when(self) -> When | None:
        """When the specimen was taken; else the first that is known of received, examined, reported."""
        order: tuple[Field, ...] = ("taken", "received", "examined", "reported")
        return next((self.times[kind] for kind in order if kind in self.times), None)

    @property
    def identity(self) -> Identity:
        """Everything on the report that tells who it is about and who made it."""
        return native_identity(
            Identity(
                name=self.name,
                birth_date=self.birth,
                identifiers=self.identifiers,
                location=" ".join(self.location) or None,
                terms=self.terms.listed(),
            )
        )


def read_labels(lines: Iterable[Line], home: tzinfo) -> tuple[Labelled, list[str]]:
    """What labels say, and the lines that have none."""
    found = Labelled()
    rest: list[str] = []
    for line in lines:
        pairs = list(_pairs(line))
        if not pairs:
            rest.append(line.text)
        for kind, label, text in pairs:
            if kind is None:
                rest.append(f"{label}: {text}")
            else:
                _take(found, kind, text, home)
    for text in rest:
        for organisation in _ORGANISATION.findall(text):
            found.terms.organisation(organisation)
    return found, rest


def whose(lines: Iterable[Line]) -> tuple[str, str] | None:
    """Name and first number that the labels of a page give; None where it names nobody."""
    told: dict[Field, str] = {}
    for line in lines:
        for kind, _, text in _pairs(line):
            if kind in {"name", "number"} and text:
                told.setdefault(kind, text)
    return (told.get("name", ""), told.get("number", "")) if told else None


def _pairs(line: Line) -> Iterator[tuple[Field | None, str, str]]:
    """Label and text of every cell that has a label; the text may be the next cell. Empty: the line has none."""
    texts = [part for cell in line.cells for part in _parted(cell.text)]
    if not any(_labelled(text) for text in texts):
        return
    place = 0
    while place < len(texts):
        part = _PART.fullmatch(texts[place].strip())
        kind = field_of(part["label"]) if part is not None else None
        if part is None:
            yield None, "", texts[place].strip()
        elif not part["text"] and place + 1 < len(texts) and not _labelled(texts[place + 1]):
            place += 1
            yield kind, part["label"], texts[place].strip()
        elif part["text"] or kind is None:
            yield kind, part["label"], part["text"].strip()
        place += 1


def _parted(text: str) -> list[str]:
    """A cell cut before each label that stands in it after others: `Sex: F Age: 61`."""
    words = text.split()
    cuts, after = {0}, 0
    for place, word in enumerate(words):
        if re.search(r"[:：]", word):
            # the longest known label that ends here; it holds no colon of another
            starts = range(max(place - _LONGEST_LABEL + 1, after), place + 1)
            label = next((start for start in starts if _labelled(" ".join(words[start : place + 1]))), None)
            cuts |= {label} if label is not None else set()
            after = place + 1
    ends = sorted(cuts)
    return [" ".join(words[start:end]) for start, end in zip(ends, [*ends[1:], None], strict=True) if words]


def _labelled(text: str) -> bool:
    part = _PART.fullmatch(text.strip())
    return part is not None and field_of(part["label"]) is not None


def _take(found: Labelled, kind: Field, text: str, home: tzinfo) -> None:
    match kind:
        case "sex":
            found.sex = _sex(text) or found.sex
            found.age = found.age if found.age is not None else _age(_after_slash(text))
        case "age":
            found.age = _age(text)
            found.sex = _sex(_after_slash(text)) or found.sex
        case "birth":
            when = read_date(text, home)
            found.birth = when.text[:10] if when is not None else None
        case "taken" | "received" | "examined" | "reported":
            _take_time(found, kind, text, home)
        case "specimen":
            found.specimen = text
        case "order":
            found.order = text
        case "indication":
            found.indications.append(text)
        case "remark":
            found.remarks.append(text)
        case _:
            _take_identity(found, kind, text)


def _take_time(found: Labelled, kind: Field, text: str, home: tzinfo) -> None:
    when = read_date(text, home)
    if when is None:
        found.unread_times = True
    else:
        found.times.setdefault(kind, when)


def _take_identity(found: Labelled, kind: Field, text: str) -> None:
    match kind:
        case "name":
            found.name = found.name or text
        case "number":
            if text not in found.identifiers:
                found.identifiers.append(text)
        case "place":
            found.location.append(text)
        case "person":
            _person(found.terms, text)
        case "organisation":
            found.terms.organisation(text)
        case _:
            found.terms.add("phone" if any(char.isdigit() for char in text) else "address", text)


def _person(terms: Terms, text: str) -> None:
    """Whoever ordered, measured or signed."""
    words = text.replace(",", " ").split()
    terms.add("name", text)
    if len(words) > 1:
        terms.name(words[-1], words[0])


def _sex(text: str) -> Sex | None:
    words = re.split(r"[\s/,，]+", text.strip().lower())
    return next((_SEXES[word] for word in words if word in _SEXES), None)


def _after_slash(text: str) -> str:
    return text.partition("/")[2]


def _age(text: str) -> int | None:
    found = _AGE.search(text)
    if found is None:
        return None
    unit = (found["unit"] or "y").lower()
    years = int(found[1]) if unit[0] in "岁y" else 0
    if unit[0] in "个月m":
        years = int(found[1]) // 12
    return years if years <= _OLDEST else None


def read_date(text: str, home: tzinfo) -> When | None:
    """A date, with its time where there is one; `03/02/2026` could be two days and is none."""
    found = _DATE.search(text)
    if found is not None:
        return read_iso_time(_iso(found, int(found["month"])), home)
    for pattern in _NAMED_MONTH:
        found = pattern.search(text)
        month = found["month"].lower()[:3] if found is not None else ""
        if found is not None and month in _MONTHS:
            return read_iso_time(_iso(found, _MONTHS.index(month) + 1), home)
    return None


def _iso(found: re.Match[str], month: int) -> str:
    date = f"{found['year']}-{month:02}-{int(found['day']):02}"
    return date if found["hour"] is None else f"{date}T{int(found['hour']):02}:{found['minute']}"
