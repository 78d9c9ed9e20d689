"""What is imported when; a test that measured seconds would fail on a busy machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MODELS = {"torch", "transformers", "sentence_transformers"}
TOOLS = {"matplotlib", "optuna", "psutil", "sklearn"}
SERVERS = {"anyio", "fastapi", "mcp", "starlette", "uvicorn"}
HEAVY = MODELS | TOOLS | SERVERS | {"faiss", "gradio", "huggingface_hub", "kiwipiepy", "numpy"}


def loaded(code: str, *arguments: Path | str) -> set[str]:
    """Heavy packages that a fresh Python has loaded behind some code."""
    report = f"\nimport sys; print(*sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code + report, *arguments],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    assert done.stderr == ""
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import mlqa",
        "import mlqa.cli",
        "import mlqa, mlqa.__main__; mlqa.Document; mlqa.Config(); mlqa.MlqaError; mlqa.Hit",
        "from mlqa.cli import run; assert run(['serve', '--help']) == 0",
        "from mlqa.cli import run; assert run(['mcp', '--help']) == 0",
        "import mlqa; mlqa.tool; mlqa.ToolResult; mlqa.ToolCall",
    ],
)
def test_import_is_free(code: str) -> None:
    assert loaded(code) == set()


def test_models_are_imported_when_one_is_wanted() -> None:
    assert loaded("import mlqa.index.transformer, mlqa.retrieval.reranking") == {"numpy"}


def test_answering_needs_no_model(saved_folder: Path) -> None:
    code = (
        "import sys; from mlqa.cli import run; "
        "assert run(['ask', '무효화란 무엇인가요?', '--index', sys.argv[1]]) == 0"
    )
    assert loaded(code, saved_folder) == {"faiss", "kiwipiepy", "numpy"}


def test_looking_at_versions_loads_nothing(saved_folder: Path) -> None:
    code = (
        "import sys; from mlqa.cli import run; "
        "assert run(['index', 'versions', '--index', sys.argv[1]]) == 0"
    )
    assert loaded(code, saved_folder) == set()


def test_public_names() -> None:
    import mlqa

    for name in mlqa.__all__:
        assert getattr(mlqa, name).__name__ == name
    with pytest.raises(AttributeError, match="no_such_name"):
        mlqa.no_such_name  # noqa: B018 - asking is the point
