"""What a question asks for, and how a sentence shows that it gives it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from mlqa.text.glossary import normalise_form

Asking = Literal["reason", "definition", "how", "list", "figure", "person", "comparison", "other"]

_OPENING = 24  # characters in which a definition names what it defines

# The first that matches counts.
_QUESTIONS: dict[Asking, str] = {
    "person": r"누가|누구|누군|저자|글쓴이는|\bwho\b|\bwhose\b",
    "reason": r"왜|이유|까닭|때문|원인|어째서|어쩌다|\bwhy\b|\breasons?\b|\bcause",
    "list": r"가지|종류|목록|나열|단계(는|를|들|가)|순서|무엇무엇|뭐뭐|어떤 것들|"
    r"\blist\b|\bsteps?\b|\bstages?\b|what are|which .*s\b",
    "figure": r"몇|얼마|언제|개수|연도|며칠|비율|\bhow (many|much|long|old)\b|\bwhen\b|\bnumber\b",
    "comparison": r"차이|비교|다른가|다른 점|다르|보다 (더|나)|versus|\bvs\b|differ|\bcompare",
    "how": r"어떻게|어떡|방법|하려면|\bhow\b",
    "definition": r"이?란|이라는 건|무엇|뭐|뭔|뭘|무슨|의미|정의|뜻|what (is|are|does)|\bmean",
}
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
}


def asked_for(question: str) -> Asking:
    """What a question asks for, by its question words."""
    for asking, pattern in _QUESTIONS.items():
        if re.search(pattern, question, re.IGNORECASE):
            return asking
    return "other"


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
