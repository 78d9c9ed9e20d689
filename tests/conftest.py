"""What many tests share: analysers and indexes take seconds to make, so each is made once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlqa.config import Config
from mlqa.index.store import Index
from mlqa.schema import Document
from mlqa.text.corpus import load_corpus
from mlqa.text.glossary import Glossary
from mlqa.text.kiwi import Kiwipie
from mlqa.text.terms import TermExtractor
from page_browser import Opener, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]

CACHE = """\
---
title: 웹 캐시 이야기
topics: [웹 캐시]
---

# 웹 캐시 이야기

## 캐시가 하는 일

웹 캐시는 자주 찾는 쪽을 가까운 서버에 미리 담아 두는 저장 공간입니다. 먼 서버까지 다녀오지 않아도 \
되므로 쪽이 빨리 열리고, 원래 서버가 받는 요청도 크게 줄어듭니다.

## 무효화

원래 글이 바뀌면 캐시에 남은 옛 글은 버려야 합니다. 이 일을 무효화라고 부르며, 흔히 유효 시간을 \
정해 두는 방법을 씁니다. 유효 시간이 60초이면 1분이 지난 글은 다시 받아 옵니다.

```python
def fresh(age, limit=60):

    # 유효 시간 안인지 확인. 넘으면 다시 받는다.
    return age <= limit
```
"""

SEA = """\
# 밀물과 썰물

## 달의 힘

밀물과 썰물은 달이 바닷물을 끌어당겨서 생깁니다. 달을 향한 쪽과 그 반대쪽의 바닷물이 함께 \
부풀어 오르고, 지구가 하루에 한 바퀴 도는 동안 해안은 두 번씩 물이 차고 빠지는 일을 겪습니다.

중력의 크기는 다음 식을 따릅니다.

$$
F = G \\frac{m_1 m_2}{r^2}
$$

여기서 거리 $r$이 두 배가 되면 힘은 네 배로 약해집니다.

### 사리와 조금

보름과 그믐에는 해와 달이 한 줄로 서서 물이 가장 높이 차는 사리가 됩니다. 반달일 때는 둘의 힘이 \
서로 어긋나 물의 높이 차가 작은 조금이 됩니다.
"""

# Nearly the same passage stands in two more documents.
TIDE = (
    "보름과 그믐에는 해와 달이 한 줄로 서서 물이 가장 높이 차는 사리가 됩니다. "
    "반달일 때는 둘의 힘이 서로 어긋나 물의 높이 차가 작은 조금이 됩니다."
)
NOTES = f"갯벌 수첩\n\n{TIDE} 물때표를 보고 갯벌에 나갑니다.\n"
BREAD = (
    "<html><head><title>빵 굽기</title></head><body><h2>반죽</h2><p>밀가루에 물과 효모를 넣어 "
    "반죽하고, 따뜻한 곳에서 한 시간쯤 부풀립니다. 효모가 당을 먹고 이산화탄소를 내놓기 때문에 "
    "반죽이 부풀어 오릅니다.</p><h2>굽기</h2><p>오븐은 220도로 달구고 25분 동안 굽습니다.</p>"
    "</body></html>"
)


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_this_machine() -> Iterator[None]:
    """Settings in the environment of whoever runs the tests change nothing."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("MLQA_"):
                patch.delenv(name)
        yield


def write_small_corpus(folder: Path) -> Path:
    """Four documents of all kinds; a passage of one stands in another, too."""
    (folder / "바다").mkdir(parents=True)
    (folder / "cache.md").write_text(CACHE, encoding="utf-8")
    (folder / "바다/tides.md").write_text(SEA, encoding="utf-8")
    (folder / "바다/notes.txt").write_bytes(NOTES.encode("cp949"))
    (folder / "bread.html").write_text(BREAD, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_corpus(tmp_path_factory.mktemp("small") / "corpus")


@pytest.fixture(scope="session")
def small_config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    return Config(chunk_characters=120, glossary=tmp_path_factory.getbasetemp() / "none.toml")


@pytest.fixture(scope="session")
def small_index(small_folder: Path, small_config: Config) -> Index:
    return Index.build(load_corpus(small_folder), small_config)


@pytest.fixture(scope="session")
def saved_folder(small_index: Index, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved index, not to be changed: copy it first."""
    folder = tmp_path_factory.mktemp("saved") / "index"
    small_index.save(folder)
    return folder


@pytest.fixture(scope="session")
def project_documents() -> tuple[Document, ...]:
    return load_corpus(ROOT / "corpus")


@pytest.fixture(scope="session")
def project_config() -> Config:
    return Config(corpus=ROOT / "corpus", glossary=ROOT / "corpus/glossary.toml")


@pytest.fixture(scope="session")
def project_index(project_documents: tuple[Document, ...], project_config: Config) -> Index:
    """The essays of the project with their glossary."""
    return Index.build(project_documents, project_config)


@pytest.fixture(scope="session")
def kiwi(small_index: Index) -> Kiwipie:
    """An analyser without added words."""
    return small_index.extractor.kiwi


@pytest.fixture(scope="session")
def plain_extractor(kiwi: Kiwipie) -> TermExtractor:
    """Terms without a glossary."""
    return TermExtractor(kiwi, Glossary())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Opens pages; what must not happen on them fails the test at its end."""
    opener = Opener(browser)
    yield opener
    opener.close()
    assert not opener.faults
