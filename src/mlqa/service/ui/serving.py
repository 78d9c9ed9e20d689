"""The page on a port of this machine."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable

import gradio as gr

from mlqa.errors import ConfigError
from mlqa.messages import Language
from mlqa.service.session import Bot
from mlqa.service.ui.page import build_page, looks


def serve(
    bot: Bot,
    *,
    host: str,
    port: int,
    on_ready: Callable[[str], None],
) -> None:
    """Serves the page until it is interrupted.

    Args:
        bot: Who answers.
        host: Address to listen on.
        port: Port to listen on, 0 for any free one.
        on_ready: Called with the page's address once it is served.

    Raises:
        ConfigError: Nothing can listen on that address and port.
    """
    language = bot.config.language
    page = build_page(bot)
    url = _launch(page, host, _usable_port(host, port), language)
    try:
        on_ready(url)
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        page.close(verbose=False)


def _launch(page: gr.Blocks, host: str, port: int, language: Language) -> str:
    """Starts serving in a thread of its own.

    Returns:
        The page's address.
    """
    _reach_loopback_directly()
    _, url, _ = page.launch(
        server_name=host,
        server_port=port,
        share=False,
        ssr_mode=False,
        # Nobody's questions are kept, neither here nor in the browser.
        run_history=False,
        enable_monitoring=False,
        # Errors of ours are shown as lines of the chat; others must not show their inside.
        show_error=False,
        footer_links=[],
        max_file_size="1kb",
        quiet=True,
        prevent_thread_lock=True,
        **looks(language),
    )
    return str(url)


def _usable_port(host: str, port: int) -> int:
    """The port, or a free one for 0; asked first, because Gradio only says that it failed."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as error:
        raise ConfigError(
            "page_port", host=host, port=port, reason=error.strerror or error
        ) from None


def _reach_loopback_directly() -> None:
    """Keeps Gradio's check of its own page away from a proxy named in the environment."""
    for name in ("no_proxy", "NO_PROXY"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        missing = [host for host in ("localhost", "127.0.0.1") if host not in hosts]
        os.environ[name] = ",".join(hosts + missing)
