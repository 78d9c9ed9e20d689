"""The experiments tab without a browser: forms, runs, pictures, results as HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mlqa.config import Config
from mlqa.messages import message
from mlqa.schema import Document, ToolProgress
from mlqa.service.experiments import Bench, Lab, Shown, for_both
from mlqa.service.reading import essay_html, questions_html
from mlqa.service.render import answer_html, partial_html
from mlqa.service.results import progress_html
from mlqa.service.session import Session, Turn
from mlqa.service.speaking import Speaking
from mlqa.tools import registry
from mlqa.tools.runner import Runner
from page_bot import DOCUMENT, EVIL, FakeBot

KEY = "0" * 64


class Parsed(HTMLParser):
    """Tags with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(Runner(Config(tool_results=tmp_path / "results", tool_modules=("page_tools",))))


def shown(lab: Lab, name: str, values: dict[str, str], bench: Bench | None = None) -> list[Shown]:
    told = lab.run(bench or Bench(), name, values, {}, "ko")
    return [piece for piece in told if piece is not None]


def test_a_form_has_a_named_field_for_each_argument(lab: Lab) -> None:
    for language in ("ko", "en"):
        for name in registry.names():
            parsed = Parsed(lab.form(name, "ko" if language == "ko" else "en"))
            fields = {a["name"] for tag, a in parsed.tags if tag in {"input", "select"}}
            assert fields == {argument.name for argument in registry.find(name).arguments()}


def test_the_untouched_form_gives_the_defaults(lab: Lab) -> None:
    for name in registry.BUILT_IN:  # tools of other tests may have no defaults
        tool = registry.find(name)
        values: dict[str, str] = {}
        for tag, attrs in Parsed(lab.form(name, "ko")).tags:
            field = attrs.get("name") or ""
            if tag == "input" and "data-item" in attrs:
                items = [values[field]] if values.get(field) else []
                values[field] = ", ".join(
                    [*items, *([attrs["value"] or ""] if "checked" in attrs else [])]
                )
            elif tag == "input" and attrs["type"] == "checkbox":
                values[field] = "true" if "checked" in attrs else "false"
            elif tag == "input":
                values[field] = attrs["value"] or ""
        if "waits" not in name:
            assert tool.check(tool.from_texts(values)) == tool.check({}), name


def test_an_unknown_tool_is_one_sentence(lab: Lab) -> None:
    assert "<form" not in lab.form("<b>", "ko")
    (piece,) = shown(lab, "<b>", {})
    assert piece.result is None
    assert "<b>" in Parsed(piece.status).text


def test_a_result_is_shown_with_verdicts_table_and_picture(lab: Lab) -> None:
    last = shown(lab, "lru", {"requests": "1, 2, 1", "size": "2"})[-1]
    assert last.status == ""
    html = unescape(last.result or "")
    assert "\n" not in html
    parsed = Parsed(html)
    assert "[2, 1]" in parsed.text
    assert message("tools_verdict_supported") in parsed.text
    found = re.search(r"mlqa-run-([0-9a-f]{64}) mlqa-plot-(\w+)", html)
    assert found
    picture = lab.picture(found[1], found[2])
    assert picture.startswith("<svg")
    assert "<style" not in picture
    assert "<!--" not in picture
    assert "light-dark(#ffffff, #16181d)" in picture
    assert lab.picture(found[1], found[2]) is picture


@pytest.mark.parametrize("place", [(KEY, "plot"), ("../../etc/passwd", "x"), ("", "")])
def test_a_picture_that_is_not_kept_is_empty(lab: Lab, place: tuple[str, str]) -> None:
    assert lab.picture(*place) == ""


def test_a_run_is_stopped_and_a_new_one_ends_the_old(lab: Lab) -> None:
    bench = Bench()
    told = lab.run(bench, "waits", {}, {}, "ko")
    assert "번 셌습니다" in next(p.status for p in told if p and "셌" in p.status)
    again = shown(lab, "lru", {"requests": "1"}, bench)
    assert again[-1].result
    rest = [piece for piece in told if piece is not None]
    assert message("experiments_stopped") in Parsed(rest[-1].status).text
    assert rest[-1].result is None


def test_progress_is_a_bar_whatever_is_told() -> None:
    for share, value in ((0.25, "0.250"), (7.0, "1.000"), (float("nan"), "0.000")):
        html = progress_html(ToolProgress(share, EVIL))
        assert f'value="{value}"' in html
        assert EVIL in Parsed(html).text
    assert "mlqa-progress" in partial_html("", ToolProgress(0.5, "반쯤"))
    assert "mlqa-progress" not in partial_html("")


def test_each_colour_gets_its_partner() -> None:
    light = '<svg style="fill: #ffffff"><path clip-path="url(#p12345678)" fill="#000000"/></svg>'
    dark = '<svg style="fill: #16181d"><path clip-path="url(#p12345678)" fill="#eeeeee"/></svg>'
    both = for_both(light, dark)
    assert both.count("light-dark(") == 2
    assert "light-dark(#000000, #eeeeee)" in both
    assert "url(#p12345678)" in both


def test_an_essay_is_shown_with_the_stretch_marked() -> None:
    start = DOCUMENT.text.index("해시 테이블")
    html = essay_html(f"{start}:{start + 6}:lru", {"lru": DOCUMENT})
    assert html.count("<mark>") == 1
    assert "<mark>해시 테이블</mark>" in html
    assert EVIL in Parsed(html).text


@pytest.mark.parametrize("place", ["", "1:2:gone", "x:2:lru", "-1:2:lru", "1:2", "²:3:lru"])
def test_a_place_that_is_none_is_said_to_be_gone(place: str) -> None:
    shown = essay_html(place, {"lru": DOCUMENT})
    assert message("page_essay_gone") in Parsed(shown).text


def test_questions_are_listed_by_essay() -> None:
    bare = Document(id="bare", title="빈 글", text="", blocks=())
    text = Parsed(questions_html({"lru": DOCUMENT, "bare": bare})).text
    assert all(question in text for question in DOCUMENT.questions)
    assert bare.title not in text
    assert message("page_by_essay_none") in Parsed(questions_html({"bare": bare})).text


def test_an_answer_shows_the_run_it_rests_on_and_what_could_be_run() -> None:
    runner = Runner(Config(tool_results=Path("none")))
    call = runner.run("lru", {"requests": ["1", "2"]})
    bot = FakeBot(Config())
    *_, piece = bot.stream("LRU?")
    assert piece.answer
    html = answer_html(replace(piece.answer, tool=call, offers=("lru",)), bot.documents)
    assert "\n" not in html
    assert f"mlqa-run-{call.key}" in html
    assert "mlqa-player" in html
    assert message("tool_lru_title") in Parsed(html).text


def test_rewinding_takes_out_a_turn_and_what_came_after() -> None:
    session = Session()
    turns = [Turn(q, question=q, text="답" * (q != "고장")) for q in ("하나", "고장", "둘", "셋")]
    for turn in turns:
        session.add(turn)
    session.questions = ["하나", "둘", "셋"]
    assert session.rewind("none") == []
    assert session.rewind(turns[1].key) == turns[1:]
    assert (session.turns, session.questions) == (turns[:1], ["하나"])
    assert session.rewind(turns[0].key) == turns[:1]
    assert session.questions == []


def test_a_bot_in_another_language_is_the_same_bot() -> None:
    bot = FakeBot(Config())
    other = Speaking(bot, "en")
    assert (other.config.language, bot.config.language) == ("en", "ko")
    assert other.config.top_k == bot.config.top_k
    assert (other.documents, other.topics, other.questions) == (
        bot.documents,
        bot.topics,
        bot.questions,
    )
    assert other.version == "fake"
    with pytest.raises(AttributeError):
        _ = other.nothing
