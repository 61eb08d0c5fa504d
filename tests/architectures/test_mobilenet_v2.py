from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy

from convcost.core.record import Formula
from convcost.core.registry import find

from .agreement import agreed, block_macs, drawn, first_disagreement, macs, module_of, redrawn, weights

NAME = "mobilenet_v2"

# TF-slim's research/slim/nets/mobilenet/README.md: α, side, MACs and parameters in millions.
README = """
1.4 224 582 6.06
1.3 224 509 5.34
1.0 224 300 3.47
1.0 192 221 3.47
1.0 160 154 3.47
1.0 128 99 3.47
1.0 96 56 3.47
0.75 224 209 2.61
0.75 192 153 2.61
0.75 160 107 2.61
0.75 128 69 2.61
0.75 96 39 2.61
0.5 224 97 1.95
0.5 192 71 1.95
0.5 160 50 1.95
0.5 128 32 1.95
0.5 96 18 1.95
0.35 224 59 1.66
0.35 192 43 1.66
0.35 160 30 1.66
0.35 128 20 1.66
0.35 96 11 1.66
"""


@pytest.mark.parametrize(
    "options",
    [
        {"alpha": "1.4", "resolution": 225, "batch": 3},
        {"alpha": "0.35", "resolution": 299},
        # So thin that the first bottleneck gets a shortcut: 32α and 16α both become 8.
        {"alpha": "0.25", "resolution": 331, "batch": 3, "classes": 10},
        {"alpha": "0.05", "resolution": 97},
        {"alpha": "1.37", "rho": "0.857"},
    ],
    ids=str,
)
def test_every_layer_agrees(options: dict[str, object]) -> None:
    agreed(NAME, **options)


def test_published_figures() -> None:
    totals = agreed(NAME)
    # torchvision's metadata of mobilenet_v2: 0.301 GFLOPs (MACs), 3,504,872 parameters.
    assert totals.params_formula == totals.params_measured == 3_504_872
    assert totals.macs_formula == totals.macs_measured == 300_774_272
    # Two an element of the batch norms and one an element that is averaged on top.
    assert totals.fvcore_total == totals.fvcore_total_formula == 314_193_216


@pytest.mark.parametrize("row", README.split("\n")[1:-1])
def test_authors_table(row: str) -> None:
    # Its millions of MACs are cut, not rounded; its parameters are weights without batch norms.
    alpha, side, millions, parameters = row.split()
    network = drawn(NAME, alpha=alpha, resolution=side)
    assert macs(network) // 10**6 == int(millions)
    assert f"{weights(network) / 10**6:.2f}" == parameters


def test_table_4_of_the_paper() -> None:
    # MobileNetV2: 3.4 M parameters, 300 M multiply-adds. 3.47 million weights are cut to 3.4, not rounded.
    network = drawn(NAME)
    assert macs(network) // 10**6 == 300
    assert weights(network) == 3_469_760
    # MobileNetV2 (1.4) prints 6.9 M and 585 M; the net that its authors released has 6.06 M and 582 M.
    wide = drawn(NAME, alpha="1.4")
    assert (weights(wide), macs(wide)) == (6_059_840, 582_195_824)


def test_channels_round_like_the_authors_code() -> None:
    rounded = module_of("_parts").multiple_of_8
    for channels in (Fraction(n, 20) for n in range(1, 40_000)):
        nearest = max(8, int(channels + 4) // 8 * 8)
        assert rounded(channels) == (nearest + 8 if 10 * nearest < 9 * channels else nearest)


def test_last_convolution_is_not_shrunk() -> None:
    def last(alpha: str) -> object:
        return next(line.output[1] for line in drawn(NAME, alpha=alpha).core if line.path == "conv2")

    assert [last(alpha) for alpha in ("0.35", "1", "1.4")] == [1280, 1280, 1792]


def test_blocks_are_the_closed_forms() -> None:
    plain = find(Formula, "inverted_residual", "formula")
    strided = find(Formula, "inverted_residual_strided", "formula")
    separable = find(Formula, "depthwise_separable", "formula")
    network = drawn(NAME, resolution=225)
    # 225 is halved to 113, 57, 29, 15 and 8.
    assert block_macs(network, "bottleneck1_1") == separable.evaluate({"D_K": 3, "M": 32, "N": 16, "D_F": 113}).macs
    at = {"t": 6, "k": 3}
    assert block_macs(network, "bottleneck3_2") == plain.evaluate(at | {"h": 29, "w": 29, "d_in": 32, "d_out": 32}).macs
    assert block_macs(network, "bottleneck5_1") == plain.evaluate(at | {"h": 15, "w": 15, "d_in": 64, "d_out": 96}).macs
    whole = at | {"h": 57, "w": 57, "d_in": 24, "d_out": 32, "s": 2}
    assert block_macs(network, "bottleneck3_1") == strided.evaluate(whole).macs


def test_papers_block_count_forgets_the_stride() -> None:
    # h·w·d′·t(d′ + k² + d″) on the input's map, for the block 56²×24 → 28²×32.
    at = {"h": 56, "w": 56, "d_in": 24, "d_out": 32, "t": 6, "k": 3}
    printed = find(Formula, "inverted_residual", "formula").evaluate(at)
    true = find(Formula, "inverted_residual_strided", "formula").evaluate(at | {"s": 2})
    assert printed.macs == 29_352_960
    assert true.macs == block_macs(drawn(NAME), "bottleneck3_1") == 15_466_752
    assert printed.parameters == true.parameters == 9_360


def test_sweep_and_symbol_give_the_same_as_integers() -> None:
    sides = [33, 96, 224, 225]
    alphas = [Fraction(7, 20), Fraction(1, 2), Fraction(1), Fraction(7, 5)]
    exact = [macs(drawn(NAME, resolution=s, alpha=str(float(a)))) for s, a in zip(sides, alphas, strict=True)]
    both = {"resolution": np.array(sides), "alpha": np.array(alphas, dtype=object)}
    assert macs(redrawn(drawn(NAME), **both)).tolist() == exact
    R, alpha = sympy.Symbol("R", positive=True, integer=True), sympy.Symbol("alpha", positive=True)
    closed = macs(redrawn(drawn(NAME), resolution=R, alpha=alpha))
    assert [closed.subs({R: s, alpha: sympy.Rational(str(a))}) for s, a in zip(sides, alphas, strict=True)] == exact


@pytest.mark.parametrize(
    ("row", "wrong", "layer"),
    [
        (3, (6, 64, 4, 1), "bottleneck4_1.dw"),
        (4, (6, 88, 3, 1), "bottleneck5_1.project"),
        (5, (5, 160, 3, 2), "bottleneck6_1.expand"),
    ],
)
def test_wrong_row_is_named(monkeypatch: pytest.MonkeyPatch, row: int, wrong: tuple[int, ...], layer: str) -> None:
    module = module_of(NAME)
    table = list(module.TABLE_2)
    table[row] = wrong
    monkeypatch.setattr(module, "TABLE_2", tuple(table))
    assert first_disagreement(NAME) == (layer, "disagree")


def test_one_repeat_too_many_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    module = module_of(NAME)
    monkeypatch.setattr(module, "TABLE_2", (*module.TABLE_2[:5], (6, 160, 4, 2), module.TABLE_2[6]))
    layer, verdict = first_disagreement(NAME)
    assert layer.startswith("bottleneck6_")
    assert verdict == "not called"


def test_rounding_down_to_8_is_not_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module_of("_parts"), "multiple_of_8", lambda channels: channels // 8 * 8)
    assert first_disagreement(NAME, alpha="0.75")[1] == "disagree"
