"""Saved conversations, in real files."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mlqa.config import Config
from mlqa.errors import ConversationError, MlqaWarning, StorageError
from mlqa.schema import Answer, ToolCall, ToolResult
from mlqa.service import conversations as module
from mlqa.service import remembered
from mlqa.service.conversations import Conversations, owner_of, short_title
from mlqa.service.database import FILE, Database
from mlqa.service.remembered import Remembered, current
from mlqa.service.render import answer_html
from page_bot import COPY, DOCUMENT, EVIL, FakeBot

ANN, BEN = owner_of("a" * 64), owner_of("b" * 64)
ID = "0123456789abcdef" * 2
OTHER = "fedcba9876543210" * 2
KNOWN = {"lru": DOCUMENT, "copy": COPY}


def answered(question: str) -> Answer:
    *_, last = FakeBot(Config()).stream(question)
    assert last.answer
    return last.answer


ANSWER = answered("LRU 캐시는 무엇을 먼저 버리나요?")


def turn(key: str = "k1", question: str = ANSWER.question, asked: float = 1000.0) -> Remembered:
    answer = replace(ANSWER, question=question, resolved=question)
    return Remembered(
        key=key,
        question=question,
        asked=asked,
        text=answer.text,
        answer=answer,
        documents=KNOWN,
    )


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "deep" / "data")
    yield opened
    opened.close()


@pytest.fixture
def saved(database: Database) -> Conversations:
    return Conversations(database)


def reopened(database: Database) -> Conversations:
    """The same file, as another program would find it."""
    database.close()
    return Conversations(Database(database.path.parent))


def test_a_conversation_is_there_after_a_restart(saved: Conversations, database: Database) -> None:
    saved.add(ANN, ID, turn("k1", "첫 질문?", 1.0))
    saved.add(ANN, ID, turn("k2", "둘째 질문?", 2.0))
    again = reopened(database)
    found = again.load(ANN, ID)
    assert [t.question for t in found.turns] == ["첫 질문?", "둘째 질문?"]
    assert (found.brief.title, found.brief.turns) == ("첫 질문?", 2)
    assert found.turns[0].answer == replace(ANSWER, question="첫 질문?", resolved="첫 질문?")


def test_an_answer_is_shown_as_it_was_without_its_documents(
    saved: Conversations, database: Database
) -> None:
    saved.add(ANN, ID, turn())
    (found,) = reopened(database).load(ANN, ID).turns
    assert found.answer
    shown = answer_html(found.answer, current(found.answer, found.documents, {}))
    assert shown == answer_html(ANSWER, KNOWN)
    # Where the passages are not kept, the paragraph around the quote is.
    bare = replace(ANSWER, hits=())
    saved.add(ANN, ID, replace(turn("k2"), answer=bare))
    found = reopened(database).load(ANN, ID).turns[1]
    assert found.answer
    assert answer_html(found.answer, found.documents) == answer_html(bare, KNOWN)


def test_a_document_that_changed_is_shown_as_it_was() -> None:
    changed = replace(DOCUMENT, text="새 글입니다. " + DOCUMENT.text, title="새 제목")
    kept = {"lru": replace(DOCUMENT, title="옛 제목")}
    assert current(ANSWER, kept, {"lru": changed})["lru"].title == "옛 제목"
    assert current(ANSWER, kept, {"lru": DOCUMENT})["lru"] is DOCUMENT


def test_the_result_of_a_tool_is_kept_even_where_it_holds_no_number(
    saved: Conversations,
) -> None:
    result = ToolResult(text="결과입니다.", figures={"loss": float("inf")})
    call = ToolCall(name="lru", arguments={"size": 3, "requests": ["1"]}, result=result, key="f")
    saved.add(ANN, ID, replace(turn(), answer=replace(ANSWER, tool=call)))
    (found,) = saved.load(ANN, ID).turns
    assert found.answer
    assert found.answer.tool == call


def test_nobody_sees_conversations_of_others(saved: Conversations) -> None:
    saved.add(ANN, ID, turn())
    assert saved.list(BEN) == saved.list("") == ()
    for act in (
        lambda: saved.load(BEN, ID),
        lambda: saved.rename(BEN, ID, "내 것"),
        lambda: saved.delete(BEN, ID),
        lambda: saved.add(BEN, ID, turn("k2")),
        lambda: saved.load("", ID),
    ):
        with pytest.raises(ConversationError, match="그런 대화는 없습니다"):
            act()
    saved.drop(BEN, ["k1"])
    assert [len(saved.load(ANN, ID).turns), saved.load(ANN, ID).brief.title] == [
        1,
        short_title(ANSWER.question),
    ]


def test_the_file_holds_a_hash_of_the_key(saved: Conversations, database: Database) -> None:
    saved.add(ANN, ID, turn())
    database.close()
    content = database.path.read_bytes()
    assert b"a" * 64 not in content
    assert ANN.encode() in content
    assert database.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("key", ["", "short", "a" * 129, "a" * 31, "ㄱ" * 40, "a" * 40 + ":"])
def test_what_is_no_key_owns_nothing(key: str) -> None:
    assert not owner_of(key)


def test_the_latest_conversation_comes_first(saved: Conversations) -> None:
    saved.add(ANN, ID, turn("k1", "먼저"))
    saved.add(ANN, OTHER, turn("k2", "나중"))
    assert [brief.title for brief in saved.list(ANN)] == ["나중", "먼저"]
    saved.add(ANN, ID, turn("k3", "다시"))
    assert [brief.title for brief in saved.list(ANN)] == ["먼저", "나중"]


def test_renaming(saved: Conversations) -> None:
    saved.add(ANN, ID, turn())
    saved.rename(ANN, ID, f"  새\n이름 {'길' * 200}")
    (brief,) = saved.list(ANN)
    assert brief.title.startswith("새 이름 길")
    assert len(brief.title) == module.TITLE_CHARACTERS
    with pytest.raises(ConversationError, match="비어 있습니다"):
        saved.rename(ANN, ID, " \n ")


def test_deleting_leaves_nothing_readable(saved: Conversations, database: Database) -> None:
    saved.add(ANN, ID, turn("k1", "아무도 몰라야 하는 질문"))
    saved.add(ANN, OTHER, turn("k2", "남는 질문"))
    saved.delete(ANN, ID)
    assert [brief.id for brief in saved.list(ANN)] == [OTHER]
    database.close()
    content = database.path.read_bytes()
    assert "남는 질문".encode() in content
    assert "아무도 몰라야".encode() not in content


def test_taking_turns_out(saved: Conversations) -> None:
    for key in ("k1", "k2"):
        saved.add(ANN, ID, turn(key))
    saved.drop(ANN, ["k2"])
    assert [t.key for t in saved.load(ANN, ID).turns] == ["k1"]
    saved.drop(ANN, ["k1"])
    assert saved.list(ANN) == ()


def test_only_so_many_are_kept(database: Database) -> None:
    saved = Conversations(database, most=3)
    for number in range(5):
        saved.add(ANN, f"{number:032x}", turn(f"k{number}", f"질문 {number}"))
    saved.add(BEN, OTHER, turn("other"))
    assert [brief.title for brief in saved.list(ANN)] == ["질문 4", "질문 3", "질문 2"]
    assert len(saved.list(BEN)) == 1


def test_unused_conversations_go_after_some_days(database: Database) -> None:
    Conversations(database).add(ANN, ID, turn())
    Conversations(database).add(ANN, OTHER, turn("k2"))
    with database.transaction() as connection:
        past = time.time() - 8 * 86_400
        connection.execute("UPDATE conversations SET updated = ? WHERE id = ?", (past, ID))
    assert len(Conversations(database, days=0).list(ANN)) == 2
    assert [brief.id for brief in Conversations(database, days=7).list(ANN)] == [OTHER]


def test_a_conversation_can_be_full(saved: Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TURNS", 2)
    for key in ("k1", "k2"):
        assert not saved.is_full(ID)
        saved.add(ANN, ID, turn(key))
    assert saved.is_full(ID)


def test_the_latest_turns_alone_can_be_loaded(saved: Conversations) -> None:
    for number in range(5):
        saved.add(ANN, ID, turn(f"k{number}", f"질문 {number}", float(number)))
    assert [t.question for t in saved.load(ANN, ID, 2).turns] == ["질문 3", "질문 4"]


def test_a_huge_answer_is_kept_without_its_passages(
    saved: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "_LARGEST", 2000)
    saved.add(ANN, ID, turn())
    (found,) = saved.load(ANN, ID).turns
    assert found.answer
    assert found.answer.hits == ()
    assert found.answer.citations == ANSWER.citations


def test_an_answer_of_an_unknown_shape_is_shown_as_text(
    saved: Conversations, database: Database
) -> None:
    saved.add(ANN, ID, turn())
    with database.transaction() as connection:
        connection.execute("UPDATE turns SET answer = '{\"new\": 1}'")
    (found,) = saved.load(ANN, ID).turns
    assert (found.answer, found.text) == (None, ANSWER.text)


def test_many_threads_write_at_once(saved: Conversations, database: Database) -> None:
    elsewhere = Conversations(Database(database.path.parent))  # another program
    errors: list[BaseException] = []

    def write(store: Conversations, worker: int) -> None:
        try:
            for number in range(20):
                owner = ANN if number % 2 else BEN
                store.add(owner, f"{worker}{number % 2}".ljust(32, "0"), turn(f"{worker}-{number}"))
                store.list(owner)
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)

    threads = [
        threading.Thread(target=write, args=(elsewhere if worker % 2 else saved, worker))
        for worker in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elsewhere._database.close()
    assert errors == []
    assert [sum(brief.turns for brief in saved.list(owner)) for owner in (ANN, BEN)] == [60, 60]


def test_a_transaction_is_whole_or_not_at_all(saved: Conversations, database: Database) -> None:
    saved.add(ANN, ID, turn())

    def interrupted() -> None:
        with database.transaction() as connection:
            connection.execute("DELETE FROM conversations")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(saved.list(ANN)) == 1


@pytest.mark.parametrize("damage", ["header", "page", "cut"])
def test_a_damaged_file_is_set_aside(saved: Conversations, database: Database, damage: str) -> None:
    for number in range(30):
        saved.add(ANN, f"{number:032x}", turn(f"k{number}", f"질문 {number}"))
    database.close()
    content = database.path.read_bytes()
    broken = {
        "header": b"nonsense" * 12 + content[96:],
        "page": content[:4096] + b"\xa5" * 4096 + content[8192:],
        "cut": content[: len(content) // 2],
    }[damage]
    database.path.write_bytes(broken)
    again = Database(database.path.parent)
    with pytest.warns(MlqaWarning, match="손상되어"):
        found = Conversations(again).list(ANN)
    assert again.set_aside
    assert again.set_aside.read_bytes() == broken, "nothing of it is lost"
    assert len(found) <= 30
    Conversations(again).add(ANN, OTHER, turn("new"))
    assert OTHER in {brief.id for brief in Conversations(again).list(ANN)}
    again.close()


def test_what_can_be_read_of_a_damaged_file_is_taken_over(
    saved: Conversations, database: Database
) -> None:
    saved.add(ANN, ID, turn())
    database.close()
    with sqlite3.connect(database.path) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'conversations_of'"
        ).fetchone()
    connection.close()
    content = bytearray(database.path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\0" * 4096
    database.path.write_bytes(content)
    again = Database(database.path.parent)
    with pytest.warns(MlqaWarning, match="손상되어"):
        (brief,) = Conversations(again).list(ANN)
    assert Conversations(again).load(ANN, brief.id).turns[0].answer == ANSWER
    again.close()


def test_damage_that_shows_later_is_set_aside_too(saved: Conversations, database: Database) -> None:
    saved.add(ANN, ID, turn())
    for number in range(200):
        saved.add(ANN, OTHER, turn(f"k{number}"))
    with database.transaction() as connection:
        connection.execute("PRAGMA cache_size = 1")
    with sqlite3.connect(database.path) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    size = database.path.stat().st_size
    with database.path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xa5" * (size - 4096 * 3))
    with pytest.warns(MlqaWarning, match="손상되어"), pytest.raises(StorageError):
        saved.load(ANN, OTHER)
    saved.add(ANN, "1" * 32, turn("new"))
    assert "1" * 32 in {brief.id for brief in saved.list(ANN)}


def test_a_newer_file_is_left_alone(saved: Conversations, database: Database) -> None:
    saved.add(ANN, ID, turn())
    with database.transaction() as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StorageError, match="더 새로운 mlqa"):
        reopened(database).list(ANN)
    assert [path.name for path in database.path.parent.glob(f"{FILE}.damaged*")] == []


def test_a_folder_that_cannot_be_used_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, no folder")
    with pytest.raises(StorageError, match="MLQA_DATA"):
        Conversations(Database(tmp_path / "file")).list(ANN)


def test_titles_are_short() -> None:
    assert short_title("짧은 질문?") == "짧은 질문?"
    assert short_title("줄을\n바꾼   질문") == "줄을 바꾼 질문"
    long = short_title(
        "배치 정규화는 왜 학습을 빠르게 하고 또 안정되게 하는지 자세히 알려 주실 수 있나요?"
    )
    assert long.endswith("…")
    assert len(long) <= 41
    assert not long[:-1].endswith(" ")
    assert len(short_title("가" * 100)) == 41
    assert EVIL[:10] in short_title(EVIL)
