"""The Korean keyboard, and questions typed while it was set to the other language."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.evaluation.gold import load_gold
from mlqa.index.store import Index
from mlqa.retrieval.hybrid import HybridRetriever
from mlqa.retrieval.repair.keyboard import is_common, is_hangul, neighbours, to_hangul, to_keys

SYLLABLES = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
KEYS = st.text("abcdefghijklmnopqrstuvwxyzQWERTOP ?!1", max_size=30)


@pytest.fixture(scope="module")
def bot(project_index: Index, project_config: Config) -> Chatbot:
    return Chatbot(project_index, project_config)


@pytest.fixture(scope="module")
def retriever(bot: Chatbot) -> HybridRetriever:
    return bot.retriever


# -- the layout -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "hangul"),
    [
        ("qocl wjdrbghk", "배치 정규화"),
        ("gkrtmq", "학습"),
        ("rkqtdl", "값이"),  # two consonants at the end of a syllable
        ("ekfr rkawk", "닭 감자"),
        ("ehoTdj", "됐어"),  # a vowel of two keys, a consonant with shift
        ("dmltk", "의사"),
        ("Rnpajek", "꿰머다"),
        ("dO dP", "얘 예"),
        ("rjt", "것"),
        ("Ekr", "딱"),
        ("rt", "ㄱㅅ"),  # no vowel
        ("hk", "ㅘ"),
        ("qocl? 2rkwl!", "배치? 2가지!"),
        ("", ""),
    ],
)
def test_keys_type_hangul_and_back(keys: str, hangul: str) -> None:
    assert to_hangul(keys) == hangul
    assert to_keys(hangul) == keys


def test_capitals_without_another_letter_are_the_same_key() -> None:
    assert to_hangul("GKRTMQ") == to_hangul("gkRTmQ")


@pytest.mark.parametrize(
    "written",
    ["ㅂㅐㅊㅣ", "\u1107\u1162\u110e\u1175", "\uffb2\uffc3\uffba\uffdc"],
    ids=["compatibility", "conjoining", "half-width"],
)
def test_every_kind_of_letter_has_its_key(written: str) -> None:
    assert to_keys(written) == "qocl"
    assert to_hangul(to_keys(written)) == "배치"
    assert all(map(is_hangul, written))


@given(st.text(SYLLABLES, max_size=30))
def test_syllables_come_back(text: str) -> None:
    assert to_hangul(to_keys(text)) == text


@given(KEYS)
def test_keys_come_back(keys: str) -> None:
    assert to_keys(to_hangul(keys)) == keys


def test_neighbouring_keys() -> None:
    assert set(neighbours()["g"]) == set("tyfhvb")
    assert set(neighbours()["q"]) == set("wa")
    assert all(key in neighbours()[other] for key, near in neighbours().items() for other in near)


def test_common_syllables() -> None:
    assert is_common("배치정규화뭐")
    assert not is_common("솓")  # the keys of "the"
    assert not is_common("배치ㅊ")
    assert not is_common("")


# -- questions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("qocl wjdrbghk", "배치 정규화"),
        ("qocl wjdrbghksms dho wkf ehlskdy?", "배치 정규화는 왜 잘 되나요?"),
        ("Qocl wjdrbghk", "배치 정규화"),  # a telephone's capital
        ("QOCL WJDRBGHK", "배치 정규화"),  # Caps Lock
        ("anjdi", "뭐야"),
        ("dho?", "왜?"),
        # Part of it is right.
        ("qocl 정규화가 뭐야", "배치 정규화가 뭐야"),
        ("LRU zotl", "LRU 캐시"),
        ("tlrmahdlem 함수 gkstnr", "시그모이드 함수 한숙"),
        ("BNdms dho Tmskdy", "BN은 왜 쓰나요"),
        ("relurk anjdi", "relu가 뭐야"),
        ("rmfja ReLUsms?", "그럼 ReLU는?"),
        ("ResNetdms chleo auc cmddldjTskdy", "ResNet은 최대 몇 층이었나요"),
        ("AI rldjqdms anjf gkskdy", "AI 기업은 뭘 하나요"),
        # English in Korean letters.
        ("ㅠㅁㅅ초 ㅜㅐ그", "batch norm"),
        ("ㅠㅁㅅ초 ㅜㅐ그은 왜 써?", "batch norm은 왜 써?"),
        ("ㄱ디ㅕ 함수", "relu 함수"),
        ("ㄱ디ㅕ는 뭐야", "relu는 뭐야"),
        ("ㅣ껴 캐시", "lru 캐시"),
        ("좀ㅅ ㅑㄴ ㅁ ㅣㅑㅔㄴ초ㅑㅅㅋ 려ㅜㅊ샤ㅐㅜ?", "what is a lipschitz function?"),
        # 재가 is a word, and the keys of "work".
        ("ㅗㅐㅈ ㅇㅐㄷㄴ ㅠㅁㅅ초 ㅜㅐ그 재가", "how does batch norm work"),
    ],
)
def test_the_other_language_is_understood_and_shown(
    retriever: HybridRetriever, typed: str, meant: str
) -> None:
    query = retriever.understand(typed)
    assert query.searched == query.resolved == meant
    assert query.question == typed
    assert query.repairs


def test_a_whole_question_is_shown_as_one(retriever: HybridRetriever) -> None:
    (repair,) = retriever.understand("qocl wjdrbghksms dho wkf ehlskdy?").repairs
    assert repair == ("qocl wjdrbghksms dho wkf ehlskdy", "배치 정규화는 왜 잘 되나요")


@pytest.mark.parametrize(
    "question",
    [
        "gradient descent",
        "How does batch norm work with ReLU and dropout?",
        "what should I do to go on?",  # 내, 애, 새 and 해
        "LRU 캐시와 batch norm, ReLU, dropout의 차이",
        "TLS 인증서와 GPT-4 API 키",
        "rms 값과 rbf 커널",  # 근, 귤
        "DNS, CMS, TPS, RPC, EKF가 뭐야",
        "pip install torch && python app.py --port 8080",
        "https://example.com/wiki?q=relu 어디",
        "who plays rory in shrek",  # names that are two common syllables
        "재가 세대와 내가 새로 산 교무 수첩",  # keys of work, so, to and ryan
        "ㅋㅋㅋ 배치 정규화 ㅠㅠ ㅎㅎ",
        "ㅇㅇ ㄱㄱ ㅇㅋ ㄹㅇ ㅇㅈ",
        "초성 ㄱㄴㄷ 순서",
        "ㅠㅜ 모르겠어요",  # bn
    ],
)
def test_what_was_typed_right_stays(retriever: HybridRetriever, question: str) -> None:
    query = retriever.understand(question)
    assert query.searched == question
    assert query.repairs == ()


def test_every_question_of_the_gold_set_is_understood(retriever: HybridRetriever) -> None:
    """The training part, typed in the other language, is searched as it was meant."""
    gold = load_gold(ROOT / "eval/gold.jsonl").part("train")
    questions = [q.question for q in gold.questions if q.kind != "typo"]
    turned = {q: to_keys(q) if any(map(is_hangul, q)) else to_hangul(q) for q in questions}
    wrong = [
        question
        for question, typed in turned.items()
        if retriever.understand(typed).searched.lower()
        != retriever.understand(question).searched.lower()
    ]
    assert len(wrong) <= 0.03 * len(questions), wrong


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("qocl wjdrbghksms dho wkf ehlskdy?", "배치 정규화는 왜 잘 되나요?"),
        ("ㅣㄲㅕ 캐시는 언제 버리나요?", "lRU 캐시는 언제 버리나요?"),
        ("좀ㅅ ㅑㄴ ㅁ ㅣㅑㅔㄴ초ㅑㅅㅋ 려ㅜㅊ샤ㅐㅜ?", "what is a lipschitz function?"),
    ],
)
def test_the_answer_is_that_to_the_question_meant(bot: Chatbot, typed: str, meant: str) -> None:
    answer, right = bot.ask(typed), bot.ask(meant)
    assert not right.abstained
    assert answer.text == right.text
    assert answer.hits == right.hits
    assert answer.confidence == right.confidence
    assert answer.question == typed


def test_a_conversation_goes_on_in_the_other_language(retriever: HybridRetriever) -> None:
    history = ["LRU zotl dkfrhflwmadl anjdi?"]
    query = retriever.understand("dho?", history)
    assert query.context == retriever.understand("왜?", ["LRU 캐시 알고리즘이 뭐야?"]).context
    assert "캐시" in query.context
    assert query.resolved.endswith("왜?")


@settings(max_examples=60, deadline=None)
@given(st.text("qwertyuiopasdfghjklzxcvbnmQWERTOP ㄱㄷㅁㅏㅗㅣ가나?", min_size=1, max_size=40))
def test_nothing_is_turned_in_silence(retriever: HybridRetriever, typed: str) -> None:
    if any(map(str.isalnum, typed)):
        query = retriever.understand(typed)
        assert (query.searched != query.question) == bool(query.repairs)
