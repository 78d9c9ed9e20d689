"""A language model of the user's choice on this machine, by transformers.

The only other importer of transformers and torch; both take seconds and are imported when a model
is loaded. A model's own code is never run. Two questions at once take turns.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from mlqa.answer.calls import Call, Heard, call_of
from mlqa.answer.local_use import GENERATOR, check_kind, running
from mlqa.answer.streaming import NobodyReads, Pipe, read_within
from mlqa.errors import ModelError
from mlqa.index.models import ModelFolder, find_model, reason
from mlqa.schema import ChatMessage, ToolChoice

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_THINK = "<think>"
_POLL = 0.05  # seconds between looks at whether anybody still reads

Function = dict[str, Any]


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
        check_kind(folder)
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
            self._write(pipe, messages, tokens)

        return self._in_turn(write, timeout)

    def choose(
        self,
        messages: Sequence[ChatMessage],
        tools: Sequence[Mapping[str, Any]],
        *,
        timeout: float,
        tokens: int,
    ) -> Generator[None, None, ToolChoice | None]:
        """Which tool the model wants to be run; see ``protocols.Generator``.

        A model whose chat template shows it no tools is not asked.
        """
        functions = [dict(tool) for tool in tools]

        def write(pipe: Pipe) -> None:
            if self._shows(functions, messages):
                self._write(pipe, messages, tokens, functions)

        heard, text = Heard(functions), ""
        with closing(self._in_turn(write, timeout)) as pieces:
            for piece in pieces:
                text += piece
                heard.say(piece)
                if heard.is_decided:
                    break
                yield
        for call in self._parsed(text, functions):
            heard.call(None, "", str(call.name), call.arguments)
        return heard.choice

    def _in_turn(self, write: Callable[[Pipe], None], timeout: float) -> Generator[str, None, None]:
        """Reads what the model writes when it is its turn."""

        def write_in_turn(pipe: Pipe) -> None:
            while not self._turn.acquire(timeout=_POLL):
                if pipe.is_closed:
                    raise NobodyReads
            try:
                with running(self._name):
                    write(pipe)
            finally:
                self._turn.release()

        late = ModelError("generator_timeout", name=self._name, seconds=timeout)
        return read_within(timeout, write_in_turn, lambda: late)

    def _write(
        self,
        pipe: Pipe,
        messages: Sequence[ChatMessage],
        tokens: int,
        functions: Sequence[Function] = (),
    ) -> None:
        """Writes what the model says, token by token, until it ends or nobody reads any more.

        Where it may call functions, the special tokens that mark calls are written too, and so is
        the beginning of thoughts that stands in the prompt.
        """
        from transformers import GenerationConfig, TextStreamer

        class ToPipe(TextStreamer):
            def on_finalized_text(self, text: str, stream_end: bool = False) -> None:  # noqa: ARG002 - the signature is given
                pipe.write(text)  # what it raises ends the model's work

        prompt = self._prompt(messages, functions)
        length = prompt["input_ids"].shape[1]
        limit = getattr(self._model.config.get_text_config(), "max_position_embeddings", None)
        if limit and length + tokens > limit:
            raise ModelError(
                "choosing_prompt" if functions else "generator_prompt",
                length=length,
                name=self._name,
                limit=limit - tokens,
                setting=GENERATOR.setting,
            )
        begun: str = self._rendered(messages, functions, tokenize=False) if functions else ""
        if begun.rstrip().endswith(_THINK):
            pipe.write(_THINK)
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
            streamer=ToPipe(self._tokenizer, skip_prompt=True, skip_special_tokens=not functions),
        )
        if made.shape[1] - length >= tokens and int(made[0, -1]) not in _all(ends):
            raise ModelError("generator_length", name=self._name, tokens=tokens)

    def _prompt(
        self, messages: Sequence[ChatMessage], functions: Sequence[Function] = ()
    ) -> dict[str, Any]:
        """The conversation as token ids, shape (1, length)."""
        made = self._rendered(messages, functions, return_tensors="pt", return_dict=True)
        return {name: value.to(self._model.device) for name, value in made.items()}

    def _shows(self, functions: Sequence[Function], messages: Sequence[ChatMessage]) -> bool:
        """Whether the chat template tells the model of functions."""
        name = functions[0]["function"]["name"] if functions else ""
        plain: str = self._rendered(messages, (), tokenize=False)
        try:
            full: str = self._rendered(messages, functions, tokenize=False)
        except Exception:  # noqa: BLE001 - whatever a template makes of what it does not expect
            return False
        return bool(name) and full.count(name) > plain.count(name)

    def _rendered(
        self,
        messages: Sequence[ChatMessage],
        functions: Sequence[Function],
        **wanted: Any,  # noqa: ANN401 - passed on
    ) -> Any:  # noqa: ANN401 - text or token ids, as wanted
        """The conversation as the chat template writes it.

        A special token that stands in a message's text is broken up by a space: it would end the
        message for the model.
        """
        special = {*self._tokenizer.all_special_tokens, *self._tokenizer.get_added_vocab()}
        pattern = re.compile("|".join(map(re.escape, special)) or r"(?!)")
        conversation = [
            {"role": role, "content": pattern.sub(lambda m: f"{m[0][:1]} {m[0][1:]}", content)}
            for role, content in messages
        ]
        return self._tokenizer.apply_chat_template(
            conversation,
            tools=list(functions) or None,
            add_generation_prompt=True,
            enable_thinking=False,  # templates that do not know it pass it over
            **wanted,
        )

    def _parsed(self, text: str, functions: Sequence[Function]) -> list[Call]:
        """Calls in the form that the tokenizer describes, if it describes one."""
        if not text or getattr(self._tokenizer, "response_template", None) is None:
            return []
        try:
            said: Any = self._tokenizer.parse_response(text, prefix="", tools=list(functions))
            calls = [call_of(value) for value in said.get("tool_calls") or ()]
        except Exception:  # noqa: BLE001 - whatever the library makes of a text out of form
            return []
        return [call for call in calls if call]


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


def _all(ends: int | list[int] | None) -> list[int]:
    return [ends] if isinstance(ends, int) else list(ends or [])


def _first(ends: int | list[int] | None) -> int | None:
    return next(iter(_all(ends)), None)
