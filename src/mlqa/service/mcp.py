"""MCP: every tool of the registry, and the knowledge base itself, for programs with a model.

Over streamable HTTP in the process of the page, or over standard input and output. Progress of a
run goes out as notifications; a call that its client cancels ends its run.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

import anyio
from mcp import MCPError
from mcp import types as t
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import Receive, Scope, Send

from mlqa import __version__
from mlqa.errors import UnknownTool
from mlqa.messages import Language, message
from mlqa.schema import Answer, AnswerPiece, ToolCall
from mlqa.service.desk import Desk, Found
from mlqa.service.listing import answer_in, call_in, found_fields, told
from mlqa.service.problems import problem_of
from mlqa.service.wire import answer_fields
from mlqa.service.work import Job
from mlqa.tools.arguments import checked
from mlqa.tools.events import ToolEvent
from mlqa.tools.jsonable import call_fields
from mlqa.tools.limits import described
from mlqa.tools.plain import to_text

Context = ServerRequestContext[Any, Any]
Fields = dict[str, Any]
Content = list[t.TextContent | t.ImageContent]
Item = TypeVar("Item", AnswerPiece, ToolEvent)

_URI = "mlqa://documents/"
# A session of a client that says nothing more ends after so many seconds, and so many there are.
_IDLE = 1800.0
_SESSIONS = 1000
# Progress has to grow with every notification, even where the share that is done does not.
_STEP = 1e-6
_MOST = 100


class _Ask(BaseModel):
    model_config = ConfigDict(extra="forbid")
    question: str
    history: list[str] = Field(default=[], max_length=1000)


class _Search(BaseModel):
    model_config = ConfigDict(extra="forbid")
    question: str
    k: int = Field(default=5, ge=1, le=_MOST)


# Tools of the knowledge base itself; one of the registry of the same name is not seen.
_OWN: Mapping[str, type[BaseModel]] = {"ask": _Ask, "search": _Search}


class _Result(NamedTuple):
    """What a call gave: for a model that reads, and for a program."""

    content: Content
    fields: Fields


def make_server(desk: Desk) -> Server[Any]:
    """The server, not yet connected to anybody.

    Args:
        desk: Where it asks.
    """
    calls = _Calls(desk)
    return Server(
        "mlqa",
        version=__version__,
        title=message("api_title", desk.language),
        instructions=message("mcp_instructions", desk.language),
        on_list_tools=calls.list_tools,
        on_call_tool=calls.call_tool,
        on_list_resources=calls.list_resources,
        on_read_resource=calls.read_resource,
    )


class Door:
    """The server over streamable HTTP, as an app that runs inside of another.

    Args:
        desk: Where it asks.
    """

    def __init__(self, desk: Desk) -> None:
        # Hosts, origins and sizes are looked at by the guard before it.
        self._manager = StreamableHTTPSessionManager(
            make_server(desk), session_idle_timeout=_IDLE, max_sessions=_SESSIONS
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Runs it; once only."""
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Takes one request."""
        await self._manager.handle_request(scope, receive, send)


def run_stdio(desk: Desk) -> None:
    """Serves one client over standard input and output until it leaves."""

    async def run() -> None:
        server = make_server(desk)
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    try:
        anyio.run(run)
    except Exception as problem:
        if not _is_goodbye(problem):
            raise


def _is_goodbye(problem: BaseException) -> bool:
    """Whether the client went away while something was written for it."""
    parts = getattr(problem, "exceptions", ())  # of a group: what ended its tasks
    return isinstance(problem, BrokenPipeError) or (bool(parts) and all(map(_is_goodbye, parts)))


class _Calls:
    """What a client may call."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._language: Language = desk.language

    async def list_tools(
        self, _context: Context, _params: t.PaginatedRequestParams | None
    ) -> t.ListToolsResult:
        """All tools, those of the knowledge base first."""
        found = await self._desk.do(self._desk.tools).last()
        schemas = {name: _own_schema(name, self._language) for name in _OWN}
        schemas |= {
            tool.name: tool.schema(self._language) for tool in found if tool.name not in schemas
        }
        return t.ListToolsResult(tools=[_listed(name, schema) for name, schema in schemas.items()])

    async def call_tool(
        self, context: Context, params: t.CallToolRequestParams
    ) -> t.CallToolResult:
        """Runs a tool to its end; what goes wrong is said in its result, for the model to read."""
        try:
            result = await self._called(context, params.name, params.arguments or {})
        except UnknownTool as error:
            raise MCPError(t.INVALID_PARAMS, error.text(self._language)) from None
        except Exception as error:  # noqa: BLE001 - the client gets one sentence
            problem = problem_of(error, self._language)
            text = t.TextContent(text=problem.message)
            return t.CallToolResult(
                content=[text], structured_content=problem.fields, is_error=True
            )
        return t.CallToolResult(content=[*result.content], structured_content=result.fields)

    async def _called(self, context: Context, name: str, arguments: Fields) -> _Result:
        desk = self._desk
        if name == "ask":
            asked = _Ask.model_validate(checked(_Ask, arguments, name).model_dump())
            piece = await self._last(context, desk.ask(asked.question, asked.history))
            return await self._answered(answer_in(piece))
        if name == "search":
            wanted = _Search.model_validate(checked(_Search, arguments, name).model_dump())
            found = await desk.search(wanted.question, wanted.k).last()
            return _Result([t.TextContent(text=_passages(found))], found_fields(found))
        call = call_in(await self._last(context, desk.run(name, arguments)))
        text = t.TextContent(text=to_text(call.result, self._language))
        return _Result([text, *await self._pictures(call)], call_fields(call))

    async def _answered(self, answer: Answer) -> _Result:
        cited = [
            message(
                "mcp_cited",
                self._language,
                number=citation.number,
                title=citation.title,
                document_id=citation.document_id,
                start=citation.start,
                end=citation.end,
                quote=" ".join(citation.quote.split()),
            )
            for citation in answer.citations
        ]
        text = "\n".join([answer.text, *([""] if cited else []), *cited])
        pictures = await self._pictures(answer.tool) if answer.tool else []
        return _Result([t.TextContent(text=text), *pictures], answer_fields(answer))

    async def _pictures(self, call: ToolCall) -> list[t.ImageContent]:
        """The plots of a run."""
        drawn = [await self._desk.draw(plot, "png").last() for plot in call.result.plots]
        return [
            t.ImageContent(data=base64.b64encode(picture).decode(), mime_type="image/png")
            for picture in drawn
        ]

    async def _last(self, context: Context, job: Job[Item]) -> Item:
        """The last item of work; what comes before it goes out as progress."""
        shown = 0.0
        async with job:
            item = await anext(job)
            while True:
                event = told(item, self._language)
                if event is not None and event.name in {"waiting", "progress"}:
                    shown = max(shown + _STEP, float(event.fields.get("share", 0.0)))
                    await context.session.report_progress(shown, 1.0, event.fields["text"])
                try:
                    item = await anext(job)
                except StopAsyncIteration:
                    return item

    async def list_resources(
        self, _context: Context, _params: t.PaginatedRequestParams | None
    ) -> t.ListResourcesResult:
        """The documents."""
        return t.ListResourcesResult(
            resources=[
                t.Resource(
                    uri=_URI + quote(document.id),
                    name=document.id,
                    title=document.title,
                    mime_type="text/markdown",
                    size=len(document.text.encode()),
                )
                for document in self._desk.bot.documents.values()
            ]
        )

    async def read_resource(
        self, _context: Context, params: t.ReadResourceRequestParams
    ) -> t.ReadResourceResult:
        """The text of a document, which the offsets of citations count in."""
        documents = {_URI + quote(name): found for name, found in self._desk.bot.documents.items()}
        document = documents.get(params.uri)
        if document is None:
            text = message("mcp_no_resource", self._language, uri=params.uri[:200])
            raise MCPError(t.INVALID_PARAMS, text)
        held = t.TextResourceContents(uri=params.uri, mime_type="text/markdown", text=document.text)
        return t.ReadResourceResult(contents=[held])


def _listed(name: str, schema: Fields) -> t.Tool:
    title = schema["title"]
    return t.Tool(
        name=name,
        title=title,
        description=schema["description"],
        input_schema=schema,
        # Nothing is changed but the folder of kept results, and nothing leaves the machine.
        annotations=t.ToolAnnotations(
            title=title, read_only_hint=True, idempotent_hint=True, open_world_hint=False
        ),
    )


def _own_schema(name: str, language: Language) -> Fields:
    """JSON schema of a tool of the knowledge base."""
    schema = _OWN[name].model_json_schema()
    schema["title"] = message(f"tool_{name}_title", language)
    schema["description"] = message(f"tool_{name}_about", language)
    for argument in described(_OWN[name]).values():
        label = message(f"tool_{name}_arg_{argument.name}", language)
        schema["properties"][argument.name]["description"] = label
    return schema


def _passages(found: Found) -> str:
    """Passages for a model that reads."""
    return "\n\n".join(
        f"{hit.rank}. {' > '.join([hit.title, *hit.chunk.headings])} "
        f"({hit.chunk.document_id} {hit.chunk.start}-{hit.chunk.end})\n{hit.chunk.text}"
        for hit in found.hits
    )
