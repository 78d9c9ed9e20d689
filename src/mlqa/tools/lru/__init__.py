"""An LRU cache at work, step by step, beside other caches on the same requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from mlqa.errors import ToolArgumentError
from mlqa.schema import Claim, Finding, Table, ToolResult
from mlqa.tools.context import Context
from mlqa.tools.lru.checks import Checks, check, hits_verdict, misses_verdict
from mlqa.tools.lru.comparing import compared
from mlqa.tools.lru.items import LONGEST_ITEM, split_items, zipf_requests
from mlqa.tools.lru.policies import Step, lru_steps
from mlqa.tools.registry import tool

MISSES = Claim(
    document_id="lru-cache",
    quote="빈자리가 있으면 새 데이터를 그대로 넣고, 캐시가 꽉 찼으면 쓰인 지 가장 오래된 데이터를 "
    "지운 다음 넣습니다.",
)
HITS = Claim(
    document_id="lru-cache",
    quote="그 데이터를 원래 자리에서 빼내어 가장 최근에 쓰인 데이터의 자리로 옮깁니다.",
)
EXAMPLE = Claim(
    document_id="lru-cache",
    quote="2를 맨 뒤로 옮기면 캐시는 [4, 5, 3, 7, 2]가 되고, 그대로 출력됩니다.",
)
_EXAMPLE = (5, ("1", "2", "3", "4", "5"), ("3", "7", "2"))
_EXAMPLE_ENDS = ("4", "5", "3", "7", "2")

HIT, MISS = "○", "×"
_CHARACTERS = 60_000  # of the orders in the table of steps
_ITEMS_SAID = 20

Item = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ITEM)]


@tool(seconds=10, memory_mb=512, inline=True, claims=(MISSES, HITS, EXAMPLE))
def lru(
    context: Context,
    *,
    requests: Annotated[
        tuple[Item, ...], Field(max_length=2_000), BeforeValidator(split_items)
    ] = (),
    size: Annotated[int, Field(ge=1, le=1_000)] = 3,
    contents: Annotated[
        tuple[Item, ...], Field(max_length=1_000), BeforeValidator(split_items)
    ] = (),
    compare: bool = True,
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0,
) -> ToolResult:
    """Runs an LRU cache step by step and compares it with FIFO, LFU and Belady's optimum.

    The table ``steps`` has a row for the start and one for each request: number, request, what came
    of it (begins with ○ for a hit and × for a miss), the item thrown out or nothing, and the cache
    as ``[oldest, …, newest]``; :func:`read_order` reads that cell. Items hold no comma or bracket.

    Verdicts: misses are as the essay says if each one that found the cache full threw out the item
    whose last use is longest ago (read off the requests) and each other one nothing; hits if each
    moved its item to the end and left the rest in order; undecided without such a miss or hit. The
    essay's example is judged where it is what was run.

    Args:
        context: The run.
        requests: What is asked for, in order; without any, 40 requests drawn with the seed.
        size: Items that the cache can hold.
        contents: What it holds at the start, least recently used first.
        compare: Whether the other caches run, too.
        seed: Of the requests that are drawn where none are given.

    Raises:
        ToolArgumentError: The cache is to start with more items than it can hold, or one twice.
    """
    _check_contents(contents, size)
    asked = requests or zipf_requests(seed)
    steps = lru_steps(asked, size, contents)
    hits = sum(step.hit for step in steps)
    texts = [] if requests else [context.say("lru_drawn", count=len(asked), seed=seed)]
    texts += _summary(context, steps, size, contents)
    table = _steps_table(context, steps, contents)
    shown = len(table.rows) - 1
    if shown < len(steps):
        texts.append(context.say("lru_cut", shown=shown))
    figures = {
        "requests": float(len(steps)),
        "hits": float(hits),
        "misses": float(len(steps) - hits),
        "evictions": float(sum(step.evicted is not None for step in steps)),
        "hit_rate": hits / len(steps),
    }
    more = compared(context, asked, size, contents) if compare else ToolResult(text="")
    return ToolResult(
        text=" ".join([*texts, more.text]).strip(),
        figures={**figures, **more.figures},
        tables=(table, *more.tables),
        plots=more.plots,
        findings=_findings(context, steps, asked, size, contents),
    )


def read_order(cell: str) -> tuple[str, ...]:
    """The items of the last column of ``steps``, least recently used first."""
    inside = cell.strip("[]")
    return tuple(inside.split(", ")) if inside else ()


def _check_contents(contents: Sequence[str], size: int) -> None:
    if len(contents) > size:
        raise ToolArgumentError("lru_too_many", count=len(contents), size=size)
    twice = [item for item, times in Counter(contents).items() if times > 1]
    if twice:
        raise ToolArgumentError("lru_twice", item=twice[0])


def _order(items: Sequence[str]) -> str:
    return f"[{', '.join(items)}]"


def _summary(
    context: Context, steps: Sequence[Step], size: int, contents: Sequence[str]
) -> list[str]:
    """What happened, in sentences."""
    hits = sum(step.hit for step in steps)
    last = steps[-1].order
    said = _order(last[:_ITEMS_SAID])
    if len(last) > _ITEMS_SAID:
        said = context.say("lru_order_more", items=said, more=len(last) - _ITEMS_SAID)
    return [
        context.say("lru_started_full" if contents else "lru_started", size=size, count=len(steps)),
        context.say("lru_counted", hits=hits, misses=len(steps) - hits, hit_rate=hits / len(steps)),
        context.say("lru_ended", order=said),
    ]


def _steps_table(context: Context, steps: Sequence[Step], contents: Sequence[str]) -> Table:
    """All steps, or the first ones where the whole would be too long to send."""
    hit, miss = f"{HIT} " + context.say("lru_hit"), f"{MISS} " + context.say("lru_miss")
    rows = [(0, "", context.say("lru_start"), "", _order(contents))]
    room = _CHARACTERS
    for number, step in enumerate(steps, start=1):
        order = _order(step.order)
        room -= len(order) + len(step.request)
        if room < 0 and number > 1:
            break
        rows.append((number, step.request, hit if step.hit else miss, step.evicted or "", order))
    return Table(
        name="steps",
        title=context.say("lru_steps"),
        columns=(
            context.say("lru_step"),
            context.say("lru_request"),
            context.say("lru_outcome"),
            context.say("lru_evicted"),
            context.say("lru_order"),
        ),
        rows=tuple(rows),
    )


def _misses_key(checks: Checks) -> str:
    if not checks.full:
        return "lru_misses_none"
    return "lru_misses_reason" if checks.roomy else "lru_misses_full"


def _findings(
    context: Context,
    steps: Sequence[Step],
    requests: Sequence[str],
    size: int,
    contents: Sequence[str],
) -> tuple[Finding, ...]:
    """The essay's sentences and what the steps say of them."""
    checks = check(steps, size, contents)
    findings = [
        Finding(
            claim=MISSES,
            verdict=misses_verdict(checks),
            reason=context.say(
                _misses_key(checks),
                full=checks.full,
                oldest=checks.oldest,
                roomy=checks.roomy,
                kept=checks.kept,
            ),
        ),
        Finding(
            claim=HITS,
            verdict=hits_verdict(checks),
            reason=context.say(
                "lru_hits_reason" if checks.hits else "lru_hits_none",
                hits=checks.hits,
                moved=checks.moved,
            ),
        ),
    ]
    if (size, tuple(contents), tuple(requests)) == _EXAMPLE:
        last = steps[-1].order
        findings.append(
            Finding(
                claim=EXAMPLE,
                verdict="supported" if last == _EXAMPLE_ENDS else "not_supported",
                reason=context.say("lru_example_reason", order=_order(last)),
            )
        )
    return tuple(findings)
