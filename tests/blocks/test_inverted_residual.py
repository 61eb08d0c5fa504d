from __future__ import annotations

from math import prod

import pytest
import sympy
from torch import Tensor, nn

from convcost.core.record import Formula
from convcost.core.registry import find
from convcost.symbolic.closed_form import closed_form, ratio
from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore


class Block(nn.Module):
    """Table 1 of MobileNet V2 without norms and activations; a 1×1 convolution on the shortcut if asked for."""

    def __init__(self, d_in: int, d_out: int, t: int, k: int, s: int, projected: bool) -> None:
        super().__init__()
        inside = t * d_in
        self.path = nn.Sequential(
            nn.Conv2d(d_in, inside, 1, bias=False),
            nn.Conv2d(inside, inside, k, s, k // 2, groups=inside, bias=False),
            nn.Conv2d(inside, d_out, 1, bias=False),
        )
        self.shortcut = nn.Conv2d(d_in, d_out, 1, bias=False) if projected else None

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.path(x)
        return out if self.shortcut is None else out + self.shortcut(x)


SIZES = [
    {"h": 13, "w": 18, "d_in": 5, "d_out": 7, "t": 6, "k": 3},
    {"h": 9, "w": 9, "d_in": 4, "d_out": 4, "t": 2, "k": 5},
    {"h": 28, "w": 31, "d_in": 3, "d_out": 11, "t": 4, "k": 7},
]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize(
    ("name", "stride", "projected"),
    [
        ("inverted_residual", 1, False),
        ("inverted_residual_projected", 1, True),
        ("inverted_residual_strided", 2, False),
        ("inverted_residual_strided", 3, False),
    ],
)
def test_formula_is_what_fvcore_counts(name: str, stride: int, projected: bool, sizes: dict[str, int]) -> None:
    cost = find(Formula, name, "formula").evaluate({**sizes, "s": stride})
    model = Block(sizes["d_in"], sizes["d_out"], sizes["t"], sizes["k"], stride, projected)
    shape = (1, sizes["d_in"], sizes["h"], sizes["w"])
    assert trace_fvcore(model, shape).total == cost.macs
    seen = capture(model, shape)
    assert seen.parameters == cost.parameters
    convolutions = [call for call in seen.calls if call.name == "conv2d"]
    assert sum(prod(call.output) for call in convolutions) == cost.activations
    assert sum(prod(call.inputs[0]) for call in convolutions) == cost.inputs


def test_stride_1_is_the_papers_expression() -> None:
    h, w, d_in, d_out, t, k = sympy.symbols("h w d_in d_out t k", positive=True, integer=True)
    plain = closed_form(find(Formula, "inverted_residual", "formula"), {})
    # Section 3.3 of Sandler et al. 2018: h·w·d′·t(d′ + k² + d″).
    assert sympy.expand(plain.macs - h * w * d_in * t * (d_in + k**2 + d_out)) == 0
    strided = closed_form(find(Formula, "inverted_residual_strided", "formula"), {"s": 1})
    for name in ("macs", "parameters", "activations", "inputs"):
        assert sympy.expand(getattr(strided, name) - getattr(plain, name)) == 0


def test_projection_costs_d_out_against_the_three_others() -> None:
    d_in, d_out, t, k = sympy.symbols("d_in d_out t k", positive=True, integer=True)
    plain, projected = (
        closed_form(find(Formula, name, "formula"), {}).macs
        for name in ("inverted_residual", "inverted_residual_projected")
    )
    assert sympy.simplify(ratio(projected, plain) - 1 - d_out / (t * (d_in + k**2 + d_out))) == 0
