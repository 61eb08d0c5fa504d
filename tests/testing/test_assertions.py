"""The assertions of `convcost.testing`: what they let pass, and what their failures say."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from convcost.core.errors import ConvcostError
from convcost.models import build
from convcost.testing import assert_agreement, assert_cost, assert_no_uncounted

SMALL = (1, 3, 32, 32)


class Pair(nn.Module):
    """An image's channels times weights, which fvcore counts wrongly where it broadcasts; and a Bessel function."""

    def __init__(self, bessel: bool = False) -> None:
        super().__init__()
        self.keys = nn.Parameter(torch.zeros(2, 8, 5))
        self.bessel = bessel

    def forward(self, pixels: Tensor, scale: Tensor | None = None) -> Any:
        out = pixels @ self.keys
        return torch.i0(out) if self.bessel else out


def failure(assertion: Callable[..., None], *arguments: Any, **keywords: Any) -> str:
    with pytest.raises(AssertionError) as raised:
        assertion(*arguments, **keywords)
    text = str(raised.value)
    assert max(map(len, text.splitlines())) <= 72
    return " ".join(text.split())


def test_a_paper_and_its_model_agree() -> None:
    model = build("mobilenet_v1", {"alpha": 1, "classes": 1000, "variant": "paper"})
    assert_agreement(model, SMALL, formula="mobilenet_v1 --resolution 32")
    assert_agreement(model, torch.zeros(SMALL), formula="mobilenet_v1", resolution=32)
    assert_agreement("torchvision:resnet18", formula="resnet", depth=18)
    assert_agreement("mobilenet_v2 --resolution 32")


def test_a_paper_and_another_model() -> None:
    said = failure(assert_agreement, "torchvision:resnet50", formula="resnet --depth 50")
    # He et al. stride the first 1×1 of a stage: 256·128 weights on 28×28 for torchvision's 56×56.
    before, after = 256 * 128 * 28**2, 256 * 128 * 56**2
    assert f"conv3_x.block1.conv1 {before:,} {after:,} {after - before:+,} disagree" in said
    assert "conv3_x.block1.conv1: stride is (2, 2) in the formula, (1, 1) in the model" in said
    assert "convolution + linear MACs: 3,857,973,248 by the formula, 4,089,184,256 measured" in said
    assert "What to do: mend the model at the first layer above" in said
    assert "convcost show resnet lists them" in said


def test_formulas_and_fvcore_of_any_model() -> None:
    assert_agreement(nn.Conv2d(3, 8, 3), SMALL)
    said = failure(assert_agreement, Pair(), (4, 8))
    # Two products of 4×8 and 8×5; fvcore counts 4·8·5.
    assert "model:matmul 320 160 -160 disagree" in said
    assert "the ones probe counts 320, as the formula does" in said
    assert "What to do: the ones probe says who is right" in said


@pytest.mark.parametrize(
    "given",
    [
        (4, 8),
        ((4, 8),),
        ((4, 8), (1,)),
        torch.zeros(4, 8),
        (torch.zeros(4, 8), torch.zeros(1)),
        {"pixels": (4, 8), "scale": torch.zeros(1)},
    ],
    ids=["shape", "shapes", "two shapes", "tensor", "tensors", "keywords"],
)
def test_inputs(given: Any) -> None:
    assert_cost(Pair(), given, macs="== 320", params="== 80", activations="== 40")


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"macs": "<= 319"}, "MACs: 320, and the limit is <= 319: 1 over."),
        ({"macs": "> 320", "params": "== 80"}, "MACs: 320, and the limit is > 320: 1 under."),
        ({"params": "< 80"}, "parameters: 80, and the limit is < 80: 1 over."),
        ({"activations": "== 41"}, "activations: 40, and the limit is == 41: 1 under."),
    ],
)
def test_a_cost_that_is_another(limits: dict[str, str], said: str) -> None:
    told = failure(assert_cost, Pair(), (4, 8), **limits)
    assert said in told
    assert told.count("limit is") == 1
    assert ("most expensive" in told) is ("over" in said)


def test_the_most_expensive_layers_come_first() -> None:
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 16, 3), nn.Conv2d(16, 2, 1))
    # 216·30², 1152·28², 32·28²
    said = failure(assert_cost, model, SMALL, macs="<= 1K")
    assert re.findall(r"(\d) conv \S+ ([\d,]+)", said) == [("1", "903,168"), ("0", "194,400"), ("2", "25,088")]
    assert "1,122,656, and the limit is <= 1K: 1,121,656 over" in said


def test_what_nobody_counts_is_never_zero() -> None:
    model = Pair(bessel=True)
    said = failure(assert_cost, model, (4, 8), macs="<= 1M")
    assert "MACs: ≥ 320, and the limit is <= 1M: unknown, as nobody counts aten::i0 1 time." in said
    assert "uncounted=('aten::linalg_det',)" in said
    assert "unknown" in failure(assert_cost, model, (4, 8), macs="== 320")
    assert "unknown" in failure(assert_cost, model, (4, 8), macs="> 320")
    assert "unknown" in failure(assert_cost, model, (4, 8), activations="<= 1M")
    assert "20 over" in failure(assert_cost, model, (4, 8), macs="<= 300")
    assert_cost(model, (4, 8), params="== 80", macs=">= 320")
    assert_cost(model, (4, 8), macs="== 320", uncounted=["aten::i0"])
    assert "unknown" in failure(assert_cost, model, (4, 8), macs="== 320", uncounted=["aten::special_i1"])


class InNumPy(nn.Module):
    """A linear layer of 8 to 5 on 4 rows, 160 products, and 4·5·4 more in NumPy."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows = self.layer(x).detach().numpy()
        return torch.from_numpy(rows @ rows.T)


def test_what_is_not_seen_fails_every_assertion_that_it_could_break() -> None:
    said = failure(assert_agreement, InNumPy(), (4, 8))
    assert "unknown" in said
    assert "the model computes outside PyTorch, where numbers go by Tensor.numpy (" in said
    assert "test_assertions.py:" in said
    said = failure(assert_no_uncounted, InNumPy(), (4, 8))
    assert "Nobody counts unseen work 1 time." in said
    assert "Not counted whole: the model computes outside PyTorch" in said
    assert "MACs: ≥ 160, and the limit is == 160: unknown" in failure(assert_cost, InNumPy(), (4, 8), macs="== 160")
    assert_cost(InNumPy(), (4, 8), macs=">= 160", params="== 45")
    assert_cost(InNumPy(), (4, 8), macs="== 160", uncounted=["unseen work"])


def test_ordering_has_no_products_that_somebody_would_have_to_count() -> None:
    assert_no_uncounted(nn.Sequential(nn.Linear(8, 5), Ordered()), (4, 8))
    assert_cost(nn.Sequential(nn.Linear(8, 5), Ordered()), (4, 8), macs="== 160")


class Ordered(nn.Module):
    """Orders and chooses in four ways, none of which has a formula."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.sort(-1)[0].topk(3)[0].msort().kthvalue(2)[0]


def test_calls_that_nobody_counts() -> None:
    assert_no_uncounted(Pair(), (4, 8))
    said = failure(assert_no_uncounted, Pair(bessel=True), (4, 8))
    assert "Nobody counts aten::i0 1 time." in said
    assert "model:i0 aten::i0 2×4×5 2×4×5" in said
    assert_no_uncounted(Pair(bessel=True), (4, 8), uncounted=("aten::i0",))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: assert_cost(Pair(), (4, 8), macs="=< 3"), "'=<' is not a comparison"),
        (lambda: assert_cost(Pair(), (4, 8), macs=3), "macs is 3, but must be a limit"),  # type: ignore[arg-type]
        (lambda: assert_cost(Pair(), (4, 8)), "give a limit"),
        (lambda: assert_cost(Pair(), (4, 8), macs="< 1", uncounted="aten::i0"), "must be several names"),
        (lambda: assert_cost(Pair(), macs="< 1"), "does not say what it takes"),
        (lambda: assert_cost(Pair(), (4, 7), macs="< 1"), "cannot run on an input of 4×7"),
        (lambda: assert_cost("nut.py:Net", (4, 7), macs="< 1"), "there is no file nut.py"),
        (
            lambda: assert_no_uncounted("net.py:Net --args 3"),
            "takes no --args; a model takes --arg KEY=VALUE and --input SIZES",
        ),
        (lambda: assert_agreement(Pair(), (4, 8), depth=3), "give formula=NAME too"),
        (lambda: assert_agreement(Pair(), (4, 8), "mobilnet_v1"), "did you mean mobilenet_v1"),
        (lambda: assert_agreement(Pair(), (4, 8), "torchvision:resnet18"), "must be a network of the registry"),
        (lambda: assert_agreement(Pair(), (4, 8), "mobilenet_v1"), "takes an input of 1×3×224×224, not 4×8"),
        (lambda: assert_agreement(Pair(), None, "mobilenet_v1 --alpha 1", alpha=1), "give it once"),
        (lambda: assert_agreement(Pair(), None, "mobilenet_v1", unit="flops"), "unit"),
        (lambda: assert_agreement("mobilenet_v1 --alpha 1", None, "mobilenet_v1"), "leave 'mobilenet_v1 --alpha 1'"),
    ],
)
def test_bad_arguments_are_one_line(call: Callable[[], None], said: str) -> None:
    with pytest.raises(ConvcostError) as raised:
        call()
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_without_pytest_and_without_torch() -> None:
    code = (
        "import sys; sys.modules['pytest'] = None\n"
        "import convcost.testing\n"
        "print(*sys.modules)\n"
        "from torch import nn\n"
        "convcost.testing.assert_cost(nn.Linear(4, 3), (2, 4), macs='== 24')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"torch", "fvcore", "sympy", "pandas", "numpy", "rich", "typer"}
    assert heavy & set(done.stdout.split()) == set()
