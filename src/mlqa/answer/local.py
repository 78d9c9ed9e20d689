"""A language model of the user's choice on this machine, by transformers.

The only other importer of transformers and torch; both take seconds and are imported when a model
is loaded. A model's own code is never run. Two questions at once take turns.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mlqa.answer.streaming import NobodyReads, Pipe, read_within
from mlqa.errors import ModelError
from mlqa.index.models import ModelFolder, Use, find_model, reason
from mlqa.schema import ChatMessage

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

GENERATOR = Use(
    kind="CausalLM",
    setting="MLQA_GENERATOR",
    without="MLQA_GENERATOR=",
    example="local:Qwen/Qwen3-4B-Instruct-2507",
    organization="Qwen",
)
_WRITES = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")
_POLL = 0.05  # seconds between looks at whether anybody still reads


class LocalGenerator:
    """Text of any causal language model with a chat template; a ``Generator``.

    Args:
        name: Name on the hub, or path of a folder.
        device: Such as ``cpu`` or ``cuda:1``; the fastest that there is if empty.

    Raises:
        ModelError: The model cannot be found, downloaded or loaded, does not write, or has no
            chat template.
    """

    def __init__(self, name: str, device: str = "") -> None:
        folder = find_model(name, GENERATOR)
        _check_kind(folder)
        self._name = name
        self._identity = f"local:{folder.identity}"
        self._tokenizer, self._model = _load(folder, device)
        self._turn = threading.Lock()

    @property
    def identity(self) -> str:
        """Changes with the model's files."""
        return self._identity

    def generate(
        self, messages: Sequence[ChatMessage], *, timeout: float, tokens: int
    ) -> Generator[str, None, None]:
        """What the model says next; see ``protocols.Generator``."""

        def write(pipe: Pipe) -> None:
            while not self._turn.acquire(timeout=_POLL):
                if pipe.is_closed:
                    raise NobodyReads
            try:
                with _running(self._name):
                    self._write(pipe, messages, tokens)
            finally:
                self._turn.release()

        late = ModelError("generator_timeout", name=self._name, seconds=timeout)
        return read_within(timeout, write, lambda: late)

    def _write(self, pipe: Pipe, messages: Sequence[ChatMessage], tokens: int) -> None:
        """Writes what the model says, token by token, until it ends or nobody reads any more."""
        from transformers import GenerationConfig, TextStreamer

        class ToPipe(TextStreamer):
            def on_finalized_text(self, text: str, stream_end: bool = False) -> None:  # noqa: ARG002 - the signature is given
                pipe.write(text)  # what it raises ends the model's work

        prompt = self._prompt(messages)
        length = prompt["input_ids"].shape[1]
        limit = getattr(self._model.config.get_text_config(), "max_position_embeddings", None)
        if limit and length + tokens > limit:
            raise ModelError(
                "generator_prompt",
                length=length,
                name=self._name,
                limit=limit - tokens,
                setting=GENERATOR.setting,
            )
        own = self._model.generation_config
        ends = own.eos_token_id or self._tokenizer.eos_token_id
        generate: Any = self._model.generate
        make_settings: Any = GenerationConfig
        made: Any = generate(
            **prompt,
            generation_config=make_settings(
                do_sample=False,
                max_new_tokens=tokens,
                eos_token_id=ends,
                pad_token_id=own.pad_token_id or self._tokenizer.pad_token_id or _first(ends),
            ),
            streamer=ToPipe(self._tokenizer, skip_prompt=True, skip_special_tokens=True),
        )
        if made.shape[1] - length >= tokens and int(made[0, -1]) not in _all(ends):
            raise ModelError("generator_length", name=self._name, tokens=tokens)

    def _prompt(self, messages: Sequence[ChatMessage]) -> dict[str, Any]:
        """The conversation as token ids, shape (1, length).

        A special token that stands in a message's text is broken up by a space: it would end the
        message for the model.
        """
        special = {*self._tokenizer.all_special_tokens, *self._tokenizer.get_added_vocab()}
        pattern = re.compile("|".join(map(re.escape, special)) or r"(?!)")
        conversation = [
            {"role": role, "content": pattern.sub(lambda m: f"{m[0][:1]} {m[0][1:]}", content)}
            for role, content in messages
        ]
        made: Any = self._tokenizer.apply_chat_template(
            conversation,
            add_generation_prompt=True,
            return_tensors="pt",
            return_dict=True,
            enable_thinking=False,  # templates that do not know it pass it over
        )
        return {name: value.to(self._model.device) for name, value in made.items()}


def _check_kind(folder: ModelFolder) -> None:
    """Refuses a model that does not write, before seconds are spent on loading it."""
    try:
        config = json.loads((folder.path / "config.json").read_text(encoding="utf-8"))
        architecture = str((config.get("architectures") or [""])[0])
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(
            "model_load", name=folder.name, reason=reason(error), setting=GENERATOR.setting
        ) from error
    if architecture and not architecture.endswith(_WRITES):
        raise ModelError(
            "generator_kind",
            name=folder.name,
            found=architecture,
            setting=GENERATOR.setting,
            example=GENERATOR.example,
        )


def _load(folder: ModelFolder, device: str) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    """Loads tokenizer and model.

    Raises:
        ModelError: They cannot be loaded, want code of their own to be run, have no chat template,
            or lack weights, which would be drawn at random.
    """
    try:
        tokenizer, model, missing = _loaded(folder, device)
    except Exception as error:
        key = "model_code" if "trust_remote_code" in str(error) else "model_load"
        raise ModelError(
            key, name=folder.name, reason=reason(error), setting=GENERATOR.setting
        ) from error
    setting, example = GENERATOR.setting, GENERATOR.example
    if missing:
        parts = ", ".join(sorted(missing)[:3])
        raise ModelError("model_parts", name=folder.name, parts=parts, setting=setting)
    if not tokenizer.chat_template:
        raise ModelError("generator_template", name=folder.name, setting=setting, example=example)
    return tokenizer, model


def _loaded(
    folder: ModelFolder, device: str
) -> tuple[PreTrainedTokenizerBase, PreTrainedModel, set[str]]:
    """Tokenizer, model and the names of weights that the files do not hold."""
    with _silence():
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        fastest = torch.accelerator.current_accelerator() or torch.device("cpu")
        place = torch.device(device) if device else fastest
        tokenizer = AutoTokenizer.from_pretrained(folder.path, local_files_only=True)
        tokenizer.model_max_length = sys.maxsize  # the model's own limit is checked, in one line
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            folder.path,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
            # Half the bits are slow on many processors.
            dtype="float32" if place.type == "cpu" else "auto",
        )
        model, report = loaded
        return tokenizer, model.to(place).eval(), set(report["missing_keys"])


@contextmanager
def _silence() -> Iterator[None]:
    """No warnings and bars of the library while a model is loaded."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers.utils import logging as library

        logging: Any = library
        verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        try:
            yield
        finally:
            logging.set_verbosity(verbosity)
            if bars:
                logging.enable_progress_bar()


@contextmanager
def _running(name: str) -> Iterator[None]:
    """Whatever goes wrong inside a model becomes an error of ours."""
    try:
        yield
    except (ModelError, NobodyReads):
        raise
    except Exception as error:
        raise ModelError(
            "model_run",
            name=name,
            reason=reason(error),
            setting=GENERATOR.setting,
            without=GENERATOR.without,
        ) from error


def _all(ends: int | list[int] | None) -> list[int]:
    return [ends] if isinstance(ends, int) else list(ends or [])


def _first(ends: int | list[int] | None) -> int | None:
    return next(iter(_all(ends)), None)
