"""Any endpoint that speaks OpenAI's chat completions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from consult.errors import ModelError, SettingsError
from consult.models._failures import failure
from consult.models._reading import Reading
from consult.models._refused import ParameterRefused
from consult.models._request import Mode, OnPiece, Reply, Request
from consult.settings import ModelSettings

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI, Omit

LONGEST = 200_000
"""Characters of answer and reasoning together that are read."""
_CONNECT = 10.0
"""Seconds for the connection alone, so that a machine that is off is noticed early."""
_IDLE = 4.0
"""Seconds that an unused connection is kept: servers close theirs after 5, and a call must not meet that moment."""


class OpenAIEndpoint:
    """Asks over HTTP, once: one client with one pool of connections, made when it is first asked.

    What a server refuses of a request (a parameter, not a mode) is remembered and not sent again.
    """

    def __init__(self, name: str, settings: ModelSettings, *, longest: int = LONGEST) -> None:
        """Prepare; nothing is connected yet.

        Args:
            name: the model's name in `consult.toml`.
            settings: its settings.
            longest: characters of an answer after which no more is read.
        """
        self.name = name
        self._settings = settings
        self._longest = longest
        self._client: AsyncOpenAI | None = None
        self._headers: dict[str, str | Omit] = {}
        self._refused: set[str] = set() if settings.profile.stream_options else {"stream_options"}
        """Parameters that are sent no more."""
        first = settings.profile.max_tokens_field if settings.hosted else "max_tokens"
        self._bounds = sorted(("max_tokens", "max_completion_tokens"), key=lambda name: name != first)
        """What the bound of an answer may be called; the first that was not refused is sent."""

    async def send(  # of the protocol, where a caller of one call says how long it may take
        self,
        request: Request,
        *,
        timeout: float,  # noqa: ASYNC109
        on_piece: OnPiece | None = None,
    ) -> Reply:
        """The reply to `request`; see `Endpoint`."""
        body = self._body(request, stream=on_piece is not None)
        try:
            async with asyncio.timeout(timeout):
                return await self._asked(body, request.mode, on_piece)
        except TimeoutError:
            raise ModelError(self.name, "timeout") from None

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _asked(self, body: dict[str, Any], mode: Mode | None, on_piece: OnPiece | None) -> Reply:
        import httpx2

        response = await self._response(body, mode)
        reading = Reading(self.name, on_piece, limit=self._longest)
        streamed = response.headers.get("content-type", "").startswith("text/event-stream")
        ended = False
        try:
            async with aclosing(self._events(response) if streamed else self._whole(response)) as events:
                async for event in events:
                    ended = event is None
                    if event is not None:
                        self._check(event, body, mode)
                        reading.take(event)
        except httpx2.TimeoutException:
            raise ModelError(self.name, "timeout") from None
        except httpx2.HTTPError:
            raise ModelError(self.name, "connection", detail="cut in mid-answer") from None
        finally:
            await response.aclose()  # a connection that was not read to its end is closed, not reused
        return reading.reply(ended=ended, request_id=response.headers.get("x-request-id", ""))

    async def _response(self, body: dict[str, Any], mode: Mode | None) -> httpx2.Response:
        """The response, its body still unread."""
        import httpx2
        import openai

        client = self._client = self._client or self._connected()
        try:
            # the raw response, read by ourselves: a third less CPU a call than the client's typed objects, and every
            # field that a server adds is seen
            response = await client.post(
                "/chat/completions",
                body=body,
                cast_to=httpx2.Response,
                stream=True,
                stream_cls=openai.AsyncStream[Any],
                # llama.cpp closes a connection after a stream without saying so; who reuses it in that moment fails
                options={"headers": {**self._headers, "Connection": "close"} if "stream" in body else self._headers},
            )
        except openai.APIStatusError as error:
            said = {"error": error.body}
            raise self._failure(error.status_code, said, error.response.headers, body, mode) from None
        except openai.APITimeoutError:
            raise ModelError(self.name, "timeout", detail="no connection in time") from None
        except openai.OpenAIError:
            raise ModelError(self.name, "connection") from None
        return cast("httpx2.Response", response)

    def _connected(self) -> AsyncOpenAI:
        import httpx2
        import openai

        settings = self._settings
        try:
            key = settings.api_key()
        except SettingsError:
            raise ModelError(self.name, "auth", detail="its API key cannot be read") from None
        # what the environment says of OpenAI's own service is not for other servers
        self._headers = {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
        if key is None:
            self._headers["Authorization"] = openai.Omit()
        timeout = httpx2.Timeout(None, connect=_CONNECT)  # the whole call is timed in `send`
        return openai.AsyncOpenAI(
            base_url=settings.base_url,
            api_key=key or "none",
            max_retries=0,
            timeout=timeout,
            # redirects are not followed: a prompt goes to the configured address and nowhere else
            http_client=httpx2.AsyncClient(
                timeout=timeout,
                follow_redirects=False,
                limits=httpx2.Limits(
                    max_connections=None, max_keepalive_connections=settings.limits.concurrency, keepalive_expiry=_IDLE
                ),
            ),
        )

    def _body(self, request: Request, *, stream: bool) -> dict[str, Any]:
        body: dict[str, Any] = {
            **{key: value for key, value in request.extra.items() if key not in self._refused},
            "model": request.model,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            **self._structure(request),
        }
        given: dict[str, Any] = {"temperature": request.temperature, "reasoning_effort": request.reasoning_effort}
        bound = next((name for name in self._bounds if name not in self._refused), self._bounds[0])
        given[bound] = request.max_tokens
        if stream and self._settings.streaming and "stream" not in self._refused:
            given |= {"stream": True, "stream_options": {"include_usage": True}}
        body.update({key: value for key, value in given.items() if value is not None and key not in self._refused})
        return body

    def _structure(self, request: Request) -> dict[str, Any]:
        """What asks for structure in the request's mode."""
        schema, name = request.schema, request.schema_name
        match request.mode:
            case "json_schema":
                described = {"name": name, "schema": schema, "strict": True}
                return {"response_format": {"type": "json_schema", "json_schema": described}}
            case "tool":
                function: dict[str, Any] = {"name": name, "parameters": schema}
                if self._settings.profile.strict_tools:
                    function["strict"] = True
                # llama.cpp takes a tool's name for "auto"; with one tool alone, "required" means it everywhere
                return {"tools": [{"type": "function", "function": function}], "tool_choice": "required"}
            case "json_object":
                return {"response_format": {"type": "json_object"}}
            case _:
                return {}

    async def _whole(self, response: httpx2.Response) -> AsyncGenerator[dict[str, Any] | None]:
        """A plain response as the one event it is, and its end."""
        content = bytearray()
        async for part in response.aiter_bytes():
            content += part
            if len(content) > 6 * self._longest + 65_536:  # a character escaped in JSON takes six bytes
                raise ModelError(self.name, "too-long")
        yield self._event(bytes(content))
        yield None

    def _check(self, event: dict[str, Any], body: dict[str, Any], mode: Mode | None) -> None:
        """Raises for an error that came with status 200, as from gateways, or in mid-stream."""
        if event.get("error") and not event.get("choices"):
            error = event["error"]
            code = error.get("code") if isinstance(error, dict) else None
            raise self._failure(code if isinstance(code, int) and code >= 400 else 500, event, {}, body, mode)

    def _failure(self, status: int, said: Any, headers: Any, body: dict[str, Any], mode: Mode | None) -> ModelError:
        error = failure(self.name, status, said, headers, body=body, mode=mode)
        if isinstance(error, ParameterRefused):
            self._refused.add(error.detail)
        return error

    async def _events(self, response: httpx2.Response) -> AsyncGenerator[dict[str, Any] | None]:
        """The events of a stream; None at its end, where the server marks one.

        Lines end in bytes, not in text: JSON may hold characters that Python takes for line ends.
        """
        buffer = b""
        async for part in response.aiter_bytes():
            *lines, buffer = (buffer + part).split(b"\n")
            for line in lines:
                data = line.removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
                if data == b"[DONE]":
                    yield None
                elif data:
                    yield self._event(data)

    def _event(self, data: bytes) -> dict[str, Any]:
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise ModelError(self.name, "malformed", detail="the response is not JSON")
        return found
