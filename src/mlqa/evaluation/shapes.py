"""Readers of the shapes in which others keep retrieval data sets; see ``datasets``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

EMBEDDING_PARTS = ("corpus", "queries", "relevant_docs")
_COLUMNS = ("query-id", "corpus-id", "score")


class ShapeError(Exception):
    """A file that does not hold what it should.

    Args:
        path: The file, with the number of the line or row behind a colon where there is one.
        reason: What is wrong.
    """

    def __init__(self, path: Path | str, reason: object) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason


class Passage(NamedTuple):
    """What is searched; ``title`` is empty where the data set gives none."""

    text: str
    title: str = ""


class Judgement(NamedTuple):
    """Passages of which any one is right, and how right: 1 or more."""

    passages: tuple[str, ...]
    relevance: int = 1


class Rows(NamedTuple):
    """What a reader found.

    Attributes:
        name: What the data set is called.
        passages: By id.
        queries: Their texts by id.
        judgements: By the id of the query.
        corpus_file: Where the passages come from.
        judgements_file: Where the judgements come from.
    """

    name: str
    passages: dict[str, Passage]
    queries: dict[str, str]
    judgements: dict[str, list[Judgement]]
    corpus_file: Path
    judgements_file: Path


class _Row(BaseModel):
    """Frozen; what a reader does not need is passed over, numbers serve as ids."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)


class _Question(_Row):
    id: str = Field(validation_alias=AliasChoices("id", "guid"))
    question: str
    is_impossible: bool = False


class _Paragraph(_Row):
    context: str
    qas: tuple[_Question, ...]


class _Article(_Row):
    title: str | None = None
    paragraphs: tuple[_Paragraph, ...]


class _Squad(_Row):
    data: tuple[_Article, ...]


class _BeirPassage(_Row):
    id: str = Field(alias="_id")
    text: str
    title: str | None = None


class _BeirQuery(_Row):
    id: str = Field(alias="_id")
    text: str


class _AutoragPassage(_Row):
    doc_id: str
    contents: str


def _groups(value: object) -> object:
    """AutoRAG's right passages: a list of lists, a list, or one id alone."""
    items = value if isinstance(value, list) else [value]
    return [item if isinstance(item, list) else [item] for item in items]


class _AutoragQuery(_Row):
    qid: str
    query: str
    retrieval_gt: Annotated[tuple[tuple[str, ...], ...], BeforeValidator(_groups)]


class _Embedding(_Row):
    corpus: dict[str, str]
    queries: dict[str, str]
    relevant_docs: dict[str, tuple[str, ...]]


_R = TypeVar("_R", bound=_Row)
_V = TypeVar("_V")


def read_squad(path: Path, content: Mapping[str, Any]) -> Rows:
    """KorQuAD 1.0, KLUE-MRC and the like: a question's right passage is its paragraph.

    Paragraphs of equal text are one passage; a question without an answer is left out.
    """
    rows = Rows(path.stem, {}, {}, {}, path, path)
    ids: dict[str, str] = {}
    number = 0
    for article in _parsed(_Squad, content, path).data:
        title = (article.title or "").replace("_", " ")
        for paragraph in article.paragraphs:
            number += 1
            passage = ids.setdefault(
                paragraph.context, f"{title}/{number}" if title else f"{number}"
            )
            rows.passages.setdefault(passage, Passage(paragraph.context, title))
            for question in paragraph.qas:
                if not question.is_impossible:
                    _put(rows.queries, question.id, question.question, path)
                    rows.judgements[question.id] = [Judgement((passage,))]
    return rows


def read_beir(folder: Path, judgements: Path | None = None) -> Rows:
    """``corpus.jsonl``, ``queries.jsonl`` and ``qrels/test.tsv``.

    Args:
        folder: Where they are.
        judgements: The file of another part, such as ``qrels/dev.tsv``.
    """
    found = sorted((folder / "qrels").glob("*.tsv"))
    judgements = judgements or (found[0] if len(found) == 1 else folder / "qrels" / "test.tsv")
    part = "" if judgements.stem == "test" else f"/{judgements.stem}"
    corpus, queries = folder / "corpus.jsonl", folder / "queries.jsonl"
    rows = Rows(folder.resolve().name + part, {}, {}, {}, corpus, judgements)
    for place, row in _json_lines(corpus, _BeirPassage):
        _put(rows.passages, row.id, Passage(row.text, row.title or ""), place)
    for place, query in _json_lines(queries, _BeirQuery):
        _put(rows.queries, query.id, query.text, place)
    for place, line in _lines(judgements):
        cells = line.split("\t")
        if len(cells) < len(_COLUMNS):
            raise ShapeError(place, f"not {', '.join(_COLUMNS)} between tabs")
        query_id, passage, score = cells[: len(_COLUMNS)]
        if score == _COLUMNS[-1]:  # the first line may name the columns
            continue
        relevance = _relevance(score, place)
        if relevance > 0:
            rows.judgements.setdefault(query_id, []).append(Judgement((passage,), relevance))
    return rows


def _relevance(score: str, place: str) -> int:
    try:
        return int(float(score))
    except (ValueError, OverflowError):
        raise ShapeError(place, f"score {score!r} is not a number") from None


def read_autorag(questions: Path, corpus: Path) -> Rows:
    """Parquet files of AutoRAG: each inner list of ``retrieval_gt`` holds alternatives."""
    rows = Rows(questions.resolve().parent.name, {}, {}, {}, corpus, questions)
    for place, row in _parquet_rows(corpus, _AutoragPassage):
        _put(rows.passages, row.doc_id, Passage(row.contents), place)
    for place, query in _parquet_rows(questions, _AutoragQuery):
        _put(rows.queries, query.qid, query.query, place)
        groups = [Judgement(group) for group in query.retrieval_gt if group]
        if groups:
            rows.judgements[query.qid] = groups
    return rows


def read_embedding(files: Mapping[str, Path], contents: Mapping[str, Any], name: str) -> Rows:
    """Corpus, queries and relevant documents of an embedding data set, by id.

    Args:
        files: Where each of ``EMBEDDING_PARTS`` comes from.
        contents: What stands there.
        name: What the data set is called.
    """
    try:
        parsed = _Embedding.model_validate(contents)
    except ValidationError as error:
        part = str(error.errors()[0]["loc"][0])
        raise ShapeError(files[part], _reason(error)) from None
    return Rows(
        name,
        {key: Passage(text) for key, text in parsed.corpus.items()},
        dict(parsed.queries),
        {
            query: [Judgement((passage,)) for passage in dict.fromkeys(passages)]
            for query, passages in parsed.relevant_docs.items()
            if passages
        },
        files["corpus"],
        files["relevant_docs"],
    )


def read_json(path: Path) -> Any:  # noqa: ANN401 - JSON is anything
    """The content of a JSON file.

    Raises:
        ShapeError: It is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ShapeError(path, error) from None


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of a file that are not blank, each with its place."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield f"{path}:{number}", line.rstrip("\n")
    except UnicodeDecodeError as error:
        raise ShapeError(path, error) from None


def _json_lines(path: Path, shape: type[_R]) -> Iterator[tuple[str, _R]]:
    for place, line in _lines(path):
        try:
            content = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ShapeError(place, error) from None
        yield place, _parsed(shape, content, place)


def _parquet_rows(path: Path, shape: type[_R]) -> Iterator[tuple[str, _R]]:
    from pyarrow import ArrowException, parquet  # noqa: PLC0415 - 0.2 s, for this shape alone

    try:
        table = parquet.read_table(path, columns=list(shape.model_fields))
    except ArrowException as error:  # no parquet file, or a column is missing
        raise ShapeError(path, str(error).partition("\n")[0]) from None
    for number, row in enumerate(table.to_pylist(), start=1):
        place = f"{path}:{number}"
        yield place, _parsed(shape, row, place)


def _parsed(shape: type[_R], content: object, place: Path | str) -> _R:
    try:
        return shape.model_validate(content)
    except ValidationError as error:
        raise ShapeError(place, _reason(error)) from None


def _reason(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else first["msg"]


def _put(target: dict[str, _V], key: str, value: _V, place: Path | str) -> None:
    if key in target:
        raise ShapeError(place, f"id {key!r} is not unique")
    target[key] = value
