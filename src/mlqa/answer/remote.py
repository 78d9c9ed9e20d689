"""A language model behind an OpenAI-compatible server.

The only importer of openai, whose client does the talking: retries with growing pauses where a
server is busy or out of reach, as long as the time for the answer lasts. The client runs in an
event loop of its own in a thread of its own, so that whatever it waits for (an address, a pause, a
server that drips) ends with that time.

The key is read from the environment for each request. It is kept nowhere, and taken out of
whatever a server answers.
"""

from __future__ import annotations

import asyncio
import http.client
import os
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mlqa.answer.streaming import NobodyReads, Pipe, read_within
from mlqa.errors import ModelError
from mlqa.index.models import reason
from mlqa.schema import ChatMessage

if TYPE_CHECKING:
    from openai import AsyncStream
    from openai.types.chat import ChatCompletionChunk

KEY = "OPENAI_API_KEY"
WITHOUT = "MLQA_GENERATOR="
_BASE_URL = "OPENAI_BASE_URL"
_OPENAI = "https://api.openai.com/v1"
_NO_KEY = "none"  # for servers that want none; the client sends something in any case
_RETRIES = 2
_CHARACTERS_PER_TOKEN = 16  # more than any text has; a server may forget its limit
_DENIED, _BUSY = {401, 403}, {429, 503}


class OpenAIGenerator:
    """Text of a model behind an OpenAI-compatible server; a ``Generator``.

    Args:
        model: Name of the model, as the server knows it.
        base_url: Address of the server; from OPENAI_BASE_URL if empty, else that of OpenAI.

    Raises:
        ModelError: The address is not one, or OpenAI is to be asked without a key.
    """

    def __init__(self, model: str, base_url: str = "") -> None:
        self._model = model
        self._base_url = base_url or os.environ.get(_BASE_URL, "") or _OPENAI
        self._host = _host(self._base_url)
        self._is_openai = self._host == _host(_OPENAI)
        if self._is_openai and not os.environ.get(KEY):
            raise ModelError("generator_key", host=self._host, without=WITHOUT)

    @property
    def identity(self) -> str:
        """Names the model and the server."""
        return f"openai:{self._model}@{self._host}"

    def generate(
        self, messages: Sequence[ChatMessage], *, timeout: float, tokens: int
    ) -> Generator[str, None, None]:
        """What the model says next; see ``protocols.Generator``."""

        def write(pipe: Pipe) -> None:
            try:
                asyncio.run(self._write(pipe, messages, timeout, tokens))
            except asyncio.CancelledError:
                raise NobodyReads from None

        return read_within(timeout, write, lambda: self._late(timeout))

    async def _write(
        self, pipe: Pipe, messages: Sequence[ChatMessage], timeout: float, tokens: int
    ) -> None:
        """Talks to the server until the text ends or nobody reads any more."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        if task:
            pipe.on_close(lambda: loop.call_soon_threadsafe(task.cancel))
        try:
            await self._talk(pipe, messages, timeout, tokens)
        except (ModelError, NobodyReads):
            raise
        except Exception as error:  # noqa: BLE001 - whatever the client, the network or a body gives
            raise self._failure(error, timeout) from None  # the error holds the request and its key
        finally:
            pipe.on_close(None)

    async def _talk(
        self, pipe: Pipe, messages: Sequence[ChatMessage], timeout: float, tokens: int
    ) -> None:
        """One request and its answer."""
        from openai import AsyncOpenAI

        key = os.environ.get(KEY) or _NO_KEY
        conversation: Any = [{"role": role, "content": content} for role, content in messages]
        client = AsyncOpenAI(
            api_key=key, base_url=self._base_url, timeout=timeout, max_retries=_RETRIES
        )
        async with client:
            answer: Any = await client.chat.completions.create(
                model=self._model, messages=conversation, stream=True, **self._limits(tokens)
            )
            async with answer:
                finish = await self._listen(answer, pipe, tokens)
        if finish == "length":
            raise ModelError("generator_length", name=self._model, tokens=tokens)
        if finish != "stop":
            raise self._cut(finish or "no finish_reason")

    async def _listen(
        self, answer: AsyncStream[ChatCompletionChunk], pipe: Pipe, tokens: int
    ) -> str:
        """Hands on the text of an answer; returns the reason of its end, empty if none is given."""
        from openai import APIConnectionError

        length, finish, is_heard = 0, "", False
        try:
            async for chunk in answer:
                is_heard = True
                text, ended = _read(chunk)
                pipe.write(text)
                length += len(text)
                finish = ended or finish
                if length > _CHARACTERS_PER_TOKEN * tokens:
                    return "length"
        except APIConnectionError as error:
            raise self._cut(_without_key(reason(error.__cause__ or error))) from None
        if not is_heard:
            kind = answer.response.headers.get("content-type", "")
            raise ModelError("generator_malformed", host=self._host, reason=kind)
        return finish

    def _cut(self, why: str) -> ModelError:
        return ModelError("generator_cut", host=self._host, reason=why)

    def _limits(self, tokens: int) -> dict[str, Any]:
        """Models of OpenAI that think refuse both of what all others take."""
        if self._is_openai:
            return {"max_completion_tokens": tokens}
        return {"max_tokens": tokens, "temperature": 0}

    def _late(self, timeout: float) -> ModelError:
        return ModelError("generator_timeout", name=self._model, seconds=timeout)

    def _failure(self, error: Exception, timeout: float) -> ModelError:
        """An error of the client as one of ours, without the key."""
        import openai

        host, why = self._host, _without_key(reason(error))
        status = error.status_code if isinstance(error, openai.APIStatusError) else 0
        if isinstance(error, openai.APITimeoutError):
            failure = self._late(timeout)
        elif isinstance(error, openai.APIConnectionError):
            cause = _without_key(reason(error.__cause__ or error))
            failure = ModelError("generator_unreachable", host=host, reason=cause)
        elif status in _DENIED:
            failure = ModelError("generator_denied", host=host, status=status)
        elif status in _BUSY:
            failure = ModelError("generator_busy", host=host, status=status)
        elif status:
            said = _without_key(_said(error)) or http.client.responses.get(status, "")
            failure = ModelError("generator_status", host=host, status=status, reason=said)
        elif isinstance(error, openai.APIError):  # told inside the stream
            failure = self._cut(why)
        else:  # no JSON, no UTF-8, not the fields that there should be
            failure = ModelError("generator_malformed", host=host, reason=why)
        return failure


def _host(base_url: str) -> str:
    """Host and port of an address.

    Raises:
        ModelError: It is not an address, or holds a name or a password.
    """
    try:
        parts = urlsplit(base_url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # a port that is no number, a bracket that stays open
        raise _wrong(base_url) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise _wrong(base_url)
    return f"{parts.hostname}{port}"


def _wrong(base_url: str) -> ModelError:
    """The error for an address; what may be a password is not repeated."""
    scheme, found, rest = base_url.rpartition("@")
    return ModelError("generator_url", url=f"…@{rest}" if found and scheme else base_url)


def _read(chunk: ChatCompletionChunk) -> tuple[str, str]:
    """Text and reason of the end in a part of an answer; the client does not check its fields."""
    choices = chunk.choices
    if not choices:  # the count of tokens, at the end
        return "", ""
    text = choices[0].delta.content if choices[0].delta else None
    if text is not None and not isinstance(text, str):
        raise ValueError(f"content: {type(text).__name__}")
    return text or "", str(choices[0].finish_reason or "")


def _said(error: Exception) -> str:
    """What the server says of an error, if it says it in the usual way."""
    body = getattr(error, "body", None)
    said = body.get("message") if isinstance(body, dict) else None
    return reason(ValueError(said)) if isinstance(said, str) and said else ""


def _without_key(text: str) -> str:
    key = os.environ.get(KEY)
    return text.replace(key, "…") if key else text
