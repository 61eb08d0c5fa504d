"""The recipes of formulas/README.md work when they are followed literally, and what was forgotten is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from convcost.core.record import Condition, Operator
from convcost.core.registry import find
from tests.docs.recipe import Recipe, Step, copied, ran
from tests.operators.grids import values


def followed(title: str, folder: Path, without: tuple[str, ...] = ()) -> tuple[Recipe, Path]:
    """Follow a recipe in a copy of the project, but for its steps in these files and folders."""
    recipe, project = Recipe.read(title), copied(folder)
    for step in recipe.steps:
        if not step.path.startswith(without or "nowhere"):
            step.apply(project)
    return recipe, project


def installed(project: Path, module: str) -> None:
    """Make a module of the project's folder look installed by a package of its name."""
    folder = project / f"{module}-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
    (folder / "RECORD").write_text(f"{module}.py,,\n", encoding="utf-8")


@pytest.mark.parametrize("title", ["An operator", "An operator of your own", "A paper", "A counter"])
def test_recipe(title: str, tmp_path: Path) -> None:
    recipe, project = followed(title, tmp_path)
    if title == "A counter":
        installed(project, "tinycount")
    assert len(recipe.commands) >= 2
    for command in recipe.commands:
        done = ran(command, project)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize(
    ("title", "forgotten", "named"),
    [
        ("An operator", ("tests/",), ("operators/strategies.py", "mutants/probes.py", "mutants/test_mutants.py")),
        ("An operator", ("convcost/trace/binders/",), ("convcost/trace/binders/",)),
        (
            "A paper",
            ("convcost/models/", "tests/"),
            ("convcost/models/", "tests/golden/systems.py", "tests/comparison/published/test_verdicts.py"),
        ),
    ],
)
def test_what_was_forgotten_is_named(
    title: str, forgotten: tuple[str, ...], named: tuple[str, ...], tmp_path: Path
) -> None:
    recipe, project = followed(title, tmp_path, forgotten)
    (command,) = (command for command in recipe.commands if "pytest" in command)
    if "tests/" not in forgotten:
        command = command.replace("tests/operators", "")  # the mutants miss the binder sooner
    done = ran(command.replace("--regenerate", ""), project)
    assert done.returncode == 1
    assert [name for name in named if name not in done.stdout] == []


def test_values_outside_of_a_formulas_domain_name_the_file_that_chooses_them() -> None:
    linear = find(Operator, "linear", "operator")
    never = Condition("nothing will do", lambda a: False, ())
    record = Operator("odd", "odd", linear.function, linear.template, linear.source, (never,))
    with pytest.raises(AssertionError, match=r"nothing will do.*tests/operators/grids\.py"):
        values(record, 0)


def test_a_step_without_its_place_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "convcost").mkdir()
    (tmp_path / "convcost" / "table.py").write_text("TABLE = {\n}\n", encoding="utf-8")
    Step("convcost/table.py", "in `TABLE`", "    1: 2,\n").apply(tmp_path)
    assert (tmp_path / "convcost" / "table.py").read_text(encoding="utf-8") == "TABLE = {\n    1: 2,\n}\n"
    with pytest.raises(AssertionError, match="no such place any more"):
        Step("convcost/table.py", "in `OTHER`", "").apply(tmp_path)
