"""Every string by which a message names the patient, the people around them, orders and places."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from consult.case._identity import Terms
from consult.case._model import Identity
from consult.case._names import shown_name
from consult.case._text import clean
from consult.case._times import When
from consult.interop.hl7v2 import Segment

_Reader = Callable[[Segment, str, Terms], None]


def read_identity(segments: Iterable[Segment], birth: When | None) -> Identity:
    """The identity that the segments of one patient hold."""
    terms = Terms()
    seen: set[tuple[_Reader, str]] = set()
    patient: Segment | None = None
    place: str | None = None
    ward: str | None = None
    for segment in segments:
        if segment.name == "PID":
            patient = patient or segment
        elif segment.name == "PV1":
            place, ward = place or _place(segment), ward or _ward(segment)
        for field, reader in _fields(segment):
            for raw in segment.repetitions(field):
                # Long messages repeat the same physician and order in every result.
                if raw and (reader, raw) not in seen:
                    seen.add((reader, raw))
                    reader(segment, raw, terms)
    if birth is not None:
        terms.birth_date(birth.text)
    return _identity(patient, birth, terms).model_copy(update={"location": place, "department": ward})


def _identity(patient: Segment | None, birth: When | None, terms: Terms) -> Identity:
    if patient is None:
        return Identity(terms=terms.listed())
    names = (patient.components(5) + [""] * 3)[:3]
    name = shown_name(names[0].split("&")[0], names[1], names[2])
    numbers = [patient.split(raw)[0] for field in (3, 2, 4, 18, 19) for raw in patient.repetitions(field)]
    return Identity(
        name=clean(name) or None,
        birth_date=birth.text[:10] if birth is not None else None,
        identifiers=list(dict.fromkeys(number for number in numbers if number and number != '""')),
        terms=terms.listed(),
    )


def _place(visit: Segment) -> str | None:
    parts = [part.split("&")[0] for part in visit.components(3)[:3]]
    return clean(" ".join(part for part in parts if part)) or None


def _ward(visit: Segment) -> str | None:
    """The point of care (PL.1), else the hospital service (PV1-10)."""
    point = (visit.components(3) or [""])[0].split("&")[0]
    return clean(point.strip('"')) or clean(visit.text(10).strip('"')) or None


def _fields(segment: Segment) -> tuple[tuple[int, _Reader], ...]:
    if segment.name == "OBX":
        return _observation_fields(segment)
    return _FIELDS.get(segment.name, ())


def _observation_fields(segment: Segment) -> tuple[tuple[int, _Reader], ...]:
    """Who did it where; and an answer that is itself a name, an address or a number."""
    reader = _BY_TYPE.get(segment.text(2).upper()) or _BY_QUESTION.get(segment.text(3))
    return (*_RESULT, (5, reader)) if reader is not None else _RESULT


def _part(parts: list[str], number: int) -> str:
    return parts[number - 1] if len(parts) >= number and parts[number - 1] != '""' else ""


def _family(segment: Segment, part: str) -> str:
    # FN: the surname is the first subcomponent.
    return segment.subcomponents(part)[0] if part else ""


def _person(segment: Segment, raw: str, terms: Terms) -> None:
    """XPN."""
    parts = segment.split(raw)
    terms.name(_family(segment, _part(parts, 1)), _part(parts, 2), _part(parts, 3))


def _staff(segment: Segment, raw: str, terms: Terms) -> None:
    """XCN; CN in old versions. The number may be missing, then the name stands first."""
    parts = segment.split(raw)
    terms.identifier(_part(parts, 1))
    terms.emails(_part(parts, 1))
    terms.name(_family(segment, _part(parts, 2)), _part(parts, 3), _part(parts, 4))
    if not _part(parts, 2) and not any(char.isdigit() for char in _part(parts, 1)):
        terms.name(_part(parts, 1))


def _named_staff(segment: Segment, raw: str, terms: Terms) -> None:
    """NDL: a CNN, whose parts are subcomponents."""
    parts = segment.subcomponents(raw.split(segment.separators.component)[0])
    if len(parts) == 1:
        terms.name(parts[0])
        return
    terms.identifier(_part(parts, 1))
    terms.name(_part(parts, 2), _part(parts, 3), _part(parts, 4))


def _number(segment: Segment, raw: str, terms: Terms) -> None:
    """CX, EI."""
    terms.identifier(segment.subcomponents(_part(segment.split(raw), 1))[0])


def _pair(segment: Segment, raw: str, terms: Terms) -> None:
    """EIP: placer and filler numbers, whose parts are subcomponents."""
    for part in segment.split(raw):
        terms.identifier(segment.subcomponents(part)[0])


def _address(segment: Segment, raw: str, terms: Terms) -> None:
    """XAD, AD."""
    parts = segment.split(raw)
    street = segment.subcomponents(_part(parts, 1))[0]
    terms.address(street, _part(parts, 2), _part(parts, 3), _part(parts, 5))


def _telephone(segment: Segment, raw: str, terms: Terms) -> None:
    """XTN, TN."""
    parts = segment.split(raw)
    terms.phone(_part(parts, 1), _part(parts, 6), _part(parts, 7))
    terms.phone(_part(parts, 12))
    for part in parts:
        terms.emails(part)


def _organisation(segment: Segment, raw: str, terms: Terms) -> None:
    """XON, HD."""
    parts = segment.split(raw)
    terms.organisation(_part(parts, 1))
    terms.identifier(_part(parts, 10))


def _producer(segment: Segment, raw: str, terms: Terms) -> None:
    """CE: identifier and name of a laboratory."""
    parts = segment.split(raw)
    terms.identifier(_part(parts, 1))
    terms.organisation(_part(parts, 2))


def _location(segment: Segment, raw: str, terms: Terms) -> None:
    """PL: only its facility; wards and beds are too short to be told from words."""
    parts = segment.split(raw)
    terms.organisation(segment.subcomponents(_part(parts, 4))[0] if _part(parts, 4) else "")
    terms.organisation(_part(parts, 9))


def _free(segment: Segment, raw: str, terms: Terms) -> None:
    """An answer that names somebody: all of it."""
    text = segment.plain(raw)
    terms.emails(text)
    for piece in text.replace(",", "/").split("/"):
        terms.name(piece.strip()) if not any(char.isdigit() for char in piece) else terms.phone(piece.strip())
    terms.name(text.strip().rstrip(","))
    terms.identifier(text.strip())


_FIELDS: dict[str, tuple[tuple[int, _Reader], ...]] = {
    "PID": (
        (2, _number),
        (3, _number),
        (4, _number),
        (5, _person),
        (6, _person),
        (9, _person),
        (11, _address),
        (13, _telephone),
        (14, _telephone),
        (18, _number),
        (19, _number),
        (20, _number),
        (21, _number),
        (40, _telephone),
    ),
    "PD1": ((3, _organisation), (4, _staff)),
    "MRG": ((1, _number), (2, _number), (3, _number), (4, _number), (7, _person)),
    "NK1": (
        (2, _person),
        (4, _address),
        (5, _telephone),
        (6, _telephone),
        (12, _number),
        (13, _organisation),
        (26, _person),
        (30, _person),
        (31, _telephone),
        (32, _address),
        (33, _number),
        (37, _number),
        (40, _telephone),
    ),
    "GT1": ((2, _number), (3, _person), (4, _person), (5, _address), (6, _telephone), (7, _telephone), (12, _number)),
    "IN1": ((4, _organisation), (16, _person), (19, _address), (36, _number), (49, _number)),
    "IN2": ((1, _number), (2, _number), (61, _number), (63, _telephone), (64, _telephone)),
    "PV1": (
        (3, _location),
        (5, _number),
        (7, _staff),
        (8, _staff),
        (9, _staff),
        (17, _staff),
        (19, _number),
        (50, _number),
        (52, _staff),
    ),
    "ROL": ((4, _staff), (11, _address), (12, _telephone)),
    "ORC": (
        (2, _number),
        (3, _number),
        (4, _number),
        (8, _pair),
        (10, _staff),
        (11, _staff),
        (12, _staff),
        (14, _telephone),
        (19, _staff),
        (21, _organisation),
        (22, _address),
        (23, _telephone),
        (24, _address),
    ),
    "OBR": (
        (2, _number),
        (3, _number),
        (10, _staff),
        (16, _staff),
        (17, _telephone),
        (28, _staff),
        (29, _pair),
        (32, _named_staff),
        (33, _named_staff),
        (34, _named_staff),
        (35, _named_staff),
    ),
    "SPM": ((2, _pair), (3, _pair)),
    "NTE": ((5, _staff),),
    "DG1": ((16, _staff),),
    "PR1": ((8, _staff), (11, _staff), (12, _staff)),
}
_RESULT: tuple[tuple[int, _Reader], ...] = (
    (15, _producer),
    (16, _staff),
    (21, _number),
    (23, _organisation),
    (24, _address),
    (25, _staff),
)
_BY_TYPE: dict[str, _Reader] = {
    "XPN": _person,
    "PN": _person,
    "XCN": _staff,
    "CN": _staff,
    "CX": _number,
    "CK": _number,
    "EI": _number,
    "XAD": _address,
    "AD": _address,
    "XTN": _telephone,
    "TN": _telephone,
    "XON": _organisation,
}
_BY_QUESTION: dict[str, _Reader] = {
    "57723-9": _number,  # unique bar code number of current sample
    "62323-1": _free,  # post-discharge provider ID
    "62324-9": _free,  # post-discharge provider name
    "62325-6": _free,  # post-discharge provider practice ID
    "62326-4": _free,  # post-discharge provider practice name
    "62327-2": _free,  # post-discharge provider practice address
    "62328-0": _free,  # post-discharge provider practice telephone number
}
