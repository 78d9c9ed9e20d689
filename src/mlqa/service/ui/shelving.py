"""What is on the documents tab, not yet connected."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import gradio as gr

from mlqa.messages import Language
from mlqa.service import documents as html
from mlqa.service.bases import LONGEST_NAME
from mlqa.service.knowledge import KnowledgeBases
from mlqa.service.ui.looks import read

_KINDS = ".md .txt .html .pdf .docx .hwpx"


class DocumentParts(NamedTuple):
    """What of the tab is clicked and changed."""

    base: gr.Dropdown
    name: gr.Textbox
    create: gr.Button
    files: gr.File
    folder: gr.Textbox
    add_folder: gr.Button
    notes: gr.HTML
    progress: gr.HTML
    rebuild: gr.Button
    cancel: gr.Button
    table: gr.HTML
    choice: gr.Dropdown
    details: gr.HTML
    remove: gr.Button
    sure: gr.Column
    question: gr.HTML
    yes: gr.Button
    no: gr.Button


def draw_parts(
    knowledge: KnowledgeBases, language: Language, say: Callable[..., str]
) -> DocumentParts:
    """Draws the tab.

    Args:
        knowledge: The knowledge bases.
        language: Of the page.
        say: A sentence of the catalogue in that language.
    """
    with gr.Column(elem_id="mlqa-docs"):
        base, name, create = _bases(say)
        files, folder, add_folder = _sources(knowledge, language, say)
        notes = gr.HTML(elem_id="mlqa-docs-notes", padding=False)
        progress = gr.HTML(elem_id="mlqa-docs-progress", padding=False)
        rebuild, cancel = _building(say)
        table = gr.HTML(elem_id="mlqa-docs-table", padding=False)
        choice = gr.Dropdown(label=say("documents_choice"), elem_id="mlqa-docs-choice")
        details = gr.HTML(elem_id="mlqa-docs-details", padding=False)
        remove = gr.Button(
            say("documents_remove"), size="sm", visible=False, elem_id="mlqa-docs-remove"
        )
        sure, question, yes, no = _doubt(say)
    return DocumentParts(
        base=base,
        name=name,
        create=create,
        files=files,
        folder=folder,
        add_folder=add_folder,
        notes=notes,
        progress=progress,
        rebuild=rebuild,
        cancel=cancel,
        table=table,
        choice=choice,
        details=details,
        remove=remove,
        sure=sure,
        question=question,
        yes=yes,
        no=no,
    )


def _bases(say: Callable[..., str]) -> tuple[gr.Dropdown, gr.Textbox, gr.Button]:
    base = gr.Dropdown(label=say("documents_base"), elem_id="mlqa-docs-base")
    with gr.Accordion(say("documents_new"), open=False), gr.Row(elem_classes="mlqa-docs-row"):
        name = gr.Textbox(
            label=say("documents_new_name"), max_length=LONGEST_NAME, elem_id="mlqa-docs-name"
        )
        create = gr.Button(
            say("documents_create"), elem_id="mlqa-docs-create", scale=0, min_width=90
        )
    return base, name, create


def _sources(
    knowledge: KnowledgeBases, language: Language, say: Callable[..., str]
) -> tuple[gr.File, gr.Textbox, gr.Button]:
    limit = knowledge.config.document_megabytes
    files = gr.File(
        label=say("documents_files"), file_count="multiple", height=150, elem_id="mlqa-docs-files"
    )
    gr.HTML(html.note_html(say("documents_kinds", kinds=_KINDS, limit=limit)), padding=False)
    gr.HTML(
        html.limit_html(limit, language),
        elem_id="mlqa-docs-limit",
        js_on_load=read("documents.js"),
        padding=False,
    )
    with gr.Row(elem_classes="mlqa-docs-row", visible=knowledge.is_local):
        folder = gr.Textbox(
            label=say("documents_folder"),
            placeholder=say("documents_folder_hint"),
            elem_id="mlqa-docs-folder",
        )
        add_folder = gr.Button(say("documents_folder_add"), scale=0, min_width=140)
    return files, folder, add_folder


def _building(say: Callable[..., str]) -> tuple[gr.Button, gr.Button]:
    with gr.Row(elem_classes="mlqa-docs-row"):
        rebuild = gr.Button(
            say("documents_rebuild"), size="sm", scale=0, elem_id="mlqa-docs-rebuild"
        )
        cancel = gr.Button(
            say("documents_cancel"), size="sm", scale=0, visible=False, elem_id="mlqa-docs-cancel"
        )
    return rebuild, cancel


def _doubt(say: Callable[..., str]) -> tuple[gr.Column, gr.HTML, gr.Button, gr.Button]:
    with gr.Column(visible=False) as sure:
        question = gr.HTML(padding=False)
        with gr.Row():
            yes = gr.Button(
                say("documents_remove_yes"), variant="stop", elem_id="mlqa-docs-remove-yes"
            )
            no = gr.Button(say("documents_remove_no"), elem_id="mlqa-docs-remove-no")
    return sure, question, yes, no
