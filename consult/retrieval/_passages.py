"""One digest file in Markdown, read into its passages; the format is in docs/guides/writing-knowledge.md."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import rtoml

from consult.errors import ContentError

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

_FRONT_MATTER = re.compile(r"\A\+\+\+\n(?P<toml>.*?)\n\+\+\+\n", re.DOTALL)
_SECTION = re.compile(r"(?P<section>\S.*?)\s*\{#(?P<anchor>[a-z0-9]+(?:-[a-z0-9]+)*)(?P<attributes>(?:\s[^{}]*)?)\}")
_ATTRIBUTE = re.compile(r'\s+(\w+)="([^"]*)"')
_HAN = r"\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
_BREAK_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])\n(?=[{_HAN}])")
_EMPTY_LINE = re.compile(r"\n\s*\n")
_AROUND_BREAK = re.compile(r"[ \t]*\n[ \t]*")
_OWN_LINE = re.compile(r"\n(?=(?:[-*|]|\d+\.) )")


@dataclass(frozen=True, slots=True)
class Passage:
    """The smallest thing a statement can cite: one section of a digest, understandable alone."""

    id: str
    """`aga-ida-2020#ferritin`; the Chinese one ends in `@zh`."""
    guideline: str
    """Id of the document in guidelines.toml."""
    corpus: str
    """Folder below `knowledge/corpora`, usually a specialty."""
    language: Language
    title: str
    """Heading of the whole digest."""
    section: str
    """Heading of this passage."""
    anchor: str
    text: str
    """Our own words; paragraphs are separated by an empty line."""
    grade: str | None
    """Strength of the recommendation as the document words it, where it gives one."""

    @property
    def searchable(self) -> str:
        """What is indexed: the headings give the text its subject."""
        return f"{self.title}. {self.section}\n{self.text}"

    @property
    def hash(self) -> str:
        """SHA-256 over everything a reader of the passage sees, in hexadecimal."""
        parts = (self.id, self.corpus, self.title, self.section, self.grade or "", self.text)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def passage_id(guideline: str, anchor: str, language: Language) -> str:
    """The id under which a passage is cited."""
    return f"{guideline}#{anchor}" if language == "en" else f"{guideline}#{anchor}@{language}"


def read_digest(root: Path, relative: str) -> tuple[Passage, ...]:
    """The passages of the file `root / relative`, in the order of the file.

    Raises:
        ContentError: naming the file, the anchor or heading, and what is wrong.
    """
    digest = _Digest(relative)
    try:
        with open(
            f"{root}/{relative}", "rb", buffering=0
        ) as file:  # hundreds at every start: `read_text` takes twice this
            text = file.read().decode()
    except UnicodeDecodeError:
        raise digest.error("", "the file is not UTF-8 text") from None
    return digest.parse(text)


class _Digest:
    """One file while it is read; its path says corpus, guideline and language."""

    def __init__(self, relative: str) -> None:
        self.file = relative
        folder, _, name = relative.rpartition("/")
        self.corpus = folder.rpartition("/")[2]
        stem = name.removesuffix(".md")
        self.language: Language = "zh" if stem.endswith(".zh") else "en"
        self.guideline = stem.removesuffix(".zh")

    def error(self, item: str, problem: str) -> ContentError:
        return ContentError(self.file, item, problem)

    def parse(self, text: str) -> tuple[Passage, ...]:
        text = "\n".join(text.removeprefix("\ufeff").splitlines()) + "\n"
        front = _FRONT_MATTER.match(text)
        if front is None:
            raise self.error("", "does not begin with front matter between two lines of +++")
        self._check_front_matter(front["toml"])
        preamble, *sections = re.split(r"^## +", text[front.end() :], flags=re.MULTILINE)
        title = self._title(preamble)
        passages = tuple(self._passage(title, section) for section in sections)
        if not passages:
            raise self.error("", "holds no passage: a section is headed '## Title {#anchor}'")
        self._refuse_repeated(passages)
        return passages

    def _check_front_matter(self, toml: str) -> None:
        expected = {"guideline": self.guideline, "language": self.language}
        if toml == f'guideline = "{self.guideline}"\nlanguage = "{self.language}"':
            return  # as nearly every file has it: hundreds are read at every start
        try:
            front: dict[str, Any] = rtoml.loads(toml)
        except rtoml.TomlParsingError as error:
            raise self.error("", f"front matter is not valid TOML: {error}") from None
        for key, value in expected.items():
            if front.get(key) != value:
                raise self.error("", f"front matter says {key} = {front.get(key)!r}, the file's name says {value!r}")
        for key in front.keys() - expected.keys():
            raise self.error("", f"front matter has an unknown key {key!r}")

    def _title(self, preamble: str) -> str:
        heading, _, rest = preamble.strip().partition("\n")
        if not heading.startswith("# "):
            raise self.error("", "the front matter is not followed by one '# Title'")
        if rest.strip():
            raise self.error("", "text before the first '## Title {#anchor}' belongs to no passage")
        return heading.removeprefix("# ").strip()

    def _passage(self, title: str, block: str) -> Passage:
        heading, _, body = block.partition("\n")
        match = _SECTION.fullmatch(heading.strip())
        if match is None:
            raise self.error(
                heading.strip(), "the heading is not '## Title {#anchor grade=\"…\"}' (anchor: a-z, 0-9, -)"
            )
        anchor = match["anchor"]
        if re.search(r"^#", body, flags=re.MULTILINE):
            raise self.error(anchor, "a passage holds no further headings")
        text = _unwrap(body)
        if not text:
            raise self.error(anchor, "the passage is empty")
        return Passage(
            id=passage_id(self.guideline, anchor, self.language),
            guideline=self.guideline,
            corpus=self.corpus,
            language=self.language,
            title=title,
            section=match["section"],
            anchor=anchor,
            text=text,
            grade=self._grade(anchor, match["attributes"]),
        )

    def _grade(self, anchor: str, attributes: str) -> str | None:
        found = dict(cast("list[tuple[str, str]]", _ATTRIBUTE.findall(attributes)))
        if _ATTRIBUTE.sub("", attributes).strip() or found.keys() - {"grade"}:
            raise self.error(anchor, f'after the anchor only grade="…" may stand, not {attributes.strip()!r}')
        return found.get("grade") or None

    def _refuse_repeated(self, passages: tuple[Passage, ...]) -> None:
        seen: set[str] = set()
        for passage in passages:
            if passage.anchor in seen:
                raise self.error(passage.anchor, "the anchor is used twice in this file")
            seen.add(passage.anchor)


def _unwrap(body: str) -> str:
    """Join hard-wrapped lines (without a space between Chinese characters); keep paragraphs and list items."""
    paragraphs = (part.strip() for part in _EMPTY_LINE.split(body))
    return "\n\n".join(_join_lines(paragraph) for paragraph in paragraphs if paragraph)


def _join_lines(paragraph: str) -> str:
    if "\n" not in paragraph:  # as our own digests are written
        return paragraph
    items = _OWN_LINE.split(_AROUND_BREAK.sub("\n", paragraph))
    return "\n".join(_BREAK_BETWEEN_HAN.sub("", item).replace("\n", " ") for item in items)
