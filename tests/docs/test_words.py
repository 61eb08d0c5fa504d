"""Docstrings, comments, help texts, messages and READMEs use the project's words, one per thing."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "convcost/README.md", "formulas/README.md", "reports/README.md", "Makefile")
_THINGS = "|".join(
    (
        *("one", "once", "row", "symbol", "element", "value", "field", "dimension", "number", "sentence"),
        *("images", "filters", "channels", "vectors", "matrices", "maps", "windows", "outputs", "rows", "elements"),
        *("evaluation", "evaluations", "addition", "additions", "comparison", "operation", "operations", "step"),
        *("multiplication", "multiply-accumulate", "multiply-accumulates", "term", "terms", "process"),
        *("characters", "taps", "weights", "samples", "tokens", "features", "positions", "groups", "numbers"),
    )
)
_EACH = (
    "layer|batch|channel|axis|input|model|module|operator|side|sample|paper|line|kind|unit|call|output|spelling|"
    "element|tap|hidden|gate|step|position|pixel|cell|head"
)
INSTEAD = {
    r"the\s+book": "the registry",
    r"pens?|draws?\s+(?:the|a)\s+network|drawn\s+network": "builder, build",
    r"twins?": "meta copy",
    r"hearings?": "referee run",
    r"keepers?": "supervisor",
    r"tapes?": "program",
    r"dials?": "slider",
    r"reckon\w*": "calculate, evaluate",
    r"(?:hold|holds|held|holding)(?:\s+\w+){0,3}\s+against": "compare with",
    r"carriers?": "numeric backend",
    r"sights?": "call filter",
    r"openings?": "dynamic dimensions",
    r"quasi(?![-_]polynomial)\w*": "quasi-polynomial",
    r"multilinear\w*": "product operator",
    rf"(?:{_THINGS})\s+an?\s+(?:{_EACH})": "X per Y",
}
# The ones probe needs what mathematics calls multilinear, and says so.
ALLOWED = {("convcost/trace/probe.py", "multilinear"), ("convcost/trace/probe.py", "multilinearity")}
_BANNED = re.compile("|".join(rf"(?P<w{n}>\b(?:{words})\b)" for n, words in enumerate(INSTEAD)), re.IGNORECASE)


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Yield the comments and texts of a Python file with the lines that they begin at."""
    texts = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", tokenize.COMMENT)}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in texts:
            # Before Python 3.12 an f-string is one token, the names in it included.
            yield token.start[0], re.sub(r"\{[^{}\n]*\}", "{}", token.string)


def offenders(name: str, parts: Iterator[tuple[int, str]]) -> list[str]:
    """Return the words of a file that have another name here, with their lines."""
    found = []
    for start, text in parts:
        for match in _BANNED.finditer(text):
            word = " ".join(match[0].split())
            if (name, word.lower()) not in ALLOWED:
                instead = list(INSTEAD.values())[int(str(match.lastgroup)[1:])]
                found.append(f"{name}:{start + text[: match.start()].count(chr(10))}: {word!r}: say {instead}")
    return found


@pytest.mark.parametrize("room", ["convcost", "formulas"])
def test_sentences_use_the_projects_words(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert len(files) >= 30
    found = (offenders(str(f.relative_to(ROOT)), sentences(f.read_text(encoding="utf-8"))) for f in files)
    assert list(chain.from_iterable(found)) == []


@pytest.mark.parametrize("name", READMES)
def test_readmes_use_the_projects_words(name: str) -> None:
    assert offenders(name, iter([(1, (ROOT / name).read_text(encoding="utf-8"))])) == []


def test_a_word_of_another_name_is_found_with_its_line() -> None:
    source = (
        '"""Right.\n\nA row a layer, held\nagainst it; per layer, a layer.\n"""\n'
        'pen = 1\nx = f"{pen} the book"  # reckoned\n'
    )
    assert [found.partition(": say")[0] for found in offenders("a.py", sentences(source))] == [
        "a.py:3: 'row a layer'",
        "a.py:3: 'held against'",
        "a.py:7: 'the book'",
        "a.py:7: 'reckoned'",
    ]
