"""What a team runs: the commands of the GitHub action and of the pre-commit hook, in a shell."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.project import MACS, project, widen
from tests.shell import convcost

ROOT = Path(__file__).parents[1]
ACTION = ROOT / ".github" / "actions" / "check" / "action.yml"


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _step(number: int, folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run a step of the action as a runner does: GitHub's expressions filled in, in bash, ended by the first error."""
    action = _read(ACTION)
    step = action["runs"]["steps"][number]
    values = {f"inputs.{name}": inputs.get(name, known.get("default", "")) for name, known in action["inputs"].items()}
    values["github.action_path"] = str(ACTION.parent)
    filled = {
        name: re.sub(r"\$\{\{ (\S+) \}\}", lambda match: values[match[1]], text) for name, text in step["env"].items()
    }
    environment = {**os.environ, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(folder / "summary.md"), **filled}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a folder whose name has a space and a letter that is not ASCII."""
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    return project(tmp_path / "a tést", small='macs = "<= 22K"')


def test_the_action_installs_this_repository(folder: Path) -> None:
    python = folder / "python"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    done = _step(0, folder, python=str(python))
    *words, place = done.stdout.splitlines()
    assert words == ["-m", "pip", "install"]
    assert Path(place).resolve() == ROOT


def test_the_action_checks_and_tells(folder: Path) -> None:
    done = _step(1, folder, python=sys.executable)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{MACS:,}" in (folder / "summary.md").read_text(encoding="utf-8")
    widen(folder)  # 24,390 MACs
    done = _step(1, folder, python=sys.executable, json="costs of today.json")
    assert done.returncode == 1
    line = done.stderr.splitlines()[-1]  # standard output may be a file of the result
    assert line.startswith("::error file=pyproject.toml,line=3,title=convcost%3A budget small::MACs: 24,390, and")
    assert (folder / "costs of today.json").is_file()


def test_the_action_takes_a_place_and_a_baseline(folder: Path) -> None:
    baseline = folder.parent / "our baseline.json"
    assert convcost("check", str(folder), "--update", "--baseline", str(baseline)).code == 0
    widen(folder)
    done = _step(1, folder.parent, python=sys.executable, path=folder.name, baseline=baseline.name)
    assert done.returncode == 1
    assert "+2,710 MACs (+12.50 %)" in done.stdout


def test_the_hook_of_pre_commit(folder: Path) -> None:
    (hook,) = _read(ROOT / ".pre-commit-hooks.yaml")
    assert hook["language"] == "system"
    python, *words = shlex.split(hook["entry"])
    assert python == "python"
    run = [sys.executable, *words]
    assert subprocess.run(run, cwd=folder, check=False, capture_output=True).returncode == 0
    widen(folder)
    assert subprocess.run(run, cwd=folder, check=False, capture_output=True).returncode == 1
    assert [name for name in ("net.py", "a/pyproject.toml", "README.md") if re.search(hook["files"], name)] == [
        *("net.py", "a/pyproject.toml"),
    ]


def test_the_workflow_tests_folders_that_exist() -> None:
    workflow = _read(ROOT / ".github" / "workflows" / "test.yml")
    runs = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    assert ".ci/run" in runs
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    (tests,) = [run.split()[3:] for run in runs if "pytest" in run]
    assert [place for place in tests if not (ROOT / place).is_dir()] == []
    assert workflow["jobs"]["quick"]["strategy"]["matrix"]["os"] == ["macos-latest", "windows-latest"]
