"""PDF, Word and Hangul files read in a process of its own, with limits on time and memory.

Such a file may be made to take for ever, or all memory. The process is ended then, and nothing else
is harmed. What it sends back is JSON: text, never anything that runs.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from mlqa.errors import CorpusError
from mlqa.schema import Removed
from mlqa.text import archives
from mlqa.text.docx import read_docx
from mlqa.text.hwpx import read_hwpx
from mlqa.text.limits import Limits
from mlqa.text.office import Read
from mlqa.text.pdf import Page, TextLine, read_pages

# The folder of this package is looked at last; the folder that the user is in, never.
_PROGRAM = (
    "import sys; sys.path[:1] = []; sys.path.append(sys.argv[1]); "
    "from mlqa.text.isolated import work; work(*sys.argv[2:])"
)
_KILLED_BY_CPU_LIMIT = -24


class Parsed(NamedTuple):
    """What a file holds: Markdown, or the pages of a PDF.

    Attributes:
        read: Of Word and Hangul files.
        pages: Of a PDF.
    """

    read: Read
    pages: tuple[Page, ...]


def parse(path: Path, *, shown: str, suffix: str, limits: Limits) -> Parsed:
    """Reads a file in another process.

    Args:
        path: The file.
        shown: The file as errors name it.
        suffix: ``.pdf``, ``.docx`` or ``.hwpx``.
        limits: What it may cost.

    Raises:
        CorpusError: It cannot be read, or costs more than it may.
    """
    slow = CorpusError("loading_slow", path=shown, seconds=f"{limits.seconds:g}")
    root = str(Path(__file__).resolve().parents[2])
    command = [
        sys.executable,
        "-c",
        _PROGRAM,
        root,
        str(path.resolve()),
        suffix,
        json.dumps(limits),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - our own program; the path is one argument
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise slow from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise CorpusError("corpus_unreadable", path=shown, reason=reason) from error
    if done.returncode == _KILLED_BY_CPU_LIMIT:
        raise slow
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:  # it ended before it could say anything
        raise CorpusError("loading_broken", path=shown) from None
    if "error" in answer:
        raise CorpusError(answer["error"], **{**answer["values"], "path": shown})
    removed = tuple(Removed(line=a, text=b, reason=c) for a, b, c in answer["removed"])
    pages = tuple(
        Page([TextLine(*line) for line in lines], turned) for lines, turned in answer["pages"]
    )
    return Parsed(Read(answer["text"], removed), pages)


def work(path: str, suffix: str, limits: str) -> None:
    """What the other process does: reads one file and writes JSON to standard output."""
    allowed = Limits(*json.loads(limits))
    _settle(allowed)
    try:
        answer = _answer(Path(path), suffix, allowed)
        text = json.dumps(answer, ensure_ascii=False)
    except CorpusError as error:
        text = json.dumps({"error": error.key, "values": dict(error.values)})
    except MemoryError:
        values = {"memory": allowed.memory_mb}
        text = json.dumps({"error": "loading_memory", "values": values})
    except Exception:  # noqa: BLE001 - a broken file breaks a parser in any way
        text = json.dumps({"error": "loading_broken", "values": {}})
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


def _answer(path: Path, suffix: str, limits: Limits) -> dict[str, object]:
    if suffix == ".pdf":
        pages = [(page.lines, page.turned) for page in read_pages(path, "")]
        return {"text": "", "removed": [], "pages": pages}
    read_archive = {".docx": read_docx, ".hwpx": read_hwpx}[suffix]
    with archives.opened(path, "", limits) as archive:
        read = read_archive(archive, "")
    removed = [(gone.line, gone.text, gone.reason) for gone in read.removed]
    return {"text": read.text, "removed": removed, "pages": []}


def _settle(limits: Limits) -> None:
    """Limits this process; where the system cannot, the parent still watches the time."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on every system

    memory, seconds = limits.memory_mb * 2**20, math.ceil(limits.seconds) + 1
    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),  # ends it also where the parent is gone
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(kind, (limit, limit))
        except (OSError, ValueError):
            continue
