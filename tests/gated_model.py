"""A language model that talks when it is let: for tests of what happens in mid-answer."""

from __future__ import annotations

import threading

from llm_server import Behaviour, Handler

QUESTION = "밀물과 썰물은 왜 생기나요?"
SAID = "밀물과 썰물은 달이 바닷물을 끌어당기기 때문에 생깁니다."
MORE = "달을 향한 쪽과 그 반대쪽의 바닷물이 함께 부풀어 오릅니다."


class Gate:
    """A model that says a sentence, waits to be let on, and then talks as long as it is heard.

    Nothing proves what it says in the end: that is heard where it is marked, not dropped.
    """

    def __init__(self) -> None:
        self.is_open = threading.Event()

    def behaviour(self) -> Behaviour:
        def behave(handler: Handler) -> None:
            handler.start()
            handler.piece(f"{SAID} [1]\n")
            while not self.is_open.wait(0.05):
                if handler.served.over.is_set():
                    return
            handler.piece(f"{MORE} [1]\n")
            year = 1000
            while not handler.served.over.wait(0.1):
                year += 1
                handler.piece(f"조석은 뉴턴이 {year}년에 설명했습니다. [1]\n")

        return behave
