"""The pytest plugin in a user's project: tests pass on the right model, and say what is wrong with a changed one."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import convcost.formulas
import pytest

from tests.testing.users import ours, run, shown

# A user's own MobileNet V1 (Howard et al. 2017, Table 1).
NET = """
from torch import nn

STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
WIDTHS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)


def conv(before, after, kernel, stride=1, groups=1):
    layer = nn.Conv2d(before, after, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(after), nn.ReLU())


class MobileNet(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [conv(3, 32, 3, 2)]
        width = 32
        for stride, after in zip(STRIDES, WIDTHS):
            layers += [conv(width, width, 3, stride, width), conv(width, after, 1)]
            width = after
        self.features = nn.Sequential(*layers)
        self.pool, self.classifier = nn.AdaptiveAvgPool2d(1), nn.Linear(1024, 1000)

    def forward(self, image):
        return self.classifier(self.pool(self.features(image)).flatten(1)).softmax(1)
"""
# 568,740,352 multiply-accumulates are those of the paper's table, 4,231,976 parameters Keras's trainable ones.
TESTS = """
from convcost.testing import assert_agreement, assert_cost, assert_no_uncounted
from net import MobileNet

IMAGE = (1, 3, 224, 224)


def test_is_the_papers():
    assert_agreement(MobileNet(), IMAGE, formula="mobilenet_v1")


def test_costs_what_the_paper_says():
    assert_cost(MobileNet(), IMAGE, macs="== 568,740,352", params="<= 4231976")


def test_is_counted_whole():
    assert_no_uncounted(MobileNet(), IMAGE)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's project, whose folder's name says nothing of whose its files are."""
    folder = tmp_path / "convcost" / "größen und netze"
    folder.mkdir(parents=True)
    (folder / "net.py").write_text(NET)
    (folder / "test_net.py").write_text(TESTS)
    return folder


def change(folder: Path, old: str, new: str) -> None:
    assert NET.count(old) == 1
    (folder / "net.py").write_text(NET.replace(old, new))


def test_the_right_model_passes(folder: Path) -> None:
    code, out = run(folder)
    assert code == 0, out
    assert "3 passed" in out


@pytest.mark.parametrize(
    ("old", "new", "rows", "macs"),
    [
        # The stem's kernel: 3·32 pairs of channels, 112×112 positions, 5·5 taps in place of 3·3.
        (
            "conv(3, 32, 3, 2)",
            "conv(3, 32, 5, 2)",
            ["conv1 10,838,016 30,105,600 +19,267,584 disagree", "conv1: kernel size is (3, 3) in the formula, (5, 5)"],
            19_267_584,
        ),
        # Without groups every depthwise layer multiplies all pairs of channels; the first one 9·32·32·112².
        (
            "conv(width, width, 3, stride, width)",
            "conv(width, width, 3, stride)",
            ["block1.dw 3,612,672 115,605,504 +111,992,832 disagree", "block1.dw: groups is 32 in the formula, 1 in"],
            sum(9 * c * (c - 1) * s**2 for c, s in (
                (32, 112), (64, 56), (128, 56), (128, 28), (256, 28), (256, 14), *[(512, 14)] * 5, (512, 7), (1024, 7)
            )),
        ),
        # One more 1×1 layer of 1024 channels on 7×7.
        (
            "self.features = nn.Sequential(*layers)",
            "self.features = nn.Sequential(*layers, conv(1024, 1024, 1))",
            ["features.27.0 ? 51,380,224 ? no formula", "the model calls this, the formula has no such layer"],
            1024 * 1024 * 49,
        ),
    ],
    ids=["kernel", "groups", "one more layer"],
)  # fmt: skip
def test_a_changed_model_fails_and_says_where(folder: Path, old: str, new: str, rows: list[str], macs: int) -> None:
    change(folder, old, new)
    code, out = run(folder)
    assert code == 1
    assert "2 failed, 1 passed" in out
    said = " ".join(line.removeprefix("E").strip() for line in out.splitlines() if line.startswith("E "))
    said = " ".join(said.split())
    for row in rows:
        assert row in said
    assert f"MACs: {568_740_352 + macs:,}, and the limit is == 568,740,352: {macs:,} over." in said
    assert "What to do" in said
    # The traceback is the user's own line and nothing of ours, in 80 columns.
    assert ours(folder, out) == []
    assert re.findall(r"^\S+\.py:\d+: \w+", out, re.MULTILINE) == [
        "test_net.py:9: AssertionError",
        "test_net.py:13: AssertionError",
    ]
    assert max(len(line) for line in out.splitlines() if line.startswith("E ")) <= 80


ERRORS = """
from convcost.testing import assert_cost
from net import MobileNet


def test_limit():
    assert_cost(MobileNet(), (1, 3, 32, 32), macs="=< 3")


def test_channels():
    assert_cost(MobileNet(), (1, 4, 32, 32), macs="<= 3")


def test_factory():
    assert_cost("net.py:Gone", (1, 3, 32, 32), macs="<= 3")
"""
IN_A_FORMULA = """
from convcost.testing import assert_agreement
from net import MobileNet


def test_filters():
    assert_agreement(MobileNet(), (1, 3, 32, 32), formula="nasnet_mobile --penultimate-filters 1060")
"""


def test_errors_end_in_the_users_own_line(folder: Path) -> None:
    (folder / "test_net.py").write_text(ERRORS)
    code, out = run(folder)
    assert (code, "3 failed" in out, ours(folder, out)) == (1, True, [])
    assert "'=<' is not a comparison" in out
    assert "the model cannot run on an input of 1×4×32×32" in out
    assert "in forward" in out  # where the model itself fails, its own lines stay
    assert "unknown factory of net.py 'Gone'" in out
    assert re.findall(r"^(\S+:\d+): \w+Error$", out, re.MULTILINE)[-1] == "test_net.py:15"
    assert ours(folder, run(folder, "--full-trace")[1])


def test_what_a_formula_raises_ends_in_the_users_own_line(folder: Path) -> None:
    (folder / "test_net.py").write_text(IN_A_FORMULA)
    code, out = run(folder)
    assert (code, "penultimate_filters must be" in out, ours(folder, out)) == (1, True, [])
    assert set(shown(folder, out)) == {folder / "test_net.py"}
    formulas = Path(convcost.formulas.__file__).parent
    assert any(formulas in path.parents for path in ours(folder, run(folder, "--full-trace")[1]))


def test_starting_pytest_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "import sys\n\n\ndef pytest_sessionfinish():\n    sys.stdout.write(' '.join(['LOADED', *sys.modules]))\n"
    )
    (tmp_path / "test_nothing.py").write_text("def test_nothing():\n    pass\n")
    loaded = set(run(tmp_path)[1].partition("LOADED")[2].split())
    assert "convcost.testing.plugin" in loaded
    assert {"torch", "fvcore", "sympy", "pandas", "numpy", "rich", "typer"} & loaded == set()
    # Of convcost itself no more than what these few import.
    assert {name for name in loaded if name.startswith("convcost")} == {
        *("convcost", "convcost.testing", "convcost.testing.assertions", "convcost.testing.plugin"),
        *(
            "convcost.core",
            "convcost.core.equations",
            "convcost.core.errors",
            "convcost.core.kinds",
            "convcost.core.numeric",
        ),
    }


def test_the_entry_point() -> None:
    (entry,) = importlib.metadata.entry_points(group="pytest11", name="convcost")
    assert entry.value == "convcost.testing.plugin"
