"""What goes on inside, as HTML: caches, times, questions without an answer; no Gradio."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median, quantiles
from typing import Any, Protocol, runtime_checkable

from mlqa.cache import Cache, CacheStats
from mlqa.chatbot.bot import AnswerKey
from mlqa.chatbot.timing import Timing
from mlqa.messages import Language, catalogue, message
from mlqa.service.feedback import Declined
from mlqa.service.markup import inert
from mlqa.tools.lru.live import Entry, LiveCache

Cell = str | int

_ENTRIES = 50
_ANSWERS = 20
_LABEL = 80
_NUMBER = ' class="mlqa-number"'
_ENOUGH = 2  # values that a percentile needs


class Bot(Protocol):
    """What is looked into."""

    def cache_stats(self) -> Sequence[CacheStats]:
        """The counters of the caches."""
        ...


@runtime_checkable
class OpenBot(Protocol):
    """A bot that lets more be seen."""

    @property
    def caches(self) -> Sequence[Cache[Any, Any]]:
        """Its caches."""
        ...

    @property
    def timings(self) -> Sequence[Timing]:
        """How long the last answers took, the latest last."""
        ...


def live_caches(bot: Bot) -> tuple[LiveCache, ...]:
    """The caches of a bot with what they hold, for this tab and for the tool ``lru``."""
    if not isinstance(bot, OpenBot):
        return tuple(LiveCache(stats) for stats in bot.cache_stats())
    return tuple(
        LiveCache(
            cache.stats(),
            [Entry(_label(entry.key), entry.age, entry.hits) for entry in cache.entries()],
        )
        for cache in bot.caches
    )


def caches_html(bot: Bot, language: Language) -> str:
    """How full the caches are, how often they were of use, and what they hold."""
    caches = live_caches(bot)
    heads = ("cache", "size", "hits", "misses", "rate", "evictions")
    rows = [_cache_row(cache.stats, language) for cache in caches]
    parts = [_table("caches", heads, rows, language)]
    for cache in caches:
        if cache.entries:
            latest = list(reversed(cache.entries))[:_ENTRIES]
            name = _cache_name(cache.stats.name, language)
            title = message(
                "insight_contents", language, name=name, count=len(latest), all=len(cache.entries)
            )
            entries = [(one.label, _ago(one.age, language), one.hits) for one in latest]
            table = _table("entries", ("entry", "age", "hits"), entries, language)
            parts.append(f"<details><summary>{inert(title)}</summary>{table}</details>")
    return "".join(parts)


def timings_html(bot: Bot, language: Language) -> str:
    """How long each stage of the last answers took."""
    timings = list(bot.timings) if isinstance(bot, OpenBot) else []
    if not timings:
        return _none("timings", language)
    fresh = [timing for timing in timings if not timing.cached]
    stages = [
        (message(f"insight_{stage}", language), *_spread([getattr(t, stage) for t in fresh]))
        for stage in ("understand", "search", "answer", "total")
    ]
    cached = [timing.total for timing in timings if timing.cached]
    stages.append((message("insight_cached", language), *_spread(cached)))
    table = _table("timings", ("stage", "count", "median", "p95", "longest"), stages, language)
    last = [
        (_short(t.question), *map(_milliseconds, (t.understand, t.search, t.answer)))
        if not t.cached
        else (_short(t.question), message("insight_from_cache", language), "", "")
        for t in reversed(timings[-_ANSWERS:])
    ]
    heads = ("question", "understand", "search", "answer")
    return table + _table("answers", heads, last, language)


def declined_html(declined: Sequence[Declined], language: Language) -> str:
    """Questions that were declined, so that somebody writes what answers them."""
    if not declined:
        return _none("declined", language)
    rows = [
        (question, count, f"{datetime.fromtimestamp(last):%Y-%m-%d %H:%M}")
        for question, count, last, _ in declined
    ]
    about = inert(message("insight_declined_about", language))
    table = _table("declined", ("question", "count", "last"), rows, language)
    return f'<p class="mlqa-docs-note">{about}</p>{table}'


def _label(key: object) -> str:
    """What a user may read of the key of an entry."""
    if isinstance(key, AnswerKey):
        return key.asked.question
    return str(key[-1]) if isinstance(key, tuple) and key else str(key)


def _cache_name(name: str, language: Language) -> str:
    key = f"page_cache_{name}"
    return message(key, language) if key in catalogue(language) else name


def _cache_row(stats: CacheStats, language: Language) -> tuple[Cell, ...]:
    asked = stats.hits + stats.misses
    rate = f"{stats.hits / asked:.0%}" if asked else "–"
    name = _cache_name(stats.name, language)
    size = f"{stats.size:,} / {stats.limit:,}"
    return name, size, stats.hits, stats.misses, rate, stats.evictions


def _ago(seconds: float, language: Language) -> str:
    for unit, length in (("hours", 3600), ("minutes", 60)):
        if seconds >= length:
            return message(f"insight_{unit}", language, count=int(seconds // length))
    return message("insight_seconds", language, count=int(seconds))


def _spread(seconds: Sequence[float]) -> tuple[Cell, ...]:
    """How many, the middle one, the 95th percentile and the largest."""
    if not seconds:
        return 0, "–", "–", "–"
    many = len(seconds) >= _ENOUGH
    p95 = quantiles(seconds, n=20, method="inclusive")[-1] if many else seconds[0]
    return len(seconds), *map(_milliseconds, (median(seconds), p95, max(seconds)))


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"


def _short(text: str) -> str:
    return text if len(text) <= _LABEL else text[: _LABEL - 1] + "…"


def _none(name: str, language: Language) -> str:
    return f'<p class="mlqa-docs-note">{inert(message(f"insight_no_{name}", language))}</p>'


def _table(
    name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], language: Language
) -> str:
    caption = inert(message(f"insight_table_{name}", language))
    head = "".join(
        f'<th scope="col"{_NUMBER if at else ""}>{inert(message(f"insight_{key}", language))}</th>'
        for at, key in enumerate(heads)
    )
    body = "".join(
        f'<tr><th scope="row">{inert(str(first))}</th>'
        + "".join(f"<td{_NUMBER}>{inert(str(cell))}</td>" for cell in cells)
        + "</tr>"
        for first, *cells in rows
    )
    return (
        f'<div class="mlqa-docs-frame" tabindex="0" role="group" aria-label="{caption}">'
        f'<table class="mlqa-docs-table mlqa-insight-{name}"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
