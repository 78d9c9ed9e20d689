"""The kind of thing that a question asks for, and whether some sentence can hold it.

몇 명이에요? wants a figure with 명, 언제예요? a date, 어느 대학? a sentence about a university:
where no sentence on the question holds such a thing, the answer is not there, however near the
subject is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mlqa.answer.asking import asked_for
from mlqa.text.kiwi import Kiwipie

_NUMBER = (
    r"(\d[\d,.]*|한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|스무|서른|수백만|수천|수백|몇십|여러|반)"
)
# 몇 명이에요, but not 몇 개 읽으면, which asks for no figure.
_COUNTED = re.compile(
    r"몇\s?(가지|단계|명|번|년|살|개월|시간|분|초|주|달|층|줄|개|퍼센트|프로|원|달러|점|등|일|장|회|쪽|권|세|판|대)"
    r"(?!\s?[가-힣]*\s?[가-힣]*면)"
)


_NAMES = {"NNP", "SL"}
_WANTS_A_NAME = re.compile(
    r"(이름|본명)(이|은|을|좀| )|"
    r"(어느|어떤|무슨) (회사|학교|대학|도시|나라|사이트|학회|데이터셋|기업)|"
    r"(회사|학교|대학|도시|나라|사이트|학회)(가|는|이) 어디"
)
# Who somebody is can be said without a name.
_PEOPLE = {
    *(
        "글쓴이",
        "저자",
        "번역자",
        "교수",
        "학생",
        "후배",
        "선배",
        "동료",
        "사람",
        "팀",
        "회사",
        "대표",
    ),
    *(
        "매니저",
        "엔지니어",
        "개발자",
        "과학자",
        "연구자",
        "사용자",
        "고객",
        "에이전트",
        "기관",
        "단체",
    ),
}


@dataclass(frozen=True, slots=True)
class _Expectation:
    """What a question like ``asks`` wants, as a pattern of sentences that can hold it."""

    asks: re.Pattern[str]
    holds: re.Pattern[str]


def _expect(asks: str, holds: str) -> _Expectation:
    return _Expectation(re.compile(asks, re.IGNORECASE), re.compile(holds, re.IGNORECASE))


_DATE = r"\d+\s?(년|월|일)|\d{4}|시절|시대|무렵|해에|세기"
_MONEY = r"\d[\d,.]*\s?(원|달러|유로|만)"
_DURATION = r"\d[\d,.]*\s?(일|시간|분|초|주|달|개월|년)|며칠|하루|한나절"
_TIMES = rf"{_NUMBER}\s?(번|회)"
_EXPECTATIONS = (
    _expect(
        r"가격|참가비|비용이 얼마|사려면.*얼마|얼마(였|나 들| 들|를 내|나 벌)|"
        r"(돈|초봉|연봉|월급|요금)(이|은|는)? 얼마|\bprice\b|how much (does|did|money)",
        _MONEY,
    ),
    _expect(r"태어났|태어난 (해|날|곳)|\bborn\b", r"태어|출생|년생"),
    _expect(r"걸렸|걸리나|걸려\?|how long did", _DURATION),
    _expect(
        r"다녀|다니(나|는|고)|근무|소속|재직|\bwork(s|ing)? (at|for)\b",
        r"다니|근무|소속|재직|대표|연구원",
    ),
    _expect(r"지도 ?교수|advisor|supervisor", r"지도 ?교수"),
    _expect(r"정확도[^?]*(몇|얼마)|\baccuracy\b", r"\d[\d.]*\s?(%|퍼센트|프로)"),
    _expect(
        r"(largest|smallest|biggest) .*(size|number)|(가장|최대|제일) [큰작][^?]*(크기|몇|얼마)",
        rf"{_NUMBER}\s?(개|만|천|k)",
    ),
    _expect(r"입사|지원 (자격|방법)|\bapply\b", r"입사|지원"),
    _expect(r"나이|몇 살|\bhow old\b", r"\d+\s?(살|세)"),
    _expect(
        r"언제.*(나왔|태어|열렸|썼|쓰인|발표|출간|만들|시작|생겼|일어)|연도|며칠|날짜|출간일|생일",
        _DATE,
    ),
    _expect(r"언제(예요|야|인가|입니까|였)|what year|\bborn\b|^when (did|was|were|is)\b", _DATE),
    _expect(r"대학|\buniversity\b", r"대학"),
    _expect(r"(어느|어떤|무슨|어디) 회사|\bwhich company\b", r"회사|대표|기업"),
    _expect(r"어느 (도시|나라|지역)|\bwhich (city|country)\b", r"도시|나라|에서 열"),
    _expect(
        r"인용 ?(횟수|수)|인용(됐|되었)|\bcitations?\b|\bcited\b",
        rf"{_TIMES}[^.]*인용|인용[^.]*{_TIMES}",
    ),
    _expect(r"직원 ?수|how many employees", r"직원|임직원"),
    _expect(r"초깃값|초기값|(학습률|비율)(은|을|이)? (얼마|몇|어느)", r"초깃값|초기값|학습률|비율"),
    _expect(r"(learning|dropout) rate", r"학습률|드롭아웃|비율"),
    _expect(r"복잡도가? ?(얼마|어떻|몇|는|$)|\btime complexity\b", r"시간 복잡도|O\("),
    _expect(r"설치|명령어|\binstall", r"설치|명령"),
    _expect(r"자바|\bjava\b|C\+\+", r"자바|\bjava\b|C\+\+"),
    _expect(r"발명|\binvent", r"발명|제안|처음 (만든|발표)"),
    _expect(r"과징금|벌금", r"과징금|벌금"),
    _expect(r"제품|상품|교과서", r"제품|상품|교과서"),
    _expect(r"졸업|graduate", r"졸업"),
    _expect(r"저자(가|는)? (누|몇)|제1저자|first author", r"저자"),
    _expect(r"how many|퍼센트|횟수|몇 [가-힣]+(입니까|예요|이에요|인가|이야|나|야)", _NUMBER),
)


def can_hold(question: str, sentences: Sequence[str], kiwi: Kiwipie) -> bool:
    """Whether what a question asks for can be in the sentences; true for most questions.

    Args:
        question: What is asked.
        sentences: Those that are on the question.
        kiwi: Tells names from other words.
    """
    wants_somebody = asked_for(question) == "person"
    if wants_somebody and not _names_something_new(sentences, question, kiwi, _PEOPLE):
        return False
    if _WANTS_A_NAME.search(question) and not _names_something_new(sentences, question, kiwi):
        return False
    counted = _COUNTED.search(question)
    # 개 counts anything: 110개의 층 answers 몇 층.
    if counted and not _any(re.compile(rf"{_NUMBER}\s?({counted[1]}|개)"), sentences):
        return False
    return all(
        _any(expectation.holds, sentences)
        for expectation in _EXPECTATIONS
        if expectation.asks.search(question)
    )


def _any(pattern: re.Pattern[str], sentences: Sequence[str]) -> bool:
    return any(pattern.search(sentence) for sentence in sentences)


def _names_something_new(
    sentences: Sequence[str], question: str, kiwi: Kiwipie, others: Collection[str] = ()
) -> bool:
    """Whether a sentence holds a proper noun that the question does not, or one of some words."""
    return any(
        ((morpheme.tag in _NAMES and len(morpheme.form) > 1) or morpheme.form in others)
        and morpheme.form.lower() not in question.lower()
        for sentence in sentences
        for morpheme in kiwi.morphemes(sentence)
    )
