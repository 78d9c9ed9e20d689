"""The parts of an answer as OpenAI-compatible servers send them, fields unchecked."""

from __future__ import annotations

from typing import Any

from mlqa.answer.calls import Heard


def read_chunk(chunk: Any) -> tuple[str, str]:  # noqa: ANN401 - the client builds what comes
    """Text and reason of the end in a part of an answer.

    Raises:
        ValueError: The text is none.
    """
    choices = chunk.choices
    if not choices:  # the count of tokens, at the end
        return "", ""
    text = choices[0].delta.content if choices[0].delta else None
    if text is not None and not isinstance(text, str):
        raise ValueError(f"content: {type(text).__name__}")
    return text or "", str(choices[0].finish_reason or "")


def take_chunk(chunk: Any, heard: Heard) -> str:  # noqa: ANN401 - as above
    """Takes up text and calls of a part of an answer.

    Returns:
        The reason of the end; empty if it is not the end.
    """
    text, finish = read_chunk(chunk)
    heard.say(text)
    delta = chunk.choices[0].delta if chunk.choices else None
    for part in (delta.tool_calls if delta else None) or ():
        name, arguments = part.function.name or "", part.function.arguments or ""
        heard.call(part.index, part.id or "", name, arguments)
    return finish


def take_whole(said: Any, heard: Heard) -> str:  # noqa: ANN401 - any JSON
    """Takes up an answer that comes in one piece.

    Args:
        said: Its JSON.
        heard: Where it goes.

    Returns:
        The reason of the end; empty if none is given.
    """
    choice = said["choices"][0]
    heard.say(choice["message"].get("content") or "")
    for call in choice["message"].get("tool_calls") or ():
        function = call["function"]
        heard.call(None, "", function.get("name") or "", function.get("arguments") or "")
    return str(choice.get("finish_reason") or "")
