from __future__ import annotations

import numpy as np
import pytest
import sympy

from convcost.core.record import Formula
from convcost.core.registry import find

from .agreement import agreed, block_macs, drawn, first_disagreement, macs, module_of, redrawn

NAME = "mobilenet_v1_cifar"


@pytest.mark.parametrize(
    "options",
    [
        {"batch": 3, "resolution": 33},
        {"alpha": "0.25", "resolution": 17, "classes": 100},
        {"alpha": "0.7", "resolution": 47, "batch": 3},
    ],
    ids=str,
)
def test_every_layer_agrees(options: dict[str, object]) -> None:
    agreed(NAME, **options)


def test_figures_of_the_widely_used_model() -> None:
    totals = agreed(NAME)
    # Parameters of MobileNet in kuangliu/pytorch-cifar, as tables of its users print them.
    assert totals.params_formula == totals.params_measured == 3_217_226
    assert totals.macs_formula == 46_354_432
    # fvcore adds two an element of a batch norm's output.
    assert totals.fvcore_total == 47_177_728


def test_first_stride_of_one_costs_four_times_the_papers_positions() -> None:
    # With the paper's stride 2 the stem of a 32×32 image is a quarter of it.
    assert drawn(NAME).calls[0].cost.macs == 4 * drawn("mobilenet_v1", resolution=32).calls[0].cost.macs == 884_736


def test_blocks_are_equation_5() -> None:
    separable = find(Formula, "depthwise_separable", "formula")
    network = drawn(NAME)
    for number, (M, N, D_F) in {1: (32, 64, 32), 2: (64, 128, 16), 9: (512, 512, 4), 13: (1024, 1024, 2)}.items():
        expected = separable.evaluate({"D_K": 3, "M": M, "N": N, "D_F": D_F}).macs
        assert block_macs(network, f"block{number}") == expected


def test_sweep_and_symbol_give_the_same_as_integers() -> None:
    sides = [17, 32, 47, 48]
    swept = macs(redrawn(drawn(NAME), resolution=np.array(sides)))
    side = sympy.Symbol("R", positive=True, integer=True)
    closed = macs(redrawn(drawn(NAME), resolution=side))
    exact = [macs(drawn(NAME, resolution=value)) for value in sides]
    assert swept.tolist() == exact == [closed.subs(side, value) for value in sides]


def test_wrong_stride_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    module = module_of("mobilenet_v1")
    rows = list(module.BLOCKS)
    rows[11] = (1, 1024)
    monkeypatch.setattr(module, "BLOCKS", tuple(rows))
    assert first_disagreement(NAME) == ("block12.dw", "disagree")


def test_missing_block_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    module = module_of("mobilenet_v1")
    monkeypatch.setattr(module, "BLOCKS", (*module.BLOCKS[:6], *module.BLOCKS[7:]))
    layer, verdict = first_disagreement(NAME)
    assert verdict == "no formula"
    assert layer.startswith("blocks.")
