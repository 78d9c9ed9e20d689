"""The façade on the project's essays: what a user asks and what the chatbot says."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.errors import QuestionError
from mlqa.index.store import Index
from mlqa.schema import Answer, Document

QUESTIONS = (
    "배치 정규화는 왜 잘되나요?",
    "립시츠 함수란 무엇인가요?",
    "LRU 캐시 알고리즘이 무엇인가요?",
    "딥러닝에서 설명하지 못하는 여섯 가지는 무엇인가요?",
    "머신러닝 엔지니어의 연봉은 더 높은가요?",
    "GPU는 왜 필요해?",
    "Why is batch normalization effective?",
    "이중하강이뭐야",
)


@pytest.fixture(scope="module")
def bot(project_index: Index, project_config: Config) -> Chatbot:
    return Chatbot(project_index, project_config)


def assert_proven(answer: Answer, bot: Chatbot) -> None:
    """Every sentence stands in its document, is numbered in order, and is said once."""
    assert answer.sentences
    assert [c.number for c in answer.citations] == list(range(1, len(answer.sentences) + 1))
    for citation in answer.citations:
        document = bot.documents[citation.document_id]
        assert citation.quote == document.text[citation.start : citation.end]
        assert f"[{citation.number}]" in answer.text
    quotes = [citation.quote for citation in answer.citations]
    assert len(set(quotes)) == len(quotes)


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_are_proven(bot: Chatbot, question: str) -> None:
    answer = bot.ask(question)
    assert not answer.abstained
    assert_proven(answer, bot)


def test_a_definition_comes_first(bot: Chatbot) -> None:
    answer = bot.ask("이중 하강이란 무엇인가요?")
    assert answer.citations[0].quote.startswith("이중 하강(double descent)은")


def test_a_list_is_whole_and_each_item_stands_on_its_line(bot: Chatbot) -> None:
    answer = bot.ask("딥러닝에서 설명하지 못하는 여섯 가지는 무엇인가요?")
    items = [s for s in answer.sentences if s.layout == "item"]
    assert len(items) == 6
    lines = [f"\n{n}. {s.text} [{s.citation.number}]" for n, s in enumerate(items, start=1)]
    assert all(line in answer.text for line in lines)


def test_code_is_shown_when_it_is_asked_for_and_only_then(bot: Chatbot) -> None:
    shown = bot.ask("LRU 캐시를 파이썬으로 구현한 코드를 보여 주세요.")
    assert any(s.layout == "listing" for s in shown.sentences)
    explained = bot.ask("LRU 캐시 알고리즘이 무엇인가요?")
    assert not any(s.layout == "listing" for s in explained.sentences)


def test_no_sentence_opens_with_a_dangling_connective(bot: Chatbot) -> None:
    for question in QUESTIONS:
        for sentence in bot.ask(question).sentences:
            assert not re.match("(하지만|그러나|따라서|또한|둘째|다만),? ", sentence.text)


@pytest.mark.parametrize(
    "question",
    [
        "오늘 서울 날씨는 어떤가요?",
        "김치찌개는 어떻게 끓이나요?",
        "삼성전자 주가가 얼마예요?",
        "How do I bake sourdough bread?",
        "배치 정규화 논문의 인용 횟수는 몇 번인가요?",
    ],
)
def test_what_the_essays_do_not_hold_is_declined(bot: Chatbot, question: str) -> None:
    answer = bot.ask(question)
    assert answer.abstained
    assert answer.citations == ()
    assert answer.text.count("다.") == 1, "one sentence"
    assert any(topic in answer.text for topic in bot.topics)


@pytest.mark.parametrize(
    ("question", "near"),
    [
        ("로만 오라크는 몇 살이야?", "오라크"),
        ("모두콘 2019 참가비는 얼마였나요?", "모두콘"),
        ("쓰라린 교훈은 몇 년에 쓰인 글인가요?", "쓰라린 교훈"),
    ],
)
def test_a_near_miss_is_declined_with_what_the_essays_do_say(
    bot: Chatbot, question: str, near: str
) -> None:
    answer = bot.ask(question)
    assert answer.abstained
    (citation,) = answer.citations
    assert near in citation.quote
    document = bot.documents[citation.document_id]
    assert document.text[citation.start : citation.end] == citation.quote
    assert answer.text.startswith("죄송하지만")
    assert answer.text.endswith("[1]")
    assert "".join(piece.text for piece in bot.stream(question)) == answer.text


def test_a_decline_is_english_where_the_language_is(project_index: Index) -> None:
    answer = Chatbot(project_index, Config(language="en")).ask("오늘 날씨는?")
    assert answer.text.startswith("Sorry")


def test_a_follow_up_takes_the_subject_and_a_new_subject_drops_it(bot: Chatbot) -> None:
    follow_up = bot.ask("그럼 ReLU는?", history=["시그모이드의 단점이 뭐예요?"])
    assert "시그모이드" in follow_up.resolved
    assert "ReLU" in follow_up.text
    fresh = bot.ask("립시츠 함수란 무엇인가요?", history=["시그모이드의 단점이 뭐예요?"])
    assert fresh.resolved == fresh.question


def test_a_repair_is_shown(bot: Chatbot) -> None:
    answer = bot.ask("립쉿츠 함수가 뭐예요?")
    assert [repair.written for repair in answer.repairs] == ["립쉿츠"]
    assert "립시츠" in answer.resolved


def test_the_streamed_pieces_are_the_answer(bot: Chatbot) -> None:
    for question in (*QUESTIONS[:4], "오늘 서울 날씨는 어떤가요?"):
        pieces = list(bot.stream(question))
        assert all(piece.answer is None for piece in pieces[:-1])
        answer = pieces[-1].answer
        assert answer is not None
        assert "".join(piece.text for piece in pieces) == answer.text
        assert len(pieces) == max(1, len(answer.sentences))


def test_an_answer_asked_before_comes_from_the_cache(
    project_index: Index, project_config: Config
) -> None:
    bot = Chatbot(project_index, project_config)
    first, second = bot.ask(QUESTIONS[0]), bot.ask(f" {QUESTIONS[0]}  ")
    assert (first.cached, second.cached) == (False, True)
    assert replace(second, cached=False, seconds=first.seconds) == first
    again = bot.ask(QUESTIONS[0], history=["LRU 캐시 알고리즘이 무엇인가요?"])
    assert again.cached, "the history does not change a question that stands by itself"
    answers = bot.cache_stats()[0]
    assert (answers.name, answers.size, answers.hits, answers.misses) == ("answers", 1, 2, 1)


def test_a_context_is_part_of_the_cache_key(project_index: Index, project_config: Config) -> None:
    bot = Chatbot(project_index, project_config)
    bot.ask("그 이유는 뭔가요?", history=["비트코인 채굴에도 GPU를 많이 쓰나요?"])
    other = bot.ask("그 이유는 뭔가요?", history=["시그모이드의 단점이 뭐예요?"])
    assert not other.cached


def test_the_answer_cache_is_bounded(project_index: Index, project_config: Config) -> None:
    bot = Chatbot(project_index, project_config.model_copy(update={"answer_cache": 2}))
    for question in QUESTIONS[:4]:
        bot.ask(question)
    answers = bot.cache_stats()[0]
    assert (answers.size, answers.limit, answers.evictions) == (2, 2, 2)


def test_settings_and_index_are_part_of_the_cache_key(
    project_index: Index,
    project_config: Config,
    project_documents: tuple[Document, ...],
) -> None:
    """A rebuilt index or another setting can never be served an old answer."""
    bot = Chatbot(project_index, project_config)
    short = Chatbot(project_index, project_config.model_copy(update={"answer_sentences": 1}))
    rebuilt = Chatbot(Index.build(project_documents[1:], project_config), project_config)
    keys = {chatbot.cache_key(QUESTIONS[0]) for chatbot in (bot, short, rebuilt)}
    assert len(keys) == 3
    assert len(short.ask("립시츠 함수란 무엇인가요?").sentences) == 1


@pytest.mark.parametrize("question", ["", "   ", "\x00\x07", "🙂🙃", "?!", "가" * 100_000])
def test_bad_questions_are_one_clear_line(bot: Chatbot, question: str) -> None:
    with pytest.raises(QuestionError) as caught:
        bot.ask(question)
    assert "\n" not in str(caught.value)


def test_odd_questions_are_answered(bot: Chatbot) -> None:
    import unicodedata

    plain = bot.ask("립시츠 함수란 무엇인가요?")
    for odd in (
        unicodedata.normalize("NFD", "립시츠 함수란 무엇인가요?"),
        "립시츠\u200b 함수란\x07 무엇인가요?",
        "립시츠 함수란\n무엇인가요?",
    ):
        assert bot.ask(odd).text == plain.text
    assert bot.ask("립시츠 " * 300).question


def test_many_threads_get_the_same_answers(project_index: Index, project_config: Config) -> None:
    expected = {q: Chatbot(project_index, project_config).ask(q).text for q in QUESTIONS}
    bot = Chatbot(project_index, project_config)
    with ThreadPoolExecutor(8) as pool:
        said = pool.map(lambda q: (q, bot.ask(q).text), QUESTIONS * 6)
    assert all(text == expected[question] for question, text in said)


def test_an_english_question_reaches_the_same_essay(bot: Chatbot) -> None:
    korean = bot.retriever.retrieve("립시츠 함수란 무엇인가요?", k=1)
    english = bot.retriever.retrieve("What is a Lipschitz function?", k=1)
    assert korean[0].chunk.document_id == english[0].chunk.document_id


def test_code_stands_as_a_listing_wherever_it_is_said(bot: Chatbot) -> None:
    for question in ("LRU 캐시를 파이썬으로 어떻게 짜나요?", "Show me Python code of an LRU cache"):
        sentences = bot.ask(question).sentences
        assert any("\n" in sentence.text for sentence in sentences)
        assert all((s.layout == "listing") == ("\n" in s.text) for s in sentences)
    explained = bot.ask("How does an LRU cache decide what to remove?")
    assert "\n" not in explained.text
