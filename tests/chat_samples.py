"""A tool for the tests of the chatbot: it tests what an essay of the small corpus says."""

from __future__ import annotations

import time
from typing import Annotated

from pydantic import Field

from mlqa.schema import Claim, Finding, ToolResult
from mlqa.tools.context import Context
from mlqa.tools.registry import tool

CLAIM = Claim(document_id="바다/tides", quote="밀물과 썰물은 달이 바닷물을 끌어당겨서 생깁니다.")


@tool(seconds=30, memory_mb=1024, claims=(CLAIM,))
def sample_tide(
    context: Context,
    *,
    hours: Annotated[int, Field(ge=1, le=100)] = 24,
    pause: Annotated[float, Field(ge=0, le=60)] = 0.0,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> ToolResult:
    """Counts high tides."""
    for hour in range(hours):
        context.progress((hour + 1) / hours, f"{hour + 1}시간째")
        time.sleep(pause)
    tides = hours // 12
    return ToolResult(
        text=f"{hours}시간 동안 밀물이 {tides}번 들었습니다.",
        figures={"tides": tides, "seed": seed},
        findings=(
            Finding(
                claim=CLAIM,
                verdict="supported" if tides else "undecided",
                reason=f"밀물을 {tides}번 셌습니다.",
            ),
        ),
    )
