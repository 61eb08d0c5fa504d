"""`convcost check` against a baseline: what rose, what may rise, what is accepted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.project import ACTIVATIONS, MACS, PARAMS, WIDER, project, rewrite, widen
from tests.shell import Outcome, convcost

BARE = 'model = "net.py:Net"\ninput = "1,3,12,12"'
NAME = "convcost-baseline.json"


def _said(outcome: Outcome) -> str:
    return " ".join(outcome.out.split())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a budget that has only a baseline, written while the net was small."""
    found = project(tmp_path, only=BARE)
    assert convcost("check", str(found), "--update").code == 0
    return found


def test_the_file_is_exact_sorted_and_written_again_the_same(folder: Path) -> None:
    content = (folder / NAME).read_bytes()
    layers = {
        "activations": {"head": 10, "model:mean": 0, "stem": 800},
        "macs": {"head": 80, "model:mean": 0, "stem": 21_600},
        "params": {"head": 90, "model:mean": 0, "stem": 216},
    }
    counts = {"activations": ACTIVATIONS, "layers": layers, "macs": MACS, "params": PARAMS, "uncounted": {}}
    assert json.loads(content) == {"only": counts}
    assert list(json.loads(content)["only"]) == sorted(counts)
    assert convcost("check", str(folder), "--update").out.count(f"Baseline written: {NAME}.") == 1
    assert (folder / NAME).read_bytes() == content
    assert convcost("check", str(folder)).code == 0
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == [NAME, "net.py", "pyproject.toml"]


def test_without_a_limit_nothing_may_grow_until_it_is_accepted(folder: Path) -> None:
    widen(folder)
    outcome = convcost("check", str(folder))
    macs, params, activations = WIDER
    # 2,710 of 21,680 are an eighth; 37 of 306 are 0.120915…, 100 of 810 are 0.123456….
    rise = (
        f"+{macs - MACS:,} MACs (+12.50 %), +{params - PARAMS} parameters (+12.09 %), "
        f"+{activations - ACTIVATIONS} activations (+12.35 %)"
    )
    assert outcome.code == 1
    said = _said(outcome)
    assert said.count(f"{rise} since the baseline, and no limit lets that grow") == said.count("+12.35 %") == 1
    assert "(convcost check --update accepts it)" in said
    assert json.loads((folder / NAME).read_text())["only"]["macs"] == MACS
    accepted = convcost("check", str(folder), "--update")
    assert accepted.code == 0
    assert f"only: {rise} since the baseline" in _said(accepted)
    assert json.loads((folder / NAME).read_text())["only"]["macs"] == macs
    assert "since the baseline" not in convcost("check", str(folder)).out


def test_what_shrinks_is_told_and_no_fault(folder: Path) -> None:
    rewrite(folder, only='model = "net.py:Net --arg width=7"\ninput = "1,3,12,12"')
    outcome = convcost("check", str(folder))
    # 3·7·9 weights on 10×10 and 7·10, less 21,680; 189 + 80 less 306; 710 less 810.
    said = "only: -2,710 MACs (-12.50 %), -37 parameters (-12.09 %), -100 activations (-12.35 %) since the baseline"
    assert outcome.code == 0
    assert said in _said(outcome)
    assert "grew in" not in outcome.out
    assert "convcost diff" not in outcome.out


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ('macs = "<= 25K"\nparams = "< 344"\nactivations = "<= 910"', 0),
        ('macs = "<= 25K"\nparams = "< 344"', 1),  # activations have no limit
        ('macs = "<= 25K"\nparams = "< 344"\nactivations = ">= 810"', 1),  # a lower one lets nothing grow
        ('macs = "<= 24K"\nparams = "< 344"\nactivations = "<= 910"', 1),
    ],
)
def test_what_has_an_upper_limit_may_grow_up_to_it(folder: Path, limits: str, code: int) -> None:
    rewrite(folder, only=limits)
    widen(folder)
    outcome = convcost("check", str(folder))
    assert outcome.code == code
    assert "+2,710 MACs" in outcome.out


def test_a_limit_holds_though_the_baseline_is_written(folder: Path) -> None:
    rewrite(folder, only='macs = "<= 20K"')
    assert convcost("check", str(folder), "--update").code == 1


def test_neither_limit_nor_baseline_is_nothing_to_check(tmp_path: Path) -> None:
    outcome = convcost("check", str(project(tmp_path, only=BARE, other='macs = "<= 1M"')))
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "[tool.convcost.budgets.only] has no limit, and no baseline to compare with" in outcome.err


def test_calls_that_nobody_counts_may_not_come(folder: Path) -> None:
    sorts = BARE.replace("Net", "Sorted")
    rewrite(folder, only=sorts)
    outcome = convcost("check", str(folder))
    assert outcome.code == 1
    assert "+1 calls that nobody counts since the baseline; nobody counts aten::i0 1 time" in _said(outcome)
    assert convcost("check", str(folder), "--update").code == 0
    assert convcost("check", str(folder)).code == 0
    # As many of another operator are not the same.
    net = folder / "net.py"
    net.write_text(net.read_text().replace("torch.i0", "torch.special.i1"))
    other = convcost("check", str(folder))
    assert other.code == 1
    assert "nobody counts aten::special_i1 1 time, and no limit lets that grow" in _said(other)


def test_what_cannot_run_keeps_its_baseline_and_what_is_gone_loses_it(folder: Path) -> None:
    rewrite(folder, only=BARE, second=BARE, third=BARE)
    assert convcost("check", str(folder), "--update").code == 0
    rewrite(folder, only=BARE.replace("net.py", "gone.py"), third=BARE)
    assert convcost("check", str(folder), "--update").code == 2
    found = json.loads((folder / NAME).read_text())
    assert list(found) == ["only", "third"]
    assert found["only"] == found["third"]


def test_another_file(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    missing = convcost("check", str(folder), "--baseline", str(other))
    assert (missing.code, missing.err.count("\n")) == (2, 1)
    assert "there is no baseline" in missing.err
    assert convcost("check", str(folder), "--baseline", str(other), "--update").code == 0
    assert other.read_bytes() == (folder / NAME).read_bytes()
    twice = convcost("check", str(folder), "--baseline", str(other), "--update", "--markdown", str(other))
    assert (twice.code, twice.err.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "must be an object"),
        ('{"only": 3}', "only must have macs, params, activations and uncounted"),
        ('{"only": {"macs": 1, "params": 2, "activations": 3}}', "only must have"),
        ('{"only": {"macs": 1.5, "params": 2, "activations": 3, "uncounted": {}}}', "only.macs is 1.5"),
        ('{"only": {"macs": true, "params": 2, "activations": 3, "uncounted": {}}}', "only.macs is True"),
        ('{"only": {"macs": 1, "params": -2, "activations": 3, "uncounted": {}}}', "only.params is -2"),
        ('{"only": {"macs": 1, "params": 2, "activations": 3, "uncounted": []}}', "only.uncounted must be an object"),
        (
            '{"only": {"macs": 1, "params": 2, "activations": 3, "uncounted": {}, "layers": {"time": {}}}}',
            "only.layers must be an object of macs, params, activations",
        ),
        (
            '{"only": {"macs": 1, "params": 2, "activations": 3, "uncounted": {}, "layers": {"macs": {"stem": "2"}}}}',
            "only.layers.macs.stem is '2', but must be a whole number",
        ),
    ],
)
def test_a_file_that_is_none_is_one_line_and_written_anew(folder: Path, content: str, said: str) -> None:
    (folder / NAME).write_text(content)
    outcome = convcost("check", str(folder))
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert said in outcome.err
    assert (folder / NAME).read_text() == content
    assert convcost("check", str(folder), "--update").code == 0
    assert json.loads((folder / NAME).read_text())["only"]["macs"] == MACS


def test_a_place_that_cannot_be_written_is_told_before_anything_runs(folder: Path) -> None:
    (folder / "net.py").write_text("raise SystemExit('was run')\n")
    outcome = convcost("check", str(folder), "--update", "--baseline", str(folder / "no" / "baseline.json"))
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert "there is no folder" in outcome.err
