"""The chatbot's own caches as a result: what they hold and how often they were of use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mlqa.cache import CacheStats
from mlqa.schema import Plot, Series, Table, ToolResult
from mlqa.tools.context import Context

LONGEST_LABEL = 60


class Entry(NamedTuple):
    """One entry of a live cache.

    Attributes:
        label: What it is, as a user may read it.
        age: Seconds since it was put there.
        hits: Look-ups that found it.
    """

    label: str
    age: float
    hits: int


class LiveCache(NamedTuple):
    """A cache at one moment.

    Attributes:
        stats: Its counters.
        entries: What it holds, least recently used first; empty where that is not told.
    """

    stats: CacheStats
    entries: Sequence[Entry] = ()


def live_result(context: Context, caches: Sequence[LiveCache], most: int = 50) -> ToolResult:
    """Shows caches that are in use: how full, hits, misses, evictions, and what they hold.

    Args:
        context: The run.
        caches: The caches.
        most: Entries shown of each cache, the most recently used ones.
    """
    texts = [context.say("lru_live", count=len(caches))]
    figures: dict[str, float] = {}
    for cache in caches:
        stats, name = cache.stats, _name(context, cache.stats.name)
        asked = stats.hits + stats.misses
        figures |= {
            f"{stats.name}_size": stats.size,
            f"{stats.name}_hits": stats.hits,
            f"{stats.name}_misses": stats.misses,
            f"{stats.name}_evictions": stats.evictions,
        }
        if asked:
            figures[f"{stats.name}_hit_rate"] = stats.hits / asked
            texts.append(
                context.say(
                    "lru_live_cache",
                    name=name,
                    size=stats.size,
                    limit=stats.limit,
                    asked=asked,
                    hits=stats.hits,
                    hit_rate=stats.hits / asked,
                    evictions=stats.evictions,
                )
            )
        else:
            texts.append(context.say("lru_live_unused", name=name, limit=stats.limit))
    return ToolResult(
        text=" ".join(texts),
        figures=figures,
        tables=(_caches_table(context, caches), *_contents_tables(context, caches, most)),
        plots=(_plot(context, caches),),
    )


def _name(context: Context, name: str) -> str:
    """What users call a cache of the chatbot."""
    known = {
        "answers": "page_cache_answers",
        "embeddings": "page_cache_embeddings",
        "terms": "page_cache_terms",
    }
    return context.say(known[name]) if name in known else name


def _caches_table(context: Context, caches: Sequence[LiveCache]) -> Table:
    return Table(
        name="caches",
        title=context.say("lru_live_table"),
        columns=(
            context.say("lru_live_name"),
            context.say("lru_live_size"),
            context.say("lru_live_limit"),
            context.say("lru_hits"),
            context.say("lru_misses"),
            context.say("lru_evictions"),
        ),
        rows=tuple(
            (_name(context, s.name), s.size, s.limit, s.hits, s.misses, s.evictions)
            for s in (cache.stats for cache in caches)
        ),
    )


def _contents_tables(context: Context, caches: Sequence[LiveCache], most: int) -> tuple[Table, ...]:
    """One table for each cache that tells what it holds, the next to be thrown out first."""
    return tuple(
        Table(
            name=f"contents_{cache.stats.name}",
            title=context.say("lru_live_contents", name=_name(context, cache.stats.name)),
            columns=(
                context.say("lru_live_entry"),
                context.say("lru_live_age"),
                context.say("lru_hits"),
            ),
            rows=tuple(
                (_short(entry.label), round(entry.age, 1), entry.hits)
                for entry in cache.entries[-most:]
            ),
        )
        for cache in caches
        if cache.entries
    )


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


def _plot(context: Context, caches: Sequence[LiveCache]) -> Plot:
    names = tuple(_name(context, cache.stats.name) for cache in caches)
    return Plot(
        name="lookups",
        title=context.say("lru_live_plot"),
        kind="bars",
        x_label=context.say("lru_live_name"),
        y_label=context.say("lru_live_lookups"),
        series=(
            Series(
                label=context.say("lru_hits"),
                x=names,
                y=tuple(float(cache.stats.hits) for cache in caches),
            ),
            Series(
                label=context.say("lru_misses"),
                x=names,
                y=tuple(float(cache.stats.misses) for cache in caches),
            ),
        ),
        table="caches",
    )
