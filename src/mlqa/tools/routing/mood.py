"""Whether somebody asks for a run, or asks something about a thing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache


def _pattern(text: str) -> re.Pattern[str]:
    """Hangul ends a Latin word: run해 줘."""
    return re.compile(text, re.ASCII)


# Korean: the stem of a verb, perhaps a light verb, and an ending that asks for it.
_SOFT = r"\s*(?:을|를|도|만|좀|쫌|한\s?번|다시|또|바로|지금|그냥|빨리|얼른|당장|꼭|함|더)*\s*"
_END = (
    r"(?:줘(?!야|도|서)|줭|쥬|줄\s?(?:래|수|까)|줬으면|주었으면|주(?:세|시(?!는|던|었|지|네)|십|라|실|길|기|겠|면\s?(?:좋|고맙|감사|안))|조(?![가-힣])|죠"
    r"|달라(?!서|지|진|졌|질|[가-힣]*요)|다오|봐(?!야|도|서|라고|준)|바(?=요|바|\s|$|[.!~])|보(?:자|죠|세|시(?=죠|겠|길|기|오|면)|실(?=래|까|\s?수|\s?것)|십|라|려고|면\s?(?:좋겠|안\s?될))|볼(?:래|까|게|\s?수\s?있)|봅시|보고\s?싶"
    r"|싶|고\s?싶|십시|세요|시오|(?<![더이])라(?![가-힣])|자(?![가-힣])|주삼|주셈|셈(?![가-힣])|삼(?![가-힣])|도록)"
)
_QUOTED = r"(?![가-힣]*['\"]?\s?(?:라고|라는|라면|라니|라던|라며|다고|다는|단))(?!라고)"
_LIGHT = r"(?:하여|해|하|시켜|시키|헤|햐)?\s*"
_RUN = (
    "돌려|돌리|돌러|둘려|돌여|실행|실헹|싫행|시행|재현|가동|구동|시연|시뮬레이션|시뮬|런|run"
    "|재생|굴려|켜|스타트|작동"
)
_DO = "시작|진행|반복|되풀이|테스트|실험|데모|재실행"
_ORDERED = _pattern(rf"(?:{_RUN}){_SOFT}{_LIGHT}{_SOFT}{_END}{_QUOTED}")
_STRONG_KOREAN = _pattern(
    rf"(?:{_RUN}|{_DO}){_SOFT}{_LIGHT}{_SOFT}{_END}{_QUOTED}"
    rf"|(?:{_RUN}|{_DO}){_SOFT}(?:부탁|(?:하시기\s?|하기\s?|해\s?주시기\s?)?바랍|바람|요망|요청\s?(?:드|합|해)|플리즈|please|pls|ㄱ|고고|가자|가즈아|원해|원함|원합|해\s?주)"
    rf"|(?:{_RUN}|진행|시작)(?:해|시켜)?\s?(?:좀|요)?(?=\s*(?:[.!~,;:]|$))"
    r"|(?:재현|실행)\s*(?:좀|ㄱ)"
    r"|(?:실행|재현|진행|실험)\s?(?:합니다|하겠|할게|할래|하고자|했으면\s?(?:좋|합|해)|하려고?\s|할\s?것)|(?:돌립니다|돌리겠|돌릴게|돌릴래|돌렸으면\s?(?:좋|합|해)|돌리려고?\s)"
    r"|(?<![가-힣ㄱ-ㅎ])[ㄱ고](?:[ㄱ고])+(?![가-힣])|ㄱㄱ|ㄱ\s*$|가보자|가즈아|렛츠\s?고|출발"
    rf"|(?:돌려(?=\s?결과)|돌려서|돌려\s?보고|돌리고|실행해서|실행하고|실행해\s?보고|돌린\s?(?:다음|뒤|후)|실행한\s?(?:다음|뒤|후)|(?:재현|진행|수행|반복|되풀이|시행)(?:하여|해서|하고|한\s?(?:다음|뒤|후)))\s[^.?!]{{0,24}}"
    r"(?:결과|어떻게|어떤|표|그래프|수치|요약|설명|알려|보여|비교)"
)
_TELL = (
    "설명|알려|요약|정리|말|말씀|가르|번역|소개|추천|대답|답|답변|이야기|얘기|검색|인용|증명|구현|작성|짜"
    r"|나열|열거|꼽아|꼽|유도|제안|지적|(?<![가-힣])대(?=\s[주줘봐])|(?<![가-힣])들어(?=\s?[주줘봐])|논해|논하|서술|밝혀|제시|짚어|옮겨|옮기|골라|훑어|가르쳐|알아|들려|분석|해석|정의|코딩|조사|생각|이해|삭제|지워|주문|(?<![가-힣])(?:시켜|읽어|써|적어)|고쳐|수정|설치|배포"
)
_TELL_KOREAN = _pattern(rf"(?:{_TELL})\s?(?:을|를|만|좀|도)?\s?{_LIGHT}{_END}")
_WEAK = (
    "해|틀어|뽑아|구해|구헤|구하|계산|어림|추정|측정|비교|견줘|견주|견|보여|넣어|넣|요청|시도|재|찾아|풀어|풀|만들어|그려|늘려|늘리|바꿔|바꾸"
    "|줄여|줄이|키워|키우|높여|올려|내려|낮춰|맞춰|설정|변경|적용|학습|훈련|학습시켜|훈련시켜|탐색|최적화|튜닝|써|가|하|띄워|체크|확인|검증|추가|담아"
    "|나눠|나누어|보내|부탁|검사|평가"
)
_WEAK_KOREAN = _pattern(
    rf"(?:{_WEAK}){_SOFT}{_LIGHT}{_SOFT}{_END}{_QUOTED}"
    rf"|부탁|(?:구해|계산해|비교해|추정해|해)(?=\s*(?:[.!~]|$))|(?:좀|plz|please)[^가-힣a-z0-9]*$|(?:비교|계산|추정|측정)[^가-힣a-z0-9]*$"
)
_HOW_ABOUT = _pattern(r"\s*(?:(?:어때|어떨까|어떤가)요?)?\s*[?？]*\s*$")
_RESULT = _pattern(r"결과(?:를|만|도)?\s?(?:좀\s?)?보여|\bresults?\b")
_CAN_IT = _pattern(
    r"(?:실행할|돌릴|재현할|실험할|돌려\s?볼|해\s?볼)\s?수\s?있(?:을까|나요|어|니|습니까|으)|(?:실행|재현)\s?가능"
)
_SHALL_WE = _pattern(r"볼까요?\s*\?*$")
_GENERAL_KOREAN = _pattern(rf"[가-힣]\s?(?!죠|달라|셈){_END}{_QUOTED}|부탁|ㄱㄱ")

# English: a verb where an order begins.
_HEAD = (
    r"(?:^|[.!?;:,(]\s*|\s[-–—]+\s*|\b(?:please|pls|plz|kindly|can\s+(?:you|u)|could\s+(?:you|u)|would\s+you|will\s+you|lets?|let'?s"
    r"|let\s+(?:us|me)|(?:want|wanna|need|like|love)(?:\s+(?:you|u))?\s+to|wanna|gonna|just|now|then|and|ahead\s+and|to\s+see\s+you|time\s+to"
    r"|hey|hi|ok|okay|yes|yeah|sure|so|also|instead|could\s+i|can\s+we|can\s+i)\b[\s,]*)"
    r"(?:please\s+|just\s+|now\s+|also\s+|kindly\s+|go\s+ahead\s+and\s+|quickly\s+|try\s+to\s+|simply\s+|once\s+more\s+|again\s+)*"
)
_STRONG_VERBS = (
    r"(?:re-?)?run|execute|launch|start|simulate|reproduce|replicate|repeat|redo|perform|kick\s+off|fire\s+up"
    r"|try(?!\s+to)|do\s+(?:it|that|a|an|the|another|this|one)\b|play|conduct|demo|demonstrate|re-?try|spin\s+up"
)
_WEAK_VERBS = (
    r"show|compare|train|estimate|compute|calculate|find|get|give|put|insert|feed|request|access|push|add|plot|draw|change"
    r"|set|use|make|increase|decrease|raise|lower|see|test|measure|search|check|evaluate|benchmark|fit|solve|switch|keep"
    r"|determine|approximate|bound|optimi[sz]e|tune|have|continue|proceed|with|on|build|work\s+out|figure\s+out|double|halve"
)
_STRONG_ENGLISH = _pattern(
    rf"{_HEAD}(?:{_STRONG_VERBS})(?![a-z])|\b(?:run|go|start)\s*(?:it|this|that|now|please|pls|plz)?\s*[.!]*$|\bplease\s+run\b"
    r"|\bgo\s+ahead\b|\b(?:a|another|one\s+more)\s+(?:quick\s+)?run\b.{0,60}(?:please|pls|plz)"
)
_WEAK_ENGLISH = _pattern(
    rf"{_HEAD}(?:{_WEAK_VERBS})(?![a-z])|\b(?:please|pls|plz)\b|\bi\s*(?:want|need|'d\s+like)\b"
)
_ASKING_HEAD = _pattern(
    r"\s*(?:so|and|but|then|ok|okay|hey|hi|well)?[\s,]*(?:what(?!\s+about)|why|how(?!\s+about)|who|whom|whose|when|where|which|is|are|was|were|does|did|do\s+(?:i|we|you|they|it)"
    r"|should|has|have\s+(?:you|they|we)|had|may|might|am|tell|explain|describe|define|list|summari[sz]e|if)\b"
)
_TELL_ENGLISH = _pattern(
    r"\b(?:explain|tell\s+me|describe|define|summari[sz]e|what\s+(?:is|are|does|do)|list|teach|write|implement|code\s+up|translate|quote|cite)\b"
)

# Neither: not to be run.
_FORBIDDEN = _pattern(
    r"(?:돌리|돌려\s?보|실행(?:은|을)?\s?하?|시작\s?하?|재현\s?하?|실험\s?하?|진행\s?하?|시키)\s?지\s?(?:는|도|만)?\s?(?:마|말|않|좀\s?마)"
    r"|(?<!비교는\x20)(?<!비교는)(?<!비교\x20)(?<!비교)하지\s?(?:마|말)\S*\s*$|(?:돌릴|실행할|실행은?|돌리지)\s?필요(?:는|가|도)?\s?없|(?:실행|돌리는|돌리기)\s?(?:말고|금지)|(?<![가-힣])안\s?돌려|실행\s?없이"
    r"|\b(?:do\s*n[o']?t|don't|dont|never|not\s+to|no\s+need\s+to|without|rather\s+not|stop)\s+(?:you\s+)?(?:actually\s+|ever\s+|really\s+)?"
    r"(?:run|running|rerun|start|starting|execut\w+|launch\w*|simulat\w+|train\w*)|\bnot\s+run\b|취소|그만(?!큼)|중단|멈춰"
)
_SPEAKS_OF = _pattern(
    r"(?:실행|돌리|재현|진행|시작)\S{0,3}는?\s?(?:방법|법\b|이유|코드|시간이|단계|과정|데\s)|(?:어떻게|어떠케|어케|어떻케|우째)\s?(?:돌|실행|하)|how\s+to\s+run|source\s+code"
)
_KOREAN_QUESTION = _pattern(
    r"(?:뭐|무엇|무슨|왜|어째서|얼마|누가|누구|언제|어디|어느|몇\s|몇이|뜻|의미|차이(?!\s?(?:기준|한계|폭|를?\s?\d))|이유|어떤|어떻게|어때|어땠)|[?？]\s*$"
    r"|(?:나요|까요|니|냐|는가|은가|인가|은지|는지|던가|을까|ㄹ까|잖아|님|음|죠|(?<!까)지)\s*[?？]?\s*$"
)
THING = _pattern(
    r"실험|데모|시연|시뮬|튜토리얼|테스트|체험|예제\s?(?:실행|돌)|동작\s?과정|움직이는|돌아가는|experiments?\b|demos?\b|simulations?\b|tutorial|\brun\b|benchmark"
)
_OF_ESSAY = _pattern(
    r"예제(?:에서|의)|코드[^.]{0,12}보여|(?:글|문장|출처|원문|설명|이유|정의|코드|뜻|의미|그림|논문|근거|방법|요약|사진|인용|장점|단점)(?:을|를|도|만|이|좀)?\s*(?:을|를|좀)?\s*(?:보여|찾아|해)"
    r"|\b(?:source|quote|sentence|essay|paper|definition|code|figure|reason|passage|article)s?\b"
)
_AGREES = _pattern(
    r"\s*(?:(?:네|넵|넹|예|응|어|그래|콜)요?(?![가-힣])|ㅇㅇ|ㅇㅋ|그렇게|좋아|좋습|좋다|오케이|오키|확인|동의|승인|진행|알겠|괜찮|맞아|그\s?예산|이\s?예산|yes|yep|yeah|yup|ok|okay|sure|confirm|i\s+confirm|i\s+agree|agreed|approved?|go\s+ahead|go\b|do\s+it|proceed|sounds\s+good|fine|alright|that'?s\s+(?:fine|ok|okay)|please\s+(?:do|proceed|go))"
)
_BRIEF = 80  # characters of a yes
_AGREED = _pattern(
    r"(?:이|그|현재|지금|기본)\s?예산(?:으로|대로|\s그대로|에서)|(?:물어보지|묻지|확인하지)\s?(?:말고|않고|마)|확인\s?(?:절차|단계)?\s?(?:생략|없)|\bwith\s+(?:this|that|the\s+(?:given|default))\s+budget|\bbudget\s+(?:is\s+)?(?:ok|okay|fine|confirmed)"
    r"|(?:예산|시간)[가-힣]*\s?(?:\S{1,6}\s)?(?:동의|확인|승인|괜찮|좋|오케이|ok|진행)|(?:동의|승인|컨펌)(?:해|하|합|할|한|함)|확인(?:했|함|하였|됐|완료|없이|\s없이)"
    r"|\b(?:confirm(?:ed|ing)?|approved?|agreed?|accept(?:ed)?|without asking|go ahead)\b"
)
_AGAIN = _pattern(
    r"다시|또\s|한\s?번\s?더|재실행|그대로|똑같|같은\s?(?:걸|거|조건|설정|실험)|again|once\s+more|\bre-?run|\bredo\b|\bsame\b|repeat\s+(?:it|that)|re-?try"
)
_CHANGES = _pattern(
    r"이번|다시|바꿔|바꾸|바꾼|대신|좁혀|넓혀|하되|바꿈|늘려|늘리|줄여|줄이|그대로|키워|키우|낮춰|높여|올려|내려|변경|말고|아까|방금|마저|추가로|역시|이제|조건|반대로"
    r"|\b(?:again|instead|this time|now|change|same|but|also|rerun|re-run|redo"
    r"|previous|earlier|increase|decrease|switch)\b"
)
_GOES_ON = _pattern(
    r"\b(?:how|what)\s+about\b|\b(?:now|then|instead|this\s+time|same)\b|이번|그럼|그러면|대신|다시|(?:으로|로)(?:는|도|하면|바꾸면|해도|만)?\s?(?:요)?\s*[?？.!~]*\s*$"
    r"|(?:이면|라면|일\s?때는|하면)\s*[?？]*\s*$|^\s*(?:with|and|but|using|make\s+it)\b|부터\s|까지|(?:은|는|으로|로)\s?(?:하면\s?)?(?:어때|어떨)|은\?$|는\?$"
)
_POINTS = _pattern(
    r"그거|이거|저거|그걸|이걸|그것|이것|그\s?실험|이\s?실험|아까|방금|위\s?실험|\bit\b|\bthat\b|\bthis\b|\bthem\b"
)
_OTHER_THING = _pattern(
    r"(?:^|\s)(?!(?:이|그|저|같은|이번|방금|아까|다시|새로|번째|위|위의|앞|앞의|앞선|이전|직전|지난|전|동일한|그때|마지막|지금|현재|그런|해당|한번|똑같은|비교|the|same|that|this|last|previous|an?|my|your|run|rerun)\s)"
    r"(\S*[^\s로을를서여고번만도게기에는은가한된던의으,])\s+(?:실험|데모|모델|코드|프로그램|experiment|demo|model|code|script)"
    r"|[가-힣]{2,}(?:실험|데모|코드|모델)"
)


@cache
def _own_verbs(verbs: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Korean and English requests with a tool's own verbs."""
    korean = "|".join(verb for verb in verbs if not verb[0].isascii()) or "(?!)"
    english = "|".join(verb.replace(" ", r"\s+") for verb in verbs if verb[0].isascii()) or "(?!)"
    return (
        _pattern(
            rf"(?:{korean})(?:어|아|여|러|해|하|시켜)?{_SOFT}{_LIGHT}{_SOFT}(?:{_END}|부탁|(?=\s*[.!~]*\s*$)){_QUOTED}"
        ),
        _pattern(rf"{_HEAD}(?:{english})(?![a-z])"),
    )


def is_forbidden(text: str) -> bool:
    """Whether nothing is to be run."""
    return bool(_FORBIDDEN.search(text))


def asks_to_run(text: str, own: Iterable[str] = ()) -> bool:
    """Whether a run is asked for in so many words, or with one of a tool's own verbs."""
    if _SPEAKS_OF.search(text) and not _ORDERED.search(text):
        return False
    korean, english = _own_verbs(tuple(own))
    if _STRONG_KOREAN.search(text):
        return True
    if not tells(text) and korean.search(text):
        return True
    return _in_order(_STRONG_ENGLISH, text) or _in_order(english, text)


def asks_for_something(text: str) -> bool:
    """Whether something is asked for that may be a run: 비교해 줘, show me."""
    if tells(text) or is_of_essay(text) or _SHALL_WE.search(text):
        return False
    return bool(_WEAK_KOREAN.search(text)) or _in_order(_WEAK_ENGLISH, text)


def asks_whether(text: str) -> bool:
    """Whether it is asked if something can be run: 실행할 수 있을까요?"""
    return bool(_CAN_IT.search(text))


def wants_told(text: str) -> bool:
    """Whether somebody wants to be told something, in an order rather than a question."""
    return bool(_TELL_KOREAN.search(text)) and not is_of_essay(text)


def is_of_result(text: str) -> bool:
    """Whether the result of an experiment is spoken of, not the experiment."""
    return bool(_RESULT.search(text))


def asks_for_anything(text: str) -> bool:
    """Whether it is an order of any kind but to tell something."""
    if tells(text):
        return False
    return bool(_GENERAL_KOREAN.search(text)) or not is_question(text)


def orders(text: str) -> bool:
    """Whether it is an order of any kind."""
    return bool(_GENERAL_KOREAN.search(text)) or (
        _in_order(_STRONG_ENGLISH, text) or _in_order(_WEAK_ENGLISH, text)
    )


def asks_in_english(text: str) -> bool:
    """Whether it begins as an English question does."""
    return bool(_ASKING_HEAD.match(text))


def is_question(text: str) -> bool:
    """Whether it asks something."""
    return bool(_ASKING_HEAD.match(text) or _KOREAN_QUESTION.search(text) or tells(text))


def asks_back(text: str) -> bool:
    """Whether it asks something about a run rather than for another one: 그럼 왜 줄었나요?"""
    bare = _HOW_ABOUT.sub("", text)
    return bool(_ASKING_HEAD.match(bare) or _KOREAN_QUESTION.search(bare) or tells(bare))


def is_of_essay(text: str) -> bool:
    """Whether it is about what an essay, its example or its code says."""
    return bool(_OF_ESSAY.search(text))


def tells(text: str) -> bool:
    """Whether something is to be told, explained or written."""
    return bool(_TELL_KOREAN.search(text) or _TELL_ENGLISH.search(text))


def _in_order(pattern: re.Pattern[str], text: str) -> bool:
    """Whether an English order is found that is no part of a question."""
    if not _ASKING_HEAD.match(text):
        return bool(pattern.search(text))
    return any(
        pattern.match(text, place.end() - 1) or pattern.match(text, place.end())
        for place in re.finditer(r"[.?!;]\s*(?=\S)|,\s*(?=please)|\band\s+(?=please)", text)
    )


def mentions_thing(text: str) -> bool:
    """Whether an experiment, demo or the like is spoken of."""
    return bool(THING.search(text))


def agrees(text: str) -> bool:
    """Whether it is a yes to what was said before."""
    return bool(_AGREES.match(text)) and len(text) < _BRIEF and not asks_back(text)


def agreed(text: str) -> bool:
    """Whether a budget is agreed to in the request itself."""
    return bool(_AGREED.search(text))


def wants_again(text: str) -> bool:
    """Whether it asks for the same once more."""
    return bool(_AGAIN.search(text)) or (
        bool(_POINTS.search(text)) and not _OTHER_THING.search(text)
    )


def changes(text: str) -> bool:
    """Whether it changes what was run before."""
    return bool(_CHANGES.search(text))


def goes_on(text: str) -> bool:
    """Whether it may go on from a run: 이번엔, how about, 4로는?"""
    return bool(_GOES_ON.search(text))


def names_other(text: str) -> bool:
    """Whether it speaks of an experiment, a model or code that is not the one before."""
    return bool(_OTHER_THING.search(text))
