"""Three short documents of invented facts, with a FAQ, for tests."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

LIGHTHOUSE = """\
# 솔개곶 등대

솔개곶 등대는 하얀 벽돌로 쌓은 27미터 높이의 탑입니다. 등대지기 노해담은 해가 지기 전에 계단을 \
올라 유리창을 닦습니다.

안개가 짙은 밤에는 종지기가 구리 종을 삼 분마다 한 번씩 울립니다. 종소리가 들리면 고깃배는 \
뱃머리를 남쪽으로 돌립니다.

탑 아래 창고에는 예비 전구와 밧줄이 쌓여 있습니다. 창고 열쇠는 마을 이장이 맡아 둡니다.
"""
TEA = """\
# 모루골 찻집

모루골 찻집은 말린 감잎을 가마솥에서 세 번 덖어 차를 만듭니다. 물은 뒷산 샘에서 길어 옵니다.

찻잎을 담은 항아리는 그늘진 광에 둡니다. 볕을 쬐면 빛깔이 바래고 향이 날아가기 때문입니다.

주인 표가람은 손님이 떠날 때 종이봉투에 감잎을 조금 담아 줍니다. 찻집 마당에는 늙은 감나무가 \
두 그루 서 있습니다.
"""
BICYCLES = """\
# 두레 자전거 모임

두레 자전거 모임은 강둑을 따라 마을 다섯 곳을 잇는 길을 달립니다. 회원은 모두 마흔한 명입니다.

펑크가 나면 뒤따르던 정비 조가 바퀴를 갈아 줍니다. 정비 조는 공구 가방을 번갈아 멥니다.

비가 오는 주에는 모임을 쉬고 회관에서 체인을 손봅니다.
"""
HOURS = """\
# 모루골 안내문

모루골 찻집은 저녁 일곱 시에 문을 닫습니다. 월요일에는 하루 쉽니다.
"""

BELL = "안개가 짙은 밤에는 종지기가 구리 종을 삼 분마다 한 번씩 울립니다."
TOWER = "솔개곶 등대는 하얀 벽돌로 쌓은 27미터 높이의 탑입니다."
SHADE = "볕을 쬐면 빛깔이 바래고 향이 날아가기 때문입니다."
WHEEL = "펑크가 나면 뒤따르던 정비 조가 바퀴를 갈아 줍니다."

BELL_QUESTIONS = (
    "앞이 안 보이는 날씨에 배들은 어떻게 길을 찾아요?",
    "뿌연 날 어부들에게 위험을 알리는 방법이 뭐예요?",
    "시야가 나쁠 때 선원들은 무엇을 듣나요?",
    "뿌연 날에는 어부들에게 위험을 어떻게 알려요?",
    "시야가 흐릴 때 선원들이 듣는 소리는 무엇인가요?",
    "앞이 뿌옇게 안 보이면 선원들한테 뭘로 알리죠?",
    "어부들이 앞을 못 볼 때 위험을 알려 주는 게 뭐죠?",
    "날씨가 흐려서 앞이 안 보이면 어부들은 뭘 듣나요?",
    "뿌연 날 선원들에게 위험을 알리는 소리가 궁금해요.",
    "시야가 나쁜 날 어부들에게 위험을 알리는 방법은?",
    "고깃배 선원들은 시야가 나쁠 때 무엇을 듣나요?",
    "고깃배 선원들은 시야가 나쁘면 무슨 소리를 듣나요?",
)
GAP_QUESTIONS = (
    "찻집은 몇 시에 문을 닫나요?",
    "찻집 영업시간이 어떻게 돼요?",
    "찻집에 언제까지 갈 수 있나요?",
)


def entry(questions: Iterable[str], *places: tuple[str, str]) -> dict[str, Any]:
    """A line of a FAQ; each place is a document and a quote."""
    evidence = [{"document_id": document, "quote": quote} for document, quote in places]
    return {"questions": list(questions), "evidence": evidence}


FAQ = (
    entry(BELL_QUESTIONS, ("light", BELL)),
    entry(("등대가 얼마나 커요?", "건물 꼭대기까지 몇 미터야?"), ("light", TOWER)),
    entry(("감잎을 왜 어두운 데 보관하나요?", "맛이 변하지 않게 어디에 둬요?"), ("tea", SHADE)),
    entry(("타이어에 구멍이 나면 누가 도와줘요?",), ("bikes", WHEEL)),
    entry(GAP_QUESTIONS),
)


def write_faq(path: Path, *lines: dict[str, Any]) -> Path:
    """Writes the lines as a FAQ."""
    rows = [json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def write_documents(folder: Path) -> Path:
    """Writes the three documents, without a FAQ."""
    folder.mkdir(parents=True)
    for name, text in (("light", LIGHTHOUSE), ("tea", TEA), ("bikes", BICYCLES)):
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder
