"""The READMEs say what is true: commands, settings and code blocks are checked or run."""

from __future__ import annotations

import re
from itertools import zip_longest
from pathlib import Path

import pytest

from mlqa.chatbot import Chatbot
from mlqa.config import Config
from mlqa.index.store import Index

ROOT = Path(__file__).parents[1]
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
KOREAN = (ROOT / "README.ko.md").read_text(encoding="utf-8")
BOTH = pytest.mark.parametrize("readme", [ENGLISH, KOREAN], ids=["en", "ko"])


@BOTH
def test_the_two_commands_stand_in_the_first_ten_lines(readme: str) -> None:
    first = "\n".join(readme.splitlines()[:10])
    assert "make chat" in first
    assert "make test" in first


def test_ci_runs_the_readme_test_command() -> None:
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert "make test" in lines


@BOTH
def test_every_setting_is_documented_with_its_default(readme: str) -> None:
    documented = dict(re.findall(r"^\| `(\w+)` \| `([^`]*)` \|", readme, re.MULTILINE))
    assert documented == {name: str(f.default) for name, f in Config.model_fields.items()}


@BOTH
@pytest.mark.parametrize(
    "command",
    [
        *("index build", "info", "verify", "versions", "rollback"),
        *("search", "ask", "eval", "eval --perturb", "bench", "serve"),
    ],
)
def test_every_command_is_documented(readme: str, command: str) -> None:
    assert re.search(rf"[` ]{command}[` ]", readme)


def test_both_readmes_show_the_same_code() -> None:
    blocks = (re.findall(r"```(\w+)\n(.*?)```", readme, re.DOTALL) for readme in (ENGLISH, KOREAN))
    for english, korean in zip_longest(*blocks):
        assert english[0] == korean[0]
        assert re.sub(r"#.*", "", english[1]) == re.sub(r"#.*", "", korean[1])


def test_the_python_block_runs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    project_index: Index,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Run as written, but for the name of the index folder."""
    monkeypatch.chdir(ROOT)
    block = re.search(r"```python\n(.*?)```", ENGLISH, re.DOTALL)
    assert block
    code = block[1].replace('"index"', repr(str(tmp_path / "index")))
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)  # noqa: S102 - the README is our own
    assert "립시츠 함수" in capsys.readouterr().out
    assert isinstance(names["bot"], Chatbot)
    assert names["bot"].version == project_index.version


def test_the_shown_answer_is_given(project_index: Index, project_config: Config) -> None:
    bot = Chatbot(project_index, project_config)
    shown = re.search(r"\$ mlqa ask \"(이중[^\"]*)\"\n(.*?) \[1\] …\n", ENGLISH)
    assert shown
    answer = bot.ask(shown[1])
    assert answer.sentences[0].text == shown[2]
    place = re.search(r"^\[1\] (.*) \((\S+) (\d+)-(\d+)\)$", ENGLISH, re.MULTILINE)
    assert place
    first = answer.citations[0]
    assert place[1] == " > ".join([first.title, *first.headings])
    assert (place[2], int(place[3]), int(place[4])) == (first.document_id, first.start, first.end)
