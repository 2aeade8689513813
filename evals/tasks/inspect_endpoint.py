"""Whatever model Inspect evaluates, as a model of a panel: every call stands in Inspect's log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    Model,
    ModelOutput,
    ResponseSchema,
)
from inspect_ai.util import JSONSchema

from consult.errors import ModelError
from consult.models import Message, Piece, Reply, Request, Tokens

_ROLES: dict[str, type[ChatMessageSystem | ChatMessageUser | ChatMessageAssistant]] = {
    "system": ChatMessageSystem,
    "user": ChatMessageUser,
    "assistant": ChatMessageAssistant,
}
_FINISHES = {"max_tokens": "length", "model_length": "length", "content_filter": "content_filter"}


class InspectEndpoint:
    """Asks one Inspect model once; `consult.models.Endpoint`. Retries and rates of the provider are Inspect's."""

    def __init__(self, model: Model) -> None:
        """Prepare.

        Args:
            model: as `get_model` gave it.
        """
        self._model = model
        self._name = str(model)

    async def send(
        self,
        request: Request,
        *,
        timeout: float,  # noqa: ASYNC109 - of the protocol
        on_piece: Callable[[Piece], None] | None = None,
    ) -> Reply:
        """The reply to `request`; a structured answer is asked for by Inspect's response schema."""
        messages = [_message(message) for message in request.messages]
        try:
            async with asyncio.timeout(timeout):
                output = await self._model.generate(messages, config=_config(request))
        except TimeoutError:
            raise ModelError(self._name, "timeout") from None
        except Exception as error:  # each provider's package has errors of its own
            raise ModelError(self._name, "server", detail=type(error).__name__) from None
        reply = _reply(output)
        if on_piece is not None:
            on_piece(Piece("answer", reply.text))
        return reply

    async def close(self) -> None:
        """Nothing: the model is Inspect's."""


def _message(message: Message) -> ChatMessage:
    return _ROLES[message.role](content=message.content)


def _config(request: Request) -> GenerateConfig:
    schema = None
    if request.mode == "json_schema" and request.schema is not None:
        described = JSONSchema.model_validate(dict(request.schema))
        schema = ResponseSchema(name=request.schema_name, json_schema=described)
    return GenerateConfig(temperature=request.temperature, max_tokens=request.max_tokens, response_schema=schema)


def _reply(output: ModelOutput) -> Reply:
    usage = output.usage
    tokens = None
    if usage is not None:
        tokens = Tokens(usage.input_tokens, usage.output_tokens, usage.input_tokens_cache_read or 0)
    finish = _FINISHES.get(output.stop_reason, "stop")
    return Reply(text=output.completion, tokens=tokens, finish=finish, model=output.model)
