"""Whether a run is asked for: signs in the words of a request, weighed.

The weights are those of a logistic regression (training/fit_routing.py); they stand in
``data/routing.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from mlqa.tools.routing import mood
from mlqa.tools.routing.words import weights

_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=\S)|\n")
# What somebody else says: at least two words between quotation marks.
_QUOTED = re.compile(
    r"\"[^\"]*\w\w\s[^\"]*\w\w[^\"]*\"|(?<![a-z])'[^']*\w\w\s[^']*\w\w[^']*'(?![a-z])"
)
_MANY = 2  # arguments
_CALLS = frozenset(
    {"to_run", "something", "can_it", "orders", "wishes", "proposes", "polite", "outcome", "deed"}
)


def _sign(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


# Each is looked for anywhere in a request.
_SIGNS = {
    "runs": _sign(
        r"돌려|돌리|돌릴|돌아|굴려|실행|재현|가동|구동|시연|시뮬|재생|학습\s?시키|학습\s?시켜|훈련|수행|(?<![a-z])(?:re-?)?(?:run|runs|execute|launch|start|simulate|reproduce|train|fit|try|kick\s+off)(?![a-z])"
    ),
    "wishes": _sign(
        r"고\s?싶|으?면\s?(?:합니다|합|해요|하는데|좋겠|좋을|감사|고맙)|(?:려|고자)\s?(?:고\s?)?(?:합|해요|하는|하니)|\bi(?:'d|\s+would)\s+(?:like|love)|\bi\s*(?:want|need|wanna)\b|\bwanna\b|\bhope\s+to\b|\bcurious\s+to\s+see\b"
    ),
    "proposes": _sign(
        r"보자(?![가-힣])|봅시다|합시다|하자(?![가-힣])|자(?=[\s.!~ㅋ]*$)|\blet'?s\b|\blet\s+(?:me|us)\b|ㄱ+(?=[\s.!~]*$)|고고|\bgo\s*[.!]*$|\bgo\s+ahead\b|볼까(?!요?\s*[?])|해\s?볼래"
    ),
    "outcome": _sign(
        r"(?:어떻게|어케|어떠케)\s?(?:돼|되|될|변|움직|나오)|what\s+(?:happens|would\s+happen)|(?:어떤|무슨)\s?결과"
    ),
    "tests": _sign(
        r"(?:는|은|던|을|인)지\S?\s|(?:나|냐|니)\s(?:보|확인|재|테스트|돌려|검)|진짜|정말|직접|손수|실제로|\bwhether\b|\breally\b|\bsee\s+if\b|\bactually\b|\bmyself\b|my\s+own\s+eyes"
    ),
    "why": _sign(
        r"왜|이유|까닭|근거|원리|원인|때문|무엇|뭐|뭘|뭔|무슨|누가|누구|언제|어디|어느|어떤\s|\bwhy\b|\bwhat(?!\s+happens)\b|\bwho\b|\bwhen\b|\bwhere\b|\bwhich\b"
    ),
    "how": _sign(r"방법|어떻게\s?(?:하|돌|실행|쓰|해)|\bhow\b(?!\s+about)"),
    "means": _sign(
        r"뜻|의미|정의|차이(?:점|가|는|좀|를\s?(?:설|알|말))|비유|개념|\bmeans?\b|\bdifference\b"
    ),
    "thinks": _sign(
        r"생각|의견|궁금|보통|추천|일반적|필요|여부|가능한|소용|권하|공정|헷갈|\bshould\b|\bopinion|\bthink|\busually\b|\bconfus|\brecommend"
    ),
    "source": _sign(
        r"글쓴이|저자|논문|글에|글은|글의|글을|글이|에세이|그림|제목|연도|출처|표에|본문|문장|책에|\bauthors?\b|\bpapers?\b|\bessays?\b|\bfigures?\b|\btables?\b"
    ),
    "code": _sign(
        r"코드|파이썬|구현|짜\s?[줘주]|라이브러리|\bcode\b|\bpython\b|\bimplement|\bwrite\b|\bcommand\b"
    ),
    "told": _sign(
        r"(?:했|됐|봤|었|였|렸|웠|졌)(?:는데|더니|어|다|습니다|네|음|지|던|을까|나|다며|다고)|다고\s|라고\s|라는\s|라던|대(?:요)?[.?]|누가\s?한|\bdid\b|\bwas\b|\bwere\b|\bsaid\b"
    ),
    "thanks": _sign(r"고마|감사합|감사드|덕분|수고|ㄱㅅ|ㅋㅋ|쩐다|\bthanks?\b|\bgreat\b"),
    "if": _sign(r"(?:이|으|하)?면\s(?!좋|감사|고맙|합)|\bif\b|\bwould\b(?!\s+you|\s+like|\s+love)"),
    "resource": _sign(r"gpu|걸려|걸리|시간이|메모리|느려|비용|how\s+long"),
    "softly": _sign(r"좀(?![가-힣])|플리즈|부탁|바람(?![가-힣])|바랍|요망|\b(?:please|pls|plz)\b"),
    "deed": _sign(
        r"비교\s?좀(?![가-힣])|(?:실행|비교|재현|계산|추정|어림|진행|실험|데모|시작|확인|검증|측정|테스트|학습|훈련|가동|시연|구동|탐색|생략|반복|되풀이)\s?(?:요|만|바로|좀)?(?:\s*[.!,:;/|(]|\s*$)"
    ),
    "topic": _sign(
        r"(?:의견|설명|근거|정리|요약|소감|질문|문의|차이|제목|결과|역할|장점|단점|특징|과정|값|여부|있음|없음|이유|점은)\S{0,3}\s?(?:바람|요망|부탁|좀)?[.?!~\s]*$"
    ),
    "information": _sign(
        r"이야기|얘기|개념|문단|인용|문헌|후기|장점|단점|관계|결론|예를|예시|에\s?대(?:해|한|하여)|관한|관하여|관련|나은지\s?(?:판|골|말|알)|판단|공부|\babout\b|\breasons?\b|\bpassage\b|\bdefinition\b|\blearn\b|\bhelp\s+me\b|\bin\s+words\b"
    ),
    "foreign": _sign(
        r"이미지넷|imagenet|cifar|mnist|주가|주식|비트코인|날씨|lstm|\bgans?\b|트랜스포머|transformer|\bbert\b|\bgpt|\bllms?\b|강화\s?학습|reinforcement|드롭\s?아웃|dropout|내\s?(?:데이터|파일|모델|코드)|\bmy\s(?:own\s)?(?:data|file|csv|code|model)"
    ),
    "learns": _sign(
        r"알고\s?싶|여쭙|여쭤|듣고\s?싶|묻|문의|질문|조언|도움|이해|모르|해석|\b(?:wonder|understand|know|curious|question)\b"
    ),
    "verb_in_english": _sign(
        r"\b(?:is|are|was|were|took|has|had|have|read|heard|seems?|looks?|got|says?|means?|do|does|don'?t|didn'?t|get|gets)\b"
    ),
    "negated": _sign(r"말고|않고|없이도|않아도|\binstead\s+of\b|\bwithout\s+running\b"),
}
_ASKS = _sign(
    r"[?？]\s*$|(?:나요|까요|을까|ㄹ까|니까|는가|인가|던가|은가|냐|니|맞나|나|(?<![까가])지|죠|(?<![걸처])음|임)[?？\s.!~]*$"
)
_REQUESTS_POLITELY = _sign(
    r"(?:줄|볼|실)\s?수\s?(?:있|없)|(?:줄래|실래|볼래|주겠|시겠|주실|주나|주시나)\S{0,5}[?？.!\s]*$|\b(?:can|could|would|will)\s+(?:you|we|i)\b"
)
_ORDERS_SOFTLY = _sign(r"[해려켜봐]\s?(?:주)?죠[.!~\s]*$")
_STATES = _sign(
    r"(?:다|네|네요|어요|아요|해요|예요|이에요|군요|더라|거든|(?<![걸처])음|임)[.!~\sㅋㅎ^]*$"
)
_BREAKS = _sign(r"[,/:|;]|\.\s")
_KOREAN_END = _sign(r"(?:[다요오까나니네죠라자줘래봐해]|(?<![까가])지)\s*[.?!~]*$")


def signs(
    text: str, arguments: Collection[str], verbs: tuple[str, ...] = (), *, complete: bool = False
) -> frozenset[str]:
    """What speaks for a run and against it.

    Of several sentences the last counts that asks for anything: what is said before is told.

    Args:
        text: A request in lower case that names a tool.
        arguments: What the request says of it.
        verbs: Beginnings of verbs that ask for that tool, beside the general ones.
        complete: Whether it says what the outcome depends on: a formula, the requests of a cache.
    """
    text = _QUOTED.sub(" ", text) or text
    sentences = _SENTENCE.split(text.strip())
    calling = [one for one in sentences if may_ask(_said(one, verbs))]
    asked_last = bool(_ASKS.search(sentences[-1]))
    chosen = text if not calling or (asked_last and calling[-1] != sentences[-1]) else calling[-1]
    found = _said(chosen, verbs)
    asks = "asks" in found
    said_of = {
        "one": len(arguments) > 0,
        "many": len(arguments) >= _MANY,
        "complete": complete,
        "complete_outcome": complete and "outcome" in found,
        "complete_asks": complete and (asks or not found.isdisjoint({"outcome", "why"})),
        "asks_one": asks and len(arguments) > 0,
        "terse_one": len(arguments) > 0 and not _KOREAN_END.search(sentences[-1]) and not asks,
        "sentences": len(sentences) > 1,
    }
    return found | {name for name, holds in said_of.items() if holds}


@lru_cache(maxsize=64)  # the same request is judged several times
def _said(text: str, verbs: tuple[str, ...]) -> frozenset[str]:
    """The signs in the words of a sentence or several."""
    sentences = _SENTENCE.split(text.strip())
    last = sentences[-1]
    told = [mood.tells(one) for one in sentences]
    orders = [mood.orders(one) and not tell for one, tell in zip(sentences, told, strict=True)]
    polite = any(map(_REQUESTS_POLITELY.search, sentences))
    some = {
        "to_run": mood.asks_to_run(text, verbs),
        "something": mood.asks_for_something(text),
        "can_it": mood.asks_whether(text),
        "orders": any(orders),
        "tells": any(told),
        "asks": bool(_ASKS.search(last)) and not (polite or _ORDERS_SOFTLY.search(last)),
        "asks_in_english": mood.asks_in_english(text),
        "polite": polite,
        "essay": mood.is_of_essay(text),
        "thing": mood.mentions_thing(text),
        "question": mood.is_question(text),
        "states": bool(_STATES.search(last)) and not any(orders),
        "terse": bool(_BREAKS.search(text)) and not _KOREAN_END.search(last),
    }
    found = {name for name, pattern in _SIGNS.items() if pattern.search(text)}
    return frozenset(found | {name for name, holds in some.items() if holds})


def asks_for_run(found: Collection[str]) -> bool:
    """Whether the signs speak for a run."""
    return score(found) > 0


def may_ask(found: Collection[str]) -> bool:
    """Whether the signs hold anything that a run can be asked for with."""
    return not _CALLS.isdisjoint(found)


def score(found: Collection[str]) -> float:
    """Logarithm of the odds that a run is asked for."""
    table = weights()
    return table["bias"] + sum(table.get(name, 0.0) for name in found)
