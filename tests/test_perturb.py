"""Questions as other people type them, and what retrieval loses by it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz.distance import OSA

from mlqa.chatbot import Chatbot
from mlqa.cli import run
from mlqa.config import Config
from mlqa.evaluation.gold import Evidence, Gold, GoldQuestion
from mlqa.evaluation.perturb import KINDS, Kind
from mlqa.evaluation.perturb.changes import perturb
from mlqa.evaluation.perturb.sounds import final_sound, fitting
from mlqa.evaluation.robustness import robustness
from mlqa.index.store import Index
from mlqa.retrieval.repair.keyboard import to_hangul, to_keys
from mlqa.schema import Answer
from mlqa.text.glossary import Glossary, load_glossary
from mlqa.text.kiwi import Kiwipie
from mlqa.text.terms import TermExtractor

GLOSSARY = """
[[term]]
ko = ["배치 정규화"]
en = ["batch normalization", "batch norm"]
short = ["BN"]

[[term]]
ko = ["인공지능"]
en = ["artificial intelligence"]
short = ["AI"]

[[term]]
ko = ["머신러닝", "기계학습"]
en = ["machine learning"]
short = ["ML"]

[[term]]
ko = ["캐시", "임시 저장소"]
en = ["cache", "caches"]

[[term]]
ko = ["LRU", "최근 최소 사용"]
en = ["least recently used", "lru cache"]
variants = ["LRU 캐시"]

[[term]]
ko = ["이유", "까닭"]
en = ["reason", "reasons"]
"""
SEEDS = [str(number) for number in range(60)]


@pytest.fixture(scope="module")
def glossary(tmp_path_factory: pytest.TempPathFactory) -> Glossary:
    path = tmp_path_factory.mktemp("glossary") / "glossary.toml"
    path.write_text(GLOSSARY, encoding="utf-8")
    return load_glossary(path)


@pytest.fixture(scope="module")
def extractor(kiwi: Kiwipie, glossary: Glossary) -> TermExtractor:
    return TermExtractor(kiwi, glossary)


def all_ways(kind: Kind, question: str, extractor: TermExtractor) -> set[str | None]:
    return {perturb(kind, question, extractor, seed) for seed in SEEDS}


# -- particles that fit ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "sound"),
    [
        ("캐시", ""), ("정규화", ""), ("학습", "ㄴ"), ("모델", "ㄹ"), ("BN", "ㄴ"), ("LRU", ""),
        ("ML", "ㄹ"), ("GPU", ""), ("SVM", "ㄴ"), ("ReLU", ""), ("7", "ㄹ"), ("10", "ㄴ"),
        ("2014", ""), ("learning", "ㄴ"), ("google", "ㄹ"), ("cache", ""), ("pipeline", "ㄴ"),
        ("network", ""), ("dropout", "ㄴ"), ("머신(SVM)", "ㄴ"), ("", ""),
    ],
)  # fmt: skip
def test_the_sound_a_word_ends_in(word: str, sound: str) -> None:
    assert final_sound(word) == sound


@pytest.mark.parametrize(
    ("particle", "word", "fits"),
    [
        ("은", "캐시", "는"), ("는", "BN", "은"), ("가", "모델", "이"), ("을", "LRU", "를"),
        ("와", "학습", "과"), ("로", "AI", "로"), ("로", "인공지능", "으로"), ("으로", "ML", "로"),
        ("랑", "GPU", "랑"), ("랑", "BN", "이랑"), ("에서", "BN", "에서"), ("란", "모델", "이란"),
    ],
)  # fmt: skip
def test_the_particle_that_fits_a_word(particle: str, word: str, fits: str) -> None:
    assert fitting(particle, word) == fits


# -- one change at a time -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "changed"),
    [
        ("웹 캐시는 왜 빨라요?", "웹캐시는왜빨라요?"),
        ("LRU  캐시 적중 시 동작", "LRU캐시적중시동작"),
        ("웹캐시는왜빨라요?", None),
        ("Why is a cache fast?", None),
    ],
)
def test_spaces_are_left_out(question: str, changed: str | None, extractor: TermExtractor) -> None:
    assert perturb("no_spaces", question, extractor) == changed


def test_hangul_is_decomposed_and_english_is_not(extractor: TermExtractor) -> None:
    changed = perturb("nfd", "캐시가 뭐예요?", extractor)
    assert changed is not None
    assert len(changed) == len("ㅋㅐㅅㅣㄱㅏ ㅁㅝㅇㅖㅇㅛ?")
    assert unicodedata.normalize("NFC", changed) == "캐시가 뭐예요?"
    assert perturb("nfd", "What is a cache?", extractor) is None
    assert perturb("nfd", changed, extractor) is None


@pytest.mark.parametrize(
    ("question", "changed"),
    [
        ("캐시가 뭐예요?", "zotlrk anjdPdy?"),
        ("LRU 캐시 까닭", "LRU zotl Rkekfr"),
        ("what is it", "좀ㅅ ㅑㄴ ㅑㅅ"),
        ("2014?", None),
    ],
)
def test_typed_in_the_wrong_language(
    question: str, changed: str | None, extractor: TermExtractor
) -> None:
    assert perturb("keyboard", question, extractor) == changed


@pytest.mark.parametrize(
    ("question", "changed"),
    [
        ("밀물과 썰물은 왜 생기나요?", "밀물이랑 썰물 왜 생기나요?"),
        ("사리의 뜻이 무엇인가요?", "사리 뜻은 무엇인가요?"),
        ("웹 캐시는 옛 글을 언제 버려?", "웹 캐시가 옛 글 언제 버려?"),
        ("LRU와 FIFO의 차이는 뭐예요?", "LRU랑 FIFO 차이가 뭐예요?"),
        ("SVM은 어떤 방법인가요?", "SVM이 어떤 방법인가요?"),
        ("7은 홀수인가요?", "7이 홀수인가요?"),
        ("서버에서는 무엇을 하나요?", "서버에서 무엇을 하나요?"),
        ("누가 캐시를 만들었어?", "누가 캐시 만들었어?"),
        ("무효화란 무엇인가요?", "무효화가 무엇인가요?"),
        ("학생에게 무엇을 가르쳐?", "학생한테 무엇을 가르쳐?"),
        ("웹 캐시하고 프록시는 같은 거야?", "웹 캐시랑 프록시가 같은 거야?"),
        # Neither the subject of a clause nor a time changes places.
        ("반죽이 부풀어 오르는 까닭은 뭔가요?", "반죽 부풀어 오르는 까닭이 뭔가요?"),
        ("지금은 어떤 방법을 써?", "지금 어떤 방법을 써?"),
        # What is bought is no subject.
        ("그래픽카드는 왜 사야 돼?", "그래픽카드 왜 사야 돼?"),
        # Two bare nouns in a row would be read as one.
        ("번역자는 서튼의 글에 공감했나요?", "번역자 서튼의 글에 공감했나요?"),
        ("그럼 사리는?", None),
        ("왜 어려워?", None),
        ("Why does it help?", None),
    ],
)
def test_particles_change(question: str, changed: str | None, extractor: TermExtractor) -> None:
    assert perturb("josa", question, extractor) == changed


@pytest.mark.parametrize(
    ("question", "changed"),
    [
        ("이게 뭐야?", {"이게 뭔가요?", "이게 뭔지요?", "이게 뭐예요?", "이게 무엇입니까?"}),
        ("왜 잘 되니?", {"왜 잘 되나요?", "왜 잘 되는지요?", "왜 잘 돼요?", "왜 잘 됩니까?"}),
        ("돈 들어?", {"돈 드나요?", "돈 드는지요?", "돈 들어요?", "돈 듭니까?"}),
        ("뭐가 더 나아?", {"뭐가 더 나은가요?", "뭐가 더 나은지요?", "뭐가 더 나아요?",
                       "뭐가 더 낫습니까?"}),
        ("누가 했어", {"누가 했나요", "누가 했는지요", "누가 했어요", "누가 했습니까"}),
        ("그런 거야?", {"그런 건가요?", "그런 건지요?", "그런 거예요?", "그런 것입니까?"}),
        ("빵이었니?", {"빵이었나요?", "빵이었는지요?", "빵이었어요?", "빵이었습니까?"}),
        ("구조 설명해 줘", {"구조 설명해 주세요"}),
        ("이름 알려줘", {"이름 알려주세요"}),
        ("하나만 해 봐", {"하나만 해 보세요"}),
        ("점심 뭐 먹을까", {"점심 뭐 먹을까요"}),
        ("몰라. 어떡하지?", {"몰라요. 어떡하죠?"}),
        ("왜 어려운데?", {"왜 어려운데요?"}),
        ("그럼 사리는?", {"그럼 사리는요?"}),
        ("사리의 뜻", {"사리의 뜻 알려 주세요"}),
        ("왜 잘 되나요?", {None}),
        ("Why?", {None}),
    ],
)  # fmt: skip
def test_plain_questions_become_polite(
    question: str, changed: set[str | None], extractor: TermExtractor
) -> None:
    assert all_ways("polite", question, extractor) == changed


@pytest.mark.parametrize(
    ("question", "changed"),
    [
        ("캐시가 무엇입니까?", {"캐시가 뭐니?", "캐시가 뭐냐?", "캐시가 뭔가?", "캐시가 뭐야?"}),
        ("잘 되나요?", {"잘 되니?", "잘 되냐?", "잘 되나?", "잘 되는가?", "잘 돼?"}),
        ("뭐가 쉬워요", {"뭐가 쉽니", "뭐가 쉽냐", "뭐가 쉬운가", "뭐가 쉬워"}),
        ("언제 시작하는지요?", {"언제 시작하니?", "언제 시작하냐?", "언제 시작하나?",
                          "언제 시작하는가?", "언제 시작해?"}),
        ("BN인가요?", {"BN이니?", "BN이냐?", "BN인가?", "BN이야?"}),
        ("GPU예요?", {"GPU니?", "GPU냐?", "GPU인가?", "GPU야?"}),
        ("몇 층이었나요?", {"몇 층이었니?", "몇 층이었냐?", "몇 층이었나?", "몇 층이었는가?",
                      "몇 층이었어?"}),
        ("방법을 알려 주세요.", {"방법을 알려 줘."}),
        ("방법을 알려 주십시오", {"방법을 알려 줘"}),
        ("뭐가 좋을까요?", {"뭐가 좋을까?"}),
        ("이유가 뭐죠?", {"이유가 뭐지?"}),
        ("왜 안 믿었대요", {"왜 안 믿었대"}),
        ("알겠어요. 그건 왜 어려운데요?", {"알겠어. 그건 왜 어려운데?"}),
        ("반대로 없을 때는요?", {"반대로 없을 때는?"}),
        ("사리의 뜻", {"사리의 뜻 알려 줘"}),
        ("왜 잘 되니?", {None}),
        ("말인가여", {None}),
    ],
)  # fmt: skip
def test_polite_questions_become_plain(
    question: str, changed: set[str | None], extractor: TermExtractor
) -> None:
    assert all_ways("plain", question, extractor) == changed


@pytest.mark.parametrize(
    ("question", "changed"),
    [
        ("배치 정규화는 왜 돼요?", {"BN은 왜 돼요?", "batch normalization은 왜 돼요?"}),
        ("이게 배치 정규화예요?", {"이게 BN이에요?", "이게 batch normalization이에요?"}),
        ("BN을 처음 만든 사람은?", {"배치 정규화를 처음 만든 사람은?"}),
        ("AI로 무엇을 하나요?", {"인공지능으로 무엇을 하나요?"}),
        ("인공지능이 뭐죠?", {"AI가 뭐죠?", "artificial intelligence가 뭐죠?"}),
        ("AI야?", {"인공지능이야?"}),
        ("머신러닝이란 뭐예요?", {"ML이란 뭐예요?", "machine learning이란 뭐예요?"}),
        ("캐시가 뭐예요?", {"cache가 뭐예요?"}),
        ("LRU 캐시를 설명해 줘", {"LRU cache를 설명해 줘"}),
        ("What is batch normalization?", {"What is BN?", "What is 배치 정규화?"}),
        # Nobody writes everyday words in English, and an abbreviation in an English question stays.
        ("까닭이 뭐야?", {None}),
        ("What does LRU stand for?", {None}),
        ("밀물은 언제 와요?", {None}),
    ],
)  # fmt: skip
def test_terms_change_language(
    question: str, changed: set[str | None], extractor: TermExtractor
) -> None:
    assert all_ways("terms", question, extractor) == changed


# -- slips of the fingers -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "longest"),
    [
        ("배치 크기를 왜 바꿔?", "배치"),
        ("옛날 캐시는 어때?", "옛날"),
        ("What is normalization for?", "normalization"),
        ("LRU 알고리즘 알려 주세요", "알고리즘"),
    ],
)
def test_one_slip_in_the_longest_word(
    question: str, longest: str, extractor: TermExtractor
) -> None:
    before, after = map(to_keys, question.split(longest))
    for seed in SEEDS:
        changed = perturb("typo", question, extractor, seed)
        assert changed is not None
        assert changed != question
        keys = to_keys(changed)
        assert OSA.distance(to_keys(question), keys) == 1
        assert keys.startswith(before)
        assert keys.endswith(after)


def test_slips_of_all_kinds_happen(extractor: TermExtractor) -> None:
    korean = all_ways("typo", "배치 크기", extractor)
    # ㅔ for ㅐ, ㅊ twice, ㅊ left out, ㅊ and ㅣ swapped, ㅔ for ㅣ beside it.
    assert {"베치 크기", "뱇치 크기", "배ㅣ 크기", "배ㅣㅊ 크기", "배체 크기"} <= korean
    english = all_ways("typo", "cache", extractor)
    assert {"cahe", "cacche", "cahce"} <= english
    assert len(english) >= 12


def test_a_shift_that_was_not_pressed(extractor: TermExtractor) -> None:
    assert "글쓴이" in to_hangul(to_keys("글쓴이"))
    assert "글슨이 이름" in all_ways("typo", "글쓴이 이름", extractor)


def test_no_slip_where_no_word_is_long_enough(extractor: TermExtractor) -> None:
    assert perturb("typo", "왜?", extractor) is None
    assert perturb("typo", "LRU?", extractor) is None


# -- of all kinds ---------------------------------------------------------------------------

QUESTIONS = (
    "배치 정규화는 왜 잘 되나요?",
    "캐시에 남은 옛 글을 언제 버려?",
    "머신러닝의 뜻",
    "How does machine learning work?",
    "그럼 사리는?",
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_at_every_run_and_never_the_question_itself(
    kind: Kind, extractor: TermExtractor
) -> None:
    first = [perturb(kind, question, extractor, "a") for question in QUESTIONS]
    assert first == [perturb(kind, question, extractor, "a") for question in QUESTIONS]
    assert not set(first) & set(QUESTIONS)
    assert any(first)


@pytest.mark.parametrize("kind", ["no_spaces", "nfd", "polite", "plain"])
def test_changed_once_nothing_is_left_to_change(kind: Kind, extractor: TermExtractor) -> None:
    for question in QUESTIONS:
        changed = perturb(kind, question, extractor)
        if changed is not None:
            assert perturb(kind, changed, extractor) is None


def test_typed_twice_in_the_wrong_language_is_right_again(extractor: TermExtractor) -> None:
    question = "왜 반죽이 부풀어 오르나요?"
    keys = perturb("keyboard", question, extractor)
    assert keys is not None
    assert keys.isascii()
    assert to_hangul(keys) == question


# -- what is lost ---------------------------------------------------------------------------


def question(number: int, text: str, quote: str = "", history: Sequence[str] = ()) -> GoldQuestion:
    document = "cache" if "캐시" in quote or "무효화" in quote else "바다/tides"
    evidence = (Evidence(document_id=document, quote=quote),) if quote else ()
    return GoldQuestion(
        id=f"q{number}",
        part="train",
        kind="essay" if quote else "unanswerable",
        question=text,
        history=tuple(history),
        answerable=bool(quote),
        evidence=evidence,
        key_facts=(("무효화",),) if "무효화" in quote else (),
    )


@pytest.fixture(scope="module")
def small_gold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    questions = (
        question(1, "무효화란 무엇인가요?", "이 일을 무효화라고 부르며"),
        question(2, "밀물과 썰물은 왜 생겨?", "달이 바닷물을 끌어당겨서 생깁니다"),
        question(3, "그 까닭은 무엇인가요?", "달이 바닷물을 끌어당겨서", ["밀물은 왜 생기나요?"]),
        question(4, "김치찌개를 맛있게 끓이는 방법을 알려 주세요"),
    )
    path = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    path.write_text("\n".join(q.model_dump_json() for q in questions), encoding="utf-8")
    return path


class Recorder(Chatbot):
    """Remembers what it was asked."""

    def __init__(self, index: Index, config: Config) -> None:
        super().__init__(index, config)
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        self.asked.append((question, tuple(history)))
        return super().ask(question, history)


def test_robustness_compares_the_same_questions(
    small_index: Index, small_config: Config, small_gold: Path
) -> None:
    bot = Recorder(small_index, small_config)
    result = robustness(bot, small_gold, "train")

    assert result["questions"] == 4
    assert result["index_version"] == small_index.version
    assert list(result["kinds"]) == list(KINDS)
    counts = {kind: found["changed"] for kind, found in result["kinds"].items()}
    assert counts == {
        "no_spaces": 4, "josa": 4, "typo": 4, "nfd": 4, "keyboard": 4, "polite": 1, "plain": 3,
        "terms": 0,
    }  # fmt: skip
    # The earlier question of a conversation stays as it is, in every form of the question.
    histories = [history for _, history in bot.asked if history]
    assert histories == [("밀물은 왜 생기나요?",)] * 7
    assert ("무효화란무엇인가요?", ()) in bot.asked

    for found in result["kinds"].values():
        lost = [b for b in found["broken"] if not _is_hit(b, "after") and _is_hit(b, "before")]
        if found["answerable"]:
            assert found["before"]["hit@5"] == 1.0
            assert found["drop"]["hit@5"] == pytest.approx(len(lost) / found["answerable"])
    drops = [found["drop"]["hit@5"] for found in result["kinds"].values() if found["changed"]]
    assert result["worst"]["drop"] == max(drops)


def _is_hit(broken: dict[str, Any], when: str) -> bool:
    rank = broken["rank"][when]
    return rank is not None and rank <= 5


def test_what_a_change_breaks_is_named(
    small_index: Index, small_config: Config, small_gold: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask_for_something_else(_kind: Kind, text: str, *_: object) -> str | None:
        return "오븐은 몇 도로 달구나요?" if "무효화" in text else None

    monkeypatch.setattr("mlqa.evaluation.robustness.perturb", ask_for_something_else)
    result = robustness(Chatbot(small_index, small_config), small_gold, "train", ["typo"])
    found = result["kinds"]["typo"]
    assert (found["changed"], found["answerable"]) == (1, 1)
    assert (found["before"]["hit@1"], found["after"]["hit@1"]) == (1.0, 0.0)
    assert found["drop"]["hit@1"] == 1.0
    assert result["worst"]["kind"] == "typo"
    (broken,) = found["broken"]
    assert broken["id"] == "q1"
    assert broken["question"] == "무효화란 무엇인가요?"
    assert broken["perturbed"] == "오븐은 몇 도로 달구나요?"
    assert broken["rank"]["before"] == 1
    assert broken["rank"]["after"] != 1


def test_decomposed_hangul_costs_nothing(
    small_index: Index, small_config: Config, small_gold: Path
) -> None:
    result = robustness(Chatbot(small_index, small_config), small_gold, "train", ["nfd"])
    found = result["kinds"]["nfd"]
    assert found["answerable"] == 3
    assert found["before"] == found["after"]
    assert found["before"]["hit@5"] == 1.0
    assert found["broken"] == []
    assert found["example"]["question"] == "무효화란 무엇인가요?"
    assert found["example"]["perturbed"] != "무효화란 무엇인가요?"
    assert result["worst"] == {"kind": "nfd", "drop": 0.0}


def test_a_kind_that_changes_nothing_has_no_figures(
    small_index: Index, small_config: Config
) -> None:
    gold = Gold((question(1, "How are you?"),), Path("gold.jsonl"))
    result = robustness(Chatbot(small_index, small_config), gold, "all", ["josa"])
    found = result["kinds"]["josa"]
    assert (found["changed"], found["example"], found["broken"]) == (0, None, [])
    assert found["drop"] == dict.fromkeys(("hit@1", "hit@5", "declined_right", "declined_wrong"))
    assert result["worst"] == {"kind": "josa", "drop": None}


def test_the_command_shows_a_table_and_json(
    saved_folder: Path, small_gold: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ["eval", "--index", str(saved_folder), "--gold", str(small_gold), "--part", "train"]
    assert run([*common, "--perturb", "no_spaces", "plain", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert list(result["kinds"]) == ["no_spaces", "plain"]

    assert run([*common, "--perturb", "no_spaces", "plain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("no_spaces ") and "→" in line for line in lines)
    assert "no_spaces 예: 무효화란 무엇인가요? → 무효화란무엇인가요?" in lines

    assert run([*common, "--perturb", "nonsense"]) == 2
