"""From an HTTP error to its kind. The server's words are read here and go no further: they may echo the prompt."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from consult.errors import ModelError, ModelErrorKind
from consult.models._refused import ModeRefused, ParameterRefused
from consult.models._request import Mode

_READ = 400
"""Characters of a message that are looked at: what is wrong comes first, an echo of the prompt after it."""
_ADAPTABLE = (
    "stream_options", "reasoning_effort", "max_completion_tokens", "max_tokens", "temperature", "stream", "seed",
)  # fmt: skip
_KINDS: dict[int, ModelErrorKind] = {
    401: "auth", 402: "auth", 403: "auth", 404: "not-found", 408: "server", 409: "server", 429: "rate-limit",
}  # fmt: skip
_CONTEXT = re.compile(r"context.{0,12}(length|size|window)|exceed_context|too many (input )?tokens|prompt is too long")
_FILTERED = re.compile(r"content_filter|content_policy|data_inspection_failed|content exists risk")
_NO_CREDIT = re.compile(r"insufficient_quota|insufficient balance|exceeded your current quota")
_MODE: dict[Mode, re.Pattern[str]] = {
    "json_schema": re.compile(r"response_format|json_schema|guided|grammar|schema|structured output"),
    "tool": re.compile(r"tool|function|--jinja|peg-native|grammar"),
    "json_object": re.compile(r"response_format|json_object|guided|grammar|must contain the word 'json'"),
}
# a server error is a mode's fault only in the words of servers that are known to answer so: llama.cpp, OpenRouter
_MODE_ELSEWHERE = re.compile(r"peg-native|--jinja|parse grammar|grammar sampler|no endpoints found that support")


def failure(
    name: str, status: int, said: Any, headers: Mapping[str, str], *, body: Mapping[str, Any], mode: Mode | None
) -> ModelError:
    """What an HTTP error means.

    Args:
        name: the model's name in `consult.toml`.
        status: HTTP status.
        said: the response's body, where it is JSON.
        headers: those of the response.
        body: what had been sent.
        mode: how structure had been asked for.
    """
    words = _words(said)
    if _refuses_mode(status, words, mode):
        return ModeRefused(name, "bad-request", status=status, detail=f"{mode} is refused")
    if status in {400, 413, 422}:
        return _bad_request(name, status, words, body)
    if status in {402, 429} and (status == 402 or _NO_CREDIT.search(words)):
        return ModelError(name, "auth", status=status, detail="the account has no credit left")
    kind = _KINDS.get(status) or ("server" if status >= 500 else "bad-request")
    detail = "the address answers with a redirect" if 300 <= status < 400 else ""
    return ModelError(name, kind, status=status, retry_after=retry_after(headers), detail=detail)


def _bad_request(name: str, status: int, words: str, body: Mapping[str, Any]) -> ModelError:
    if _CONTEXT.search(words) or status == 413:
        return ModelError(name, "context", status=status)
    if _FILTERED.search(words):
        return ModelError(name, "refusal", status=status)
    for parameter in _ADAPTABLE:
        if parameter in body and re.search(rf"(?<![a-z_]){parameter}(?![a-z_])", words):
            return ParameterRefused(name, "bad-request", status=status, detail=parameter)
    return ModelError(name, "bad-request", status=status)


def _refuses_mode(status: int, words: str, mode: Mode | None) -> bool:
    if mode is None or mode == "prompt" or _CONTEXT.search(words):
        return False
    pattern = _MODE[mode] if status in {400, 422} else _MODE_ELSEWHERE
    return status in {400, 404, 422, 500, 501} and pattern.search(words) is not None


def _words(said: Any) -> str:
    """Code, parameter and the head of the message, in lower case, as far as there are any."""
    error = said.get("error", said) if isinstance(said, dict) else said
    if not isinstance(error, dict):
        return str(error or "")[:_READ].lower()
    named = (str(error.get(key) or "") for key in ("code", "param", "type"))
    message = str(error.get("message") or error.get("detail") or "")
    return "\n".join((*named, message[:_READ])).lower()


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date."""
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    value = headers.get("retry-after", "")
    if (seconds := _number(value)) is not None:
        return seconds
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def _number(value: str | None) -> float | None:
    return float(value) if value and re.fullmatch(r"\s*[0-9]{1,9}(\.[0-9]*)?\s*", value) else None
