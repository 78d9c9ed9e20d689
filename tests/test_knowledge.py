"""Knowledge bases with real files, real builds and a real chatbot."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import write_small_corpus
from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.errors import KnowledgeError, StorageError
from mlqa.index import versions
from mlqa.index.store import Index
from mlqa.retrieval.hybrid import HybridRetriever
from mlqa.schema import AnswerPiece
from mlqa.service.bases import DEFAULT
from mlqa.service.building import Told
from mlqa.service.knowledge import KnowledgeBases
from mlqa.service.outcomes import Build, Upload
from mlqa.service.shelf import contents_of

HONEY = """\
# 꿀벌의 춤

꿀벌은 꽃이 있는 곳을 춤으로 알립니다. 8자 춤의 각도는 해를 기준으로 한 방향을, 춤의 길이는 거리를 \
나타냅니다. 카를 폰 프리슈는 이 춤을 풀어내어 1973년에 노벨상을 받았습니다.

로그인
공유하기
"""
SPRING_TIDE = (
    "보름과 그믐에는 해와 달이 한 줄로 서서 물이 가장 높이 차는 사리가 됩니다. "
    "반달일 때는 둘의 힘이 서로 어긋나 물의 높이 차가 작은 조금이 됩니다.\n"
)


@pytest.fixture
def knowledge(tmp_path: Path, saved_folder: Path, small_config: Config) -> KnowledgeBases:
    write_small_corpus(tmp_path / "corpus")
    shutil.copytree(saved_folder, tmp_path / "index")
    config = small_config.model_copy(
        update={
            "corpus": tmp_path / "corpus",
            "index": tmp_path / "index",
            "bases": tmp_path / "bases",
            "tool_results": tmp_path / "results",
        }
    )
    return KnowledgeBases(Chatbot.load(config.index, config), is_local=True)


def written(path: Path, text: str) -> Upload:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return Upload(path, path.name)


def built(knowledge: KnowledgeBases) -> Build:
    knowledge.start()
    return list(knowledge.watch())[-1]


def states(knowledge: KnowledgeBases) -> dict[str, str]:
    return {row.id: row.state for row in knowledge.rows()}


def test_the_default_base_is_the_corpus(knowledge: KnowledgeBases) -> None:
    (base,) = knowledge.bases()
    assert (base.key, base.name, knowledge.is_answering) == (DEFAULT, "기본", True)
    rows = {row.id: row for row in knowledge.rows()}
    assert list(rows) == ["bread", "cache", "바다/notes", "바다/tides"]
    assert rows["cache"].title == "웹 캐시 이야기"
    assert rows["바다/notes"].duplicates == 1
    assert all(row.passages > 0 and not row.is_own for row in rows.values())


def test_an_added_file_is_cleaned_built_asked_about_and_removed(
    knowledge: KnowledgeBases, tmp_path: Path
) -> None:
    (added,) = knowledge.add([written(tmp_path / "up/꿀벌.md", HONEY)])
    assert (added.error, added.is_replaced) == (None, False)
    assert added.removed >= 1
    assert states(knowledge)["꿀벌"] == "new"
    knowledge.start()
    seen = list(knowledge.watch())
    assert [build.outcome for build in seen[-1:]] == ["done"]
    shares = [build.told.share for build in seen if build.outcome == "running"]
    assert shares == sorted(shares)
    assert len({build.told.step for build in seen}) > 1
    answer = knowledge.bot.ask("꿀벌은 꽃이 있는 곳을 무엇으로 알리나요?")
    assert answer.citations[0].document_id == "꿀벌"
    assert answer.citations[0].quote in HONEY
    contents = contents_of("꿀벌", knowledge.index)
    assert contents
    assert {line.text for line in contents.document.removed} <= set(HONEY.splitlines())
    assert "".join(chunk.text for chunk in contents.chunks).startswith("꿀벌은")
    knowledge.remove("꿀벌")
    assert not list((tmp_path / "bases/default/documents").iterdir())
    assert built(knowledge).outcome == "done"
    assert "꿀벌" not in knowledge.bot.documents
    assert knowledge.bot.ask("꿀벌은 꽃이 있는 곳을 무엇으로 알리나요?").abstained


def test_taking_over_what_has_not_changed_builds_the_same_index(
    knowledge: KnowledgeBases, tmp_path: Path
) -> None:
    list(knowledge.add([written(tmp_path / "up/꿀벌.md", HONEY)]))
    assert built(knowledge).outcome == "done"
    index = knowledge.index
    assert index
    fresh = Index.build(tuple(index.documents.values()), knowledge.bot.config)
    assert index.chunks == fresh.chunks
    assert index.duplicates == fresh.duplicates
    assert index.version == fresh.version
    assert set(index.sparse.vocabulary) == set(fresh.sparse.vocabulary)
    for question in ("꿀벌은 어떻게 방향을 알리나요?", "밀물은 왜 생기나요?"):
        hits = (
            HybridRetriever(one, knowledge.bot.config).retrieve(question) for one in (index, fresh)
        )
        for hit, same in zip(*hits, strict=True):
            assert hit.chunk == same.chunk
            assert hit.score == pytest.approx(
                same.score, abs=1e-3
            )  # a saved index keeps half precision
    assert index.manifest.counts.reused == len(index.chunks) - index.manifest.counts.embedded > 0
    assert abs(index.dense.vectors() - fresh.dense.vectors()).max() < 1e-6


def test_a_near_duplicate_is_shown_with_its_twin(knowledge: KnowledgeBases, tmp_path: Path) -> None:
    list(knowledge.add([written(tmp_path / "up/물때.txt", f"물때 이야기\n\n{SPRING_TIDE}")]))
    built(knowledge)
    contents = contents_of("물때", knowledge.index)
    assert contents
    assert {twin.title for twin in contents.twins} == {"갯벌 수첩", "밀물과 썰물"}
    assert contents.twins[0].chunk in contents.chunks


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("그림.md", b"\x89PNG\r\n\x1a\n" + bytes(100), "그림.md"),
        ("프로그램.exe", b"MZ", ".pdf"),
        ("../밖.md", b"# A", "밖.md"),
        ("빈 글.md", b"   \n", "빈 글.md"),
        ("가짜.pdf", b"MZ\x90\x00", "가짜.pdf"),
    ],
)
def test_a_refused_file_leaves_nothing(
    knowledge: KnowledgeBases, tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(data)
    (added,) = knowledge.add([Upload(path, name)])
    assert added.error
    assert said in added.error.text()
    assert str(tmp_path) not in added.error.text()
    assert not (tmp_path / "bases").exists()


def test_the_same_name_takes_the_place_of_a_document(
    knowledge: KnowledgeBases, tmp_path: Path
) -> None:
    (first,) = knowledge.add(
        [written(tmp_path / "a/cache.md", "# 새 캐시\n\n낙타는 등에 혹이 있습니다.")]
    )
    (second,) = knowledge.add(
        [written(tmp_path / "b/cache.txt", "낙타는 사막을 걷습니다. 혹이 있습니다.")]
    )
    assert first.is_replaced
    assert second.is_replaced
    assert [path.name for path in (tmp_path / "bases/default/documents").iterdir()] == ["cache.txt"]
    assert built(knowledge).outcome == "done"
    assert knowledge.bot.documents["cache"].text.startswith("낙타는 사막을")
    assert (tmp_path / "corpus/cache.md").exists()


def test_a_removed_document_of_a_folder_stays_on_disk_and_can_come_back(
    knowledge: KnowledgeBases, tmp_path: Path
) -> None:
    knowledge.remove("bread")
    built(knowledge)
    assert "bread" not in states(knowledge)
    assert (tmp_path / "corpus/bread.html").exists()
    again = KnowledgeBases(Chatbot.load(tmp_path / "index", knowledge.config), is_local=True)
    assert "bread" not in states(again)
    list(again.add([Upload(tmp_path / "corpus/bread.html", "bread.html")]))
    assert states(again)["bread"] == "new"


def test_a_document_whose_file_is_gone_stays_until_it_is_removed(
    knowledge: KnowledgeBases, tmp_path: Path
) -> None:
    (tmp_path / "corpus/bread.html").unlink()
    assert states(knowledge)["bread"] == "gone"
    built(knowledge)
    assert "bread" in knowledge.bot.documents
    knowledge.remove("bread")
    built(knowledge)
    assert "bread" not in knowledge.bot.documents


def test_a_changed_file_shows(knowledge: KnowledgeBases, tmp_path: Path) -> None:
    os.utime(tmp_path / "corpus/cache.md", (4e9, 4e9))
    assert states(knowledge)["cache"] == "changed"


def test_the_last_document_stays(knowledge: KnowledgeBases, tmp_path: Path) -> None:
    knowledge.create("하나")
    list(knowledge.add([written(tmp_path / "up/꿀벌.md", HONEY)]))
    with pytest.raises(KnowledgeError, match="하나 남은"):
        knowledge.remove("꿀벌")
    with pytest.raises(KnowledgeError, match="없는 글"):
        knowledge.remove("없는 글")


def test_bases_are_made_filled_and_switched(knowledge: KnowledgeBases, tmp_path: Path) -> None:
    base = knowledge.create("  벌  이야기 ")
    assert base.name == "벌 이야기"
    assert (knowledge.is_answering, knowledge.rows(), knowledge.index) == (False, (), None)
    assert "cache" in knowledge.bot.documents  # the base before answers until there is an index
    list(knowledge.add([written(tmp_path / "up/꿀벌.md", HONEY)]))
    assert built(knowledge).base == "벌 이야기"
    assert list(knowledge.bot.documents) == ["꿀벌"]
    knowledge.switch(DEFAULT)
    assert "cache" in knowledge.bot.documents
    knowledge.switch(base.key)
    assert list(knowledge.bot.documents) == ["꿀벌"]
    again = KnowledgeBases(Chatbot.load(tmp_path / "index", knowledge.config))
    assert [base.name for base in again.bases()] == ["기본", "벌 이야기"]


@pytest.mark.parametrize("name", ["", "  ", "가" * 61, "줄\x00", "기본", "보이지\u202e않는"])
def test_a_base_needs_a_name_of_its_own(knowledge: KnowledgeBases, name: str) -> None:
    with pytest.raises(KnowledgeError):
        knowledge.create(name)
    assert len(knowledge.bases()) == 1


@pytest.mark.parametrize("key", ["없음", "../default", ""])
def test_an_unknown_base_changes_nothing(knowledge: KnowledgeBases, key: str) -> None:
    with pytest.raises(KnowledgeError):
        knowledge.switch(key)
    assert knowledge.current.key == DEFAULT


def test_a_folder_is_read_where_it_is(knowledge: KnowledgeBases, tmp_path: Path) -> None:
    knowledge.create("폴더")
    write_small_corpus(tmp_path / "more")
    assert knowledge.add_folder(str(tmp_path / "more")) == 4
    assert built(knowledge).outcome == "done"
    assert list(knowledge.bot.documents) == ["bread", "cache", "바다/notes", "바다/tides"]
    written(tmp_path / "more/꿀벌.md", HONEY)
    assert states(knowledge)["꿀벌"] == "new"


def test_a_folder_of_the_server_is_for_this_machine_only(
    knowledge: KnowledgeBases, tmp_path: Path
) -> None:
    knowledge.is_local = False
    with pytest.raises(KnowledgeError, match=r"127\.0\.0\.1"):
        knowledge.add_folder(str(tmp_path))


@pytest.mark.parametrize("path", ["/없는/폴더", "", "\0", "~없는사람/글"])
def test_a_folder_that_is_none_is_refused(knowledge: KnowledgeBases, path: str) -> None:
    knowledge.is_local = True
    with pytest.raises(KnowledgeError):
        knowledge.add_folder(path)


def test_a_failed_build_leaves_the_index_as_it_was(
    knowledge: KnowledgeBases, tmp_path: Path
) -> None:
    before = versions.current_name(tmp_path / "index")
    bot = knowledge.bot.now
    (tmp_path / "corpus/그림.md").write_bytes(b"\x89PNG" + bytes(20))
    build = built(knowledge)
    assert build.outcome == "failed"
    assert build.error
    assert "그림.md" in build.error.text()
    assert versions.current_name(tmp_path / "index") == before
    assert knowledge.bot.now is bot
    knowledge.remove("그림")
    assert built(knowledge).outcome == "done"


def test_a_cancelled_build_leaves_the_index_as_it_was(
    knowledge: KnowledgeBases, tmp_path: Path
) -> None:
    before = versions.current_name(tmp_path / "index")
    list(knowledge.add([written(tmp_path / "up/꿀벌.md", HONEY)]))
    knowledge.start()
    for build in knowledge.watch(0.05):
        if build.outcome == "running":
            knowledge.cancel()
    assert knowledge.state().outcome == "cancelled"
    assert versions.current_name(tmp_path / "index") == before
    assert [path.name for path in (tmp_path / "index/versions").iterdir()] == [before]
    assert built(knowledge).outcome == "done"
    assert "꿀벌" in knowledge.bot.documents


def test_an_answer_on_its_way_ends_on_the_old_index(
    knowledge: KnowledgeBases, tmp_path: Path
) -> None:
    pieces = knowledge.bot.stream("캐시가 하는 일은 무엇인가요?")
    first = next(pieces)
    version = knowledge.bot.version
    list(knowledge.add([written(tmp_path / "up/꿀벌.md", HONEY)]))
    assert built(knowledge).outcome == "done"
    rest: list[AnswerPiece] = [first, *pieces]
    answer = rest[-1].answer
    assert answer
    assert answer.index_version == version != knowledge.bot.version


def test_builds_that_are_asked_for_at_once_are_done_one_after_the_other(
    knowledge: KnowledgeBases, tmp_path: Path
) -> None:
    list(knowledge.add([written(tmp_path / "up/꿀벌.md", HONEY)]))
    threads = [threading.Thread(target=knowledge.start) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(knowledge.watch())[-1].outcome == "done"
    assert len(versions.version_names(tmp_path / "index")) <= 3
    assert "꿀벌" in knowledge.bot.documents


def test_the_questions_of_others_are_answered_while_an_index_is_built(
    knowledge: KnowledgeBases, tmp_path: Path
) -> None:
    list(knowledge.add([written(tmp_path / "up/꿀벌.md", HONEY)]))
    knowledge.start()
    asked = 0
    while knowledge.state().is_going_on:
        assert knowledge.bot.ask(f"캐시가 하는 일은 무엇인가요? {asked}").text
        asked += 1
    assert asked > 0
    assert knowledge.state().outcome == "done"


def test_a_disk_that_cannot_be_written_is_one_line(
    knowledge: KnowledgeBases, tmp_path: Path
) -> None:
    (tmp_path / "bases").write_text("a file where a folder should be")
    (added,) = knowledge.add([written(tmp_path / "up/꿀벌.md", HONEY)])
    assert isinstance(added.error, StorageError)
    assert "\n" not in added.error.text()


def test_shares_grow_from_step_to_step() -> None:
    told: Iterator[Told] = (
        Told(step, done, 2)
        for step in ("started", "read", "cut", "analysed", "embedded", "written")
        for done in (0, 1, 2)
    )
    shares = [one.share for one in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
