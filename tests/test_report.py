"""The report of an evaluation: one file, whole, safe, and readable on any screen."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlqa.errors import RunError
from mlqa.evaluation.figures import summarise
from mlqa.evaluation.misses import counts, misses_of
from mlqa.evaluation.report import report, write_report
from mlqa.evaluation.runs import Outcome, Passage, Run, Said
from page_browser import CHROMIUM
from small_runs import MIXED, OLD, a_run, outcome

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EVIL = "<script>window.evil = 1</script><img src=x onerror='window.evil = 1'> & \"끝\""


def missed(name: str = "m") -> Outcome:
    """A question that leaves a fact out, found late, with mark-up in every text of it."""
    plain = outcome(name, values={"key_facts": 0.5, "grounded": 0.5, "hit@5": 0.0})
    gold = plain.gold.model_copy(
        update={
            "question": f"{EVIL} {'아주 긴 질문입니다 ' * 20}",
            "history": (EVIL,),
            "key_facts": (("옛 글",), (EVIL,)),
        }
    )
    passage = Passage(
        document_id="web", title=EVIL, start=3, end=9, text=f"{EVIL}{'가' * 900}", right=True
    )
    said = Said(text=EVIL, document_id="web", start=0, end=3, quote=EVIL)
    update = {"gold": gold, "rank": 7, "found": (passage,), "text": f"{OLD} {EVIL}"}
    return plain.model_copy(update={**update, "sentences": (said,)})


RUN = a_run(*MIXED, missed())


def html(run: Run = RUN, **options: object) -> str:
    return report(run, summarise(run), **options)  # type: ignore[arg-type]


class Elements(HTMLParser):
    """Names and attributes of all elements, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def test_why_questions_are_missed() -> None:
    misses = {miss.outcome.gold.id: miss for miss in misses_of(RUN)}
    assert {name: miss.reasons for name, miss in misses.items()} == {
        "c": ("declined",),
        "d": ("declined",),
        "h": ("answered",),
        "m": ("facts", "rank", "grounded"),
    }
    assert [said for _, said in misses["m"].facts] == [True, True]
    assert counts(tuple(misses.values()), RUN.kinds) == {
        "declined": [2, 0],
        "answered": [0, 1],
        "facts": [1, 0],
        "rank": [1, 0],
        "grounded": [1, 0],
    }


def test_every_miss_is_listed() -> None:
    page = Elements(html())
    assert len(page.named("details")) == 4
    for shown in (
        "놓친 질문",
        "질문 9개 가운데 4개",
        "답이 없는데 답함",
        "0.700 (기준 0.5)",
        "10위 밖",
    ):
        assert shown in page.text
    assert "1. " + EVIL in page.text
    assert "근거가 있는 첫 구절: 7" in page.text
    assert "가" * 900 not in page.text  # a long passage is cut


def test_nothing_is_loaded_and_nothing_runs() -> None:
    page = Elements(html())
    assert page.open == []
    names = {name for name, _ in page.found}
    assert not names & {"script", "img", "link", "iframe", "object", "embed", "base", "form"}
    for _, attributes in page.found:
        assert not [name for name in attributes if name.startswith("on")]
        for link in ("href", "src", "xlink:href"):
            assert (attributes.get(link) or "#").startswith("#")
    assert not re.search(r"@import|url\(", html())
    (policy,) = [meta for meta in page.named("meta") if meta.get("http-equiv")]
    assert (policy["content"] or "").startswith("default-src 'none'")


def test_figures_with_a_table_beside_each_plot() -> None:
    summary = summarise(RUN)
    page = Elements(html())
    plots, tables = page.named("svg"), page.named("table")
    assert all(plot["aria-label"] for plot in plots)
    assert len(plots) == 4 + 2  # two of the six figures that are drawn by kind were measured here
    assert len(tables) == 6
    for name, ends in summary["intervals"]["all"].items():
        if ends:
            assert f"{summary['all'][name]:.3f}" in page.text
            assert f"{ends[0]:.3f} – {ends[1]:.3f}" in page.text
    anchors = {attributes["id"] for _, attributes in page.found if attributes.get("id")}
    links = {(link["href"] or "").removeprefix("#") for link in page.named("a")}
    assert links <= anchors
    assert "aurc" in links


def test_the_curve_is_drawn_where_it_runs() -> None:
    """From one answered of eight, rightly, to all of them, six wrongly."""
    run = a_run(*MIXED)
    (path,) = Elements(html(run)).named("path")
    points = re.findall(r"([\d.]+) ([\d.]+)", path["d"] or "")
    assert len(points) == len(summarise(run)["risk_coverage"]["points"])
    left, wide, top, high = 44, 286, 8, 220
    assert points[0] == (f"{left + wide / 8:.1f}", f"{top + high:.1f}")
    assert points[-1] == (f"{left + wide:.1f}", f"{top + high * 0.25:.1f}")


def test_thresholds_are_shown_with_how_they_went() -> None:
    thresholds = {"hit@1": 0.4, "aurc": 0.1, "near_miss/declined_right": 0.0}
    page = Elements(html(thresholds=thresholds)).text
    assert "✓ 통과: hit@1 0.500 (기준 0.4 이상)" in page
    assert "✗ 미달: aurc" in page
    assert "✗ 미달: near_miss/declined_right - (기준 0.0 이상)" in page
    assert "✗" not in Elements(html(a_run(*MIXED[:1]))).text


def test_english() -> None:
    page = html(a_run(*MIXED), language="en")
    assert '<html lang="en">' in page
    text = Elements(page).text.replace(OLD, "")
    assert not re.search("[가-힣]", text)
    assert "Risk-coverage curve" in text


def test_a_run_without_a_miss_and_with_one_kind() -> None:
    right = outcome("a", correct=True, confidence=1.0, values={"hit@5": 1.0, "key_facts": 1.0})
    page = Elements(html(a_run(right)))
    assert "놓친 질문이 없습니다." in page.text
    assert page.named("details") == []
    nothing = Elements(html(a_run(outcome("b", answerable=False, abstained=True, confidence=0.0))))
    assert "놓친 질문이 없습니다." in nothing.text


def test_a_report_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for path in (tmp_path, tmp_path / "file/report.html"):
        with pytest.raises(RunError) as caught:
            write_report(RUN, summarise(RUN), path)
        assert str(path) in str(caught.value)


# -- in a browser ---------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium")
@pytest.mark.parametrize(("width", "dark"), [(1200, False), (360, False), (360, True)])
def test_report_in_a_browser(browser: Browser, tmp_path: Path, width: int, dark: bool) -> None:
    path = tmp_path / "report.html"
    write_report(RUN, summarise(RUN), path)
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda found: faults.append(found.text))
    page.on("request", lambda request: faults.append(request.url))
    page.goto(path.as_uri())
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.evil") is None
    assert faults == [path.as_uri()]
    # Text keeps a size that can be read, and stands out from the page.
    sizes = page.eval_on_selector_all(
        "svg text", "all => all.map(e => e.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 10
    ink, paper = page.evaluate(
        "(s => [s.color, s.backgroundColor])(getComputedStyle(document.body))"
    )
    light = [sum(map(int, re.findall(r"\d+", colour)[:3])) > 384 for colour in (ink, paper)]
    assert light == [dark, not dark]
    context.close()
