"""Tools for the tests: quick ones, slow ones, and ones that break in every way."""

from __future__ import annotations

import ctypes
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from mlqa.errors import Phrase, ToolArgumentError
from mlqa.schema import Claim, Finding, Plot, Series, Table, ToolResult
from mlqa.tools.context import Context
from mlqa.tools.registry import tool

CLAIM = Claim(document_id="sample", quote="주사위는 공평하다.")


@tool(inline=True, claims=(CLAIM,))
def sample_sum(
    numbers: Annotated[list[int], Field(min_length=1, max_length=5)],
    scale: Annotated[float, Field(gt=0, le=10)] = 1.0,
    kind: Literal["plain", "signed"] = "plain",
    limit: Annotated[int, Field(ge=0)] | None = None,
) -> ToolResult:
    """Adds up numbers."""
    value = scale * sum(numbers) * (-1 if kind == "signed" else 1)
    return ToolResult(text=f"합은 {value}입니다.", figures={"sum": value, "limit": limit or -1})


@tool(seconds=30, memory_mb=1024)
def sample_dice(
    context: Context,
    *,
    throws: Annotated[int, Field(ge=1, le=1000)] = 4,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> ToolResult:
    """Throws dice.

    This is a second paragraph.
    """
    dice = random.Random(seed)  # noqa: S311 - dice
    values = [dice.randint(1, 6) for _ in range(throws)]
    for place in range(throws):
        context.progress((place + 1) / throws, f"{place + 1}/{throws}")
    mean = sum(values) / throws
    verdict: Literal["supported", "undecided"] = "undecided" if throws < 100 else "supported"
    return ToolResult(
        text=f"평균 {mean:.2f}" if context.language == "ko" else f"mean {mean:.2f}",
        figures={"mean": mean, "worst": float("inf"), "unknown": float("nan")},
        tables=(
            Table(
                name="throws",
                title="던진 눈",
                columns=("번째", "눈", "뜻"),
                rows=tuple((i + 1, value, "−½") for i, value in enumerate(values)),
            ),
        ),
        plots=(
            Plot(
                name="throws",
                title="던진 눈",
                kind="lines",
                x_label="번째",
                y_label="눈",
                series=(Series(label="눈", x=tuple(range(throws)), y=tuple(map(float, values))),),
                table="throws",
            ),
        ),
        findings=(Finding(claim=CLAIM, verdict=verdict, reason=f"평균 {mean:.2f}"),),
    )


@tool(seconds=60, memory_mb=1024)
def sample_sleep(
    context: Context,
    seconds: Annotated[float, Field(ge=0, le=60)] = 30,
    child: bool = False,
    folder: str = "",
) -> ToolResult:
    """Sleeps, and leaves a file with its process and its child's in a folder."""
    pids = [os.getpid()]
    if child:
        code = "import time; time.sleep(60)"
        pids.append(subprocess.Popen([sys.executable, "-c", code]).pid)
    if folder:
        path = Path(folder, f"{os.getpid()}.pids")
        path.with_suffix(".new").write_text(" ".join(map(str, pids)), encoding="utf-8")
        path.with_suffix(".new").rename(path)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        context.progress(0.5, "쿨쿨")
        time.sleep(0.05)
    return ToolResult(text="잘 잤습니다.")


@tool(seconds=60, memory_mb=1024)
def sample_still(context: Context, seconds: Annotated[int, Field(ge=1, le=50)] = 3) -> ToolResult:
    """Says nothing for a while, and lets no other thread of its process run either."""
    context.progress(0.4, "조용히")
    ctypes.PyDLL(None).sleep(seconds)
    return ToolResult(text="끝났습니다.")


@tool(seconds=0.5, memory_mb=1024)
def sample_endless(in_c: bool = False) -> ToolResult:
    """Never ends, in Python or in a call that never looks up."""
    if in_c:
        pow(3, 10**9)
    while True:
        pass


@tool(seconds=30, memory_mb=200)
def sample_hog(how: Literal["slowly", "at once", "in a child", "untouched"]) -> ToolResult:
    """Takes more memory than it may."""
    if how == "in a child":
        code = "import time; x = bytearray(10**9); time.sleep(60)"
        subprocess.run([sys.executable, "-c", code], check=False)
    elif how == "slowly":
        held = []
        while True:
            held.append(bytearray(10_000_000))
            time.sleep(0.005)
    else:
        size = 10**12 if how == "at once" else 10**9
        held = [bytearray(size)]
        time.sleep(5)
    return ToolResult(text="")


@tool(seconds=30)
def sample_break(
    how: Literal["exit", "kill", "raise", "ours", "no result", "gap", "quit", "huge", "odd"],
) -> ToolResult:
    """Fails in one of many ways."""
    result: Any = ToolResult(text="")
    if how == "exit":
        os._exit(7)
    elif how == "kill":
        os.kill(os.getpid(), 9)
    elif how == "raise":
        raise KeyError("열쇠\n없음")
    elif how == "ours":
        phrase = Phrase("tools_bound_least", low=3)
        raise ToolArgumentError(
            "tools_argument_value", tool="sample_break", argument="how", value=how, allowed=phrase
        )
    elif how == "quit":
        sys.exit(3)
    elif how == "no result":
        result = "text"
    elif how == "huge":
        result = ToolResult(text="가" * 6_000_000)
    elif how == "odd":
        result = ToolResult(text="", figures={"what": object()})  # type: ignore[dict-item]
    elif how == "gap":
        table = Table(name="t", title="", columns=("a", "b"), rows=((1,),))
        result = ToolResult(text="", tables=(table,))
    checked: ToolResult = result
    return checked


@tool(seconds=30)
def sample_printing() -> ToolResult:
    """Prints where it should not."""
    print("인쇄")  # noqa: T201 - the point
    os.write(1, b"raw\n")
    return ToolResult(text=os.environ["OMP_NUM_THREADS"])
