"""``mlqa index``: build, look at, check and roll back an index."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mlqa.cli.common import Commands, Parser, Result, add_command, show_result
from mlqa.config import Config
from mlqa.errors import IndexProblem
from mlqa.messages import Language, message

if TYPE_CHECKING:
    from mlqa.index.store import Index


def add(commands: Commands, common: Parser) -> None:
    """Adds ``mlqa index …``."""
    index = commands.add_parser("index", help="색인 만들기와 관리")
    actions = index.add_subparsers(required=True, metavar="ACTION")
    build = add_command(actions, common, "build", _index_build, "문서로 색인 만들기")
    build.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="문서 폴더나 파일")
    build.add_argument("--force", action="store_true", help="바뀐 것이 없어도 다시 만들기")
    add_command(actions, common, "info", _index_info, "지금 색인의 정보")
    add_command(actions, common, "verify", _index_verify, "색인 파일 검사")
    add_command(actions, common, "versions", _index_versions, "남아 있는 색인들")
    add_command(actions, common, "rollback", _index_rollback, "이전 색인으로 되돌리기")


def _index_build(options: argparse.Namespace, config: Config) -> int:
    from mlqa.index.provenance import content_hash
    from mlqa.index.store import Index
    from mlqa.text.beside import with_own_files
    from mlqa.text.corpus import load_corpus
    from mlqa.text.limits import Limits

    start = time.perf_counter()
    paths = options.paths or [config.corpus]
    config = with_own_files(config, paths)
    documents = load_corpus(*paths, limits=Limits.of(config))
    previous = _previous(config)
    changed = (
        previous is None
        or options.force
        or previous.manifest.content != content_hash(documents, config)
    )
    index = previous
    if changed or index is None:
        index = Index.build(documents, config, previous)
        index = index.save(config.index, config.keep_versions)
    result = {
        "index": str(config.index),
        "changed": changed,
        "version": index.manifest.name,
        "seconds": round(time.perf_counter() - start, 3),
        **asdict(index.manifest.counts),
    }
    show_result(result, options, config, _show_build)
    return 0


def _previous(config: Config) -> Index | None:
    """The index that is there, for what can be taken over; a broken one is built anew."""
    from mlqa.index.store import Index

    try:
        return Index.load(config.index, config)
    except IndexProblem:
        return None


def _show_build(result: Result, language: Language) -> Iterator[str]:
    yield message("cli_built" if result["changed"] else "cli_unchanged", language, **result)


def _index_info(options: argparse.Namespace, config: Config) -> int:
    from mlqa.index.provenance import verify

    show_result(asdict(verify(config.index)), options, config, _show_info)
    return 0


def _show_info(result: Result, language: Language) -> Iterator[str]:
    shown = {key: value for key, value in result.items() if key not in {"checksums", "counts"}}
    for key, value in {**shown, **result["counts"]}.items():
        yield f"{key:16} {value}"
    yield message("cli_files", language, files=len(result["checksums"]))


def _index_verify(options: argparse.Namespace, config: Config) -> int:
    from mlqa.index.provenance import verify

    manifest = verify(config.index)
    result = {"index": str(config.index), "files": len(manifest.checksums), "intact": True}
    show_result(
        result, options, config, lambda r, language: iter([message("cli_intact", language, **r)])
    )
    return 0


def _index_versions(options: argparse.Namespace, config: Config) -> int:
    from mlqa.index import versions

    current = versions.current_name(config.index)
    result = {"current": current, "versions": versions.version_names(config.index)}
    show_result(result, options, config, _show_versions)
    return 0


def _show_versions(result: Result, _language: Language) -> Iterator[str]:
    for name in result["versions"]:
        yield f"{'*' if name == result['current'] else ' '} {name}"


def _index_rollback(options: argparse.Namespace, config: Config) -> int:
    from mlqa.index import versions

    result = {"current": versions.rollback(config.index)}
    show_result(
        result, options, config, lambda r, lang: iter([message("cli_rolled_back", lang, **r)])
    )
    return 0
