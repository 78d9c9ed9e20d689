"""What a question asks for, and how a sentence shows that it gives it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from mlqa.text.glossary import normalise_form

Asking = Literal[
    "reason",
    "definition",
    "how",
    "list",
    "figure",
    "person",
    "comparison",
    "advice",
    "other",
]

# A question inside a question (왜 되는지도 모르는) is not what is asked.
_EMBEDDED = re.compile(
    r"(왜|어떻게|무엇이?|뭐가|누가|언제|얼마나)[^.?]{0,20}(는지|은지|한지|인지|할지|된지)"
)
_OPENING = 24  # characters in which a definition names what it defines
_TOPIC = re.compile(r"(.{1,50}?)(은|는|이란|란) ")
_IS_SAID = re.compile(r"(말합니다|뜻합니다|가리킵니다|[가-힣]입니다|말한다|뜻한다|[가-힣]이다)\.?$")
_BRACKETS = re.compile(r"\([^()]*\)")
_BESIDE = 0.3  # share of the topic that may be something else: LRU 캐시 (알고리즘)은

# Without a verb, a question is the name of a thing: 내부 공변량 변화
_SAYS_SOMETHING = re.compile(r"[다요까니나지줘라어아해야]\W*$|[A-Za-z]\W*$|[.!] ")
# The first that matches counts.
_QUESTIONS: dict[Asking, str] = {
    "person": r"누가|누구|누군|"
    r"[가-힣](한|쓴|낸|든|린|은|던) (사람|인물|저자)(은|이|을|를)?(\??$| 누| 알| 이)|"
    r"\bwho\b|\bwhose\b",
    "reason": r"왜|이유|까닭|때문|원인|어째서|어쩌다|\bwhy\b|\breasons?\b|\bcause",
    "list": r"가지|종류|목록|나열|단계(는|를|들|가)|순서|(과정|단계|절차)을? 밟|무엇무엇|뭐뭐|"
    r"어떤 것들|하는 것들|"
    r"\blist\b|\bsteps?\b|\bstages?\b|what are|which .*s\b",
    "figure": r"몇|얼마|언제|개수|연도|며칠|비율|\bhow (many|much|long|old)\b|\bwhen\b|\bnumber\b",
    "comparison": r"차이|어느 쪽|비교|다른가|다른 점|다르|보다 (더|나)|"
    r"versus|\bvs\b|differ|\bcompare",
    "how": r"어떻게|어떡|방법|하려면|\bhow\b",
    "definition": r"이?란|이라는 건|무엇|뭐|뭔|뭘|무슨|의미|정의|뜻|개념|설명|대해|알려|"
    r"what (is|are|does)|\bmean|\bexplain|\babout\b",
    "advice": r"(해|[워와어아])야 (하|할|해|되|될|돼|합|겠)|을까요?\??$|[할될]까|"
    r"(해|어|아|워|사|써)도 (되|될|돼|괜찮|좋)|괜찮|"
    r"(좋|낫|괜찮|맞)(은|나|을|는|습|아)[가-힣 ]{0,4}\??$|"
    r"좋은 (전략|방법|생각|선택)|추천|필요(한가|할까|해|합니까|하나|가 있)|"
    r"\bshould\b|\bworth\b|\brecommend|do i (need|have) to",
}
_CODE = re.compile(
    r"코드|구현|파이썬|소스|예제|\b(code|python|implement\w*|listing)\b", re.IGNORECASE
)
_SENTENCES: dict[Asking, re.Pattern[str]] = {
    "reason": re.compile(
        r"때문|이점|장점|므로|[으]?니까|이유|까닭|덕분|탓|기에 |따라서|원인|위해서|어서 "
    ),
    "definition": re.compile(
        r"(말합니다|뜻합니다|입니다|함수이다|이란 |란 |가리킵니다|말한다|이다)"
    ),
    "how": re.compile(r"방법|려면|면 됩니다|순서|먼저|통해|로 옮|추가|넣|단계"),
    "list": re.compile(r"가지|첫째|둘째|단계|다음"),
    "figure": re.compile(
        r"\d|(한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|수백|수천) ?(개|가지|명|년|번|층|단계|줄)"
    ),
    "person": re.compile(r"[가-힣]{2,4}(은|는|이|가|의|도|에 따르면) |\([A-Z][a-z]+"),
    "comparison": re.compile(r"보다|반면|달리|다르|차이|더 |마찬가지|비교"),
    "advice": re.compile(
        r"권합|권하|조언|낫습|필요[^.]{0,4}없|[해아어]야 (합|한)|결론|당부|단언|주장|견해|"
        r"것은 아니|피하|충분(합|히)|계속하면|봅니다|내다봅"
    ),
}


def asked_for(question: str) -> Asking:
    """What a question asks for, by its question words."""
    asked = _EMBEDDED.sub("", question)
    for asking, pattern in _QUESTIONS.items():
        if re.search(pattern, asked, re.IGNORECASE):
            return asking
    return "other" if _SAYS_SOMETHING.search(asked) else "definition"


def gives(asking: Asking, sentence: str, terms: Sequence[str]) -> float:
    """How far a sentence has the form of what was asked for, 0 to 1.

    Args:
        asking: What is asked for.
        sentence: The sentence.
        terms: The terms of the question that it holds; a definition begins with one.
    """
    pattern = _SENTENCES.get(asking)
    if not pattern or not pattern.search(sentence):
        return 0.0
    if asking == "definition":
        opening = normalise_form(sentence[:_OPENING])
        return 1.0 if any(term in opening for term in terms) else 0.3
    return 1.0


def defines(sentence: str, terms: Sequence[str]) -> bool:
    """Whether a sentence says what the terms of a question are, and speaks of nothing but them.

    Args:
        sentence: The sentence.
        terms: The terms of the question that it holds.
    """
    topic = _TOPIC.match(_BRACKETS.sub("", sentence))
    if not topic or not _IS_SAID.search(sentence):
        return False
    named = normalise_form(topic[1])
    left = named
    for term in sorted(terms, key=len, reverse=True):
        left = left.replace(term, "")
    return len(left) < len(named) * _BESIDE


def wants_code(question: str) -> bool:
    """Whether a question asks for a listing."""
    return bool(_CODE.search(question))
