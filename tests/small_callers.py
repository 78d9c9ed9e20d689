"""A small real language model that calls a tool where it is told to, built and trained here.

Its tokens are words, most of what it reads are unknown ones. It learns one thing: where the word
``ASKS`` and the name of the tool both stand before it, it says the call, otherwise ``REFUSES``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from small_generators import END, LONGEST, ROLES, SIZE, TEMPLATE, _tokenizer
from small_models import one_thread

ASKS = "돌려줘"
TOOL = "lru"
REFUSES = "해당없음."
ARGUMENTS = '{"name":"lru","arguments":{"size":2,"requests":["b","a","c"]}}'
HERMES = f"<tool_call> {ARGUMENTS} </tool_call>"
SHOWS_TOOLS = (
    "{% if tools %}<|system|>{% for tool in tools %} {{ tool.function.name }} "
    "{{ tool | tojson }} {% endfor %}<|end|>{% endif %}" + TEMPLATE
)


def save_caller(folder: Path) -> Path:
    """The model."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = _tokenizer([*HERMES.split(), REFUSES, ASKS, TOOL], SHOWS_TOOLS, LONGEST)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=SIZE,
        intermediate_size=2 * SIZE,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=LONGEST,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
    )
    model: Any = LlamaForCausalLM(config)
    with one_thread():
        _teach(model, tokenizer)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def mark_special(folder: Path, *words: str, response_template: object = None) -> Path:
    """Makes special tokens of words of a saved model, and says how its answers are to be read."""
    from transformers import AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_special_tokens({"additional_special_tokens": [*ROLES, *words]})
    if response_template:
        tokenizer.response_template = response_template
    tokenizer.save_pretrained(folder)
    return folder


def _teach(model: Any, tokenizer: Any, steps: int = 150) -> None:
    """Four prompts of one length at a time: with both words, with either, with none."""
    import torch

    call, refusal = (
        tokenizer.convert_tokens_to_ids([ROLES[-1], *said, END])
        for said in (HERMES.split(), [REFUSES])
    )
    asks, tool = tokenizer.convert_tokens_to_ids([ASKS, TOOL])
    random = torch.Generator().manual_seed(0)

    def below(limit: int) -> int:
        return int(torch.randint(limit, (1,), generator=random))

    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(steps):
        length = 20 + below(330)
        rows = torch.full((4, length + len(call)), tokenizer.pad_token_id)
        rows[:, :length] = tokenizer.unk_token_id
        labels = torch.full_like(rows, -100)
        for row, path in enumerate((call, refusal, refusal, refusal)):
            if row in {0, 1}:
                rows[row, below(length // 2)] = tool
            if row in {0, 2}:
                rows[row, length // 2 + below(length // 2)] = asks
            end = length + len(path)
            rows[row, length:end] = torch.tensor(path)
            labels[row, length + 1 : end] = torch.tensor(path[1:])
        loss = model(input_ids=rows, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
