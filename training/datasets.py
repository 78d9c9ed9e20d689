"""Reads the data sets: what is trained on, what choices are made on, what is reported once.

The splits are fixed here. Text of a test set never comes into training: whole rows of any training
set that hold a sentence of a test set are left out.
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rapidfuzz import fuzz, process

from mlqa.evaluation.gold import load_gold
from mlqa.text.glossary import load_glossary

Pair = tuple[str, str]

PARALLEL = (
    "tldr_en_ko",
    "python_docs_ko",
    "tensorflow_docs_en_ko",
    "fastapi_docs_en_ko",
    "d2l_en_ko",
    "hf_course_en_ko",
    "stanford_cheatsheets_en_ko",
)
_MKQA_TEST, _MKQA_DEV = 1000, 500
_BLOCK, _BLOCKS_DEV, _BLOCKS_TEST = 10, 800, 900  # rows of a block; first block of dev and test
_PARALLEL_DEV, _TATOEBA_DEV, _WELFARE_DEV, _PREMISES_DEV = 1000, 500, 700, 1000
_OWN_DEV = 300
_WRITTEN = Path(__file__).parent / "pairs"
_GOLD = Path(__file__).parent.parent / "eval" / "gold.jsonl"
_ALIKE = 80  # per cent of the letters
# Longer texts say too many things for one vector, and cost the most to analyse.
_LONGEST = 360  # characters of Korean
_LONGEST_ENGLISH = 900


@dataclass
class Data:
    """Everything that is read.

    Attributes:
        pairs: Training pairs by kind; the first text of "en:" kinds is English.
        scored: KorSTS by part: sentence, sentence, score.
        entailed: Premise, hypothesis, contradiction ("" where there is none).
        pools: Dev and test retrieval: name to (questions, texts, right text of each question).
    """

    pairs: dict[str, list[Pair]] = field(default_factory=dict)
    scored: dict[str, list[tuple[str, str, float]]] = field(default_factory=dict)
    entailed: list[tuple[str, str, str]] = field(default_factory=list)
    pools: dict[str, tuple[list[str], list[str], list[set[int]]]] = field(default_factory=dict)


def key_of(text: str) -> str:
    """What is equal in two texts that say the same in the same words."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split()).rstrip(".?!")


def order(key: str) -> str:
    """A fixed order that has nothing to do with the content: by SHA-256."""
    return hashlib.sha256(key.encode("utf-8")).hexdigest()


def read(folder: Path, glossary: Path | None = None) -> Data:
    """Reads all sets below a folder (and the project's glossary as pairs, if given)."""
    data = Data()
    _korsts(folder / "korsts", data)
    _mkqa(folder / "mkqa_ko", data)
    _tatoeba(folder, data)
    _para_kqc(folder / "paraKQC", data)
    _welfare(folder / "welfare_qa_ko", data)
    _korquad(folder / "korquad_v1_dev", data)
    _korean_pairs(folder, data)
    _parallel(folder, data)
    _terms(folder, glossary, data)
    _written(data)
    _drop_test_text(data)
    return data


def _korsts(folder: Path, data: Data) -> None:
    for part in ("train", "dev", "test"):
        rows = [line.split("\t") for line in _lines(folder / f"sts-{part}.tsv")[1:]]
        data.scored[part] = [(r[5], r[6], float(r[4])) for r in rows]


def _mkqa(folder: Path, data: Data) -> None:
    rows = sorted(_json_lines(folder / "mkqa_ko_en_questions.jsonl"), key=lambda r: order(r["id"]))
    pairs = [(row["en"], row["ko"]) for row in rows]
    _pool(data, "test:mkqa", pairs[:_MKQA_TEST])
    _pool(data, "dev:mkqa", pairs[_MKQA_TEST : _MKQA_TEST + _MKQA_DEV])
    data.pairs["en:mkqa"] = pairs[_MKQA_TEST + _MKQA_DEV :]


def _tatoeba(folder: Path, data: Data) -> None:
    english, korean = (
        _lines(folder / "tatoeba_ko_en" / f"tatoeba.kor-eng.{side}") for side in ("eng", "kor")
    )
    _pool(data, "test:tatoeba", list(zip(english, korean, strict=True)))
    rows = _json_lines(folder / "tatoeba_anki_en_ko" / "pairs.jsonl")
    pairs = [(r["en"], r["ko"]) for r in rows if not r["in_laser_test"]]
    pairs.sort(key=lambda pair: order(pair[0]))
    # Other translations of a held-out sentence are held out too.
    held = {key_of(t) for pair in pairs[:_TATOEBA_DEV] for t in pair}
    _pool(data, "dev:tatoeba", pairs[:_TATOEBA_DEV])
    data.pairs["en:tatoeba"] = [p for p in pairs if not held & {key_of(t) for t in p}]


def _para_kqc(folder: Path, data: Data) -> None:
    sentences = [line.split("\t")[2] for line in _lines(folder / "paraKQC_v1.txt")]
    blocks = [sentences[i : i + _BLOCK] for i in range(0, len(sentences), _BLOCK)]
    data.pairs["ko:parakqc"] = [
        (a, b)
        for block in blocks[:_BLOCKS_DEV]
        for i, a in enumerate(block)
        for b in block[i + 1 :]
    ]
    for name, part in (
        ("dev:parakqc", blocks[_BLOCKS_DEV:_BLOCKS_TEST]),
        ("test:parakqc", blocks[_BLOCKS_TEST:]),
    ):
        texts = [sentence for block in part for sentence in block]
        right = [
            set(range(i - i % _BLOCK, i - i % _BLOCK + _BLOCK)) - {i} for i in range(len(texts))
        ]
        data.pools[name] = (texts, texts, right)


def _welfare(folder: Path, data: Data) -> None:
    corpus = _json(folder / "train_corpus.json")
    documents = {key: row for row, key in enumerate(corpus)}
    texts = list(corpus.values())
    for part in ("train", "test"):
        queries = _json(folder / f"{part}_queries.json")
        right = _json(folder / f"{part}_relevant_docs.json")
        rows = [(queries[key], documents[right[key][0]]) for key in sorted(queries, key=order)]
        held = rows if part == "test" else rows[:_WELFARE_DEV]
        name = "test:welfare" if part == "test" else "dev:welfare"
        data.pools[name] = ([q for q, _ in held], texts, [{row} for _, row in held])
        if part == "train":
            data.pairs["ko:welfare"] = [(q, texts[row]) for q, row in rows[_WELFARE_DEV:]]


def _korquad(folder: Path, data: Data) -> None:
    articles = _json(folder / "KorQuAD_v1.0_dev.json")["data"]
    paragraphs = [p for article in articles for p in article["paragraphs"]]
    asked = [(qa["question"], row) for row, p in enumerate(paragraphs) for qa in p["qas"]]
    texts = [p["context"] for p in paragraphs]
    data.pools["test:korquad"] = ([q for q, _ in asked], texts, [{row} for _, row in asked])


def _korean_pairs(folder: Path, data: Data) -> None:
    rows = [
        line.split("\t")
        for part in ("train", "validation")
        for line in _lines(folder / "songys_question_pair" / f"{part}.txt")[1:]
    ]
    # The column is inverted: 0 says that the questions are the same.
    same = [(r[0], r[1]) for r in rows if len(r) == 3 and r[2].strip() == "0"]
    data.pairs["ko:songys"] = [pair for pair in same if key_of(pair[0]) != key_of(pair[1])]
    rows = [line.split("\t") for line in _lines(folder / "sae4k" / "sae4k_v1.txt")]
    data.pairs["ko:sae4k"] = [(r[0], r[1]) for r in rows if len(r) == 3]
    by_premise: dict[str, dict[str, list[str]]] = {}
    for row in _json_lines(folder / "klue_nli_dacon" / "klue_nli_27998.jsonl"):
        if row["part"] == "dacon_train":
            labels = by_premise.setdefault(row["premise"], {})
            labels.setdefault(row["label"], []).append(row["hypothesis"])
    premises = sorted((p for p in by_premise if "entailment" in by_premise[p]), key=order)
    held = [
        (h, row)
        for row, premise in enumerate(premises[:_PREMISES_DEV])
        for h in by_premise[premise].get("entailment", ())
    ]
    data.pools["dev:entailed"] = (
        [h for h, _ in held],
        premises[:_PREMISES_DEV],
        [{row} for _, row in held],
    )
    for premise in premises[_PREMISES_DEV:]:
        labels = by_premise[premise]
        against = labels.get("contradiction", [""])
        data.entailed += [
            (premise, hypothesis, against[i % len(against)])
            for i, hypothesis in enumerate(labels.get("entailment", ()))
        ]


def _parallel(folder: Path, data: Data) -> None:
    held = 0
    pool: list[Pair] = []
    for name in PARALLEL:
        rows = _json_lines(folder / name / "pairs.jsonl")
        pairs = list(dict.fromkeys((r["en"], r["ko"]) for r in rows))
        pairs = [
            (en, ko) for en, ko in pairs if len(ko) <= _LONGEST and len(en) <= _LONGEST_ENGLISH
        ]
        random.Random(name).shuffle(pairs)  # noqa: S311 - a fixed order, not a secret
        held = round(len(pairs) * _PARALLEL_DEV / 95_000)
        pool += pairs[:held]
        data.pairs[f"en:{name}"] = pairs[held:]
    _pool(data, "dev:parallel", pool)


def _terms(folder: Path, glossary: Path | None, data: Data) -> None:
    terms: list[Pair] = []
    with (folder / "ml_glossary_en_ko" / "glossary.tsv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t")
        # Rows without a licence are left out.
        terms += [(r["en"], r["ko"]) for r in rows if "none" not in r["licence"].lower()]
    with (folder / "ml_glossary_en_ko" / "mined_parenthetical.tsv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t")
        terms += [(r["en"], r["ko"]) for r in rows if int(r["count"]) > 1]
    for line in _lines(folder / "stanford_cheatsheets_en_ko" / "terms.tsv"):
        english, _, korean = line.partition("\t")
        terms.append((english, korean.partition("(")[0]))
    if glossary:
        for entry in load_glossary(glossary).entries:
            latin = [form for form in entry.forms if form.isascii()]
            terms += [(form, entry.canonical) for form in latin]
    data.pairs["en:terms"] = list(dict.fromkeys(terms))


def _written(data: Data) -> None:
    """What was written for this project: word lists, everyday sentences, own words."""
    data.pairs["en:words"] = _table("words_en_ko.tsv")
    data.pairs["en:everyday"] = _table("sentences_en_ko.tsv")
    data.pairs["ko:words"] = [
        (word, other.strip())
        for word, others in _table("words_ko_ko.tsv")
        for other in others.split(",")
    ]
    own = sorted(
        _table("own_words_tech.tsv") + _table("own_words_general.tsv"), key=lambda p: order(p[0])
    )
    _pool(data, "dev:own", own[:_OWN_DEV])
    data.pairs["ko:own"] = own[_OWN_DEV:]
    essays = _unlike_gold(_table("questions_essays.tsv"))
    data.pairs["ko:essays"] = [pair for pair in essays if not pair[0].isascii()]
    data.pairs["en:essays"] = [pair for pair in essays if pair[0].isascii()]


def _unlike_gold(pairs: list[Pair]) -> list[Pair]:
    """Without questions that nearly stand in the gold set: it is to be answered unseen."""
    gold = [key_of(question.question) for question in load_gold(_GOLD).questions]
    return [
        (question, sentence)
        for question, sentence in pairs
        if not process.extractOne(key_of(question), gold, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    ]


def _table(name: str) -> list[Pair]:
    rows = [line.split("\t") for line in _lines(_WRITTEN / name)]
    return [(left, right) for left, right in rows]


def _drop_test_text(data: Data) -> None:
    held = {key_of(t) for part in ("dev", "test") for a, b, _ in data.scored[part] for t in (a, b)}
    for name, (questions, texts, _) in data.pools.items():
        held.update(map(key_of, questions))
        if "welfare" not in name:  # its documents are the same in training and test
            held.update(map(key_of, texts))
    for kind, pairs in data.pairs.items():
        if kind not in {"en:terms", "en:words", "ko:words"}:
            data.pairs[kind] = [p for p in pairs if not held & {key_of(t) for t in p}]
    data.scored["train"] = [
        row for row in data.scored["train"] if not held & {key_of(row[0]), key_of(row[1])}
    ]
    data.entailed = [row for row in data.entailed if not held & {key_of(row[0]), key_of(row[1])}]


def _pool(data: Data, name: str, pairs: Iterable[Pair]) -> None:
    """Every first text must find its second; equal second texts are all right."""
    pairs = list(pairs)
    rows: dict[str, set[int]] = {}
    for row, (_, text) in enumerate(pairs):
        rows.setdefault(key_of(text), set()).add(row)
    data.pools[name] = (
        [a for a, _ in pairs],
        [b for _, b in pairs],
        [rows[key_of(b)] for _, b in pairs],
    )


def _lines(path: Path) -> list[str]:
    content = path.read_text(encoding="utf-8-sig")
    return [line.rstrip("\r") for line in content.split("\n") if line.strip()]


def _json(path: Path) -> dict:  # type: ignore[type-arg]
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _json_lines(path: Path) -> Iterator[dict]:  # type: ignore[type-arg]
    return map(json.loads, _lines(path))
