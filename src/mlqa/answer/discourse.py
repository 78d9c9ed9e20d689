"""How a sentence begins, read without the sentence before it.

하지만 and 예를 들어 tie a sentence to its neighbour and can go; 이는 and 그 결과 stand for what
only the neighbour names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import repeat
from typing import NamedTuple

from mlqa.text.kiwi import Kiwipie, Morpheme

# What can go without harm: what follows is a sentence by itself.
_CONNECTIVE = re.compile(
    r"(하지만|그러나|그런데도?|그렇지만|그래도(?! (되|됩|돼|좋|괜찮))|그래서|그러므로|따라서|"
    r"그러니까?|그리고( 나서)?|또한|또(?! (다른|하나|한|다시))|게다가|더구나|더욱이|심지어|"
    r"아울러|오히려|반면에?|반대로|한편|다만|물론|결국|즉|요컨대|마찬가지로|이어서|"
    r"왜냐하면|왜냐면|예를 들(어|면|자면)|예컨대|이를테면|가령|다시 말(해서?|하면|하자면)|"
    r"(이|그)?뿐(만)? 아니라|뿐만 아니라|(이|그) ?(밖|외)에도?|"
    r"(이|그)와는? (달리|반대로)|이에 (반해|비해)|그럼에도( 불구하고)?|그런데도 불구하고"
    r"),?\s+(?=\S)"
)
# Words that have a meaning of their own unless a comma follows.
_WITH_COMMA = re.compile(
    r"(단|사실은?|실은|실제로|참고로|마지막으로|끝으로|다음으로|우선|먼저|"
    r"(첫|둘|셋|넷|다섯|여섯)째로?|(첫|두|세|네|다섯|여섯) ?번째로?|자|음|아|네|글쎄)"
    r",\s+(?=\S)"
)
# A reason without what it is the reason of: 왜냐하면 …, or … 때문입니다 with no 까닭은 before it.
_REASON = re.compile(r"왜냐하?면")
_BECAUSE = re.compile(r"때문(입니다|이다|이에요|이죠)[.!]?$")
# Something is like this, but what is in the sentence before.
_AS_SAID = re.compile(
    r"(같은 (이치|원리|까닭|이유)|매한가지|마찬가지)(입니다|이다|예요|이에요)[.!]?$"
)
_OF_WHAT = re.compile(r"(이유|까닭|원인|배경|것|점)(은|는|도)|데에?는|때문에|라서|므로")

# Behind the first word, too, this points to what was said before; later in a sentence it mostly
# points to what the sentence itself has said.
_POINTS_BACK = re.compile(
    r"(?:\S+\s+){1,4}?(그런|그러한|이런|이러한|그렇게|이렇게|이처럼|그처럼)\s(?!저런|저렇게|봅|보[는이]|생각)"
)
# It corrects what stands before it.
_CORRECTS = re.compile(r"(엄밀히는|엄밀히 말하면|정확히는|정확히 말하면),?\s")
_FIRST_WORDS = re.compile(r"(?:\S+\s+){0,2}\S+")
_SKIPPED_TAGS = {"MAG", "IC", "SP"}
_PRONOUNS = {"이", "그", "이것", "그것", "이거", "그거", "여기", "거기", "이곳", "그곳", "그녀"}
_DEMONSTRATIVES = {"이", "그", "이런", "그런"}
_LIKE_THAT = {"이렇", "그렇", "이러", "그러"}
_BACKWARD = {"이때", "그때", "이날", "그날", "당시", "이후", "해당", "후자", "나머지", "이외"}
_BACKWARD_ADVERBS = {"그만큼", "이만큼", "앞서", "그러면", "그럼"}
# 이 글 is the text itself.
_THIS_TEXT = {"글", "문서", "장", "절", "강의", "강좌", "튜토리얼", "세상", "시대"}
_SAME = {"이유", "까닭", "맥락", "방식", "원리", "식"}
_SHOWN_ABOVE = {"식", "그림", "표", "코드", "예", "예시", "수식", "결과"}


class Opening(NamedTuple):
    """A sentence without what ties it to the one before.

    Attributes:
        text: The rest of the sentence, character for character.
        start: Offset in the sentence at which it begins.
        trimmed: Whether anything was taken away.
        needs_previous: Whether the rest says something only together with the sentence before.
    """

    text: str
    start: int
    trimmed: bool
    needs_previous: bool


def without_opening(sentence: str, kiwi: Kiwipie) -> Opening:
    """A sentence without the connectives at its beginning.

    Args:
        sentence: One sentence.
        kiwi: Analyses its first words.
    """
    start = 0
    is_reason = False
    while found := _CONNECTIVE.match(sentence, start) or _WITH_COMMA.match(sentence, start):
        is_reason = is_reason or bool(_REASON.match(found[0]))
        start = found.end()
    text = sentence[start:]
    is_reason = is_reason or bool(_BECAUSE.search(text) and not _OF_WHAT.search(text))
    leans = (
        is_reason
        or bool(_AS_SAID.search(text) or _POINTS_BACK.match(text) or _CORRECTS.match(text))
        or _begins_backward(text, kiwi)
    )
    return Opening(text, start, trimmed=start > 0, needs_previous=leans)


def _begins_backward(text: str, kiwi: Kiwipie) -> bool:
    """Whether the first word that is no adverb points to what was said before."""
    words = _FIRST_WORDS.match(unicodedata.normalize("NFC", text))
    if not words:
        return False
    morphemes = kiwi.morphemes(words[0])
    for position, first in enumerate(morphemes):
        if first.tag in {"MAG", "MAJ"} and first.form in _BACKWARD_ADVERBS:
            return True
        if first.tag not in _SKIPPED_TAGS:
            return _points_back(morphemes[position:])
    return False


def _points_back(morphemes: Sequence[Morpheme]) -> bool:
    """Whether the first of these morphemes, with the two behind it, points back."""
    first, second, third = (*morphemes, *repeat(morphemes[-1], 2))[:3]
    points = False
    if first.tag == "NP":
        points = first.form in _PRONOUNS
    elif first.tag == "MM" and first.form in _DEMONSTRATIVES:
        # 이전 is a word; 그중 and 그밖에 are two. 이런 저런 points nowhere.
        is_word = first.end == second.start and second.form not in {"중", "밖"}
        points = not is_word and second.form not in _THIS_TEXT and second.tag != "MM"
    elif first.form == "같":
        points = third.form in _SAME
    elif first.tag in {"VA", "VV", "XR"}:
        points = first.form in _LIKE_THAT
    elif first.form in {"위", "앞"}:
        points = second.form in _SHOWN_ABOVE or second.form in {"에서", "의"}
    elif first.form == "다른":
        points = second.tag == "NR"
    elif first.tag == "NR":
        points = first.form in {"하나", "둘", "셋"} and (second.tag == "JX" or second.form == "다")
    elif first.tag == "NNG":
        points = first.form in _BACKWARD
    return points
