"""Builds the index of a knowledge base in a process of its own.

So the chat stays quick, and a build that fails, hangs or is not wanted any more leaves nothing
behind but the index as it was.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Event
from typing import Any, Literal, NamedTuple

from mlqa.config import Config
from mlqa.errors import IndexProblem, KnowledgeError, MlqaError, Phrase
from mlqa.index.store import Index
from mlqa.schema import Document
from mlqa.service.bases import Base
from mlqa.text.corpus import load_document
from mlqa.text.limits import Limits

Step = Literal["started", "read", "cut", "analysed", "embedded", "written"]
# What has been done of a build when a step begins, measured on 140 essays; and at its end.
_SHARES: Mapping[str, float] = {
    "started": 0.0,
    "read": 0.1,
    "cut": 0.2,
    "analysed": 0.8,
    "embedded": 0.9,
    "written": 0.95,
    "": 1.0,
}
_LOOK = 0.1
_LAST_WORDS = 3.0  # seconds, in which the process takes away what it has half written
_NICE = 10

_alive: set[BaseProcess] = set()


class Told(NamedTuple):
    """How far a build is.

    Attributes:
        step: What is being done.
        done: Documents or passages of this step that are done.
        all: How many there are; 0 where that is not counted.
    """

    step: Step
    done: int = 0
    all: int = 0

    @property
    def share(self) -> float:
        """What is done of the whole, 0 to 1."""
        steps = list(_SHARES.values())
        at = list(_SHARES).index(self.step)
        begin, end = steps[at], steps[at + 1]
        return begin + (end - begin) * (self.done / self.all if self.all else 0)


class Cancelled(Exception):  # noqa: N818 - says what is so
    """Nobody wants the build any more."""


def build(base: Base, config: Config, cancelled: Event, tell: Callable[[Told], None]) -> None:
    """Builds and saves the index of a base; waits until that is done.

    Args:
        base: What is to be indexed.
        config: The settings for its index.
        cancelled: Set when the build is not wanted any more.
        tell: Called as it goes on.

    Raises:
        Cancelled: It was cancelled; the index is as it was.
        MlqaError: It failed; the index is as it was.
    """
    with _process(base, config) as (process, connection):
        while True:
            ready = wait([connection, process.sentinel], timeout=_LOOK)
            while connection.poll():
                said = _received(connection)
                if said is None:
                    return
                tell(said)
            if cancelled.is_set():
                raise Cancelled
            if process.sentinel in ready and not connection.poll():
                raise KnowledgeError("documents_build_ended", code=process.exitcode)


@contextmanager
def _process(base: Base, config: Config) -> Iterator[tuple[BaseProcess, Connection]]:
    spawn = get_context("spawn")  # never a fork: this process has threads
    connection, theirs = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_work, args=(theirs, base, config), name="mlqa-build")
    try:
        process.start()
    except OSError as error:
        connection.close()
        raise KnowledgeError("documents_build_failed", reason=error.strerror or error) from None
    finally:
        theirs.close()
    _alive.add(process)
    try:
        yield process, connection
    finally:
        _end(process)
        connection.close()


def _end(process: BaseProcess) -> None:
    _alive.discard(process)
    process.join(0 if process.exitcode is None else None)
    if process.is_alive():
        process.terminate()
        process.join(_LAST_WORDS)
    if process.is_alive():
        process.kill()
        process.join(_LAST_WORDS)


@atexit.register
def _end_all() -> None:
    for process in list(_alive):
        _end(process)


def _received(connection: Connection) -> Told | None:
    """How far the build is; None when it is done."""
    try:
        said = connection.recv()
    except (EOFError, OSError):
        raise KnowledgeError("documents_build_ended", code="?") from None
    if isinstance(said, Told):
        return said
    if isinstance(said, _Failed):
        raise said.kind(said.key, **said.values)
    return None


class _Failed(NamedTuple):
    """An error of ours on its way to the parent: such an error itself cannot be pickled."""

    kind: type[MlqaError]
    key: str
    values: dict[str, Any]


def _work(connection: Connection, base: Base, config: Config) -> None:
    """The process: builds, and sends how far it is, then None or what went wrong."""
    _settle()
    try:
        previous = _previous(config)
        connection.send(Told("started"))
        documents = _read(base, config, previous, connection)
        index = Index.build(
            documents,
            config,
            previous,
            lambda step, done, count: connection.send(Told(step, done, count)),
        )
        connection.send(Told("written"))
        index.save(config.index, config.keep_versions)
        connection.send(None)
    except MlqaError as error:
        values = {
            name: value if isinstance(value, (int, float, str, Phrase)) else str(value)
            for name, value in error.values.items()
        }
        connection.send(_Failed(type(error), error.key, values))
    except Exception as error:  # noqa: BLE001 - whatever a library raises is told as one line
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        connection.send(_Failed(KnowledgeError, "documents_build_failed", {"reason": reason}))


def _read(
    base: Base, config: Config, previous: Index | None, connection: Connection
) -> list[Document]:
    """The documents of a base; one whose file is gone stays until a user takes it out."""
    files, limits = base.files(), Limits.of(config)
    documents = {}
    for number, (document_id, path) in enumerate(files.items(), 1):
        documents[document_id] = load_document(path, document_id, limits)
        connection.send(Told("read", number, len(files)))
    for document_id, document in previous.documents.items() if previous else ():
        if document_id not in base.removed:
            documents.setdefault(document_id, document)
    if not documents:
        raise KnowledgeError("documents_none", name=base.name)
    return sorted(documents.values(), key=lambda document: document.id.split("/"))


def _previous(config: Config) -> Index | None:
    """The index that is there, for what can be taken over; a broken one is built anew."""
    try:
        return Index.load(config.index, config)
    except IndexProblem:
        return None


def _settle() -> None:
    """Makes this process one that stands back, and ends cleanly when told to or left alone."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # `finally` takes half an index away
    if sys.platform != "win32":
        os.setsid()  # the terminal's Ctrl-C is for the parent
        with suppress(OSError):
            os.nice(_NICE)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
