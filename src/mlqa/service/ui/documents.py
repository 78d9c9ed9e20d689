"""The documents tab: a knowledge base is chosen, filled, built and looked into."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from mlqa.errors import MlqaError
from mlqa.messages import Language, message
from mlqa.service import documents as html
from mlqa.service.knowledge import KnowledgeBases
from mlqa.service.outcomes import Upload
from mlqa.service.session import Bot
from mlqa.service.shelf import contents_of
from mlqa.service.ui.shelving import DocumentParts, draw_parts

_HIDDEN: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

Updates = dict[Any, Any]


def build(knowledge: KnowledgeBases, bot: Bot, say: Callable[..., str], tab: gr.Tab) -> None:
    """Draws the tab and connects its parts.

    Args:
        knowledge: The knowledge bases.
        bot: Whose settings name the language of the page.
        say: A sentence of the catalogue in that language.
        tab: The tab that this stands in: it is drawn anew when opened.
    """
    _Wiring(knowledge, draw_parts(knowledge, bot.config.language, say), bot.config.language).wire(
        tab
    )


class _Wiring:
    """What happens on which click."""

    def __init__(self, knowledge: KnowledgeBases, parts: DocumentParts, language: Language) -> None:
        self._knowledge = knowledge
        self._parts = parts
        self._language: Language = language
        self._say = partial(message, language=language)

    def wire(self, tab: gr.Tab) -> None:
        """Connects the parts."""
        parts = self._parts
        on = partial(gr.on, outputs=list(parts), **_HIDDEN)
        on(tab.select, self._follow)
        on(parts.base.input, self._switch, parts.base)
        on([parts.create.click, parts.name.submit], self._create, parts.name)
        on(parts.files.upload, self._add, parts.files)
        on([parts.add_folder.click, parts.folder.submit], self._add_folder, parts.folder)
        on(parts.rebuild.click, self._rebuild)
        on(parts.cancel.click, self._cancel)
        on(parts.choice.input, self._look, parts.choice)
        on(parts.remove.click, self._ask, parts.choice)
        on(parts.no.click, self._keep)
        on(parts.yes.click, self._remove, parts.choice)

    def _shown(self) -> Updates:
        """The current base as it is, no document chosen."""
        parts, knowledge = self._parts, self._knowledge
        rows, index = knowledge.rows(), knowledge.index
        questions = index.manifest.counts.faq if index else 0
        bases = [(base.name, base.key) for base in knowledge.bases()]
        titles = [(f"{row.title} ({row.id})", row.id) for row in rows]
        return {
            parts.base: gr.update(choices=bases, value=knowledge.current.key),
            parts.table: html.table_html(rows, questions, self._language),
            parts.choice: gr.update(choices=titles, value=None),
            **self._closed(),
        }

    def _closed(self) -> Updates:
        """No document is looked into."""
        parts = self._parts
        hidden = gr.update(visible=False)
        return {parts.details: "", parts.remove: hidden, parts.sure: hidden}

    def _follow(self) -> Iterator[Updates]:
        """The base, and the build until it ends."""
        parts = self._parts
        try:
            yield self._shown()
        except MlqaError as error:  # the file of the base is broken
            yield self._failed(error)
            return
        was_going_on = False
        for build in self._knowledge.watch():
            was_going_on = was_going_on or build.is_going_on
            yield {
                parts.progress: html.progress_html(build, self._language),
                parts.cancel: gr.update(visible=build.is_going_on),
            }
        if was_going_on:
            yield self._shown()

    def _note(self, text: str) -> Updates:
        return {self._parts.notes: html.note_html(text)}

    def _failed(self, error: MlqaError) -> Updates:
        return {self._parts.notes: html.note_html(error.text(self._language), is_error=True)}

    def _switch(self, key: str) -> Iterator[Updates]:
        try:
            base = self._knowledge.switch(key)
        except MlqaError as error:
            yield {**self._shown(), **self._failed(error)}
            return
        is_answering = self._knowledge.is_answering
        said = "documents_switched" if is_answering else "documents_not_answering"
        note = self._note(self._say(said, name=base.name))
        yield {**self._shown(), **note, self._parts.progress: ""}

    def _create(self, name: str | None) -> Iterator[Updates]:
        try:
            base = self._knowledge.create(name or "")
        except MlqaError as error:
            yield self._failed(error)
            return
        note = self._note(self._say("documents_created", name=base.name))
        yield {**self._shown(), **note, self._parts.name: ""}

    def _add(self, paths: list[str] | None) -> Iterator[Updates]:
        yield self._note(self._say("documents_checking"))
        uploads = [Upload(Path(path), Path(path).name) for path in paths or ()]
        results = []
        try:
            for result in self._knowledge.add(uploads):
                results.append(result)
                yield {self._parts.notes: html.added_html(results, self._language)}
        finally:
            self._forget(uploads)
        yield {self._parts.files: None}
        if any(result.error is None for result in results):
            self._knowledge.start()
            yield from self._follow()

    def _add_folder(self, path: str | None) -> Iterator[Updates]:
        try:
            count = self._knowledge.add_folder(path or "")
        except MlqaError as error:
            yield self._failed(error)
            return
        note = self._note(self._say("documents_folder_added", count=count))
        yield {**note, self._parts.folder: ""}
        yield from self._rebuild()

    def _rebuild(self) -> Iterator[Updates]:
        self._knowledge.start()
        yield from self._follow()

    def _cancel(self) -> Iterator[Updates]:
        self._knowledge.cancel()
        yield from self._follow()

    def _look(self, document_id: str | None) -> Updates:
        if not document_id:
            return self._closed()
        contents = contents_of(document_id, self._knowledge.index)
        return {
            **self._closed(),
            self._parts.details: html.contents_html(contents, self._language),
            self._parts.remove: gr.update(visible=True),
        }

    def _title(self, document_id: str) -> str:
        rows = self._knowledge.rows()
        return next((row.title for row in rows if row.id == document_id), document_id)

    def _ask(self, document_id: str) -> Updates:
        text = self._say("documents_remove_sure", title=self._title(document_id))
        return {
            self._parts.remove: gr.update(visible=False),
            self._parts.question: html.note_html(text),
            self._parts.sure: gr.update(visible=True),
        }

    def _keep(self) -> Updates:
        return {
            self._parts.remove: gr.update(visible=True),
            self._parts.sure: gr.update(visible=False),
        }

    def _remove(self, document_id: str) -> Iterator[Updates]:
        title = self._title(document_id)
        try:
            self._knowledge.remove(document_id)
        except MlqaError as error:
            yield {**self._failed(error), **self._keep()}
            return
        yield self._note(self._say("documents_removed", title=title))
        yield from self._rebuild()

    def _forget(self, uploads: list[Upload]) -> None:
        """Deletes Gradio's copies: what is refused is not kept, and what is taken is kept once."""
        copies = Path(self._parts.files.GRADIO_CACHE).resolve()
        for folder in {upload.path.resolve().parent for upload in uploads}:
            if folder.parent == copies:
                shutil.rmtree(folder, ignore_errors=True)
