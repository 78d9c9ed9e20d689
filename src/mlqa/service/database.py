"""One SQLite file for what the server remembers of its users; safe from several threads.

Write-ahead logging lets other programs read meanwhile. A damaged file is never written to nor
deleted: it is set aside under another name, and what can still be read of it is taken over.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from mlqa.errors import MlqaWarning, StorageError

logger = logging.getLogger(__name__)

FILE = "conversations.sqlite3"
VERSION = 1
# Seconds that one program waits for another one's transaction.
_PATIENCE = 5
_SCHEMA = (
    """CREATE TABLE conversations (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL,
        created REAL NOT NULL, updated REAL NOT NULL)""",
    "CREATE INDEX conversations_of ON conversations (owner, updated)",
    """CREATE TABLE turns (
        key TEXT PRIMARY KEY,
        conversation TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
        asked REAL NOT NULL, question TEXT NOT NULL, text TEXT NOT NULL,
        answer TEXT NOT NULL, documents TEXT NOT NULL, stopped INTEGER NOT NULL)""",
    "CREATE INDEX turns_of ON turns (conversation, asked)",
    """CREATE TABLE opinions (
        turn TEXT PRIMARY KEY, liked INTEGER NOT NULL, reason TEXT NOT NULL, said REAL NOT NULL,
        question TEXT NOT NULL, resolved TEXT NOT NULL, history TEXT NOT NULL, text TEXT NOT NULL,
        abstained INTEGER NOT NULL, citations TEXT NOT NULL, index_version TEXT NOT NULL)""",
    """CREATE TABLE declined (
        key TEXT PRIMARY KEY, question TEXT NOT NULL, count INTEGER NOT NULL, last REAL NOT NULL,
        index_version TEXT NOT NULL)""",
)
# Those that others refer to come first.
_TABLES = ("conversations", "turns", "opinions", "declined")


class Database:
    """The file, opened when it is first used.

    Args:
        folder: Where it lies; made when it is first used.

    Attributes:
        set_aside: Where a damaged file lies that was found by this program, if one was.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self.set_aside: Path | None = None
        self._lock = threading.RLock()
        self._rescued = True
        self._file = (0, 0)
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction: whole or not at all.

        Raises:
            StorageError: The file cannot be read or written, or a newer program made it.
        """
        with self._lock, self._told():
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Closes the file; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of SQLite as ours; of damage the next use makes a new file."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if _is_damage(error):
                self.close()
                self._set_aside()
            reason = getattr(error, "strerror", None) or error
            raise StorageError("data_failed", path=self.path, reason=reason) from error

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            try:
                self._connection = _connect(self.path)
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                self._file = _identity(self.path)
                self._set_aside()
                self._connection = _connect(self.path)
            self._file = _identity(self.path)
            if not self._rescued:
                self._rescued = True
                self._rescue(self._connection)
        return self._connection

    def _set_aside(self) -> None:
        """Renames the file with what belongs to it, and warns; nothing if somebody else did."""
        if _identity(self.path) != self._file:
            return
        stamp = time.strftime("%Y%m%d-%H%M%S")
        kept = self.path.with_name(f"{self.path.name}.damaged-{stamp}-{time.time_ns() % 10**6:06}")
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{self.path}{ending}").rename(f"{kept}{ending}")
        self.set_aside, self._rescued = kept, False
        warning = MlqaWarning("data_damaged", path=self.path, kept=kept)
        logger.warning("%s", warning.text("en"))
        warnings.warn(warning, stacklevel=2)

    def _rescue(self, connection: sqlite3.Connection) -> None:
        """Takes over the rows that can still be read."""
        with suppress(sqlite3.Error), closing(sqlite3.connect(str(self.set_aside))) as damaged:
            for table in _TABLES:
                with suppress(sqlite3.Error):
                    for row in damaged.execute(f"SELECT * FROM {table}"):  # noqa: S608 - ours
                        places = ", ".join("?" * len(row))
                        with suppress(sqlite3.Error):
                            connection.execute(
                                f"INSERT OR IGNORE INTO {table} VALUES ({places})",  # noqa: S608
                                row,
                            )


def _connect(path: Path) -> sqlite3.Connection:
    """Opens the file, made where there is none, its schema in place.

    Raises:
        sqlite3.Error: It is damaged, or cannot be read or written.
        StorageError: A newer program made it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    # Each statement is its own transaction where none was begun.
    connection = sqlite3.connect(
        path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        _check(connection)
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(f"malformed: {found}")


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise StorageError("data_newer", path=path, found=version, known=VERSION)
    if version == 0:
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _identity(path: Path) -> tuple[int, int]:
    """Tells a file from one that took its place."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_dev, found.st_ino


def _is_damage(error: BaseException) -> bool:
    return isinstance(error, sqlite3.DatabaseError) and any(
        word in str(error) for word in ("malformed", "not a database")
    )
