"""An LRU cache beside others on the same requests, at the chosen size and at every other."""

from __future__ import annotations

from collections.abc import Sequence

from mlqa.schema import Plot, Series, Table, ToolResult
from mlqa.tools.context import Context
from mlqa.tools.lru.policies import POLICIES, Policy, anomalies, count, hits_by_size

_WORK = 3_000  # requests that may be replayed by each policy for the curve
_SIZES = (8, 32)  # places on the curve: at least, at most
_NAMES: dict[Policy, str] = {
    "lru": "lru_policy_lru",
    "fifo": "lru_policy_fifo",
    "lfu": "lru_policy_lfu",
    "optimal": "lru_policy_optimal",
}


def compared(
    context: Context, requests: Sequence[str], size: int, contents: Sequence[str]
) -> ToolResult:
    """Hits of all policies at one size, and their hit rates over sizes.

    At a size on the curve below the number of items that are there at the start, the newest of
    these are there.
    """
    counts = {policy: count(policy, requests, size, contents) for policy in POLICIES}
    rates = {policy: counts[policy].hit_rate for policy in POLICIES}
    sizes = curve_sizes(len({*requests, *contents}), size, len(requests))
    hits = {policy: hits_by_size(policy, requests, sizes, contents) for policy in POLICIES}
    figures = {f"{policy}_hits": float(counts[policy].hits) for policy in POLICIES}
    figures |= {f"{policy}_hit_rate": rates[policy] for policy in POLICIES}
    odd = anomalies(sizes, hits["fifo"])
    figures["fifo_anomalies"] = float(len(odd))
    texts = [
        context.say("lru_compared", fifo=rates["fifo"], lfu=rates["lfu"], optimal=rates["optimal"])
    ]
    if odd:
        smaller, larger = odd[0]
        texts.append(
            context.say(
                "lru_anomaly",
                smaller=smaller,
                larger=larger,
                before=hits["fifo"][sizes.index(smaller)],
                after=hits["fifo"][sizes.index(larger)],
            )
        )
    names = {policy: context.say(key) for policy, key in _NAMES.items()}
    policies = Table(
        name="policies",
        title=context.say("lru_policies", size=size),
        columns=(
            context.say("lru_policy"),
            context.say("lru_hits"),
            context.say("lru_misses"),
            context.say("lru_evictions"),
            context.say("lru_hit_rate"),
        ),
        rows=tuple(
            (names[policy], c.hits, c.misses, c.evictions, round(c.hit_rate, 4))
            for policy, c in counts.items()
        ),
    )
    curve, plot = _curve(context, names, sizes, hits, requests=len(requests), size=size)
    return ToolResult(
        text=" ".join(texts), figures=figures, tables=(policies, curve), plots=(plot,)
    )


def curve_sizes(items: int, size: int, requests: int) -> list[int]:
    """Sizes for the curve: all up to the number of items, beyond which nothing changes, or some.

    Where all would be too many they are spread evenly; the chosen size is among them if it is not
    larger than the number of items.
    """
    most = min(_SIZES[1], max(_SIZES[0], _WORK // requests))
    if items <= most:
        return list(range(1, items + 1))
    spread = {1 + round(place * (items - 1) / (most - 1)) for place in range(most)}
    return sorted(spread | {size} if size <= items else spread)


def _curve(
    context: Context,
    names: dict[Policy, str],
    sizes: Sequence[int],
    hits: dict[Policy, list[int]],
    *,
    requests: int,
    size: int,
) -> tuple[Table, Plot]:
    """Hit rates over sizes as a table and a plot."""
    table = Table(
        name="curve",
        title=context.say("lru_curve"),
        columns=(context.say("lru_size"), *(names[policy] for policy in POLICIES)),
        rows=tuple(
            (each, *(round(hits[policy][place] / requests, 4) for policy in POLICIES))
            for place, each in enumerate(sizes)
        ),
    )
    plot = Plot(
        name="hit_rate",
        title=context.say("lru_curve"),
        kind="lines",
        x_label=context.say("lru_size"),
        y_label=context.say("lru_hit_rate"),
        series=tuple(
            Series(
                label=names[policy],
                x=tuple(sizes),
                y=tuple(found / requests for found in hits[policy]),
            )
            for policy in POLICIES
        ),
        table="curve",
        marks=((float(size), context.say("lru_chosen")),) if size <= sizes[-1] else (),
    )
    return table, plot
