"""`convcost check` of a model that grew: per cent, layers, what compares it with before, JSON, GitHub's annotations."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.cli.project import MACS, NET, project, rewrite, widen
from tests.shell import convcost

BARE = 'model = "net.py:Net"\ninput = "1,3,12,12"'
NAME = "convcost-baseline.json"


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", *who, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose baseline was written when the net was small; no git, no workflow."""
    for name in ("GITHUB_ACTIONS", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    found = project(tmp_path, only=BARE)
    assert convcost("check", str(found), "--update").code == 0
    return found


def said(folder: Path, *options: str) -> str:
    return " ".join(convcost("check", str(folder), *options).out.split())


def test_the_layers_that_grew_stand_in_order_of_what_they_grew(folder: Path) -> None:
    widen(folder)
    # The stem has 3·9 weights more on 10×10 positions, the classifier 10: both are 9/8 of what they were.
    assert "only: MACs grew in stem +2,700 (+12.50 %), head +10 (+12.50 %) only: layer by layer" in said(folder)


def test_of_a_count_that_grew_alone_its_own_layers_are_told(folder: Path) -> None:
    net = folder / "net.py"
    net.write_text(net.read_text().replace("bias=False", "bias=True"))
    # A bias is no multiply-accumulate: 8 parameters, of 216 in the layer and of 306 in all.
    assert "only: parameters grew in stem +8 (+3.70 %)" in said(folder)
    assert said(folder).count("+8 parameters (+2.61 %) since the baseline, and no limit lets that grow") == 1
    assert said(folder).count("since the baseline") == 1


def test_a_layer_that_cost_nothing_before_is_not_new(folder: Path) -> None:
    net = folder / "net.py"
    scaled = NET.replace("self.head = nn.Linear(width, 10)", "self.head = nn.Linear(width, 10); self.norm = NORM")
    scaled = scaled.replace("self.head(", "self.norm(self.head(").replace("mean((2, 3)))", "mean((2, 3))))")
    net.write_text(scaled.replace("NORM", "nn.LayerNorm(10, elementwise_affine=False)"))
    assert convcost("check", str(folder), "--update").code == 0
    net.write_text(scaled.replace("NORM", "nn.LayerNorm(10)"))
    # A weight and a bias for each of 10 features, in a layer that had none.
    assert "only: parameters grew in norm +20 only: layer by layer" in said(folder)


def test_a_layer_that_was_not_there_is_new(folder: Path) -> None:
    net = folder / "net.py"
    net.write_text(net.read_text().replace("self.head", "self.tail").replace("(width, 10)", "(width, 11)"))
    # 88 in the new layer, 80 in the one that is gone.
    assert "+8 MACs (+0.04 %)" in said(folder)
    assert "only: MACs grew in tail +88 (new)" in said(folder)


def test_many_layers_are_counted(folder: Path) -> None:
    deep = "stem = nn.Sequential(*(nn.Conv2d(3 if i == 0 else width, width, 1) for i in range(9)))"
    net = folder / "net.py"
    net.write_text(net.read_text().replace("stem = nn.Conv2d(3, width, kernel, bias=False)", deep))
    assert "stem.5 +9,216 (new) and 4 more" in said(folder)  # 8·8 weights on 12×12


def test_a_baseline_of_before_layers_were_written_still_holds(folder: Path) -> None:
    file = folder / NAME
    data = json.loads(file.read_text())
    del data["only"]["layers"]
    file.write_text(json.dumps(data))
    assert convcost("check", str(folder)).code == 0
    widen(folder)
    assert "+2,710 MACs (+12.50 %)" in said(folder)
    assert "grew in" not in said(folder)


def test_what_compares_a_file_with_itself_before_can_be_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "a baseline")
    revision = git(folder, "rev-parse", "--short", "HEAD")
    (folder / "other").write_text("later")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "not the baseline")
    widen(folder)
    command = f"convcost diff net.py@{revision}:Net net.py:Net --input 1,3,12,12"
    assert f"layer by layer: cd {folder} && {command}" in said(folder)
    monkeypatch.chdir(folder.parent)
    assert f"layer by layer: cd {folder.name} && {command}" in said(folder)
    monkeypatch.chdir(folder)
    assert f"layer by layer: {command}" in said(folder)
    outcome = convcost(*shlex.split(command)[1:])
    assert (outcome.code, outcome.err) == (0, "")
    assert "+2,700" in outcome.out
    # A checkout of one revision does not know which one changed the baseline.
    shallow = folder.parent / "shallow"
    git(folder, "clone", "--quiet", "--depth", "1", folder.as_uri(), str(shallow))
    widen(shallow)
    assert "convcost diff net.py@BEFORE:Net net.py:Net" in said(shallow)


def test_what_git_does_not_know_is_left_to_the_user(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    widen(folder)
    assert "layer by layer: convcost diff net.py@BEFORE:Net net.py:Net --input 1,3,12,12" in said(folder)
    rewrite(folder, only='model = "mobilenet_v1 --alpha 0.5"')
    assert "layer by layer: convcost diff BEFORE 'mobilenet_v1 --alpha 0.5'" in said(folder)


def test_json_has_counts_per_cent_and_layers(folder: Path, tmp_path: Path) -> None:
    widen(folder)
    file = tmp_path / "costs.json"
    assert convcost("check", str(folder), "--json", str(file)).code == 1
    printed = convcost("check", str(folder), "--json", "-")
    assert (printed.code, printed.out) == (1, file.read_text())
    data = json.loads(printed.out)
    macs = data["rows"][0]
    assert data["ok"] is False
    assert [macs[name] for name in ("budget", "count", "number", "baseline", "change", "percent", "verdict")] == [
        *("only", "macs", 24_390, MACS, 2710, "12.50", "risen"),
    ]
    assert data["layers_that_grew"][:2] == [
        {"budget": "only", "count": "macs", "layer": "stem", "before": 21_600, "now": 24_300, "change": 2700},
        {"budget": "only", "count": "macs", "layer": "head", "before": 80, "now": 90, "change": 10},
    ]
    assert list(data["diff_commands"]) == ["only"]


def test_one_file_for_two_formats_is_refused(folder: Path, tmp_path: Path) -> None:
    both = str(tmp_path / "both")
    outcome = convcost("check", str(folder), "--json", both, "--markdown", both)
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)


@pytest.fixture
def workflow(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(folder.parent))
    return folder


def _errors(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("::")]


def test_annotations_in_a_workflow_alone(workflow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _errors(convcost("check", str(workflow)).err) == []
    widen(workflow)
    (line,) = _errors(convcost("check", str(workflow)).err)
    # The table is the third line, below [project] and its name.
    where = f"file={workflow.name}/pyproject.toml,line=3,title=convcost%3A budget only"
    assert line.startswith(f"::error {where}::+2,710 MACs (+12.50 %25), ")
    assert "%0AMACs grew in stem +2,700 (+12.50 %25)" in line
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert _errors(convcost("check", str(workflow)).err) == []


def test_annotations_hold_what_github_would_read_as_its_own(workflow: Path) -> None:
    rewrite(workflow, **{'"a::b, 5%\\n"': 'macs = "<= 1K"', "gone": 'model = "gone.py:Net"\nmacs = "< 1"'})
    outcome = convcost("check", str(workflow))
    first, second = _errors(outcome.err)
    assert first.startswith("::error file=")
    assert "title=convcost%3A budget a%3A%3Ab%2C 5%25%0A::MACs: 21,680, and the limit is <= 1K: 20,680 over" in first
    assert "line=7,title=convcost%3A budget gone::[tool.convcost.budgets.gone] gone.py:Net: there is no file" in second
    assert outcome.code == 2


def test_annotations_stay_out_of_what_is_printed_for_a_file(workflow: Path) -> None:
    widen(workflow)
    outcome = convcost("check", str(workflow), "--json", "-")
    assert json.loads(outcome.out)["ok"] is False
    assert len(_errors(outcome.err)) == 1
