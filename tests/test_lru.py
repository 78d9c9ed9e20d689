"""The LRU cache tool: its steps, the other policies, what it reads, its verdicts."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import cachetools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlqa.cache import Cache, CacheStats
from mlqa.errors import ToolArgumentError
from mlqa.schema import Table, ToolResult
from mlqa.tools.context import Context
from mlqa.tools.lru import lru, read_order
from mlqa.tools.lru.checks import Checks, check, hits_verdict, misses_verdict
from mlqa.tools.lru.comparing import curve_sizes
from mlqa.tools.lru.items import split_items, zipf_requests
from mlqa.tools.lru.live import Entry, LiveCache, live_result
from mlqa.tools.lru.policies import (
    POLICIES,
    Policy,
    Step,
    anomalies,
    count,
    hits_by_size,
    lru_steps,
)

ANOMALY = "123412512345"  # Belady, Nelson and Shedler, 1969

items = st.sampled_from("ABCDEF")
traces = st.lists(items, min_size=1, max_size=60)
starts = st.lists(items, unique=True, max_size=6)
sizes = st.integers(1, 7)
references = {
    "lru": cachetools.LRUCache,
    "fifo": cachetools.FIFOCache,
    "lfu": cachetools.LFUCache,
}


def table(result: ToolResult, name: str) -> Table:
    return next(each for each in result.tables if each.name == name)


def reference_misses(
    policy: str, requests: Sequence[str], size: int, contents: Sequence[str]
) -> int:
    cache: cachetools.Cache[str, bool] = references[policy](size)
    for item in contents[-size:]:
        cache[item] = True
    misses = 0
    for request in requests:
        if cache.get(request) is None:
            misses += 1
            cache[request] = True
    return misses


def fewest_misses(requests: Sequence[str], size: int, held: frozenset[str]) -> int:
    """Tries everything that can be thrown out."""
    if not requests:
        return 0
    first, rest = requests[0], requests[1:]
    if first in held:
        return fewest_misses(rest, size, held)
    kept = [held] if len(held) < size else [held - {gone} for gone in held]
    return 1 + min(fewest_misses(rest, size, left | {first}) for left in kept)


def test_the_example_of_the_essay() -> None:
    result = lru(size=5, contents="1, 2, 3, 4, 5", requests="3, 7, 2")
    rows = table(result, "steps").rows
    assert [read_order(str(row[4])) for row in rows] == [
        ("1", "2", "3", "4", "5"),
        ("1", "2", "4", "5", "3"),
        ("2", "4", "5", "3", "7"),
        ("4", "5", "3", "7", "2"),
    ]
    assert [str(row[2])[0] for row in rows[1:]] == ["○", "×", "○"]
    assert [row[3] for row in rows] == ["", "", "1", ""]
    assert "[4, 5, 3, 7, 2]" in result.text
    assert [finding.verdict for finding in result.findings] == ["supported"] * 3
    assert result.figures["hits"] == 2
    assert result.figures["misses"] == 1


@given(traces, sizes, starts)
def test_steps_keep_what_was_used_last(requests: list[str], size: int, contents: list[str]) -> None:
    contents = contents[:size]
    steps = lru_steps(requests, size, contents)
    used = list(contents)
    for step in steps:
        used = [item for item in used if item != step.request] + [step.request]
        assert step.order == tuple(used[-size:])
    assert sum(not step.hit for step in steps) == count("lru", requests, size, contents).misses
    thrown = sum(step.evicted is not None for step in steps)
    assert thrown == count("lru", requests, size, contents).evictions


@pytest.mark.parametrize("policy", ["lru", "fifo", "lfu"])
@given(requests=traces, size=sizes, contents=starts)
def test_policies_miss_as_often_as_those_of_cachetools(
    policy: Policy, requests: list[str], size: int, contents: list[str]
) -> None:
    found = count(policy, requests, size, contents)
    assert found.misses == reference_misses(policy, requests, size, contents)
    assert found.hits + found.misses == len(requests)


@given(
    requests=st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=9),
    size=st.integers(1, 3),
    contents=st.lists(st.sampled_from("ABCDE"), unique=True, max_size=3),
)
def test_optimum_is_the_best_of_all_ways_to_evict(
    requests: list[str], size: int, contents: list[str]
) -> None:
    held = frozenset(contents[-size:])
    best = fewest_misses(tuple(requests), size, held)
    assert count("optimal", requests, size, contents).misses == best


@given(traces, sizes, starts)
def test_no_policy_beats_the_optimum(requests: list[str], size: int, contents: list[str]) -> None:
    hits = {policy: count(policy, requests, size, contents).hits for policy in POLICIES}
    assert max(hits.values()) == hits["optimal"]


@given(traces, starts)
def test_one_pass_over_stack_distances_serves_every_size(
    requests: list[str], contents: list[str]
) -> None:
    all_sizes = list(range(1, 9))
    hits = hits_by_size("lru", requests, all_sizes, contents)
    assert hits == [count("lru", requests, size, contents).hits for size in all_sizes]
    assert anomalies(all_sizes, hits) == []


def test_of_items_used_equally_often_lfu_evicts_the_least_recently_used() -> None:
    # A and B have two uses each, A's are older; C throws out A, so A misses and B would hit.
    assert count("lfu", "ABABCA", 2).misses == 4
    assert count("lfu", "ABABCB", 2).misses == 3


def test_belady_anomaly_is_seen_and_said() -> None:
    assert [count("fifo", ANOMALY, size).misses for size in (3, 4)] == [9, 10]
    result = lru(requests=list(ANOMALY), size=3)
    assert result.figures["fifo_anomalies"] == 1
    assert "벨라디의 모순" in result.text
    assert "벨라디의 모순" not in lru(requests="1 2 3 1 2 3", size=2).text


@pytest.mark.parametrize(
    "written",
    [
        "1, 2, 3, 1, 4",
        "1 2 3 1 4",
        "[1, 2, 3, 1, 4]",
        "1→2→3→1→4",
        "1 -> 2 -> 3 -> 1 -> 4",
        "１，２，３，１，４",
        "'1', '2', \"3\", 1; 4\n",
        [1, 2, 3, 1, 4],
        ["1, 2", "3 1", 4],
    ],
)
def test_requests_are_read_as_people_write_them(written: object) -> None:
    assert split_items(written) == ("1", "2", "3", "1", "4")
    result = lru(requests=written, size=3)
    assert [row[1] for row in table(result, "steps").rows] == ["", "1", "2", "3", "1", "4"]
    assert read_order(str(table(result, "steps").rows[-1][4])) == ("3", "1", "4")


def test_words_and_negative_numbers_are_items() -> None:
    assert split_items("a b a c") == ("a", "b", "a", "c")
    assert split_items("사과, 배,-1") == ("사과", "배", "-1")
    assert split_items(None) == ()


def test_items_stay_as_they_were_typed() -> None:
    result = lru(requests="ㄱ, ㄴ ㄱ ① ½", contents="ㄴ")
    assert [row[1] for row in table(result, "steps").rows] == ["", "ㄱ", "ㄴ", "ㄱ", "①", "½"]
    assert split_items([" ㄱ ", "ㅏ"]) == ("ㄱ", "ㅏ")


def test_one_item_typed_in_two_ways_is_one_item() -> None:
    assert split_items("Ａ，A；ａ［７］（7）") == ("A", "A", "a", "7", "7")
    assert split_items("한 \u1112\u1161\u11ab") == ("한", "한")


def test_without_requests_some_are_drawn_and_that_is_said() -> None:
    result = lru(seed=3)
    assert "요청을 주시지 않아 시드 3번으로 요청 40개를 만들었습니다" in result.text
    assert tuple(row[1] for row in table(result, "steps").rows[1:]) == zipf_requests(3)
    assert result == lru(seed=3)
    assert result != lru(seed=4)
    assert "시드" not in lru(requests="1 2").text


def test_frequent_items_are_drawn_more_often() -> None:
    drawn = zipf_requests(0, count=4_000)
    assert drawn.count("A") > 1.5 * drawn.count("B") > 2 * drawn.count("D")


def test_comparison_can_be_left_out() -> None:
    result = lru(requests="1 2 1", compare=False)
    assert [each.name for each in result.tables] == ["steps"]
    assert result.plots == ()
    assert "FIFO" not in result.text
    assert "fifo_hits" not in result.figures


def test_curve_and_figures_agree() -> None:
    result = lru(requests=list(ANOMALY), size=4)
    row = table(result, "curve").rows[3]
    assert row[0] == 4
    rates = [result.figures[f"{policy}_hit_rate"] for policy in POLICIES]
    assert list(row[1:]) == [round(rate, 4) for rate in rates]
    plot = result.plots[0]
    assert plot.table == "curve"
    assert [series.y[3] for series in plot.series] == rates
    assert plot.marks[0][0] == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"size": 0}, "1 이상 1,000 이하"),
        ({"size": -1}, "1 이상 1,000 이하"),
        ({"size": 10**12}, "1 이상 1,000 이하"),
        ({"requests": ["1"] * 1_000_000}, "2,000"),
        ({"requests": "1 " * 2_001}, "2,000"),
        ({"requests": "a" * 41}, "40"),
        ({"requests": [["1"]]}, "40"),
        ({"contents": "1 2 3 4", "size": 3}, "4개인데 캐시 크기는 3"),
        ({"contents": "a b a", "size": 3}, "a가 두 번"),
        ({"seed": -1}, "0 이상"),
    ],
)
def test_bad_arguments_get_one_sentence_with_the_limit(
    arguments: dict[str, object], said: str
) -> None:
    with pytest.raises(ToolArgumentError) as caught:
        lru(**arguments)
    assert said in caught.value.text("ko")
    assert "\n" not in caught.value.text("en")


def test_the_longest_run_stays_small_and_says_what_is_left_out() -> None:
    rng = random.Random(0)  # noqa: S311 - no secret
    requests = [str(rng.randrange(1_500)) for _ in range(2_000)]
    result = lru(requests=requests, size=1_000)
    assert len(repr(result)) < 500_000
    shown = len(table(result, "steps").rows) - 1
    assert 0 < shown < 2_000
    assert f"처음 {shown}단계" in result.text
    assert len(result.plots[0].series[0].x) <= 200


def test_curve_sizes_are_all_or_spread_with_the_chosen_one() -> None:
    assert curve_sizes(5, 3, 10) == [1, 2, 3, 4, 5]
    spread = curve_sizes(1_000, 7, 2_000)
    assert spread[0] == 1
    assert spread[-1] == 1_000
    assert 7 in spread
    assert len(spread) <= 33
    assert curve_sizes(3, 100, 10) == [1, 2, 3]


def test_a_wrong_cache_would_not_be_supported() -> None:
    first_in = [
        Step("A", hit=False, evicted=None, order=("A",)),
        Step("B", hit=False, evicted=None, order=("A", "B")),
        Step("A", hit=True, evicted=None, order=("A", "B")),
        Step("C", hit=False, evicted="A", order=("B", "C")),
    ]
    checks = check(first_in, 2, ())
    assert checks == Checks(roomy=2, kept=2, full=1, oldest=0, hits=1, moved=0)
    assert misses_verdict(checks) == "not_supported"
    assert hits_verdict(checks) == "not_supported"
    right = lru_steps("ABAC", 2)
    assert misses_verdict(check(right, 2, ())) == "supported"
    assert hits_verdict(check(right, 2, ())) == "supported"


def test_what_did_not_happen_is_not_judged() -> None:
    result = lru(requests="1 2", size=3)
    assert [finding.verdict for finding in result.findings] == ["undecided", "undecided"]


def test_claims_stand_in_the_essay(project_documents: Sequence[object]) -> None:
    texts = {getattr(d, "id", ""): getattr(d, "text", "") for d in project_documents}
    for claim in lru.claims:
        assert claim.quote in texts[claim.document_id]


def test_english_where_english_is_wanted() -> None:
    result = lru.function(Context(language="en"), requests=("1", "2", "1"), size=2)
    assert "hit rate of 0.333" in result.text
    assert table(result, "steps").rows[3][2] == "○ hit"


def test_caches_in_use_are_shown_with_what_they_hold() -> None:
    cache: Cache[str, str] = Cache("answers", 2)
    for key in ("a", "b", "a", "c", "d"):
        cache.get_or_make(key, key.upper)
    unused = CacheStats(name="other", size=0, limit=9, hits=0, misses=0, evictions=0)
    entries = [Entry("배치 정규화란?", 12.34, 0), Entry("가" * 100, 1.0, 3)]
    shown = live_result(Context(), [LiveCache(cache.stats(), entries), LiveCache(unused)])
    assert shown.figures["answers_hits"] == 1
    assert shown.figures["answers_evictions"] == 2
    assert shown.figures["answers_hit_rate"] == pytest.approx(0.2)
    assert "‘답’ 캐시는 2칸 가운데 2칸" in shown.text
    assert "‘other’ 캐시(9칸)는 아직" in shown.text
    assert [each.name for each in shown.tables] == ["caches", "contents_answers"]
    held = table(shown, "contents_answers").rows
    assert held[0] == ("배치 정규화란?", 12.3, 0)
    assert str(held[1][0]).endswith("…")
    assert len(str(held[1][0])) == 60
    assert shown.plots[0].series[0].y == (1.0, 0.0)


def test_only_the_most_recent_entries_of_a_large_cache_are_shown() -> None:
    stats = CacheStats(name="answers", size=80, limit=90, hits=0, misses=80, evictions=0)
    entries = [Entry(str(number), 0.0, 0) for number in range(80)]
    shown = live_result(Context(), [LiveCache(stats, entries)], most=10)
    assert [row[0] for row in table(shown, "contents_answers").rows] == [
        str(number) for number in itertools.islice(range(80), 70, None)
    ]
