"""Behaviours of the real HTTP server where tools are called."""

from __future__ import annotations

from llm_server import ENOUGH, Behaviour, Handler


def calling(*calls: tuple[str, str], text: str = "", size: int = 5) -> Behaviour:
    """Calls tools, each by name and JSON of its arguments, in pieces as OpenAI sends them."""

    def behave(handler: Handler) -> None:
        handler.start()
        handler.piece(text)
        for index, (name, arguments) in enumerate(calls):
            function = {"name": name, "arguments": ""}
            handler.call(index=index, id=f"call_{index}", type="function", function=function)
            for start in range(0, len(arguments), size):
                piece = {"arguments": arguments[start : start + size]}
                handler.call(index=index, function=piece)
        handler.end("tool_calls" if calls else "stop")

    return behave


def calling_whole(*calls: tuple[str, object], text: str = "", finish: str = "") -> Behaviour:
    """A server that does not stream: calls tools, or says a text, in one JSON."""

    def behave(handler: Handler) -> None:
        functions = [{"name": name, "arguments": arguments} for name, arguments in calls]
        made = [{"id": "1", "type": "function", "function": function} for function in functions]
        message = {"role": "assistant", "content": text or None, "tool_calls": made or None}
        reason = finish or ("tool_calls" if calls else "stop")
        choice = {"index": 0, "message": message, "finish_reason": reason}
        handler.status(200, {"object": "chat.completion", "choices": [choice]})

    return behave


def calling_on(name: str, arguments: str) -> Behaviour:
    """Begins a call whose arguments have no end."""

    def behave(handler: Handler) -> None:
        handler.start()
        handler.call(index=0, id="1", function={"name": name, "arguments": ""})
        for _ in range(ENOUGH):
            handler.call(index=0, function={"arguments": arguments})
        handler.end("tool_calls")

    return behave
