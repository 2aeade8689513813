"""A specialist elsewhere as something that is asked like a model: one document is posted, one document comes back.

Retries, limits, circuit breaker, ledger, ceilings and recording are those of models, since it is an `Endpoint`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from consult.errors import ModelError, SettingsError
from consult.models._failures import failure
from consult.models._request import OnPiece, Reply, Request, Tokens
from consult.settings import AgentSettings, ModelSettings
from consult.settings._table import within_house

if TYPE_CHECKING:
    import httpx2

LONGEST = 1_000_000
"""Bytes of an answer that are read."""
_CONNECT = 10.0
"""Seconds for the connection alone, so that a machine that is off is noticed early."""
_NAME = 80
_UNBOUNDED = 100_000_000
"""Tokens: how much a specialist elsewhere can read is its own business."""


def remote_name(agent: str) -> str:
    """The name under which the specialist elsewhere that answers for `agent` is asked and stands in the ledger."""
    return f"remote:{agent}"


def remote_settings(agent: str, said: AgentSettings) -> ModelSettings:
    """What a site says about an agent with `reasoner = "remote"`, as the settings of a model.

    Raises:
        SettingsError: the address is neither encrypted nor within the house.
    """
    if said.url is None:
        raise SettingsError(f"settings: agents.{agent}.url: missing")
    if not within_house(said.url):
        raise SettingsError(
            f"settings: agents.{agent}.url: must begin with https; "
            "plain http is for localhost and for addresses of a private network"
        )
    return ModelSettings(
        provider="openai",  # only since every model has one: nothing of it is used
        base_url=said.url,
        model="remote",
        api_key_env=said.api_key_env,
        structured="json_schema",  # nothing is added to the document
        streaming=False,
        timeout=said.timeout,
        context_tokens=_UNBOUNDED,
    )


class RemoteEndpoint:
    """Posts the first message of a request, which is a JSON document, and gives back the JSON document that comes.

    A request that asks for a correction is posted as the same document with `problem`, the last message. Of the answer
    `usage` (`input_tokens`, `output_tokens`) and `model` are taken off: they are for the ledger.
    """

    def __init__(self, name: str, settings: ModelSettings) -> None:
        """Prepare; nothing is connected yet."""
        self.name = name
        self._settings = settings
        self._client: httpx2.AsyncClient | None = None

    async def send(  # of the protocol, where a caller of one call says how long it may take
        self,
        request: Request,
        *,
        timeout: float,  # noqa: ASYNC109
        on_piece: OnPiece | None = None,
    ) -> Reply:
        """The reply to `request`; see `Endpoint`. Nothing is streamed."""
        import httpx2

        body = self._body(request)
        try:
            async with asyncio.timeout(timeout):
                return await self._posted(body)
        except (TimeoutError, httpx2.TimeoutException):
            raise ModelError(self.name, "timeout") from None
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise ModelError(self.name, "connection") from None

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _posted(self, body: bytes) -> Reply:
        client = self._client = self._client or self._connected()
        async with client.stream("POST", self._settings.base_url, content=body) as response:
            if not response.is_success:
                raise self._failure(response.status_code, response.headers)
            content = bytearray()
            # raw: an answer that was not asked to be compressed could unpack to any size
            async for part in response.aiter_raw():
                content += part
                if len(content) > LONGEST:
                    raise ModelError(self.name, "too-long")
        return self._reply(bytes(content), response.headers.get("x-request-id", ""))

    def _connected(self) -> httpx2.AsyncClient:
        import httpx2

        try:
            key = self._settings.api_key()
        except SettingsError:
            raise ModelError(self.name, "auth", detail="its API key cannot be read") from None
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        encrypted = self._settings.base_url.startswith("https:")
        return httpx2.AsyncClient(
            headers=headers,
            timeout=httpx2.Timeout(None, connect=_CONNECT),  # the whole call is timed in `send`
            follow_redirects=False,  # a case goes to the configured address and nowhere else
            trust_env=encrypted,  # nor, in plain text, through a proxy
        )

    def _body(self, request: Request) -> bytes:
        try:
            document = json.loads(request.messages[0].content)
        except ValueError:
            raise ModelError(self.name, "bad-request", detail="what was to be sent is not JSON") from None
        if len(request.messages) > 1:
            document["problem"] = request.messages[-1].content
        return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")

    def _failure(self, status: int, headers: Mapping[str, str]) -> ModelError:
        if status == 501:  # it does not do what was asked, and will not do it when asked again
            return ModelError(self.name, "not-found", status=status)
        return failure(self.name, status, None, headers, body={}, mode=None)

    def _reply(self, content: bytes, request_id: str) -> Reply:
        text = content.decode("utf-8", "replace")
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):  # judged like any other answer that cannot be read
            return Reply(text=text, tokens=Tokens(0, 0), request_id=request_id[:_NAME])
        usage, served = answer.pop("usage", None), answer.pop("model", None)
        return Reply(
            text=json.dumps(answer, ensure_ascii=False),
            tokens=_tokens(usage),
            model=_name(served),
            request_id=request_id[:_NAME],
        )


def _tokens(usage: Any) -> Tokens:
    """What it says it consumed; none when it says nothing, since it need not be a language model."""
    counts = usage if isinstance(usage, dict) else {}
    return Tokens(input=_count(counts.get("input_tokens")), output=_count(counts.get("output_tokens")))


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _UNBOUNDED else 0


def _name(value: Any) -> str:
    return value[:_NAME] if isinstance(value, str) and value.isprintable() else ""
