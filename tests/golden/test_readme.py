"""Every command and Python example of the READMEs prints what they show, and every link leads somewhere."""

from __future__ import annotations

import csv
import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import convcost as convcost_package
from convcost.cli.main import app
from tests.shell import convcost

ROOT = Path(__file__).parents[2]
README, TOUR = ROOT / "README.md", ROOT / "reports" / "README.md"
DOCUMENTS = {str(path.relative_to(ROOT)): path for path in (README, TOUR)}
WITH_LINKS = (*DOCUMENTS, "convcost/README.md", "formulas/README.md")
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_PROMPT = "$ convcost "
# The main job is shown the way a newcomer starts it; the Makefile says which command that is.
_ALIASES = {"$ make compare": "compare mobilenet_v1 --alpha 0.75 --rho 0.857"}


def users_project(folder: Path) -> None:
    """Write the tour's section on budgets as files: pyproject.toml and test_net.py."""
    section = TOUR.read_text(encoding="utf-8").partition("## check\n")[2]
    for language, name in (("toml", "pyproject.toml"), ("python", "test_net.py")):
        found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
        assert found is not None
        (folder / name).write_text(found[1], encoding="utf-8")


def _ran(block: str) -> str:
    lines = []
    for line in block.splitlines():
        if line.startswith("$ "):
            command, _, first = line.partition(" | head -n ")
            arguments = _ALIASES.get(command) or command.removeprefix(_PROMPT)
            outcome = convcost(*shlex.split(arguments))
            printed = [text.rstrip() for text in (outcome.out + outcome.err).splitlines()]
            lines += [line, *printed[: int(first) if first else None]]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_print_what_is_shown(
    document: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = DOCUMENTS[document]
    text = path.read_text(encoding="utf-8")
    users_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    blocks = _BLOCK.findall(text)
    assert blocks
    actual = [_ran(block) for block in blocks]
    if request.config.getoption("--regenerate"):
        fresh = iter(actual)
        text = _BLOCK.sub(lambda _: f"```console\n{next(fresh)}```", text)
        path.write_text(text, encoding="utf-8")
        blocks = _BLOCK.findall(text)
    assert actual == blocks


def test_make_compare_is_the_command_shown() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"/convcost {_ALIASES['$ make compare']}\n" in makefile


@pytest.mark.parametrize("document", DOCUMENTS)
def test_python_examples_run(document: str) -> None:
    path = DOCUMENTS[document]
    blocks = "\n".join(re.findall(r"```pycon\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL))
    assert blocks.count(">>>") >= 4
    example = doctest.DocTestParser().get_doctest(blocks, {}, document, str(path), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    runner.run(example)
    assert runner.summarize(verbose=False).failed == 0


_SAID = re.compile(r"```text\n(E   .*?)```", re.DOTALL)


def test_the_users_tests_say_what_is_shown(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    users_project(tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 failed, 2 passed" in done.stdout
    said = "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines() if line.startswith("E "))
    text = TOUR.read_text(encoding="utf-8")
    if request.config.getoption("--regenerate"):
        text = _SAID.sub(lambda _: f"```text\n{said}```", text)
        TOUR.write_text(text, encoding="utf-8")
    assert _SAID.findall(text) == [said]


def _anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", WITH_LINKS)
def test_links_lead_somewhere(document: str) -> None:
    path = ROOT / document
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    lost = []
    for link in re.findall(r"\]\(([^)\s]*)\)", text):
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if "://" not in link and not (
            target.exists() and (not anchor or anchor in _anchors(target.read_text("utf-8")))
        ):
            lost.append(link)
    assert lost == []


def test_every_command_has_its_section_and_its_link() -> None:
    commands = {name for name, command in typer.main.get_group(app).commands.items() if not command.hidden}
    sections = set(re.findall(r"^## (.*)$", TOUR.read_text(encoding="utf-8"), re.MULTILINE))
    assert commands - sections == set(), "add a section to reports/README.md"
    links = set(re.findall(r"\[(\w+)\]\(reports/README\.md#\1\)", README.read_text(encoding="utf-8")))
    assert commands - links == set(), 'add a line to README.md, "What it answers"'


def test_the_readme_is_short_and_answers_at_once() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 200
    first = _BLOCK.findall(README.read_text(encoding="utf-8"))[0].splitlines()
    assert first[0].startswith("$ make compare")
    assert "agree with fvcore" in " ".join(first[1:3])
    assert len(first) <= 15
    assert lines.index(first[-1]) < 40


def test_the_other_counters_print_what_the_readme_says() -> None:
    with (TOUR.parent / "referee.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    printed = {(row["counter"], row["model"]): int(row["printed"]) for row in rows}
    core = {row["model"]: int(row["core"]) for row in rows}
    versions = {row["counter"]: row["version"] for row in rows}
    table = re.findall(r"^\| (\w+)( [\d.]+)? \|.*\| ([\d,]+) \| ([\d,]+) \|$", README.read_text("utf-8"), re.MULTILINE)
    assert [name for name, *_ in table] == ["torchinfo", "ptflops", "fvcore", "calflops", "convcost"]
    for name, version, *numbers in table:
        models = ("torchvision:mobilenet_v2", "torchvision:vit_b_16")
        expected = [printed[name, model] if version else core[model] for model in models]
        assert [int(number.replace(",", "")) for number in numbers] == expected
        assert not version or versions[name].startswith(version.strip())


def test_commands_that_are_said_to_be_functions_are_and_the_others_are_not() -> None:
    rows = re.findall(r"^\| (\[.*?) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    commands = [name for row in rows for name in re.findall(r"\[(\w+)\]", row)]
    assert sorted(commands) == sorted(command.name or "" for command in app.registered_commands)
    last = commands.index("page") + 1
    assert [name for name in commands if name in convcost_package.__all__] == commands[:last]
    assert {"cost", "closed_form"} <= set(convcost_package.__all__)
