"""Small real models, built, trained for a second and saved by the tests themselves.

A BERT of two layers reads syllables. The embedder learns which sentences are about the same
thing, the reranker which passage is about what the question asks for.
"""

from __future__ import annotations

import itertools
import random
import string
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

SIZE = 32
LONGEST = 48  # tokens
# Each line is one subject.
SUBJECTS = (
    ("고양이는 쥐를 잡는다.", "고양이가 지붕에서 잔다.", "고양이 수염은 길다."),
    ("바다는 짜고 깊다.", "바다에서 파도가 친다.", "바다 밑에 조개가 산다."),
    ("기차는 역에서 선다.", "기차를 타고 서울에 간다.", "기차 바퀴는 쇠로 만든다."),
    ("빵을 오븐에 굽는다.", "빵 반죽이 부풀었다.", "빵은 밀가루로 만든다."),
)
ENGLISH_SUBJECTS = (
    ("a cat hunts mice.", "the cat sleeps on the roof.", "cats have long whiskers."),
    ("the sea is salty and deep.", "waves roll on the sea.", "shells lie in the sea."),
    ("the train stops at the station.", "we take a train home.", "train wheels are steel."),
    ("bread is baked in an oven.", "the bread dough has risen.", "bread is made of flour."),
)
QUESTIONS = ("고양이는 어떤가요?", "바다는 어떤가요?", "기차는 어떤가요?", "빵은 어떤가요?")
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def vocabulary(*, hangul: bool) -> dict[str, int]:
    """Every Latin letter and sign and, if wanted, every Hangul syllable."""
    signs = list(string.ascii_lowercase + string.digits + string.punctuation)
    if hangul:
        signs += [chr(code) for code in range(ord("가"), ord("힣") + 1)]
    pieces = [*SPECIAL, *signs, *(f"##{sign}" for sign in signs)]
    return {piece: number for number, piece in enumerate(pieces)}


def save_backbone(
    folder: Path, *, hangul: bool = True, labels: int = 0, size: int = SIZE, seed: int = 0
) -> Path:
    """A BERT with numbers drawn at random, and its tokenizer.

    Args:
        folder: Where it is saved.
        hangul: Whether its tokenizer knows Korean.
        labels: Scores that it gives for a text; none means that it gives vectors.
        size: Length of its vectors.
        seed: Where the numbers come from.
    """
    import torch
    from transformers import (
        BertConfig,
        BertForSequenceClassification,
        BertModel,
        BertTokenizer,
    )

    torch.manual_seed(seed)
    pieces = vocabulary(hangul=hangul)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=size,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * size,
        max_position_embeddings=LONGEST,
        initializer_range=0.2,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    config.num_labels = labels or 1
    model: Any = BertForSequenceClassification(config) if labels else BertModel(config)
    model.save_pretrained(folder)
    BertTokenizer(vocab=pieces, strip_accents=False, model_max_length=LONGEST).save_pretrained(
        folder
    )
    return folder


def save_embedder(
    folder: Path,
    *,
    prompts: Mapping[str, str] | None = None,
    hangul: bool = True,
    size: int = SIZE,
    seed: int = 0,
) -> Path:
    """An embedder that puts sentences about the same thing near each other.

    Args:
        folder: Where it is saved.
        prompts: What it puts before texts, by name.
        hangul: Whether its tokenizer knows Korean; without, it learns English and every Korean
            word is the same to it.
        size: Length of its vectors.
        seed: Where the numbers come from.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    with _quiet(), one_thread():
        bare = folder.with_name(f"{folder.name}-bert")
        backbone = save_backbone(bare, hangul=hangul, size=size, seed=seed)
        model = SentenceTransformer(
            modules=[Transformer(str(backbone)), Pooling(size, "mean")],
            device="cpu",
            prompts=dict(prompts or {}),
        )
        _teach_embedder(model, SUBJECTS if hangul else ENGLISH_SUBJECTS, chance)
        model.save_pretrained(str(folder), create_model_card=False)
    return folder


def save_reranker(folder: Path, *, labels: int = 1, seed: int = 0) -> Path:
    """A reranker that knows which passage is about what the question asks for.

    Args:
        folder: Where it is saved.
        labels: Scores that it gives for a passage; of two the second says that it fits.
        seed: Where the numbers come from.
    """
    from sentence_transformers import CrossEncoder

    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    with _quiet(), one_thread():
        bare = save_backbone(folder.with_name(f"{folder.name}-bert"), labels=labels, seed=seed)
        model = CrossEncoder(str(bare), device="cpu")
        _teach_reranker(model, chance, labels)
        model.save_pretrained(str(folder), create_model_card=False)
    return folder


@contextmanager
def _quiet() -> Iterator[None]:
    """No warnings and no bars of the libraries."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            yield
        finally:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


@contextmanager
def one_thread() -> Iterator[None]:
    """Models this small are many times slower on several threads of a busy machine."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _teach_embedder(
    model: Any, subjects: Sequence[Sequence[str]], chance: random.Random, steps: int = 40
) -> None:
    """In-batch softmax over one question and one passage of each subject."""
    import torch

    def vectors(texts: Sequence[str], prompt: str) -> Tensor:
        made: Tensor = model(model.preprocess([prompt + text for text in texts]))[
            "sentence_embedding"
        ]
        return torch.nn.functional.normalize(made, dim=1)

    target = torch.arange(len(subjects))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(steps):
        pairs = [chance.sample(subject, 2) for subject in subjects]
        asked, told = zip(*pairs, strict=True)
        left = vectors(asked, model.prompts.get("query", ""))
        right = vectors(told, model.prompts.get("document") or model.prompts.get("passage", ""))
        loss = torch.nn.functional.cross_entropy(left @ right.T / 0.1, target)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def _teach_reranker(model: Any, chance: random.Random, labels: int, steps: int = 50) -> None:
    """Every question with a passage of every subject, those that fit three times."""
    import torch

    kinds = list(itertools.product(range(len(SUBJECTS)), repeat=2))
    kinds += 2 * [pair for pair in kinds if pair[0] == pair[1]]
    target = torch.tensor([float(asked == about) for asked, about in kinds])
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(steps):
        pairs = [(QUESTIONS[asked], chance.choice(SUBJECTS[about])) for asked, about in kinds]
        scores = model(model.preprocess(pairs))["scores"]
        lead = scores[:, -1] - scores[:, 0] if labels > 1 else scores[:, 0]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(lead, target)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
