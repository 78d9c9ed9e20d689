"""Korean sentence endings, and the 합니다체 ending that says the same.

A table of rules; the first that has the ending and applies where it stands counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from mlqa.text.kiwi import Morpheme

# Form and tag of each morpheme.
Join = tuple[tuple[str, str], ...]

_STATES: Join = (("습니다", "EF"),)
_ASKS: Join = (("습니까", "EF"),)
_PROPOSES: Join = (("ᆸ시다", "EF"),)
_PAST: Join = (("었", "EP"),)
_COPULA: Join = (("이", "VCP"), *_STATES)

_VERBS = {"VV", "XSV", "VX"}
_ADJECTIVES = {"VA", "XSA", "VCP", "VCN"}
# Verbs by their tag that are used like adjectives.
_STATIVE = {"있", "없", "않", "못하", "싶", "같", "맞", "틀리", "모자라", "모르", "보이", "되"}
# Verbs that turn a noun into a note: 수렴함, 사용됨.
_OF_NOTES = _STATIVE | {"하", "시키", "당하"}
# 알아보죠, 살펴봐요: "let us", politely.
_TRYING = {"알아보", "살펴보", "둘러보", "들여다보", "짚어보", "되돌아보"}
# 대해, 통해: a sentence that ends so is cut off.
_LINKING = {"대하", "통하", "위하", "의하", "관하", "인하", "비하", "향하", "따르", "걸치"}
_TOPIC = {"은", "는", "ᆫ"}
_COPULAS = {"VCP", "VCN"}
# Behind these stands a noun.
_BEFORE_NOUNS = {"ETM", "MM", "JKG"}
_CLAUSE_ENDS = {"EC", "EF", "ETM", "ETN"}


class End(NamedTuple):
    """How a sentence ends.

    Attributes:
        form: The ending without 요, as Kiwi gives it.
        start: Offset of the ending.
        stem: Morphemes in front of the ending, the last being what it is put on.
        is_polite: Whether 요 follows.
        asks: Whether a question mark follows.
        wonders: Whether the sentence has a question word.
        is_complete: Whether 요 or a full stop shows that the sentence is complete.
    """

    form: str
    start: int
    stem: Sequence[Morpheme]
    is_polite: bool
    asks: bool
    wonders: bool
    is_complete: bool

    @property
    def last(self) -> Morpheme:
        """What the ending is put on."""
        return self.stem[-1]

    @property
    def is_on_verb(self) -> bool:
        """Whether the ending is put on the bare stem of a verb."""
        return self.last.tag in _VERBS and self.last.form not in _STATIVE

    @property
    def is_on_trying_verb(self) -> bool:
        """Whether the verb is one of looking at something together, such as 알아보 and 해 보."""
        tries = self.last.form in _TRYING or (self.last.form, self.last.tag) == ("보", "VX")
        seems = len(self.stem) > 1 and self.stem[-2].form.endswith(("가", "나", "까"))
        return tries and not seems


class Rule(NamedTuple):
    """A formal ending for others.

    Attributes:
        endings: The endings without 요, as Kiwi gives them: 아 is 어; 야, 예, 에 follow a noun.
        formal: What takes their place.
        applies: Whether it does so where an ending stands.
        takes_tense: Whether 겠 goes as well.
    """

    endings: str
    formal: Join
    applies: Callable[[End], bool]
    takes_tense: bool = False


def formal_rule(end: End) -> Rule | None:
    """The rule for an ending; None where the ending is not understood or formal already.

    Args:
        end: How the sentence ends.
    """
    tenses = [morpheme.tag for morpheme in end.stem[-2:]]
    # 터 (할 텐데) is never stated; a tense in front of a stem is a misreading.
    if end.stem[-2:][0].form == "터" or (tenses[0] == "EP" and tenses[-1] != "EP"):
        return None
    return next((rule for rule in _RULES.get(end.form, ()) if rule.applies(end)), None)


def _is_statement(end: End) -> bool:
    # The bare stem of a verb with 다 is what a dictionary or a title says.
    is_aux = end.last.form == "하" and end.last.tag != "XSV"  # 하기도 하다
    is_title = end.form == "다" and end.is_on_verb and not is_aux
    return not end.asks and not end.is_polite and (end.is_complete or not is_title)


def _is_no_question(end: End) -> bool:
    return not end.asks


def _is_shaded(end: End) -> bool:
    return not end.asks and end.is_complete


def _is_polite(end: End) -> bool:
    return not end.asks and end.is_polite


def _is_note(end: End) -> bool:
    """수렴함, 문제임; a noun made of a verb (나눔, 큰 만남) looks the same."""
    if end.asks or end.stem[-2:][0].tag in _BEFORE_NOUNS:
        return False
    is_sure = not end.is_on_verb or end.last.form in _OF_NOTES
    return end.is_complete or is_sure or _has(end, {"JKS", "JKO"})


def _is_question(end: End) -> bool:
    return end.is_complete


def _is_doubt(end: End) -> bool:
    return end.asks or (end.is_polite and end.form == "나")


def _is_musing(end: End) -> bool:
    return end.is_complete and not end.is_polite


def _is_rhetorical(end: End) -> bool:
    # A question that expects a yes (맞지?) has no formal twin, but for 않지? and 왜 그렇지?
    return end.asks and (end.last.form == "않" or end.wonders)


def _is_suggestion(end: End) -> bool:
    leads = len(end.stem) > 1 and end.stem[-2].form == "도록"
    return _is_shaded(end) and (end.is_on_trying_verb or (leads and end.last.form == "하"))


def _is_presumed(end: End) -> bool:
    # 좋겠죠 is a wish, 해야겠죠 an intention.
    before = end.stem[-2:][0]
    is_guess = before.form not in {"좋", "겠"} and before.tag != "EC"
    return _is_shaded(end) and end.last.form == "겠" and is_guess


def _is_order(end: End) -> bool:
    is_act = end.is_on_verb or end.last.form in {"되", "있"}
    return not end.asks and is_act and end.last.tag in _VERBS


def _is_past(end: End) -> bool:
    return end.is_complete and end.last.form != "겠"


def _is_witnessed(end: End) -> bool:
    return not end.asks and end.last.form != "겠" and (end.is_polite or end.form != "던데")


def _asks_politely(end: End) -> bool:
    return end.asks and end.is_polite


def _is_duty(end: End) -> bool:
    return _is_shaded(end) and end.last.tag != "EP"


def _is_misspelt(end: End) -> bool:
    """되요 for 돼요."""
    return not end.asks and end.last.form == "되"


def _asks_of_noun(end: End) -> bool:
    return end.asks and end.last.tag in _COPULAS


def _states_of_noun(end: End) -> bool:
    return not end.asks and end.last.tag in _COPULAS


def _asks_intimately(end: End) -> bool:
    return end.asks and not end.is_on_trying_verb


def _tries_politely(end: End) -> bool:
    return _is_polite(end) and end.is_on_trying_verb


def _states_intimately(end: End) -> bool:
    """해 states or commands; 대해 and 통해 do neither."""
    if end.asks or end.last.form in _LINKING or end.is_on_trying_verb:
        return False
    if end.last.tag == "EP" or end.is_polite:
        return True
    is_sure = end.last.tag in _ADJECTIVES or end.last.form in _STATIVE
    # What names a subject is no command.
    return end.is_complete and (is_sure or _must_or_wants(end) or _has(end, {"JKS", "JX"}))


def _must_or_wants(end: End) -> bool:
    """해야 해, 하려 해, 하고 싶어 해, but not 하게 해."""
    before = end.stem[-2:][0].form
    return (end.last.form, end.last.tag) == ("하", "VX") and before not in {"게", "도록"}


def _has(end: End, particles: Collection[str]) -> bool:
    """Whether a noun of the last clause is marked with one of these tags."""
    clause = takewhile(lambda m: m.tag not in _CLAUSE_ENDS or m.form == "게", reversed(end.stem))
    return any(m.tag in particles and (m.tag != "JX" or m.form in _TOPIC) for m in clause)


_RULE_LIST = (
    Rule("다 ᆫ다 는다", _STATES, _is_statement),
    Rule("지 죠", _ASKS, _is_rhetorical),
    Rule("지 죠", _PROPOSES, _is_suggestion),
    Rule("지 죠", (("ᆯ", "ETM"), ("것", "NNB"), *_COPULA), _is_presumed, takes_tense=True),
    # Said with a shade of feeling, which is lost.
    Rule(
        "지 죠 네 으네 군 는군 로군 구나 는구나 로구나 구먼 는구먼 거든 잖아", _STATES, _is_shaded
    ),
    Rule("데 ᆫ데 은데 는데 고 구", _STATES, _is_polite),
    Rule("데 ᆫ데 은데 는데", _ASKS, _asks_politely),
    Rule("어야지 어야죠", (("어야", "EC"), ("하", "VV"), *_STATES), _is_duty),
    Rule("요", _STATES, _is_misspelt),
    Rule("니까 으니까", (("기", "ETN"), ("때문", "NNB"), *_COPULA), _is_polite),
    Rule("야 에 예 여", _ASKS, _asks_of_noun),
    Rule("야 에 예 여", _STATES, _states_of_noun),
    Rule("어", _ASKS, _asks_intimately),
    Rule("어", _PROPOSES, _tries_politely),
    Rule("어", _STATES, _states_intimately),
    Rule("ᆷ 음", _STATES, _is_note),
    Rule("더라 더라고 더라구 더군 던데", (*_PAST, *_STATES), _is_witnessed),
    Rule("ᆫ단다 는단다 ᆫ대 는대 ᆫ다더라 는다더라", (("ᆫ답니다", "EF"),), _is_no_question),
    Rule("단다 대 다더라", (("답니다", "EF"),), _is_no_question),
    Rule("란다 래 라더라", (("랍니다", "EF"),), _is_no_question),
    Rule("ᆫ가 은가 는가 냐 느냐 으냐", _ASKS, _is_question),
    Rule("던가", (*_PAST, *_ASKS), _is_past),
    Rule("나 니 으니", _ASKS, _is_doubt),
    Rule("세 으세", (("시", "EP"), *_ASKS), _asks_politely),
    Rule("ᆯ까 을까", (("ᆯ까요", "EF"),), _is_musing),
    Rule("ᆯ게 을게 ᆯ께 을께", (("겠", "EP"), *_STATES), _is_no_question),
    Rule("자", _PROPOSES, _is_order),
    Rule("라 으라 어라 거라 너라", (("십시오", "EF"),), _is_order),
)


def _by_ending() -> Iterator[tuple[str, tuple[Rule, ...]]]:
    for form in {form for rule in _RULE_LIST for form in rule.endings.split()}:
        yield form, tuple(rule for rule in _RULE_LIST if form in rule.endings.split())


_RULES: Mapping[str, tuple[Rule, ...]] = dict(_by_ending())
