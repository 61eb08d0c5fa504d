"""`convcost derive`."""

from __future__ import annotations

from pathlib import Path

import pytest

import convcost as package
from tests.shell import convcost

NET = """
from torch import nn

def net(width: int = 8) -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, width, 3, 2, 1), nn.ReLU(), nn.Conv2d(width, 5, 1), nn.Upsample(scale_factor=2))

def mean() -> nn.Module:
    class Mean(nn.Module):
        def forward(self, x):
            return x if x.mean() > 0 else -x
    return Mean()
"""


@pytest.fixture
def net(tmp_path: Path) -> str:
    (tmp_path / "net.py").write_text(NET, encoding="utf-8")
    return f"{tmp_path / 'net.py'}:net"


def test_network_of_the_book_at_its_paper_s_size() -> None:
    out = convcost("derive", "mobilenet_v1", "--alpha", "0.75", "--at", "H=192,W=192").out
    assert "Domain: B ≥ 1, H ≥ 1, W ≥ 1." in out
    # 27·24 for the first convolution, 9·24 and 24·48 for the block after it, at 96×96 of 192×192.
    assert "2016·B·⌈H/2⌉·⌈W/2⌉" in out
    assert "239,273,472" in out  # what the README's comparison has
    assert max(len(line) for line in out.splitlines()) <= 80


def test_a_file_of_the_user(net: str) -> None:
    out = convcost("derive", net, "--input", "B,3,H,W", "--arg", "width=10", "--per", "layer", "--at", "H=9,W=8").out
    # 27·10·5·4 and 10·5·5·4
    assert "conv 3×3" in out
    assert "5,400" in out
    assert "1,000" in out


def test_every_level_and_latex(net: str) -> None:
    for level in ("layer", "stage", "total"):
        outcome = convcost("derive", net, "--input", "B,3,H,W", "--per", level)
        assert (outcome.code, outcome.err) == (0, "")
        assert "256·B·⌈H/2⌉·⌈W/2⌉" in outcome.out  # 27·8 + 8·5
    latex = convcost("derive", net, "--input", "B,3,H,W", "--latex", "-").out
    ceil = r"\left\lceil \frac{%s}{2} \right\rceil"
    assert f"\\text{{MACs}} &= 256 B {ceil % 'H'} {ceil % 'W'} \\\\\n" in latex


def test_inputs_in_one_text_with_the_model(net: str) -> None:
    apart = convcost("derive", net, "--input", "B,3,H,W", "--arg", "width=10")
    assert apart.code == 0
    # 27·10 + 10·5
    assert "320·B·⌈H/2⌉·⌈W/2⌉" in apart.out
    assert convcost("derive", f"{net} --input B,3,H,W --arg width=10") == apart
    assert convcost("derive", f"{net} --arg width=10", "--input", "B,3,H,W") == apart
    derived = package.derive(f"{net} --input B,3,H,W --arg width=10")
    assert derived.function()(1, 9, 8) == 320 * 5 * 4


def test_outside_of_the_domain_a_plain_trace_decides(tmp_path: Path) -> None:
    (tmp_path / "branch.py").write_text(
        "from torch import nn\nclass Net(nn.Module):\n"
        "    def __init__(self, more: int = 0):\n        super().__init__()\n"
        "        self.a, self.b = nn.Conv2d(3, 4, 1), nn.Conv2d(3, 4 + more, 1)\n"
        "    def forward(self, x):\n        return self.a(x) if x.shape[2] > 100 else self.b(x)\n",
        encoding="utf-8",
    )
    command = ("derive", f"{tmp_path / 'branch.py'}:Net", "--input", "B,3,H,W", "--at", "H=50,W=10")
    same = convcost(*command)
    assert same.code == 0
    assert "12·B·H·W" in same.out
    assert "6,000" in same.out
    assert "Outside of the domain (H ≥ 101 does not hold)" in " ".join(same.out.split())
    other = convcost(*command, "--arg", "more=1")
    assert (other.code, other.err.count("\n")) == (2, 1)
    assert "the formula does not hold there: 7,500 MACs, not 6,000" in other.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mobilenet_v7"], "unknown network 'mobilenet_v7'; did you mean mobilenet_v2"),
        (["mobilenet_v1", "--at", "H=192"], "a value for W is missing: --at H=…,W=…"),
        (["mobilenet_v1", "--at", "H=0,W=1"], "--at is 'H=0,W=1', but must give whole numbers from 1"),
        (["mobilenet_v1", "--at", "H=3,H=4"], "--at gives H twice"),
        (["mobilenet_v1", "--at", "H=3,W=4,Q=5"], "there is no 'Q'; the sizes are B, H, W"),
        (["mobilenet_v1", "--symbols", "B,1"], "--symbols is 'B,1', but must be names such as B,H,W"),
        (["mobilenet_v1", "--symbols", "B,H,W,D"], "has no axis for the symbol D"),
        (["mobilenet_v1", "--input", "B,3,H,W", "--symbols", "B"], "names its free sizes already"),
        (["mobilenet_v1", "--per", "block"], "'block' is not one of"),
        (["mobilenet_v1", "--arg", "alpha=1"], "mobilenet_v1 is a network; give alpha as its option: --alpha VALUE"),
        (
            ["torchvision:resnet18", "--alpha", "1"],
            "torchvision:resnet18 is a model and takes no --alpha",
        ),
    ],
)
def test_wrong_input_is_one_line(arguments: list[str], message: str) -> None:
    outcome = convcost("derive", *arguments)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert message in outcome.err


def test_own_size_outside_of_the_domain_is_looked_at() -> None:
    # At 224 its last windows are the whole map, and are not shifted.
    out = " ".join(convcost("derive", "torchvision:swin_t").out.split())
    assert "Domain: B ≥ 1, H ≥ 228, W ≥ 228." in out
    assert "B = 1, H = 224, W = 224, is not in it, but a plain trace at this size gives the same." in out


def test_control_flow_on_data_is_refused(net: str) -> None:
    outcome = convcost("derive", net.replace(":net", ":mean"), "--input", "B,3,H,W")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert "the cost depends on the values of the input (net.py:10, " in outcome.err


def test_from_python() -> None:
    derived = package.derive("mobilenet_v1", alpha="0.75")
    batch, height, width = sorted(derived.macs.free_symbols, key=str)
    assert derived.macs.subs({batch: 1, height: 192, width: 192}) == derived.function()(1, 192, 192) == 239_273_472
    # 27·24 + 9·24 + 24·48 on the first map.
    assert str(derived._repr_latex_()).startswith("$$\n\\begin{aligned}\n  \\text{MACs} &= 2016 B")
    assert derived.peak.subs({batch: 1, height: 192, width: 192}) == derived.at(1, 192, 192)["peak"]
