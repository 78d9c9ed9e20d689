"""The page, the HTTP API and MCP on a port of this machine."""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.routing import Route

from mlqa.errors import ConfigError
from mlqa.service.api import Guard, build_api
from mlqa.service.desk import Desk
from mlqa.service.knowledge import KnowledgeBases
from mlqa.service.mcp import Door
from mlqa.service.session import Bot
from mlqa.service.ui.page import build_page, looks

# Seconds that open requests get when the server ends.
_LAST_WORDS = 1
_NO_UPLOAD = 1024  # bytes
_NO_SUCH_ADDRESS = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


def serve(
    bot: Bot,
    *,
    host: str,
    port: int,
    on_ready: Callable[[str], None],
    desk: Desk | None = None,
    knowledge: KnowledgeBases | None = None,
) -> None:
    """Serves the page until it is interrupted.

    Args:
        bot: Who answers.
        host: Address to listen on.
        port: Port to listen on, 0 for any free one.
        on_ready: Called with the page's address once it is served.
        desk: Where other programs ask, under ``/api`` and ``/mcp``; only the page if not given.
        knowledge: The knowledge bases that the page can fill; none if not given.

    Raises:
        ConfigError: Nothing can listen on that address and port.
    """
    listeners = _listeners(host, port)
    page = build_page(bot, knowledge)
    largest = bot.config.document_megabytes * 2**20 if knowledge else _NO_UPLOAD
    app = _app(bot, page, host, desk, largest)
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=_LAST_WORDS)
    )
    thread = threading.Thread(target=server.run, args=(listeners,), daemon=True)
    thread.start()
    try:
        _wait_for(server, thread)
        on_ready(_address(host, listeners[0].getsockname()[1]))
        thread.join()
    except KeyboardInterrupt:
        pass
    finally:
        page.close(verbose=False)
        server.should_exit = True
        thread.join(5 * _LAST_WORDS)


def _address(host: str, port: int) -> str:
    """Where a browser on this machine finds the page."""
    name = "localhost" if host == "0.0.0.0" else host  # noqa: S104 - it is only compared
    return f"http://[{name.strip('[]')}]:{port}/" if ":" in name else f"http://{name}:{port}/"


def _app(bot: Bot, page: gr.Blocks, host: str, desk: Desk | None, largest_upload: int) -> FastAPI:
    """What is served: the doors for programs, and the page everywhere else."""
    language = bot.config.language
    door = Door(desk) if desk is not None else None

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if door is not None:
                await stack.enter_async_context(door.running())
            yield

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    if desk is not None and door is not None:
        app.mount("/api", Guard(build_api(desk), host, language))
        app.router.routes.append(Route("/mcp", Guard(door, host, language)))
    # Beside the doors, not around them: Gradio's middleware lets other sites read (CORS) and holds
    # events back to compress them.
    gr.mount_gradio_app(
        app,
        page,
        "/",
        ssr_mode=False,
        # Gradio's own history in the browser; conversations are kept by the archive alone.
        run_history=False,
        enable_monitoring=False,
        # Errors of ours are shown as lines of the chat; others must not show their inside.
        show_error=False,
        footer_links=[],
        max_file_size=largest_upload,
        **looks(language),
    )
    return app


def _wait_for(server: uvicorn.Server, thread: threading.Thread) -> None:
    """Waits until the server answers."""
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        time.sleep(0.001)


def _listeners(host: str, port: int) -> list[socket.socket]:
    """Sockets on all addresses of a host, on one port, a free one for 0.

    Raises:
        ConfigError: Nothing can listen there.
    """
    listeners: list[socket.socket] = []
    missing: OSError | None = None
    try:
        for family, *_, address in socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM
        ):
            try:
                listeners.append(_listener(family, (address[0], port, *address[2:])))
            except OSError as error:
                if error.errno not in _NO_SUCH_ADDRESS:
                    raise
                missing = error  # such as ::1 of localhost, where there is no IPv6
                continue
            port = listeners[0].getsockname()[1]
        if missing and not listeners:
            raise missing
    except OSError as error:
        for listener in listeners:
            listener.close()
        reason = error.strerror or error
        raise ConfigError("page_port", host=host, port=port, reason=reason) from None
    return listeners


def _listener(family: int, address: tuple[str | int, ...]) -> socket.socket:
    # With the protocol named, asyncio sends each event at once (TCP_NODELAY), not 40 ms later.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener
