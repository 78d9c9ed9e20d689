"""The knowledge bases that a server answers from: chosen, filled, built; no Gradio.

One base is the current one, for everybody who uses the server. Its next index is built beside the
one in use, and taken up when it is complete.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.errors import KnowledgeError, MlqaError
from mlqa.index.store import Index
from mlqa.index.versions import version_names
from mlqa.service.bases import Base, BaseStore, check_folder, keep_file, storage_error
from mlqa.service.building import Cancelled, Told, build
from mlqa.service.current import CurrentBot
from mlqa.service.outcomes import Added, Build, Upload
from mlqa.service.shelf import Row, rows_of
from mlqa.text.corpus import load_document
from mlqa.text.limits import Limits
from mlqa.text.uploads import check_upload

logger = logging.getLogger(__name__)


class KnowledgeBases:
    """All knowledge bases of a server; for use from many threads.

    Args:
        bot: The chatbot on the default base.
        is_local: Whether only this machine reaches the server: then folders on it may be named.

    Attributes:
        bot: Who answers, whichever base and index are in use.
        is_local: See above.
    """

    def __init__(self, bot: Chatbot, *, is_local: bool = False) -> None:
        self.bot = CurrentBot(bot)
        self.is_local = is_local
        self._config = bot.config
        self._limits = Limits.of(bot.config)
        self._store = BaseStore(bot.config)
        self._key = self._answering = "default"
        self._changed = threading.Condition()
        self._build = Build()
        self._waiting: list[str] = []
        self._cancelled = threading.Event()
        self._choice = threading.Lock()  # held while another base or index is taken up
        self._files = threading.RLock()  # held while files of a base change

    @property
    def config(self) -> Config:
        """The settings of the server."""
        return self._config

    def bases(self) -> tuple[Base, ...]:
        """The default base, then the others by name."""
        return self._store.all()

    @property
    def current(self) -> Base:
        """The base that is looked at, and answers as soon as it has an index."""
        return self._store.find(self._key)

    @property
    def is_answering(self) -> bool:
        """Whether the current base answers: not before it has its first index."""
        return self._key == self._answering

    @property
    def index(self) -> Index | None:
        """The index of the current base, if it has one."""
        return self.bot.index if self.is_answering else None

    def create(self, name: str) -> Base:
        """Makes a base without documents and goes over to it.

        Raises:
            KnowledgeError: The name cannot be used.
            StorageError: The folder cannot be written.
        """
        with self._files:
            base = self._store.create(name)
        with self._choice:
            self._key = base.key
        return base

    def switch(self, key: str) -> Base:
        """Goes over to a base: the next question is asked there, if it has an index.

        Raises:
            KnowledgeError: There is no such base.
            IndexProblem: Its index is damaged or made by another program; nothing has changed.
        """
        base = self._store.find(key)
        with self._choice:
            if key != self._answering and version_names(base.index):
                self._take_up(base)
            self._key = key
        return base

    def _take_up(self, base: Base) -> None:
        """Loads the index of a base and lets it answer."""
        config = base.settings(self._config)
        index = Index.load(base.index, config, beside=self.bot.index)
        bot = Chatbot(index, config, beside=self.bot.now)
        bot.warm_up()
        self.bot.use(bot)
        self._answering = base.key

    def rows(self) -> tuple[Row, ...]:
        """The documents of the current base, by id."""
        return rows_of(self.current, self.index)

    def add(self, uploads: Iterable[Upload]) -> Iterator[Added]:
        """Checks and keeps files, one after the other; ``start`` then builds the index.

        A file is parsed before it is kept, which may take as long as the settings allow.

        Yields:
            What became of each.
        """
        base = self.current
        known = {row.id for row in self.rows()}
        for upload in uploads:
            try:
                safe = check_upload(upload.path, upload.name, self._limits)
                document = load_document(
                    upload.path, safe.stem, self._limits, suffix=safe.suffix, shown=safe.name
                )
                with self._files:
                    keep_file(base, upload.path, safe)
                    self._without(base.key, returned=safe.stem)
            except MlqaError as error:
                yield Added(upload.name, error=error)
            else:
                is_replaced = safe.stem in known
                yield Added(safe.name, len(document.removed), is_replaced=is_replaced)
                known.add(safe.stem)

    def add_folder(self, path: str) -> int:
        """Lets the current base read a folder of this machine as well.

        Returns:
            How many documents it holds.

        Raises:
            KnowledgeError: The server is reached from elsewhere, or there is no such folder.
            CorpusError: A document there may not be taken.
            StorageError: The base cannot be written.
        """
        if not self.is_local:
            raise KnowledgeError("documents_folder_remote")
        folder = _folder(path.strip())
        count = check_folder(folder, self._limits)
        with self._files:
            base = self.current
            folders = tuple(dict.fromkeys((*base.folders, folder)))
            self._store.save(replace(base, folders=folders))
        return count

    def remove(self, document_id: str) -> None:
        """Takes a document out of the current base; ``start`` then builds the index.

        A file that was added on the page is deleted; one in a folder that is read stays there.

        Raises:
            KnowledgeError: There is no such document, or it is the only one.
            StorageError: The file cannot be deleted.
        """
        with self._files:
            base = self.current
            known = {row.id for row in self.rows()}
            if document_id not in known:
                raise KnowledgeError("documents_unknown", id=document_id[:200])
            if len(known) == 1:
                raise KnowledgeError("documents_only_one")
            try:
                for path in base.own_files(document_id):
                    path.unlink(missing_ok=True)
            except OSError as error:
                raise storage_error(base.documents, error) from None
            self._store.save(replace(base, removed=base.removed | {document_id}))

    def _without(self, key: str, returned: str) -> None:
        """Forgets that a document was taken out."""
        base = self._store.find(key)
        self._store.save(replace(base, removed=base.removed - {returned}))

    def start(self) -> None:
        """Builds the index of the current base, after the builds that go on."""
        with self._changed:
            if self._key not in self._waiting:
                self._waiting.append(self._key)
            if not self._build.is_going_on:
                self._cancelled.clear()
                self._build = Build(outcome="waiting", base=self.current.name)
                threading.Thread(target=self._work, name="mlqa-builds", daemon=True).start()
            self._changed.notify_all()

    def cancel(self) -> None:
        """Ends the build that goes on and those that wait; the index stays as it was."""
        with self._changed:
            self._waiting.clear()
            self._cancelled.set()

    def state(self) -> Build:
        """The latest build as it is now."""
        return self._build

    def watch(self, beat: float = 1.0) -> Iterator[Build]:
        """The build as it goes on, until there is nothing to build.

        Args:
            beat: Longest time between two looks, seconds.
        """
        seen = self._build
        yield seen
        while seen.is_going_on:
            with self._changed:
                self._changed.wait_for(lambda: self._build is not seen, beat)  # noqa: B023
                seen = self._build
            yield seen

    def _tell(self, state: Build) -> None:
        with self._changed:
            self._build = state
            self._changed.notify_all()

    def _next(self, last: Build) -> str | None:
        """The next base to build; without one the latest build stays as it ended."""
        with self._changed:
            if self._waiting:
                self._cancelled.clear()
                return self._waiting.pop(0)
            self._build = last
            self._changed.notify_all()
            return None

    def _work(self) -> None:
        """Builds whatever waits, in a thread."""
        last = replace(self._build, outcome="cancelled")
        while (key := self._next(last)) is not None:
            last = self._built(key)

    def _built(self, key: str) -> Build:
        """One build, told as it goes on.

        Returns:
            What became of it.
        """
        running = Build(outcome="running", base=key)
        try:
            base = self._store.find(key)
            running = replace(running, base=base.name)
            self._tell(running)
            build(
                base,
                base.settings(self._config),
                self._cancelled,
                lambda told: self._tell(replace(running, told=told)),
            )
            with self._choice:
                if key == self._key:
                    self._take_up(base)
        except Cancelled:
            return replace(running, outcome="cancelled")
        except MlqaError as error:
            return replace(running, outcome="failed", error=error)
        except Exception:
            logger.exception("A build failed")
            unknown = KnowledgeError("documents_build_failed", reason="?")
            return replace(running, outcome="failed", error=unknown)
        return replace(running, outcome="done", told=Told("written", 1, 1))


def _folder(path: str) -> Path:
    """A folder as a user names it."""
    try:
        folder = Path(path).expanduser()
        if folder.is_absolute():
            return folder.resolve()
    except (OSError, RuntimeError, ValueError):  # no such user, a NUL in it
        pass
    raise KnowledgeError("documents_no_folder", path=path[:200])
