"""The addresses of the HTTP API."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from mlqa import __version__
from mlqa.errors import MlqaError, Phrase
from mlqa.messages import Language, message
from mlqa.service.api.responses import (
    ClientGone,
    EventStream,
    Json,
    last_of,
    problem_response,
    svg_response,
)
from mlqa.service.desk import Desk
from mlqa.service.listing import (
    answer_in,
    call_in,
    document_fields,
    found_fields,
    told,
    tool_brief,
    tool_fields,
)
from mlqa.service.problems import Problem, problem_of
from mlqa.service.wire import answer_fields
from mlqa.service.work import Busy, Job
from mlqa.tools.jsonable import call_fields
from mlqa.tools.limits import described

_GONE = 499  # what servers log where the client has closed the connection


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Question(_Request):
    """A question."""

    question: str
    history: list[str] = Field(
        default=[], description="earlier questions of the conversation, oldest first"
    )


class Wanted(_Request):
    """What is looked for."""

    question: str
    k: int | None = Field(default=None, ge=1, le=100, description="how many passages")


class Execution(_Request):
    """How a tool is to be run."""

    arguments: dict[str, Any] = Field(default={}, description="values by name, others by default")
    fresh: bool = Field(default=False, description="run it even where its result is kept")


def build_api(desk: Desk) -> FastAPI:
    """The API as an app of its own, to be mounted under ``/api``.

    Args:
        desk: Where it asks.
    """
    app = FastAPI(
        title=message("api_title", desk.language),
        version=__version__,
        # The pages that FastAPI makes load scripts of other servers.
        docs_url=None,
        redoc_url=None,
        default_response_class=Json,
    )
    _add_errors(app, desk)
    _add_knowledge(app, desk)
    _add_tools(app, desk)
    _add_results(app, desk)
    return app


def _add_knowledge(app: FastAPI, desk: Desk) -> None:
    @app.get("/health")
    async def health() -> Json:
        """That it works, and what it knows."""
        return Json(
            {
                "status": "ok",
                "version": __version__,
                "index_version": desk.bot.version,
                "documents": len(desk.bot.documents),
                "language": desk.language,
            }
        )

    @app.get("/documents")
    async def documents() -> Json:
        """The documents, without their texts."""
        return Json({"documents": [document_fields(d) for d in desk.bot.documents.values()]})

    @app.get("/documents/{name:path}")
    async def document(name: str) -> Json:
        """One document with its text, which the offsets of citations count in."""
        found = desk.bot.documents.get(name)
        if found is None:
            return _missing(message("api_no_document", desk.language, name=name[:100]))
        return Json({**document_fields(found), "text": found.text})

    @app.post("/ask")
    async def ask(asked: Question, request: Request) -> Json:
        """An answer, as ``mlqa ask --json`` writes it."""
        piece = await last_of(desk.ask(asked.question, asked.history), request)
        return Json(answer_fields(answer_in(piece)))

    @app.post("/ask/stream")
    async def stream(asked: Question) -> Response:
        """An answer as server-sent events: ``piece``, ``progress``, ``waiting``, ``answer``."""
        return await _events(desk.ask(asked.question, asked.history), desk)

    @app.post("/search")
    async def search(wanted: Wanted, request: Request) -> Json:
        """Passages, as ``mlqa search --json`` writes them.

        ``faq`` of a hit: up to three of its sentences that answer questions of the FAQ, each
        with the likest of these. ``likeness``, 0 to 1, is how like that one is.
        """
        return Json(found_fields(await last_of(desk.search(wanted.question, wanted.k), request)))


def _add_tools(app: FastAPI, desk: Desk) -> None:
    @app.get("/tools")
    async def tools(request: Request) -> Json:
        """The tools."""
        found = await last_of(desk.do(desk.tools), request)
        return Json({"tools": [tool_brief(tool, desk.language) for tool in found]})

    @app.get("/tools/{name}")
    async def tool(name: str, request: Request) -> Json:
        """One tool, its arguments as a JSON schema."""
        found = await last_of(desk.do(lambda: desk.runner.find_tool(name)), request)
        return Json(tool_fields(found, desk.language))

    @app.post("/tools/{name}/run")
    async def run(
        name: str, request: Request, how: Annotated[Execution, Body()] = _AS_IT_IS
    ) -> Json:
        """Runs a tool to its end."""
        job = desk.run(name, how.arguments, fresh=how.fresh)
        return Json(call_fields(call_in(await last_of(job, request))))

    @app.post("/tools/{name}/run/stream")
    async def run_stream(name: str, how: Annotated[Execution, Body()] = _AS_IT_IS) -> Response:
        """Runs a tool, as server-sent events: ``waiting``, ``progress``, ``result``."""
        return await _events(desk.run(name, how.arguments, fresh=how.fresh), desk)


_AS_IT_IS = Execution()


def _add_results(app: FastAPI, desk: Desk) -> None:
    @app.get("/tools/results/{key}")
    async def result(key: str, request: Request) -> Json:
        """A kept run."""
        call = await last_of(desk.find(key), request)
        if call is None:
            return _missing(message("api_no_result", desk.language, name=key[:100]))
        return Json(call_fields(call))

    @app.get("/tools/results/{key}/plots/{name}.svg")
    async def plot(
        key: str, name: str, request: Request, dark: Annotated[bool, Query()] = False
    ) -> Response:
        """A plot of a kept run."""
        call = await last_of(desk.find(key), request)
        if call is None:
            return _missing(message("api_no_result", desk.language, name=key[:100]))
        plots = {plot.name: plot for plot in call.result.plots}
        if name not in plots:
            names = ", ".join(plots) or "-"
            return _missing(message("api_no_plot", desk.language, name=name[:100], names=names))
        return svg_response(await last_of(desk.draw(plots[name], "svg", dark=dark), request))


async def _events(job: Job[Any], desk: Desk) -> EventStream:
    """The events of work; what is wrong at once is an error like any other."""
    try:
        first = await anext(job)
        while told(first, desk.language) is None:
            first = await anext(job)
    except BaseException:
        job.cancel()
        raise
    return EventStream(first, job, desk.language)


def _missing(text: str) -> Json:
    return problem_response(Problem(404, "not_found", text))


def _add_errors(app: FastAPI, desk: Desk) -> None:
    """Every error as JSON of one shape."""
    language: Language = desk.language

    async def ours(_request: Request, error: Exception) -> Response:
        return problem_response(problem_of(error, language))

    for kind in (MlqaError, Busy, Exception):
        app.add_exception_handler(kind, ours)

    @app.exception_handler(ClientGone)
    async def gone(_request: Request, _error: ClientGone) -> Response:
        return Response(status_code=_GONE)

    @app.exception_handler(RequestValidationError)
    async def malformed(_request: Request, error: RequestValidationError) -> Response:
        return problem_response(_malformed(error, language))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        path, status = request.url.path[:200], error.status_code
        if status == 404:  # noqa: PLR2004 - HTTP
            problem = Problem(404, "not_found", message("api_not_found", language, path=path))
        elif status == 405:  # noqa: PLR2004 - HTTP
            text = message("api_method", language, path=path, method=request.method)
            problem = Problem(405, "method", text)
        elif status == 400:  # noqa: PLR2004 - HTTP
            problem = Problem(400, "body", message("api_body", language))
        else:
            text = message("api_refused", language, status=status)
            problem = Problem(status, "refused", text)
        return problem_response(problem)


def _malformed(error: RequestValidationError, language: Language) -> Problem:
    """What is wrong with a body or the words behind an address."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:])
    if first["type"] == "json_invalid" or not field:
        return Problem(400, "body", message("api_body", language))
    key = {"missing": "api_missing", "extra_forbidden": "api_unknown"}.get(first["type"])
    allowed = _allowed().get(str(first["loc"][1]), Phrase("api_object")).text(language)
    text = message(key or "api_value", language, field=field[:100], allowed=allowed)
    return Problem(422, "field", text)


def _allowed() -> dict[str, Phrase]:
    """What each field takes, where that is no object."""
    known = described(Question) | described(Wanted) | described(Execution)
    known["dark"] = known["fresh"]
    return {name: field.allowed for name, field in known.items() if name != "arguments"}
