"""The map of the code in convcost/README.md: every file and name in it is there, and every room has its line."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAP = (ROOT / "convcost" / "README.md").read_text(encoding="utf-8")
READMES = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "reports/README.md")) + MAP
PATHS = sorted(set(re.findall(r"`((?:convcost|formulas|tests)/[\w/.]*)`", READMES)))
NAMES = sorted(set(re.findall(r"`(convcost/[\w/]+\.py)`\s+\(`(\w+)`\)", MAP)))
# The five that a reader of five minutes can name.
FIRST = {
    "the formula of a convolution, grouped ones too": "formulas/operators/convolution.py",
    "running fvcore": "convcost/trace/fvcore.py",
    "the verdict on a layer, with its reason": "convcost/comparison/judge.py",
    "fitting the columns of a table to the terminal": "convcost/report/table.py",
    "whether two formulas are equal at every size (the residue-class argument)": "convcost/symbolic/equality.py",
}


@pytest.mark.parametrize("path", PATHS)
def test_what_the_readmes_name_is_there(path: str) -> None:
    assert (ROOT / path).exists(), "edit the README that names it"


@pytest.mark.parametrize(("path", "name"), NAMES)
def test_functions_and_classes_are_where_the_map_says(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.ClassDef)
    assert name in {node.name for node in tree.body if isinstance(node, kinds)}, "edit convcost/README.md"


def test_the_map_is_not_empty() -> None:
    assert len(PATHS) >= 20
    assert len(NAMES) >= 12


def test_every_room_has_its_line() -> None:
    rooms = MAP.partition("## Rooms\n")[2].partition("\n## ")[0]
    folders = [path.parent for top in ("convcost", "formulas") for path in (ROOT / top).rglob("__init__.py")]
    missing = [str(folder.relative_to(ROOT)) for folder in folders if f"`{folder.name}/`" not in rooms]
    assert set(missing) <= {"convcost"}, "add the room to convcost/README.md"


def test_no_room_is_named_that_is_gone() -> None:
    rooms = MAP.partition("## Rooms\n")[2].partition("\n## ")[0]
    folders = {p.name for top in ("convcost", "formulas") for p in (ROOT / top, *(ROOT / top).rglob("*")) if p.is_dir()}
    assert set(re.findall(r"`(\w+)/`", rooms)) - folders == set(), "edit convcost/README.md"


@pytest.mark.parametrize("question", FIRST)
def test_what_is_looked_for_first_is_in_the_first_table(question: str) -> None:
    assert f"| {question} | `{FIRST[question]}`" in MAP
