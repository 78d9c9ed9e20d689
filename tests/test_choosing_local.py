"""A model on this machine chooses a tool, and the same models behind `transformers serve`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from llm_server import (
    closed_url,
)
from mlqa.answer.choosing import choose_tool
from mlqa.answer.generators import LocalGenerator, OpenAIGenerator
from small_callers import ARGUMENTS, HERMES, SHOWS_TOOLS, mark_special, save_caller
from small_generators import TEMPLATE, save_generator
from tool_choices import ASKED, JSON, TOOLS, WANTED, choose, fails

pytestmark = pytest.mark.timeout(120)

FORM = {
    "defaults": {"role": "assistant"},
    "start_anchor": "<|assistant|>",
    "fields": {
        "tool_calls": {
            "open_pattern": r"§§call\s*(?P<name>\w+)",
            "close": "§§",
            "repeats": True,
            "content": "json",
            "transform": {
                "type": "function",
                "function": {"name": "{name}", "arguments": "{content}"},
            },
        },
        "content": {"close": "<|end|>", "content": "text"},
    },
}


# On this machine


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("callers")
    save_caller(folder / "caller")
    save_generator(folder / "blind", HERMES.split(), template=TEMPLATE)
    save_generator(folder / "talker", ["철썩"], template=SHOWS_TOOLS, ends=False)
    save_generator(folder / "thinker", ["철썩"], template=SHOWS_TOOLS + "<think>\n", ends=False)
    save_generator(folder / "repeater", HERMES.split(), template=SHOWS_TOOLS, ends=False)
    save_generator(folder / "mistral", ["[TOOL_CALLS]", f"[{ARGUMENTS}]"], template=SHOWS_TOOLS)
    mark_special(folder / "mistral", "[TOOL_CALLS]")
    own = ["§§call", "lru", JSON.replace(" ", ""), "§§"]
    save_generator(folder / "own", own, template=SHOWS_TOOLS)
    mark_special(folder / "own", response_template=FORM)
    save_generator(folder / "untaught", own, template=SHOWS_TOOLS)
    refusing_template = "{% if tools %}{{ raise_exception('no tools') }}{% endif %}" + TEMPLATE
    save_generator(folder / "strict", HERMES.split(), template=refusing_template)
    return folder


@pytest.fixture(scope="module")
def caller(models: Path) -> LocalGenerator:
    return LocalGenerator(str(models / "caller"), "cpu")


def test_a_local_model_calls_the_tool_that_it_is_shown_where_it_is_asked_to(
    caller: LocalGenerator,
) -> None:
    assert choose(caller) == WANTED
    assert choose(caller, "LRU 캐시는 무엇인가요?") is None
    assert choose(caller, tools=TOOLS[:1]) is None  # the other tool is not there to be called


@pytest.mark.parametrize("name", ["mistral", "own", "repeater"])
def test_other_forms_and_special_tokens(models: Path, name: str) -> None:
    assert choose(LocalGenerator(str(models / name), "cpu"), tokens=300) == WANTED


@pytest.mark.parametrize("name", ["blind", "strict", "untaught"])
def test_a_model_that_is_shown_no_tools_or_calls_in_no_known_form(models: Path, name: str) -> None:
    assert choose(LocalGenerator(str(models / name), "cpu")) is None


def test_a_template_without_tools_costs_no_work(models: Path) -> None:
    blind = LocalGenerator(str(models / "blind"), "cpu")
    assert choose(blind, tokens=100_000) is None  # more than it can write


def test_a_local_model_that_talks_is_not_heard_to_the_end(models: Path) -> None:
    talker = LocalGenerator(str(models / "talker"), "cpu")
    assert choose(talker, tokens=2000) is None
    short = fails(talker, tokens=20)
    assert (short.key, short.values["tokens"]) == ("generator_length", 20)


def test_thoughts_that_the_prompt_begins_are_no_answer(models: Path) -> None:
    thinker = LocalGenerator(str(models / "thinker"), "cpu")
    assert fails(thinker, tokens=400).key == "generator_length"
    assert fails(thinker, timeout=0.4, tokens=3000).key == "generator_timeout"


def test_leaving_a_local_model_ends_its_work(models: Path) -> None:
    thinker = LocalGenerator(str(models / "thinker"), "cpu")
    asking = choose_tool(thinker, ASKED, (), TOOLS, timeout=60, tokens=3000)
    next(asking)
    asking.close()
    # The next question waits for its turn until the first one has stopped.
    assert fails(thinker, tokens=20).key == "generator_length"


def test_tools_that_are_more_than_a_model_reads(caller: LocalGenerator) -> None:
    error = fails(caller, tokens=4090)
    assert (error.key, error.values["limit"]) == ("choosing_prompt", 6)
    assert str(error.values["name"]) in str(error)


# transformers serve: another program, real models, HTTP


@pytest.fixture(scope="module")
def server(models: Path) -> Iterator[str]:
    """`transformers serve`, which loads the models that it is asked for."""
    url = closed_url()  # a free port
    port = url.rpartition(":")[2].removesuffix("/v1")
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve"]
    options = ["--host", "127.0.0.1", "--port", port, "--device", "cpu"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    log = models / "serve.log"
    with log.open("wb") as output:
        program = subprocess.Popen(
            [*command, *options], stdout=output, stderr=output, env=environment
        )
        try:
            while program.poll() is None and not is_up(url):
                time.sleep(0.1)
            assert program.poll() is None, log.read_text(encoding="utf-8")
            yield url
        finally:
            program.terminate()
            program.wait(30)


def is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(url.replace("/v1", "/health"), timeout=1) as answer:  # noqa: S310 - of this machine
            return bool(answer.status == 200)
    except OSError:
        return False


def test_transformers_serve_calls_the_tool(server: str, models: Path) -> None:
    caller = OpenAIGenerator(str(models / "caller"), server)
    assert choose(caller) == WANTED  # in words of the model: the server has no form for it
    assert choose(caller, "LRU 캐시는 무엇인가요?") is None
    assert choose(caller, tools=TOOLS[:1]) is None
    own = OpenAIGenerator(str(models / "own"), server)
    assert choose(own) == WANTED  # read by the server, handed over as a call
