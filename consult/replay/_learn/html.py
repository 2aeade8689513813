"""`learn.html`: the report as a page that opens without a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from consult._version import __version__
from consult.panel import Library
from consult.plan import Language, phrase
from consult.replay._html import Child, Html, details, join, table, tag, text
from consult.replay._learn.reasons import Reason
from consult.replay._learn.sources import KINDS, PROBLEM
from consult.replay._learn.told import proposed, summary
from consult.replay._learn.words import words
from consult.replay._report import Names
from consult.replay._report.amounts import count, figure
from consult.replay._report.page import page
from consult.replay._report.sections import paragraph

HTML = "learn.html"
LISTED = 40
"""Sources of a kind that are listed; `learn.json` has all."""
_SHORT_HASH = 12
_SECTIONS = (*KINDS, "reasons", "examples", "added", "proposals")


def learn_html(document: dict[str, Any], library: Library, language: Language, *, at: datetime) -> str:
    """The page of a `learn.json`; `at` is when it is written."""
    told = _Told(document, Names(language, library))
    parts = [told.sources(kind) for kind in KINDS]
    parts += [told.reasons(), told.examples(), told.added(), told.proposals()]
    made = paragraph(f"{at:%Y-%m-%d %H:%M %Z} · consult {__version__} · {document['content_hash'][:19]}", "note")
    head = [
        made,
        *(paragraph(one) for one in summary(document, language)),
        paragraph(words("nothing-changed", language), "warning"),
        paragraph(words("how", language), "note"),
    ]
    return page(
        words("title", language),
        head,
        parts,
        contents=[(name, words(f"sec.{name}", language)) for name in _SECTIONS],
        labels=(words("contents", language), words("skip", language)),
        skip_to=KINDS[0],
        language=language,
    )


def kind_says(kind: str, language: Language) -> str:
    """A kind of item."""
    return ("problem" if language == "en" else "问题") if kind == PROBLEM else phrase(kind, language)


class _Told:
    """The sections of one document."""

    def __init__(self, document: dict[str, Any], names: Names) -> None:
        self._document = document
        self._names = names
        self._language = names.language

    def sources(self, kind: str) -> Html:
        """Sources of a kind that were corrected, those that are most surely corrected often first."""
        rows: list[dict[str, Any]] = self._document["by"][kind]
        corrected = [row for row in rows if row["corrected"]]
        head = ["source", "name"] + (["by"] if kind == "agent" else ["kind"] if kind == "concept" else [])
        head += ["n", "accepted", "edited", "rejected", "set-aside", "corrected", "distance", "consultations"]
        head += [] if kind == "concept" else ["versions"]
        shown = corrected[:LISTED]
        class_ = "figures named" + (" of-kind" if kind in {"agent", "concept"} else "")
        class_ += "" if kind == "concept" else " told"
        body = table([self._say(key) for key in head], [self._source(kind, row) for row in shown], class_=class_)
        notes = [
            ("more", len(corrected) - len(shown)),
            ("uncorrected", len(rows) - len(corrected)),
        ]
        said = [paragraph(self._say(key, n=n), "note") for key, n in notes if n]
        return self._section(kind, body if shown else None, *said, self._none(rows))

    def reasons(self) -> Html:
        """What rejections say."""
        found: dict[Reason, int] = self._document["items"]["reasons"]
        order = sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))
        rows = [[self._say(f"reason.{reason}"), count(n)] for reason, n in order]
        note = paragraph(self._say("reasons-note"), "note")
        head = [self._say("reason"), self._say("rejected")]
        return self._section("reasons", note, table(head, rows) if rows else paragraph(self._say("none")))

    def examples(self) -> Html:
        """Corrections in words, by what they are about."""
        note = paragraph(self._say("examples-note", withheld=self._document["withheld"]), "note")
        groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for one in self._document["examples"]:
            groups.setdefault((one["kind"], one["name"]), []).append(one)
        order = sorted(groups.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        parts = [self._about(kind, name, found) for (kind, name), found in order]
        return self._section("examples", note, *(parts or [paragraph(self._say("no-examples"))]))

    def added(self) -> Html:
        """What only the doctors named."""
        head = [self._say(key) for key in ("source", "name", "in-edits", "in-reasons")]
        rows: list[Sequence[Child]] = [
            [tag("code", one["id"]), one["name"], count(one["in_edits"]), count(one["in_reasons"])]
            for one in self._document["added"]
        ]
        note = paragraph(self._say("added-note"), "note")
        return self._section("added", note, table(head, rows) if rows else paragraph(self._say("no-added")))

    def proposals(self) -> Html:
        """What was proposed."""
        return self._section("proposals", *(paragraph(one) for one in proposed(self._document, self._language)))

    def _source(self, kind: str, row: dict[str, Any]) -> list[Child]:
        gone = tag("span", self._say("foreign" if kind == "passage" else "gone"), class_="unjudged")
        name = row["name"] if row["there"] else gone
        extra: list[Child] = []
        if kind in {"agent", "concept"}:
            extra = [row["by"] if kind == "agent" else kind_says(row["by"], self._language)]
        versions = [] if kind == "concept" else [join(self._versions(row["versions"]))]
        return [
            tag("code", row["id"]),
            name,
            *extra,
            *(count(row[key]) for key in ("n", "accepted", "edited", "rejected", "set_aside")),
            self._share(row),
            count("–" if row["distance"] is None else figure(row["distance"])),
            count(row["consultations"]),
            *versions,
        ]

    def _share(self, row: dict[str, Any]) -> Html:
        low, high = row["interval"]
        said = self._names.say("of", found=row["corrected"], of=row["n"])
        ends = f"{100 * row['rate']:.0f} % ({100 * low:.0f}–{100 * high:.0f})"
        return tag("td", join([said, " ", tag("span", ends, class_="share")]), class_="num")

    def _versions(self, versions: Sequence[dict[str, Any]]) -> Iterator[Html]:
        for one in versions:
            when = self._say("today" if one["today"] else "older")
            short = one["version"].removeprefix("sha256:")[:_SHORT_HASH]
            counts = {"corrected": one["corrected"], "n": one["n"]}
            alone = self._say("only-version", version=short, when=when)
            said = alone if len(versions) == 1 else self._say("version", version=short, when=when, **counts)
            yield tag("div", said, class_="notes", title=one["version"])

    def _about(self, kind: str, name: str, found: Sequence[dict[str, Any]]) -> Html:
        items = [tag("li", *self._example(one), lang=one["language"]) for one in found]
        said = join([tag("b", name), f" · {kind_says(kind, self._language)} · {len(found)}"])
        return details(said, tag("ul", *items, class_="diff"))

    def _example(self, one: dict[str, Any]) -> Iterator[Html]:
        if one["decision"] == "edit":
            yield tag("span", f"{self._say('edit')} ", class_="change")
            yield join(_piece(mark, said) for mark, said in one["words"])
        else:
            yield tag("span", f"{self._say('reject')}: {self._say('reason.' + one['reason'])} ", class_="change gone")
            yield tag("q", join(text(said) for _, said in one["words"]))

    def _none(self, rows: Sequence[object]) -> Html | None:
        return None if rows else paragraph(self._say("none"))

    def _section(self, name: str, *children: Child) -> Html:
        return tag("section", tag("h2", self._say(f"sec.{name}")), *children, id=name)

    def _say(self, key: str, **values: object) -> str:
        return words(key, self._language, **values)


def _piece(mark: str, said: str) -> Html:
    name = {"gone": "del", "new": "ins"}.get(mark)
    return text(said) if name is None else tag(name, said)
