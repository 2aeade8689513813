"""Any input to cases: what it is, how large it may be, and which reader takes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache
from os import fstat
from pathlib import Path
from stat import S_ISREG

from consult.analytes import Catalog
from consult.case._draft import Draft
from consult.case._hl7_reader import read_hl7
from consult.case._json_text import parse_json, plain
from consult.case._model import USABLE, Case
from consult.case._native_reader import read_native
from consult.case._normalize import normalize
from consult.case._quality import unusable_codes
from consult.case._text import storable
from consult.case._times import zone
from consult.content import content_root
from consult.errors import CaseError
from consult.interop.hl7v2 import looks_like_hl7

MAX_BYTES = 64 * 1024 * 1024
_FORMATS = frozenset({"auto", "json", "hl7"})
_LONGEST_PATH = 1000


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What an input held."""

    cases: list[Case] = field(default_factory=list)
    """In document order, one per patient."""
    problems: list[str] = field(default_factory=list)
    """One plain sentence per part that could not be read, with its position; no patient text, no file name."""


def read_cases(
    source: object,
    *,
    format: str = "auto",
    catalog: Catalog,
    time_zone: str = "UTC",
    max_bytes: int = MAX_BYTES,
    now: datetime | None = None,
) -> ReadResult:
    """All cases in `source`. Input that is readable in part gives the readable cases and a sentence for the rest.

    Args:
        source: a `Path`, bytes, text (JSON or HL7 v2), a dict, or a list of dicts.
        format: `auto`, `json` or `hl7`.
        catalog: the analytes.
        time_zone: IANA zone assumed for times sent without an offset.
        max_bytes: larger inputs are refused before they are read.
        now: the present, aware; later results are marked as in the future. Null: the time of each message.

    Raises:
        CaseError: nothing in the input can be read; one plain sentence.
    """
    if format not in _FORMATS:
        raise CaseError(f"the format {format[:20]!r} is not one of auto, json and hl7")
    home = zone(time_zone)
    drafts, problems = _drafts(source, format, home, max_bytes)
    _distinct(drafts)
    cases = [
        normalize(draft, catalog=catalog, now=now, subject=f"patient-{number}")
        for number, draft in enumerate(drafts, start=1)
    ]
    return ReadResult(cases, problems)


def read_one(source: object, *, format: str, case: str | None, time_zone: str) -> Case:
    """See `Case.read`."""
    if isinstance(source, str) and not _is_content(source):
        source = Path(source)
    found = read_cases(source, format=format, catalog=_catalog(content_root()), time_zone=time_zone)
    if case is not None:
        chosen = [one for one in found.cases if one.id == case]
        if not chosen:
            raise CaseError(f"the input holds no case {storable(case)[:60]!r}")
        return chosen[0]
    if not found.cases:
        raise CaseError(found.problems[0] if found.problems else "the input holds no case")
    if len(found.cases) > 1:
        ids = ", ".join(one.id for one in found.cases[:5])
        raise CaseError(f"the input holds {len(found.cases)} cases; name one of them ({ids})")
    return found.cases[0]


def unusable_facts(case: Case) -> set[str]:
    """Ids of observations and reports that no rule may take as a measured value.

    Their status is not one of `USABLE` (preliminary, withdrawn, cancelled …), they have no value, or their unit,
    value or completeness is in doubt.
    """
    facts = {fact for finding in case.quality if finding.code in unusable_codes() for fact in finding.facts}
    facts |= {one.fact for one in case.observations if one.status not in USABLE or one.value_type == "absent"}
    return facts | {one.fact for one in case.reports if one.status not in USABLE}


@lru_cache(maxsize=4)
def _catalog(root: Path) -> Catalog:
    return Catalog.load(root)


def _drafts(source: object, format: str, home: tzinfo, max_bytes: int) -> tuple[list[Draft], list[str]]:
    if isinstance(source, dict | list):
        return read_native(plain(source), home=home)
    content = _content(source, max_bytes)
    kind = _kind(content) if format == "auto" else format
    if kind == "hl7":
        drafts, problems = read_hl7(content, home=home)
        if not drafts and not problems:
            raise CaseError("the input holds no HL7 v2 message")
        return drafts, problems
    return read_native(plain(parse_json(_text(content))), home=home)


def _content(source: object, max_bytes: int) -> bytes | str:
    if isinstance(source, Path):
        content: bytes | str = _load(source, max_bytes)
    elif isinstance(source, bytes | bytearray | memoryview):
        content = bytes(source)
    elif isinstance(source, str):
        content = storable(source)
    else:
        raise CaseError(f"a case cannot be read from a {type(source).__name__}")
    if len(content) > max_bytes:
        raise _too_large(max_bytes)
    if not content.strip():
        raise CaseError("the input is empty")
    return content


def _load(path: Path, max_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            status = fstat(file.fileno())
            if S_ISREG(status.st_mode) and status.st_size > max_bytes:
                raise _too_large(max_bytes)
            return file.read(max_bytes + 1)
    except FileNotFoundError:
        raise CaseError("the file does not exist") from None
    except IsADirectoryError:
        raise CaseError("the input is a folder, not a file") from None
    except (OSError, ValueError):
        raise CaseError("the file cannot be opened") from None


def _too_large(max_bytes: int) -> CaseError:
    limit = f"{max_bytes // (1024 * 1024)} MiB" if max_bytes >= 1024 * 1024 else f"{max_bytes} bytes"
    return CaseError(f"the input is larger than the limit of {limit}")


def _kind(content: bytes | str) -> str:
    start = _text(content[:4]).lstrip("\ufeff \t\r\n")[:1]
    if start in {"{", "["} or _text(content[:4000]).lstrip("\ufeff \t\r\n")[:1] in {"{", "["}:
        return "json"
    if looks_like_hl7(content):
        return "hl7"
    if isinstance(content, bytes) and b"\x00" in content[:4000]:
        raise CaseError("the input is binary data, neither HL7 v2 nor JSON")
    raise CaseError("the input is neither HL7 v2 (no MSH segment) nor JSON")


def _text(content: bytes | str) -> str:
    if isinstance(content, str):
        return content.removeprefix("\ufeff")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    return content.decode("utf-8-sig", errors="replace")


def _is_content(text: str) -> bool:
    """Whether a string is an input itself rather than the name of a file."""
    start = text.lstrip("\ufeff \t\r\n\x0b")
    return (
        not start
        or start[0] in "{["
        or start[:3] in {"MSH", "FHS", "BHS"}
        or len(text) > _LONGEST_PATH
        or "\n" in text
        or "\r" in text
        or "\x00" in text
    )


def _distinct(drafts: list[Draft]) -> None:
    """Equal ids (two patients told of in the same words) get a number."""
    seen: dict[str, int] = {}
    for draft in drafts:
        seen[draft.id] = seen.get(draft.id, 0) + 1
        if seen[draft.id] > 1:
            draft.id = f"{draft.id}-{seen[draft.id]}"
