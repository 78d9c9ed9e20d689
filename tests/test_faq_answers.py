"""What a FAQ changes in what is found and said, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from faq_samples import (
    BELL,
    BELL_QUESTIONS,
    FAQ,
    GAP_QUESTIONS,
    HOURS,
    LIGHTHOUSE,
    entry,
    write_documents,
    write_faq,
)
from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.index.faq import FaqIndex
from mlqa.index.store import Index
from mlqa.retrieval.faq import FaqFinder
from mlqa.schema import Answer, Document, FaqSupport, Hit
from mlqa.text.corpus import load_corpus
from mlqa.text.structure import find_blocks

# In quite other words than the document, near questions of the FAQ.
OTHER_WORDS = "시야가 나쁠 때 어부들은 무엇을 듣나요?"
# Its words stand in the sentence behind the one that the FAQ names.
SOUND = "고깃배는 시야가 나쁠 때 무슨 소리를 듣나요?"
# Like questions that the documents do not answer; a passage shares its words.
CLOSING = "찻집은 저녁 몇 시에 문을 닫나요?"
FAR = "Who composed the symphony?"
QUESTIONS = (
    OTHER_WORDS,
    SOUND,
    CLOSING,
    "솔개곶 등대는 높이가 몇 미터인가요?",
    "찻잎 항아리는 왜 광에 두나요?",
    "비가 오면 자전거 모임은 무엇을 하나요?",
    FAR,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_documents(tmp_path_factory.mktemp("faq") / "documents")


@pytest.fixture(scope="module")
def config(folder: Path) -> Config:
    faq = write_faq(folder.parent / "faq.jsonl", *FAQ)
    return Config(chunk_characters=90, glossary=folder / "none.toml", faq=faq)


@pytest.fixture(scope="module")
def bot(folder: Path, config: Config) -> Chatbot:
    return Chatbot(Index.build(load_corpus(folder), config), config)


@pytest.fixture(scope="module")
def bot_without(bot: Chatbot, config: Config) -> Chatbot:
    """The same without its FAQ."""
    without = config.model_copy(update={"faq": config.faq.with_name("none.jsonl")})
    return Chatbot(Index.build(tuple(bot.documents.values()), without), without)


@pytest.fixture(scope="module")
def bot_with_more(bot: Chatbot, config: Config) -> Chatbot:
    """With a further document, which the FAQ does not know."""
    hours = Document(id="hours", title="모루골 안내문", text=HOURS, blocks=find_blocks(HOURS))
    documents = [*bot.documents.values(), hours]
    return Chatbot(Index.build(documents, config, bot.index), config)


def hits_of(bot: Chatbot, question: str, k: int = 4) -> tuple[Hit, ...]:
    return bot.retriever.retrieve(question, k)


def support_of(bot: Chatbot, question: str) -> FaqSupport:
    return bot.retriever.understand(question).faq


def plain(answer: Answer) -> Answer:
    """Without what differs from one asking to the next, and between versions."""
    hits = tuple(replace(hit, in_faq=False, faq=()) for hit in answer.hits)
    return replace(answer, hits=hits, cached=False, seconds=0.0, index_version="")


# -- what is found --------------------------------------------------------------------------


def test_question_in_other_words_finds_its_passage_by_the_faq(
    bot: Chatbot, bot_without: Chatbot
) -> None:
    assert BELL in hits_of(bot, OTHER_WORDS)[0].chunk.text
    assert BELL not in hits_of(bot_without, OTHER_WORDS)[0].chunk.text


def test_hit_names_the_likest_question_and_the_sentence_that_answers_it(bot: Chatbot) -> None:
    first, *others = hits_of(bot, OTHER_WORDS)
    (match,) = first.faq
    assert match.question == "시야가 나쁠 때 선원들은 무엇을 듣나요?"
    assert match.questions == len(BELL_QUESTIONS)
    document = bot.documents[first.chunk.document_id]
    assert document.text[slice(*match.span)] == BELL
    assert 0.5 < match.likeness <= 1
    for hit in others:
        assert all(0 <= other.likeness < match.likeness for other in hit.faq)


def test_hits_say_whether_their_document_is_in_the_faq(
    bot: Chatbot, bot_without: Chatbot, bot_with_more: Chatbot
) -> None:
    assert all(hit.in_faq for hit in hits_of(bot, OTHER_WORDS))
    assert not any(hit.in_faq or hit.faq for hit in hits_of(bot_without, OTHER_WORDS))
    in_faq = {hit.chunk.document_id: hit.in_faq for hit in hits_of(bot_with_more, CLOSING, 20)}
    assert in_faq == {"light": True, "tea": True, "bikes": True, "hours": False}


def test_likeness_of_passages(bot: Chatbot) -> None:
    finder = FaqFinder(bot.index)
    query = bot.retriever.understand(BELL_QUESTIONS[3])
    likest = finder.likest(query)
    assert likest.shape == (len(bot.index.chunks),)
    assert 0 <= likest.min() <= likest.max() <= 1
    assert BELL in bot.index.chunks[int(likest.argmax())].text
    no_question = [at for at in range(len(likest)) if not finder.matches(query, at)]
    assert no_question
    assert not likest[no_question].any()


def test_passage_without_questions_stands_between_near_and_far_ones(bot: Chatbot) -> None:
    finder = FaqFinder(bot.index)
    texts = [chunk.text for chunk in bot.index.chunks]
    passages = np.asarray(
        [
            next(at for at, text in enumerate(texts) if part in text)
            for part in (BELL, "감나무가 두 그루", "27미터")
        ]
    )
    query = bot.retriever.understand(OTHER_WORDS)
    assert [len(finder.matches(query, int(at))) for at in passages] == [1, 0, 1]
    scores = np.full(3, 0.6, dtype=np.float32)
    near, without, far = finder.weighed(scores, finder.likest(query), passages)
    assert 0 < far < without < near < 1
    # The better of two passages without questions stays the better one.
    alone = np.repeat(passages[1], 2)
    less, more = finder.weighed(np.asarray([0.2, 0.7]), finder.likest(query), alone)
    assert less < more


def test_faq_without_entries_tells_nothing(bot_without: Chatbot) -> None:
    finder = FaqFinder(bot_without.index)
    query = bot_without.retriever.understand(OTHER_WORDS)
    assert not finder
    assert not finder.likest(query).any()
    assert finder.matches(query, 0) == ()
    assert finder.support(query) == FaqSupport()
    assert not finder.answers_from("light")


# -- what speaks for an answer --------------------------------------------------------------


def test_support_is_nothing_without_near_questions(bot: Chatbot, bot_without: Chatbot) -> None:
    assert max(support_of(bot, FAR)) < 0.5
    assert {support_of(bot_without, question) for question in QUESTIONS} == {FaqSupport()}


def test_support_of_questions_with_an_answer(bot: Chatbot) -> None:
    support = support_of(bot, OTHER_WORDS)
    assert min(support.meaning, support.letters) > 5
    assert max(support.no_meaning, support.no_letters) < 0.5


def test_support_of_questions_without_an_answer(bot: Chatbot) -> None:
    support = support_of(bot, CLOSING)
    assert min(support.no_meaning, support.no_letters) > 5
    assert max(support.meaning, support.letters) < 0.5


# -- what is said ---------------------------------------------------------------------------


def test_sentence_that_the_faq_names_is_said_first(bot: Chatbot, bot_without: Chatbot) -> None:
    answer, before = bot.ask(SOUND), bot_without.ask(SOUND)
    assert not answer.abstained
    assert not before.abstained
    assert answer.citations[0].quote == BELL
    assert before.citations[0].quote.startswith("종소리가 들리면")


def test_question_that_is_declined_without_the_faq_is_answered_with_it(
    bot: Chatbot, bot_without: Chatbot
) -> None:
    answer = bot.ask(OTHER_WORDS)
    assert not answer.abstained
    assert answer.citations[0].quote == BELL
    assert bot_without.ask(OTHER_WORDS).abstained


@pytest.mark.parametrize("question", [CLOSING, *GAP_QUESTIONS])
def test_question_like_one_without_an_answer_is_declined(
    bot: Chatbot, bot_without: Chatbot, question: str
) -> None:
    assert bot.ask(question).abstained
    assert not bot_without.ask(question).abstained  # a passage shares its words


def test_further_document_may_answer_what_the_others_do_not(bot_with_more: Chatbot) -> None:
    answer = bot_with_more.ask(CLOSING)
    assert not answer.abstained
    assert answer.citations[0].quote == "모루골 찻집은 저녁 일곱 시에 문을 닫습니다."


def test_faq_of_other_documents_changes_no_answer(bot_without: Chatbot, config: Config) -> None:
    others = [entry(line["questions"], ("other", BELL)) for line in FAQ[:4]]
    faq = write_faq(config.faq.with_name("others.jsonl"), *others, *FAQ[4:])
    changed = config.model_copy(update={"faq": faq})
    index = Index.build(tuple(bot_without.documents.values()), changed, bot_without.index)
    assert index.faq.questions == ()
    other = Chatbot(index, changed)
    for question in QUESTIONS:
        assert plain(other.ask(question)) == plain(bot_without.ask(question))


@pytest.mark.parametrize("question", [*QUESTIONS, *BELL_QUESTIONS])
def test_quotes_stay_as_they_stand_in_the_documents(bot: Chatbot, question: str) -> None:
    answer = bot.ask(question)
    assert [c.number for c in answer.citations] == list(range(1, len(answer.sentences) + 1))
    for citation in answer.citations:
        text = bot.documents[citation.document_id].text
        assert citation.quote == text[citation.start : citation.end]


# -- beside the essays and their FAQ --------------------------------------------------------


@pytest.fixture(scope="module")
def beside(project_index: Index, project_config: Config) -> Chatbot:
    """The essays with their FAQ, and a document that it does not know."""
    light = Document(
        id="light", title="솔개곶 등대", text=LIGHTHOUSE, blocks=find_blocks(LIGHTHOUSE)
    )
    documents = [*project_index.documents.values(), light]
    return Chatbot(Index.build(documents, project_config, project_index), project_config)


def test_project_has_a_faq_with_answers_and_without(project_index: Index) -> None:
    kinds = {bool(found.answers) for found in project_index.faq.entries}
    assert kinds == {True, False}
    assert project_index.manifest.counts.faq == len(project_index.faq.questions) > 10_000


@pytest.mark.parametrize(
    ("question", "beginning"),
    [
        ("솔개곶 등대는 높이가 몇 미터인가요?", "솔개곶 등대는 하얀 벽돌로"),
        ("안개가 짙은 밤에 종지기는 무엇을 하나요?", "안개가 짙은 밤에는"),
        ("종소리가 들리면 고깃배는 어디로 가나요?", "종소리가 들리면"),
        ("등대 창고에는 무엇이 쌓여 있나요?", "탑 아래 창고에는"),
    ],
)
def test_document_without_a_faq_is_answered_from_beside_a_large_one(
    beside: Chatbot, question: str, beginning: str
) -> None:
    answer = beside.ask(question)
    assert not answer.abstained
    assert answer.hits[0].chunk.document_id == "light"
    assert answer.citations[0].quote.startswith(beginning)


def test_essays_are_answered_from_as_before_beside_another_document(
    beside: Chatbot, project_index: Index, project_config: Config
) -> None:
    alone = Chatbot(project_index, project_config)
    for question in ("배치 정규화는 왜 잘되나요?", "LRU 캐시 알고리즘이 무엇인가요?"):
        assert beside.ask(question).citations[0].quote == alone.ask(question).citations[0].quote


def test_essays_without_their_faq_are_answered_from_too(
    project_index: Index, project_config: Config
) -> None:
    empty = FaqIndex.build((), project_index.embedder)
    answer = Chatbot(replace(project_index, faq=empty), project_config).ask("LRU 캐시란?")
    assert not answer.abstained
    assert answer.citations[0].document_id == answer.hits[0].chunk.document_id
