"""Follow-up questions: what an elliptical question takes over from the ones before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources

from mlqa.text.terms import TermExtractor

# A question that begins like this goes on from the one before.
_CONNECTIVE = re.compile(
    r"^(그럼|그러면|그렇다면|그런데|근데|그리고|그래서|그래도|또|반대로|아니면|만약|혹시|"
    r"and|then|so|but|what about|how about)\b"
    r"|^(그럼|그러면|그렇다면)",
    re.IGNORECASE,
)
# Words that stand for something said before.
_ANAPHOR = re.compile(
    r"(^|\s)(그|이|저)(건|게|걸|것|거|런|렇|때|쪽|중|분|사람|이유|방법|글|논문|실험|결과|책|말|"
    r"주장|"
    r"교훈|문제|단점|장점|알고리즘|개념|둘|기법|함수)"
    r"|(첫|두|세|네|다섯|여섯|일곱|여덟|아홉|열|마지막) ?번째"
    r"|(^|\s)그 |(^|\s)(거기|여기)|(^|\s)(왜|어떻게) (그|이)"
    r"|\b(it|its|that|this|they|them|their|those|these|he|his|him|she|her)\b",
    re.IGNORECASE,
)
# Questions with no subject of their own.
_BARE = re.compile(
    r"^(왜|어째서|이유|근거|예|예시|예를|예컨대|더|좀 더|자세히|구체적|누가|언제|어디|어떻게|얼마|"
    r"몇|장점|단점|결론|why|who|when|where|how|more|for example)",
    re.IGNORECASE,
)
_FEW_TERMS = 2
_EXAMPLE = re.compile(r"^(예를 들|예컨대|for example|for instance)", re.IGNORECASE)
_ASKS_WHAT = re.compile(r"무엇|뭐|뭔|누구|\b(what|who) (is|are)\b", re.IGNORECASE)
_INTERROGATIVE = re.compile(
    r"무엇|뭐|뭔|뭘|왜|어째서|어떻게|누가|누구|언제|어디|\b(what|why|how|who|when|where|which)\b",
    re.IGNORECASE,
)


@cache
def _relational_words() -> frozenset[str]:
    content = resources.files("mlqa.retrieval").joinpath("relational.txt").read_text("utf-8")
    lines = (line for line in content.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


def context_for(question: str, history: Sequence[str], extractor: TermExtractor) -> str:
    """The words of the last full question that an elliptical one goes on from.

    Args:
        question: The question at hand, cleaned.
        history: Earlier questions, oldest first, cleaned.
        extractor: Turns questions into terms.

    Returns:
        Content words of the conversation, or nothing where the question stands by itself.
    """
    if not history or not is_follow_up(question, extractor):
        return ""
    words: list[str] = []
    for earlier in reversed(history):
        words = [*_content_words(earlier, extractor), *words]
        if words and not is_follow_up(earlier, extractor):
            break
    return " ".join(dict.fromkeys(words))


def is_follow_up(question: str, extractor: TermExtractor) -> bool:
    """Whether a question needs the ones before it to be understood."""
    if _ANAPHOR.search(question) or _EXAMPLE.search(question):
        return True
    terms = extractor.terms(question)
    relational = _relational_words()
    has_subject = any(t.ids and not t.is_adverb and t.text not in relational for t in terms)
    has_subject = has_subject or any(t.is_name and t.text not in relational for t in terms)
    goes_on = bool(_CONNECTIVE.search(question))
    # 그럼 X는 무엇인가요? names its subject, 그럼 X로는 어떻게 하나요? does not.
    asks = _ASKS_WHAT if goes_on else _INTERROGATIVE
    if has_subject and asks.search(question):
        return False
    if goes_on or not has_subject:
        return True
    return len({term.start for term in terms}) < _FEW_TERMS and bool(_BARE.search(question))


def _content_words(question: str, extractor: TermExtractor) -> list[str]:
    """The stretches of a question that hold terms, as written."""
    words: list[str] = []
    end = 0
    for term in sorted(extractor.terms(question), key=lambda term: (term.start, -term.end)):
        if term.start >= end and term.end > term.start:
            words.append(question[term.start : term.end])
            end = term.end
    return words
