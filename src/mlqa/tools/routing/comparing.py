"""Whether a request for the LRU cache asks for a comparison with other caches."""

from __future__ import annotations

import re
from typing import Any

from mlqa.tools.routing.sheet import Sheet

_NO_COMPARISON = re.compile(
    r"(?:(?:다른|타)\s?\S{1,8}\s)?(?:비교|견주|견줄|견줘|대조|compar\w+)(?:(?:은|는|을|를|도)?\s*[:=]?\s*|[^.,]{0,8}\s)(?:off|false|끄|꺼|생략|제외|빼|없|말(?:고|아|것|기|\s것)|않|안\s?해|no\b)\S*"
    r"|(?:(?:다른|타)\s?(?:교체\s?)?(?:캐시|방법|방식|정책|알고리즘)\S{0,3}\s*|(?:fifo|lfu)\S{0,4}\s*(?:와의?\s*)?)?비교(?:하지|는|를|은|도|하는\s?것|하는\s?건)?\s*(?:하지)?\s*(?:없이|빼|말|않|안\s?해|필요\s?없|됐|생략|제외|끄|꺼|off|false|x\b)\S*"
    r"|(?:(?:fifo|lfu)\S*\s*)+(?:비교\S*\s*)?(?:없이|빼|제외|말고)\S*|비교\s?대상\s?없\S*|단독\S*"
    r"|(?:no|without|skip|don'?t|do\s+not|not|omit)\s+(?:the\s+|any\s+)?(?:compar\w+)(?:\s+(?:it\s+)?(?:with|to)\s+\w+)?|compar\w+\s*(?:off|=\s*false|:\s*false)",
    re.ASCII,
)
_COMPARISON = re.compile(
    r"(?:\b(?:fifo|lfu|belady'?s?|optimal|optimum|벨라디|벨레이디|피포|최적\s?알고리즘|선입\s?선출)(?![a-z])\S{0,4}[\s,]*"
    r"(?:and\s|or\s|the\s|과\s|와\s)?\s*)+(?:캐시|정책|알고리즘|방식|비교|견주|견줘|대조|함께|같이|policies|caches)?[가-힣]*"
    r"|(?:다른|타)\s?(?:교체\s?|캐[시쉬]\s?)?(?:캐[시쉬]|정책|방법|방식|알고리즘|것|거|policy|policies)(?:들)?\S{0,3}\s*(?:도\s*)?(?:같이\s*|함께\s*)?(?:비교|견주|견줘|대조|compar)\S*|비교(?:도|까지)\s*(?:해|포함|같이)\S*"
    r"|compar\w+\s*(?:it|them|the\s+results?)?\s*(?:with|to|against)\s+(?:the\s+)?other\s+(?:caches|policies)"
    r"|compar\w+\s*(?:on\b|=\s*true|:\s*true)|with\s+(?:a\s+)?comparison",
    re.ASCII,
)
_COMPARE = re.compile(
    r"(?:and\s+|,\s*)?\bcompar\w+(?:\s+(?:it|them|the\s+results?))?(?:\s+(?:with|to|against))?|(?:vs\.?|versus|against)\s|비교(?:해서|하고|하여|해)?",
    re.ASCII,
)


def read_comparison(sheet: Sheet) -> dict[str, Any]:
    """The argument ``compare``, where it is said; what says so is crossed out."""
    if sheet.take(_NO_COMPARISON):
        return {"compare": False}
    if sheet.take(_COMPARISON):
        sheet.take_all(_COMPARE)
        return {"compare": True}
    return {}
