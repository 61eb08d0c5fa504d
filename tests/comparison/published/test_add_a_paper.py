"""Adding a paper as the README of the formulas shows: one architecture file, one CSV."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from convcost.core.registry import registry
from tests.shell import convcost

README = Path(__file__).parents[3] / "formulas" / "README.md"


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    text = README.read_text(encoding="utf-8")
    for package, file, language in (("architectures", "lenet5.py", "python"), ("published", "lenet5.csv", "csv")):
        (content,) = re.findall(rf"formulas/{package}/{file}`.*?```{language}\n(.*?)```", text, re.DOTALL)
        folder = tmp_path / package
        folder.mkdir()
        (folder / file).write_text(content, encoding="utf-8")
        root = importlib.import_module(f"convcost.formulas.{package}")
        monkeypatch.setattr(root, "__path__", [*root.__path__, str(folder)])
    registry.cache_clear()
    yield
    registry.cache_clear()


@pytest.mark.usefixtures("shown")
def test_the_readmes_example_works() -> None:
    outcome = convcost("claims", "lenet5")
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert [line.split()[0] + " " + line.split()[-1] for line in lines[2:5]] == [
        "lenet5-c1 holds",
        "lenet5-c3 refuted",
        "lenet5-f6 holds",
    ]
    assert lines[-1] == "3 claims: 1 refuted, 2 holds."


def test_without_the_files_there_is_no_such_paper() -> None:
    assert convcost("claims", "lenet5").code == 2
