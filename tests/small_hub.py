"""A small hub of models on this machine, that speaks as much of the hub's HTTP as is needed."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class SmallHub:
    """The models of a folder by name.

    Attributes:
        models: Folder of each model.
        gated: Names of models that nobody may download.
        asked: Every request so far, its method and path.
    """

    def __init__(self) -> None:
        self.models: dict[str, Path] = {}
        self.gated: set[str] = set()
        self.asked: list[str] = []
        self.url = ""

    def downloads(self) -> set[str]:
        """Names of the files that were downloaded."""
        return {
            path.rpartition(f"{COMMIT}/")[2] for path in self.asked if path.startswith("GET /o")
        }


@contextmanager
def running_hub() -> Iterator[SmallHub]:
    """A hub that answers until the block ends; its models are named ``o/…``."""
    hub = SmallHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(hub: SmallHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.reply()

        def do_HEAD(self) -> None:
            self.reply()

        def log_message(self, *arguments: object) -> None:
            """Says nothing."""

        def reply(self) -> None:
            path = self.path.partition("?")[0]
            hub.asked.append(f"{self.command} {path}")
            parts = path.strip("/").split("/")
            api = parts[:2] == ["api", "models"]
            name = "/".join(parts[2:4] if api else parts[:2])
            if name not in hub.models:
                self.send(404, b"{}", {"X-Error-Code": "RepoNotFound"})
            elif name in hub.gated and not api:
                self.send(403, b"{}", {"X-Error-Code": "GatedRepo"})
            elif not api:
                self.send_file(hub.models[name] / "/".join(parts[4:]))
            elif "tree" in parts:
                self.send(200, json.dumps(tree(hub.models[name])).encode(), {})
            else:
                siblings = [{"rfilename": file["path"]} for file in tree(hub.models[name])]
                about = {"id": name, "sha": COMMIT, "siblings": siblings}
                self.send(200, json.dumps(about).encode(), {})

        def send_file(self, file: Path) -> None:
            content = file.read_bytes()
            headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{digest(content)}"'}
            self.send(200, content, headers)

        def send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(content))}).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

    return Handler


def tree(folder: Path) -> list[dict[str, object]]:
    """The files of a model as the hub lists them."""
    return [
        {
            "type": "file",
            "path": file.relative_to(folder).as_posix(),
            "size": file.stat().st_size,
            "oid": digest(file.read_bytes()),
        }
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    ]


def digest(content: bytes) -> str:
    """Forty hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()[:40]
