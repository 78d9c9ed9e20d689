"""The Lipschitz constant of a formula, and what it means for the gradients of a deep chain."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mlqa.errors import ToolArgumentError
from mlqa.schema import Claim, Finding, ToolResult, Verdict
from mlqa.tools.context import Context
from mlqa.tools.lipschitz.chain import Chains, chains
from mlqa.tools.lipschitz.estimate import Estimate, estimate
from mlqa.tools.lipschitz.formula import LONGEST, parse, shown
from mlqa.tools.lipschitz.presenting import (
    EXPLODED,
    bound_at,
    chain_parts,
    chain_texts,
    curve_parts,
    growth_parts,
    number,
    texts_of,
)
from mlqa.tools.registry import tool

EXPLOSION = Claim(
    document_id="lipschitz-and-batch-normalization",
    quote="립시츠 함수의 핵심은 기울기의 크기가 K 이하로 묶이므로 기울기 폭발(gradient exploding) "
    "같은 문제를 막을 수 있다는 점이며, 이 점만 알아 두면 논문의 주장을 따라가기에 충분합니다.",
)
UNIFORM = Claim(
    document_id="lipschitz-and-batch-normalization",
    quote="균등연속이라고 해서 반드시 립시츠 함수인 것은 아닙니다.",
)
KINKS = Claim(
    document_id="lipschitz-and-batch-normalization",
    quote="엄밀히는 균등연속에서 미분 가능성이 따라 나오지 않으며, 립시츠 함수는 거의 모든 점에서"
    "(almost everywhere) 미분 가능할 뿐입니다.",
)
_NARROWEST = 1e-6  # relative to the ends of the interval

End = Annotated[float, Field(ge=-1e6, le=1e6)]


@tool(seconds=10, memory_mb=512, inline=True, claims=(EXPLOSION, UNIFORM, KINKS))
def lipschitz(
    context: Context,
    *,
    formula: Annotated[str, Field(max_length=LONGEST)] = "x^2",
    low: End = -1.0,
    high: End = 1.0,
    depth: Annotated[int, Field(ge=1, le=100)] = 20,
) -> ToolResult:
    """Estimates the Lipschitz constant of a formula in x on an interval, and follows deep chains.

    How it is estimated stands in :mod:`mlqa.tools.lipschitz.estimate`, what the chains are in
    :mod:`mlqa.tools.lipschitz.chain`.

    Verdicts. That a bound on the slope keeps gradients from exploding: not supported if the chain
    of layers rescaled to K = 1 exceeds 1 by more than 1e-6 at any depth, else supported if the
    plain chain exceeds 10 at any depth, else undecided, as there was nothing to keep from. That
    uniform continuity is not enough: supported if the formula is continuous on the closed interval
    and has no K, else not judged. That a Lipschitz function may lack a derivative at places:
    supported if K exists and the slope has a kink, else not judged.

    Args:
        context: The run.
        formula: In x, such as ``x^2``, ``2|x| - sin(x)``, ``exp(x)/2``.
        low: Where the interval begins.
        high: Where it ends.
        depth: Layers of the chain.

    Raises:
        ToolArgumentError: The formula cannot be read, has no value on a part of the interval, or
            the interval is empty or too narrow.
    """
    node = parse(formula)
    if not high - low >= _NARROWEST * max(1.0, abs(low), abs(high)):
        raise ToolArgumentError("lipschitz_interval", low=f"{low:g}", high=f"{high:g}")
    found = estimate(node, low, high)
    text = texts_of(context, shown(node), low, high, found)
    figures = {"secant": found.secant} if found.constant is not None else {}
    table, *plots = curve_parts(context, node, low, high, found)
    tables = [table]
    findings = [*_continuity(context, found), *_kinked(context, found)]
    if found.constant is None:
        growth, plot = growth_parts(context, found)
        tables.insert(0, growth)
        plots.insert(0, plot)
        figures["steepest_seen"] = max(level.slope for level in found.growth)
    else:
        figures["lipschitz_constant"] = found.constant
    if found.constant:
        followed = chains(node, low, high, found.constant, depth)
        text += chain_texts(context, found.constant, followed, depth)
        chain_table, chain_plot = chain_parts(context, found.constant, followed, depth)
        tables.insert(0, chain_table)
        plots.insert(1, chain_plot)
        figures |= _chain_figures(found.constant, followed, depth)
        findings.insert(0, _explosion(context, followed, depth))
    return ToolResult(
        text=" ".join(text),
        figures=figures,
        tables=tuple(tables),
        plots=tuple(plots),
        findings=tuple(findings),
    )


def _chain_figures(constant: float, followed: Chains, depth: int) -> dict[str, float]:
    """The largest slope of each chain at the full depth, where it gets there."""
    figures = {
        f"{name}_slope": chain.slopes[-1]
        for name, chain in followed._asdict().items()
        if len(chain.slopes) == depth
    }
    bound = bound_at(constant, depth)
    return figures | ({"bound": bound} if bound is not None else {})


def explosion_verdict(plain: float, rescaled: float) -> Verdict:
    """The verdict on gradients that a bound keeps from exploding.

    Args:
        plain: Largest slope of the chain as it is, at any depth.
        rescaled: Largest slope of the chain of layers with K = 1, at any depth.
    """
    if rescaled > 1 + 1e-6:
        return "not_supported"
    return "supported" if plain > EXPLODED else "undecided"


def _explosion(context: Context, followed: Chains, depth: int) -> Finding:
    plain = max(followed.plain.slopes, default=0.0)
    rescaled = max(followed.rescaled.slopes, default=0.0)
    verdict = explosion_verdict(plain, rescaled)
    keys = {
        "supported": "lipschitz_explosion_kept",
        "not_supported": "lipschitz_explosion_exceeded",
        "undecided": "lipschitz_explosion_none",
    }
    reason = context.say(keys[verdict], depth=depth, plain=number(plain), rescaled=number(rescaled))
    return Finding(claim=EXPLOSION, verdict=verdict, reason=reason)


def _continuity(context: Context, found: Estimate) -> list[Finding]:
    if found.constant is not None or not found.continuous:
        return []
    first, last = found.growth[0], found.growth[-1]
    reason = context.say(
        "lipschitz_uniform_reason",
        place=number(found.tight[0][0]),
        first=number(first.slope),
        last=number(last.slope),
    )
    return [Finding(claim=UNIFORM, verdict="supported", reason=reason)]


def _kinked(context: Context, found: Estimate) -> list[Finding]:
    if found.constant is None or not found.kinks:
        return []
    reason = context.say(
        "lipschitz_kinks_reason",
        constant=number(found.constant),
        places=", ".join(number(kink) for kink in found.kinks),
    )
    return [Finding(claim=KINKS, verdict="supported", reason=reason)]
