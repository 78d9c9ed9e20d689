"""What of a conversation on the page is saved, and when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest

from mlqa.config import Config
from mlqa.service import conversations
from mlqa.service.archive import Archive, ticket
from mlqa.service.conversations import new_id
from mlqa.service.replying import reply
from mlqa.service.session import Session
from page_bot import DOCUMENT, EVIL, FakeBot

KEY = "a" * 64


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data=tmp_path / "data")


@pytest.fixture
def bot(config: Config) -> FakeBot:
    return FakeBot(config)


@pytest.fixture
def archive(bot: FakeBot) -> Iterator[Archive]:
    made = Archive(bot.config, lambda: bot.documents)
    yield made
    made.close()


@pytest.fixture
def session(archive: Archive) -> Session:
    made = Session()
    archive.begin(made, KEY, "")
    return made


def ask(bot: FakeBot, archive: Archive, session: Session, question: str) -> None:
    for _ in reply(bot, question, session, archive.keep):
        pass


def saved(archive: Archive, session: Session) -> list[list[str]]:
    """The questions of each saved conversation, the latest first."""
    store = archive.conversations
    return [
        [turn.question for turn in store.load(session.owner, brief.id).turns]
        for brief in store.list(session.owner)
    ]


def test_every_answer_is_saved_once(bot: FakeBot, archive: Archive, session: Session) -> None:
    ask(bot, archive, session, "첫 질문?")
    ask(bot, archive, session, "둘째 질문?")
    assert saved(archive, session) == [["첫 질문?", "둘째 질문?"]]


@pytest.mark.parametrize("question", ["  ", "고장 나나요?"])
def test_what_fails_is_not_saved(
    bot: FakeBot, archive: Archive, session: Session, question: str
) -> None:
    ask(bot, archive, session, question)
    assert saved(archive, session) == []


def test_what_was_stopped_is_saved_as_far_as_it_came(
    bot: FakeBot, archive: Archive, session: Session
) -> None:
    for _ in reply(bot, "LRU 캐시?", session, archive.keep):
        if session.turns[0].text:
            session.stop()
    (brief,) = archive.conversations.list(session.owner)
    (turn,) = archive.conversations.load(session.owner, brief.id).turns
    assert (turn.is_stopped, turn.answer) == (True, None)
    assert turn.text
    again = Session()
    archive.begin(again, KEY, brief.id)
    assert again.questions == ["LRU 캐시?"]
    assert "mlqa-stopped" in again.turns[0].reply


def test_a_page_that_goes_leaves_what_it_has_read(
    bot: FakeBot, archive: Archive, session: Session
) -> None:
    with closing(reply(bot, "LRU 캐시?", session, archive.keep)) as shown:
        for _ in shown:
            if session.turns[0].text:
                break
    assert saved(archive, session) == [["LRU 캐시?"]]


def test_a_new_conversation_does_not_take_the_answer_on_its_way_along(
    bot: FakeBot, archive: Archive, session: Session
) -> None:
    first = session.conversation
    for _ in reply(bot, "LRU 캐시?", session, archive.keep):
        if session.turns and session.turns[0].text:
            session.forget()
    ask(bot, archive, session, "새 질문?")
    assert saved(archive, session) == [["새 질문?"], ["LRU 캐시?"]]
    assert session.conversation != first


def test_a_question_asked_in_another_way_takes_the_place_of_the_old_one(
    bot: FakeBot, archive: Archive, session: Session
) -> None:
    for question in ("하나?", "둘?", "셋?"):
        ask(bot, archive, session, question)
    archive.drop(session, session.rewind(session.turns[1].key))
    ask(bot, archive, session, "다른 둘?")
    assert saved(archive, session) == [["하나?", "다른 둘?"]]
    for _ in reply(bot, "넷?", session, archive.keep):
        if session.turns[-1].question == "넷?" and session.turns[-1].text:
            archive.drop(session, session.rewind(session.turns[-1].key))
    assert saved(archive, session) == [["하나?", "다른 둘?"]], "nor is what was on its way"


def test_a_forgotten_session_gets_its_conversation_back(
    bot: FakeBot, archive: Archive, session: Session
) -> None:
    ask(bot, archive, session, "첫 질문?")
    again = Session()
    archive.settle(again, ticket(session, KEY))
    ask(bot, archive, again, "그건 왜?")
    assert saved(archive, again) == [["첫 질문?", "그건 왜?"]]
    assert again.turns[-1].answer
    assert again.turns[-1].answer.resolved == "그건 왜? (첫 질문?)"
    # Of a conversation in which nothing had been asked there is only the id.
    empty = Session()
    archive.settle(empty, f"{KEY}:{(unused := new_id())}")
    assert empty.conversation == unused


def test_an_id_of_somebody_else_is_not_taken_over(
    bot: FakeBot, archive: Archive, session: Session
) -> None:
    ask(bot, archive, session, "비밀 질문?")
    thief = Session()
    archive.begin(thief, "b" * 64, session.conversation)
    assert thief.turns == []
    assert thief.conversation != session.conversation
    archive.open(thief, session.conversation)
    assert thief.turns == []
    assert "비밀" not in archive.listing(thief)
    assert archive.export(thief, session.conversation, "json") is None


def test_questions_asked_before_the_key_came_are_saved(bot: FakeBot, archive: Archive) -> None:
    session = Session()
    ask(bot, archive, session, "이른 질문?")
    archive.begin(session, KEY, "")
    assert saved(archive, session) == [["이른 질문?"]]


def test_a_full_conversation_goes_on_in_another(
    bot: FakeBot, archive: Archive, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "TURNS", 2)
    for question in ("하나?", "둘?", "셋?", "그건 왜?"):
        ask(bot, archive, session, question)
    assert saved(archive, session) == [["셋?", "그건 왜?"], ["하나?", "둘?"]]
    assert session.turns[-1].answer
    assert "셋?" in session.turns[-1].answer.resolved, "the page goes on"


def test_an_opinion_can_be_taken_back(bot: FakeBot, archive: Archive, session: Session) -> None:
    ask(bot, archive, session, "첫 질문?")
    ask(bot, archive, session, "둘째 질문?")
    key = session.turns[1].key
    assert archive.judge(session, key, liked=False) is False
    archive.explain(session, key, "이유")
    (opinion,) = archive.feedback.opinions()
    assert (opinion.history, opinion.reason) == (("첫 질문?",), "이유")
    assert archive.judge(session, key, liked=True) is True
    assert archive.judge(session, key, liked=True) is None
    assert archive.feedback.opinions() == ()
    assert archive.judge(session, "0" * 32, liked=True) is None, "no such turn"


def test_deleting_the_shown_conversation_empties_the_page(
    bot: FakeBot, archive: Archive, session: Session
) -> None:
    ask(bot, archive, session, "첫 질문?")
    archive.delete(session, session.conversation)
    assert session.turns == []
    ask(bot, archive, session, "둘째 질문?")
    assert saved(archive, session) == [["둘째 질문?"]]


def test_a_markdown_export_shows_texts_as_they_are(
    bot: FakeBot, archive: Archive, session: Session
) -> None:
    ask(bot, archive, session, f"{EVIL}\n# 제목")
    file = archive.export(session, session.conversation, "markdown")
    assert file
    assert file.name.endswith(".md")
    assert not set(file.name) & set('<>/\\:"|?*\n')
    assert "\\<script\\>" in file.text
    assert "**굵게**" not in file.text
    assert "\n# 제목" not in file.text
    assert f"[1] {DOCUMENT.title}" in file.text
    content = archive.export(session, session.conversation, "json")
    assert content
    assert json.loads(content.text)["turns"][0]["question"] == f"{EVIL}\n# 제목"


def test_storing_that_fails_never_keeps_an_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, no folder")
    bot = FakeBot(Config(data=tmp_path / "file"))
    archive = Archive(bot.config, lambda: bot.documents)
    session = Session()
    archive.begin(session, KEY, "")
    ask(bot, archive, session, "첫 질문?")
    assert session.turns[0].answer
    assert "MLQA_DATA" in unescape(unescape(archive.listing(session)))
