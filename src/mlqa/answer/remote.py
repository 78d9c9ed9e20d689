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
import json
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any

from mlqa.answer.calls import Heard
from mlqa.answer.chunks import read_chunk, take_chunk, take_whole
from mlqa.answer.endpoint import KEY, host_of, told, without_key
from mlqa.answer.streaming import NobodyReads, Pipe, read_within
from mlqa.errors import ModelError
from mlqa.index.models import reason
from mlqa.schema import ChatMessage, ToolChoice

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncStream
    from openai.types.chat import ChatCompletionChunk

WITHOUT = "MLQA_GENERATOR="
_BASE_URL = "OPENAI_BASE_URL"
_OPENAI = "https://api.openai.com/v1"
_NO_KEY = "none"  # for servers that want none; the client sends something in any case
_RETRIES = 2
_CHARACTERS_PER_TOKEN = 16  # more than any text has; a server may forget its limit
_DENIED, _BUSY, _UNWANTED = {401, 403}, {429, 503}, {400, 422}
_CALLS = "tool_calls"  # why an answer may end where tools are offered, beside "stop"


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
        self._host = host_of(self._base_url)
        self._refuses_tools = False
        self._is_openai = self._host == host_of(_OPENAI)
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

        async def talk(pipe: Pipe) -> None:
            async with self._asked(messages, timeout, tokens) as answer:
                finish = await self._listen(answer, pipe, tokens)
            self._check_end(finish, tokens)

        return self._in_time(talk, timeout)

    def choose(
        self,
        messages: Sequence[ChatMessage],
        tools: Sequence[Mapping[str, Any]],
        *,
        timeout: float,
        tokens: int,
    ) -> Generator[None, None, ToolChoice | None]:
        """Which tool the model wants to be run; see ``protocols.Generator``.

        A server that refuses tools is not asked again.
        """
        if self._refuses_tools or not tools:
            return None
        heard = Heard(tools)

        async def talk(pipe: Pipe) -> None:
            import openai

            wanted = {"tools": list(tools), "tool_choice": "auto"}
            try:
                async with self._asked(messages, timeout, tokens, **wanted) as answer:
                    finish = await self._hear(answer, pipe, tokens, heard)
            except openai.APIStatusError as error:
                self._refuses_tools = _is_for_tools(error)
                if not self._refuses_tools:
                    raise
            else:
                if finish != _CALLS and not heard.is_decided and not heard.choice:
                    self._check_end(finish, tokens)

        with closing(self._in_time(talk, timeout)) as beats:
            for _ in beats:
                yield
        return heard.choice

    def _in_time(
        self, talk: Callable[[Pipe], Awaitable[None]], timeout: float
    ) -> Generator[str, None, None]:
        """Reads what a talk with the server writes."""

        def write(pipe: Pipe) -> None:
            try:
                asyncio.run(self._talk(pipe, talk, timeout))
            except asyncio.CancelledError:
                raise NobodyReads from None

        return read_within(timeout, write, lambda: self._late(timeout))

    async def _talk(
        self, pipe: Pipe, talk: Callable[[Pipe], Awaitable[None]], timeout: float
    ) -> None:
        """Talks to the server until the answer ends or nobody reads any more."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        if task:
            pipe.on_close(lambda: loop.call_soon_threadsafe(task.cancel))
        try:
            await talk(pipe)
        except (ModelError, NobodyReads):
            raise
        except Exception as error:  # noqa: BLE001 - whatever the client, the network or a body gives
            raise self._failure(error, timeout) from None  # the error holds the request and its key
        finally:
            pipe.on_close(None)

    @asynccontextmanager
    async def _asked(
        self,
        messages: Sequence[ChatMessage],
        timeout: float,
        tokens: int,
        **wanted: Any,  # noqa: ANN401 - passed on
    ) -> AsyncIterator[AsyncStream[ChatCompletionChunk]]:
        """One request and its answer."""
        from openai import AsyncOpenAI

        key = os.environ.get(KEY) or _NO_KEY
        conversation: Any = [{"role": role, "content": content} for role, content in messages]
        client = AsyncOpenAI(
            api_key=key, base_url=self._base_url, timeout=timeout, max_retries=_RETRIES
        )
        async with client:
            answer: Any = await client.chat.completions.create(
                model=self._model,
                messages=conversation,
                stream=True,
                **self._limits(tokens),
                **wanted,
            )
            async with answer:
                yield answer

    async def _listen(
        self, answer: AsyncStream[ChatCompletionChunk], pipe: Pipe, tokens: int
    ) -> str:
        """Hands on the text of an answer; returns the reason of its end, empty if none is given."""
        length, finish = 0, ""
        async for chunk in self._chunks(answer):
            text, ended = read_chunk(chunk)
            pipe.write(text)
            length += len(text)
            finish = ended or finish
            if length > _CHARACTERS_PER_TOKEN * tokens:
                return "length"
        return finish

    async def _hear(
        self, answer: AsyncStream[ChatCompletionChunk], pipe: Pipe, tokens: int, heard: Heard
    ) -> str:
        """Takes up calls and text until they decide; returns the reason of the end as above."""
        if "json" in answer.response.headers.get("content-type", ""):  # a server that cannot stream
            return take_whole(json.loads(await answer.response.aread()), heard)
        finish = ""
        async for chunk in self._chunks(answer):
            pipe.write("")  # whoever has left hears no more
            finish = take_chunk(chunk, heard) or finish
            if heard.is_decided:
                break
            if heard.length > _CHARACTERS_PER_TOKEN * tokens:
                return "length"
        return finish

    async def _chunks(
        self, answer: AsyncStream[ChatCompletionChunk]
    ) -> AsyncIterator[ChatCompletionChunk]:
        """The parts of an answer, at least one."""
        from openai import APIConnectionError

        is_heard = False
        try:
            async for chunk in answer:
                is_heard = True
                yield chunk
        except APIConnectionError as error:
            raise self._cut(without_key(reason(error.__cause__ or error))) from None
        if not is_heard:
            kind = answer.response.headers.get("content-type", "")
            raise ModelError("generator_malformed", host=self._host, reason=kind)

    def _check_end(self, finish: str, tokens: int) -> None:
        """Refuses an answer that has not come to its end."""
        if finish == "length":
            raise ModelError("generator_length", name=self._model, tokens=tokens)
        if finish != "stop":
            raise self._cut(finish or "no finish_reason")

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

        host, why = self._host, without_key(reason(error))
        status = error.status_code if isinstance(error, openai.APIStatusError) else 0
        if isinstance(error, openai.APITimeoutError):
            failure = self._late(timeout)
        elif isinstance(error, openai.APIConnectionError):
            cause = without_key(reason(error.__cause__ or error))
            failure = ModelError("generator_unreachable", host=host, reason=cause)
        elif status in _DENIED:
            failure = ModelError("generator_denied", host=host, status=status)
        elif status in _BUSY:
            failure = ModelError("generator_busy", host=host, status=status)
        elif status:
            said = without_key(told(error)) or http.client.responses.get(status, "")
            failure = ModelError("generator_status", host=host, status=status, reason=said)
        elif isinstance(error, openai.APIError):  # told inside the stream
            failure = self._cut(why)
        else:  # no JSON, no UTF-8, not the fields that there should be
            failure = ModelError("generator_malformed", host=host, reason=why)
        return failure


def _is_for_tools(error: APIStatusError) -> bool:
    """Whether a server refuses a request because it knows no tools."""
    status = error.status_code
    if status in _DENIED | _BUSY:
        return False
    return status in _UNWANTED or bool(re.search(r"\b(?:tool|function)", str(error)))
