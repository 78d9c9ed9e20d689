"""The experiments tab behind its widgets: forms, runs, pictures; no Gradio."""

from __future__ import annotations

import logging
import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, NamedTuple

from mlqa.cache import Cache
from mlqa.errors import MlqaError, ToolCancelled
from mlqa.messages import Language, message
from mlqa.schema import Document, ToolCall, ToolProgress
from mlqa.service.forms import choices_html, form_html, texts_of
from mlqa.service.markup import inert
from mlqa.service.pump import read_along
from mlqa.service.results import call_html, exhibits_html, progress_html
from mlqa.tools import registry
from mlqa.tools.context import Context
from mlqa.tools.drawing import draw
from mlqa.tools.events import Waiting
from mlqa.tools.lru.live import LiveCache, live_result
from mlqa.tools.runner import Run, Runner

logger = logging.getLogger(__name__)

_KEPT_PICTURES = 128
_OWN_ENTRIES = 20
_STYLE = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")


class Bench:
    """What one browser session runs.

    Not a data class: Gradio would turn one into a dictionary.

    Attributes:
        run: The run on its way, or the last one.
    """

    def __init__(self) -> None:
        self.run: Run | None = None

    def stop(self) -> None:
        """Ends the run on its way."""
        if self.run is not None:
            self.run.cancel()


class Shown(NamedTuple):
    """What the tab shows of a run, as HTML.

    Attributes:
        status: How far it is, or why it failed.
        result: What came out; None where it stays as it is.
    """

    status: str
    result: str | None = None


class Lab:
    """Runs tools for the page.

    Args:
        runner: Runs them; one for the whole process.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._pictures: Cache[tuple[str, str], str] = Cache("pictures", _KEPT_PICTURES)

    def choices(self, language: Language) -> str:
        """A button for each tool, those of the setting ``tool_modules`` among them."""
        try:
            registry.use(self._runner.config.tool_modules)
        except MlqaError:
            logger.warning("A module of tools cannot be used", exc_info=True)
        return choices_html(registry.names(), language)

    def form(self, name: str, language: Language) -> str:
        """The form of a tool, or why there is none."""
        try:
            return form_html(self._runner.find_tool(name), language)
        except MlqaError as error:
            return error_html(error.text(language))

    def picture(self, key: str, name: str) -> str:
        """A plot of a kept run as an SVG element whose colours follow the page; empty if gone."""
        found = self._pictures.get((key, name))
        if found is None:
            call = self._runner.find(key)
            plots = {plot.name: plot for plot in call.result.plots} if call else {}
            if name not in plots:
                return ""
            light, dark = (
                draw(plots[name], "svg", dark=dark).decode("utf-8") for dark in (False, True)
            )
            found = for_both(light, dark)
            self._pictures.put((key, name), found)
        return found

    def run(
        self,
        bench: Bench,
        name: str,
        values: Mapping[str, Any],
        documents: Mapping[str, Document],
        language: Language,
        *,
        fresh: bool = False,
    ) -> Generator[Shown | None, None, None]:
        """Runs a tool; closing the iterator ends the run.

        Args:
            bench: Of the browser session; a run of it that is on its way is ended.
            name: The tool.
            values: What the form sent.
            documents: The knowledge base.
            language: Of what is said.
            fresh: Runs it even where its result is kept.

        Yields:
            What is shown, again and again; None while nothing changes.
        """
        bench.stop()
        try:
            tool = self._runner.find_tool(name)
            arguments = tool.from_texts(texts_of(values))
            run = self._runner.start(tool, arguments, language=language, fresh=fresh)
            bench.run = run
            yield Shown(progress_html(ToolProgress(0.0, message("tools_starting", language))))
            with closing(read_along(lambda: run)) as events:
                for event in events:
                    if event is None:
                        yield None
                    elif isinstance(event, ToolCall):
                        yield Shown("", call_html(event, documents, language))
                    elif isinstance(event, Waiting):
                        text = message("tools_waiting", language, ahead=event.ahead)
                        yield Shown(progress_html(ToolProgress(0.0, text)))
                    else:
                        yield Shown(progress_html(ToolProgress(event.share, event.text)))
        except ToolCancelled:
            yield Shown(error_html(message("experiments_stopped", language)))
        except MlqaError as error:
            yield Shown(error_html(error.text(language)))
        except Exception:
            logger.exception("An experiment failed")
            yield Shown(error_html(message("page_failed", language)))


def own_caches_html(caches: Sequence[LiveCache], language: Language) -> str:
    """What the chatbot's own LRU caches hold at this moment, as the tool ``lru`` shows caches."""
    result = live_result(Context(language), caches, _OWN_ENTRIES)
    call = ToolCall(name="lru", arguments={}, result=replace(result, plots=()), key="")
    text = f'<p class="mlqa-text">{inert(result.text)}</p>'
    tables = exhibits_html(call, language, level=3)
    return f'<article class="mlqa-run mlqa-live">{text}{tables}</article>'


def error_html(text: str) -> str:
    """One sentence of ours in the place of a result."""
    return f'<p class="mlqa-said" role="alert">{inert(text)}</p>'


def for_both(light: str, dark: str) -> str:
    """One SVG for a light and a dark page: of each colour the page takes the one that fits.

    Args:
        light: The drawing for a light page.
        dark: The same drawing in other colours.
    """
    colours = iter(_COLOUR.findall(dark))

    def both(match: re.Match[str]) -> str:
        return f"light-dark({match[0]}, {next(colours, match[0])})"

    return _alone(_COLOUR.sub(both, light))


def _alone(svg: str) -> str:
    """Without what acts on the page around: its style sheet is for every element there is."""
    return _COMMENT.sub("", _STYLE.sub("", svg))
