"""`convcost diff`: two networks, one at two settings, a file at two revisions."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from torch import nn

import convcost as package
from tests.shell import convcost

BLOCK = "from torch import nn\n\n\ndef block(width):\n    return nn.Conv2d(3, width, {}, bias=False)\n"
NET = """
from torch import nn
from parts.block import block


class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.stem, self.head = block(width), nn.Linear(width, 10)

    def forward(self, image):
        return self.head(self.stem(image).mean((2, 3)))
"""


def _git(folder: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *settings, *arguments], cwd=folder, check=True, capture_output=True, text=True)  # noqa: S607
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A net whose 3×3 convolution, in a module beside it, has become 5×5 without being committed."""
    folder = tmp_path / "work"
    (folder / "parts").mkdir(parents=True)
    (folder / "net.py").write_text(NET)
    (folder / "parts" / "__init__.py").write_text("")
    (folder / "parts" / "block.py").write_text(BLOCK.format(3))
    _git(folder, "init", "--quiet")
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", "3×3")
    (folder / "parts" / "block.py").write_text(BLOCK.format(5))
    monkeypatch.chdir(folder)
    return folder


INPUT = ("--input", "1,3,12,12")


@pytest.mark.parametrize("swapped", [False, True], ids=["old first", "new first"])
def test_a_file_at_a_revision_and_now(repository: Path, swapped: bool) -> None:
    sides = ["net.py@HEAD:Net", "net.py:Net"]
    outcome = convcost("diff", *(sides[::-1] if swapped else sides), *INPUT)
    assert (outcome.code, outcome.err) == (0, "")
    # 3·8·3·3 weights on 10×10 positions, 3·8·5·5 on 8×8.
    old, new = 216 * 100, 600 * 64
    row = next(line.split() for line in outcome.out.splitlines() if "stem" in line)
    expected = [old, new, new - old, 600 - 216]
    if swapped:
        expected = [new, old, old - new, 216 - 600]
    assert row[:6] == ["~", "stem", *(f"{n:,}" for n in expected[:2]), *(f"{n:+,}" for n in expected[2:])]
    assert " ".join(row[6:]) == ("kernel size 5 → 3" if swapped else "kernel size 3 → 5")
    assert "1 changed, 1 other operator added, removed or changed, 1 as before" in " ".join(outcome.out.split())


def test_nothing_is_left_behind(repository: Path) -> None:
    before = (
        set(sys.modules),
        list(sys.path),
        _git(repository, "status", "--short", "--ignored"),
        _git(repository, "worktree", "list"),
    )
    outcome = convcost("diff", "net.py@HEAD:Net", "net.py@HEAD:Net --arg width=16", *INPUT)
    assert outcome.code == 0
    assert "out channels 8 → 16" in outcome.out
    new = {name for name in set(sys.modules) - before[0] if name.partition(".")[0] in ("net", "parts", "block")}
    assert new == set()
    assert (list(sys.path), _git(repository, "status", "--short", "--ignored")) == before[1:3]
    assert _git(repository, "worktree", "list") == before[3]


def test_a_module_that_is_loaded_comes_back(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(repository))
    import parts.block as loaded  # type: ignore[import-not-found]

    report = package.diff("net.py@HEAD:Net", "net.py:Net", inputs=["1,3,12,12"])
    assert [change.layer.path for change in report.changes] == ["stem"]
    assert sys.modules["parts.block"] is loaded
    for name in ("parts.block", "parts"):
        del sys.modules[name]


def test_a_module_of_ones_own_may_be_called_as_one_of_ours(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "parts").rename(repository / "formulas")
    (repository / "net.py").write_text(NET.replace("parts", "formulas"))
    (repository / "formulas" / "block.py").write_text(BLOCK.format(3))
    _git(repository, "add", "--all")
    _git(repository, "commit", "--quiet", "--message", "renamed")
    (repository / "formulas" / "block.py").write_text(BLOCK.format(5))
    monkeypatch.syspath_prepend(str(repository))
    loaded = importlib.import_module("formulas.block")
    report = package.diff("net.py@HEAD:Net", "net.py:Net", inputs=["1,3,12,12"])
    assert [change.layer.path for change in report.changes] == ["stem"]
    assert sys.modules["formulas.block"] is loaded
    for name in ("formulas.block", "formulas"):
        del sys.modules[name]


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("net.py@HEAD~7:Net", "git knows no revision 'HEAD~7'"),
        ("net.py@--all:Net", "git knows no revision '--all'"),
        ("nets.py@HEAD:Net", "nets.py is not in revision HEAD"),
        ("net.py@HEAD:Nut", "unknown factory of net.py@HEAD 'Nut'; did you mean Net?"),
        ("net.py@HEAD:Net --arg heads=2", "net.py@HEAD:Net"),
        ("no/folder/net.py@HEAD:Net", "no/folder/net.py is not in revision HEAD"),
    ],
)
def test_a_revision_that_cannot_be_had_is_one_line(repository: Path, reference: str, said: str) -> None:
    outcome = convcost("diff", reference, "net.py:Net", *INPUT)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert said in outcome.err
    assert "convcost-" not in outcome.err


def test_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NET)
    assert "lies in no git repository" in convcost("diff", "net.py@HEAD:Net", "net.py:Net", *INPUT).err
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "needs git" in convcost("diff", "net.py@HEAD:Net", "net.py:Net", *INPUT).err


def test_one_network_at_two_settings_needs_no_torch() -> None:
    report = package.diff("mobilenet_v1", "mobilenet_v1 --alpha=0.75 --resolution 192")
    total = [package.cost("mobilenet_v1"), package.cost("mobilenet_v1", alpha="0.75", resolution=192)]
    sides = (report.difference.before, report.difference.after)
    assert [(side.macs, side.parameters) for side in sides] == [(cost.macs, cost.parameters) for cost in total]
    assert sum(change.difference("macs") or 0 for change in report.changes) == total[1].macs - total[0].macs
    assert repr(report).startswith("<mobilenet_v1 → mobilenet_v1 --alpha=0.75 --resolution 192: Layers: 28 changed")


def test_a_paper_and_a_library_under_other_names() -> None:
    # torchvision's ResNet-18 is He et al.'s, layer by layer; of ResNet-50 it strides the 3×3 (its "v1.5").
    assert package.diff("torchvision:resnet18", "resnet --depth 18").same
    changes = package.diff("torchvision:resnet50", "resnet --depth 50").changes
    assert {(name, a, b) for change in changes for name, a, b in change.settings if name == "stride"} == {
        ("stride", (1, 1), (2, 2)),
        ("stride", (2, 2), (1, 1)),
    }
    assert len(changes) == 6


def test_layers_that_come_and_go() -> None:
    out = convcost("diff", "mobilenet_v1 --variant shallow", "mobilenet_v1").out
    added = [line.split()[1] for line in out.splitlines() if line.startswith("+  ")]
    assert added == [f"block{n}.{kind}" for n in range(9, 14) for kind in ("dw", "pw")]
    assert "10 added" in out


def test_comparisons_that_were_made() -> None:
    small, large = (package.compare(nn.Linear(4, width), inputs=(1, 4)) for width in (2, 3))
    report = package.diff(small, large)
    assert [(c.mark, c.difference("macs"), c.difference("parameters")) for c in report.changes] == [("~", 4, 5)]
    assert report.frame["macs_after"].tolist() == [12]
    assert "<table" in report._repr_html_()
    assert package.diff(small, small).to_markdown().count("No operator changed.") == 1


class Hostile(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.add_module("<script>|x", nn.Linear(4, 2))

    def forward(self, x: object) -> object:
        return next(self.children())(x)


def test_markdown_cannot_be_broken_out_of(tmp_path: Path) -> None:
    report = package.diff(package.compare(nn.Linear(4, 2), inputs=(1, 4)), package.compare(Hostile(), inputs=(1, 4)))
    other = package.diff("mobilenet_v1", package.compare(Hostile(), inputs=(1, 4)))
    for text in (report.to_markdown(), other.to_markdown(tmp_path / "diff.md"), other._repr_html_()):
        assert "<script>" not in text
    assert (tmp_path / "diff.md").read_text(encoding="utf-8").startswith("### mobilenet_v1 → Hostile\n")


@pytest.mark.parametrize(
    ("side", "said"),
    [
        ("", "write a network or a model"),
        (" --alpha 1", "write a network or a model"),
        ("mobilenet_v1 'x", "no closing quotation"),
        ("mobilenet_v1 alpha", "unexpected 'alpha'"),
        ("mobilenet_v1 --alpha", "--alpha needs a value"),
        ("mobilenet_v1 --alpha 1 --alpha 2", "--alpha is given twice"),
        ("mobilenet_v1 --alpha 17", "alpha is 17"),
        ("mobilnet_v1", "did you mean mobilenet_v1"),
        ("torchvision:resnet18 --alpha 1", "torchvision:resnet18 is a model and takes no --alpha"),
        ("torchvision:resnet18 --input x", "cannot read the input"),
    ],
)
def test_bad_input_is_one_line(side: str, said: str) -> None:
    outcome = convcost("diff", "mobilenet_v1", side)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert said in outcome.err
