"""A small real language model with a chat template, built, trained for a second and saved here.

Its tokens are words. It learns one answer by heart, word after word, and gives it to whatever it
is asked; what it is asked is read as unknown words for the most part.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from small_models import one_thread

PAD, UNKNOWN, END = "<|pad|>", "<|unk|>", "<|end|>"
ROLES = ("<|system|>", "<|user|>", "<|assistant|>")
TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
LONGEST = 4096  # tokens
SIZE = 32


def save_generator(
    folder: Path,
    answer: Sequence[str],
    *,
    template: str | None = TEMPLATE,
    ends: bool = True,
    longest: int = LONGEST,
) -> Path:
    """A model that gives one answer.

    Args:
        folder: Where it is saved.
        answer: The words of the answer, each of them once.
        template: Its chat template.
        ends: Whether it ends behind the answer, or begins anew.
        longest: Tokens that it reads.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = _tokenizer(answer, template, longest)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=SIZE,
        intermediate_size=2 * SIZE,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=longest,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
    )
    model: Any = LlamaForCausalLM(config)
    last = END if ends else answer[0]
    path = tokenizer.convert_tokens_to_ids([ROLES[-1], *answer, last])
    with one_thread():
        _teach(model, torch.tensor([path]), tokenizer.unk_token_id)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer(answer: Sequence[str], template: str | None, longest: int) -> Any:
    """Words of the answer and everything else."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from transformers import PreTrainedTokenizerFast

    words = dict.fromkeys((PAD, UNKNOWN, END, *ROLES, *answer))
    known = {word: number for number, word in enumerate(words)}
    core = Tokenizer(WordLevel(vocab=known, unk_token=UNKNOWN))
    core.pre_tokenizer = WhitespaceSplit()
    make: Any = PreTrainedTokenizerFast
    tokenizer: Any = make(
        tokenizer_object=core,
        pad_token=PAD,
        unk_token=UNKNOWN,
        eos_token=END,
        additional_special_tokens=list(ROLES),
        model_max_length=longest,
    )
    tokenizer.chat_template = template
    return tokenizer


def _teach(model: Any, path: Any, unknown: int, steps: int = 60) -> None:
    """Each word of the path is followed by the next one, whatever stands before the path."""
    import torch

    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for step in range(steps):
        noise = torch.full((1, 1 + 40 * (step % 5)), unknown)
        whole = torch.cat([noise, path], dim=1)
        labels = whole.clone()
        labels[:, : noise.shape[1] + 1] = -100
        loss = model(input_ids=whole, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
