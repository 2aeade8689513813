"""Turning a refused table of a content file into one pleasant sentence."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic import ValidationError


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean `ferritin`?`, or nothing when no known word is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean `{near[0]}`?" if near else ""


def first_problem(error: ValidationError, known: Iterable[str] = ()) -> str:
    """The first problem of a table in plain words; `known` are the keys a misspelt one may have meant."""
    details = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in details["loc"])
    match details["type"]:
        case "missing":
            return f"`{where}` is missing"
        case "extra_forbidden":
            return f"`{where}` is not a key here{did_you_mean(where.rsplit('.', 1)[-1], known)}"
        case "literal_error":
            return f"`{where}` is {details['input']!r}; it must be one of {details['ctx']['expected']}"
        case _:
            message = details["msg"].removeprefix("Value error, ")
            return f"`{where}`: {message[:1].lower()}{message[1:]}" if where else message
