from __future__ import annotations

import numpy as np
import pytest

from .agreement import agreed, drawn, first_disagreement, macs, module_of, redrawn

NAME = "alexnet"


@pytest.mark.parametrize(
    "options",
    [
        {"resolution": 225, "batch": 3},
        {"resolution": 331, "classes": 10},
        {"variant": "ungrouped", "resolution": 299, "batch": 3},
        {"variant": "single-tower", "resolution": 225, "batch": 3},
        {"variant": "single-tower", "resolution": 331},
        {"variant": "one-weird-trick", "batch": 3},
    ],
    ids=str,
)
def test_every_layer_agrees(options: dict[str, object]) -> None:
    agreed(NAME, **options)


def test_paper() -> None:
    totals = agreed(NAME)
    # The abstract's 60 million parameters; MobileNet V1's Table 9 has 720 million mult-adds.
    assert totals.params_formula == totals.params_measured == 60_965_224
    assert totals.macs_formula == totals.macs_measured == totals.fvcore_total == 724_406_816


def test_layers_of_the_paper() -> None:
    # Section 3.5: 96 kernels of 11×11×3, 256 of 5×5×48, 384 of 3×3×256, 384 of 3×3×192, 256 of 3×3×192.
    weights = [line.cost.parameters - line.output[1] for line in drawn(NAME).core[:5]]
    assert weights == [96 * 363, 256 * 1200, 384 * 2304, 384 * 1728, 256 * 1728]
    # Figure 2's caption prints these neurons, but 253,440 in the first layer; its picture's 55·55·96 are 290,400.
    neurons = [line.cost.activations for line in drawn(NAME).core]
    assert neurons == [290_400, 186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000]
    # "650,000 neurons" (abstract).
    assert sum(neurons) == 659_272


def test_the_printed_input_of_224_leaves_no_55_by_55_map() -> None:
    assert drawn(NAME, resolution=224).calls[0].output == (1, 96, 54, 54)
    assert drawn(NAME).calls[0].output == (1, 96, 55, 55)


def test_without_groups() -> None:
    totals = agreed(NAME, variant="ungrouped")
    # osmr/imgclsmob prints 62,378,344 parameters for its AlexNet.
    assert totals.params_formula == 62_378_344
    assert totals.macs_formula == 1_135_256_096
    # Groups of two halve the weights and MACs of three layers and leave all else.
    grouped = drawn(NAME)
    for full, half in zip(drawn(NAME, variant="ungrouped").core, grouped.core, strict=True):
        assert full.cost.macs == half.cost.macs * half.hyper.get("groups", 1)


def test_single_tower_is_torchvisions() -> None:
    totals = agreed(NAME, variant="single-tower")
    # torchvision's metadata of alexnet: 0.714 GFLOPs (MACs), 61,100,840 parameters.
    assert totals.params_formula == totals.params_measured == 61_100_840
    assert totals.macs_formula == totals.macs_measured == 714_188_480
    # The adaptive average pool reads 256·6·6 elements.
    assert totals.fvcore_total == 714_188_480 + 9_216


def test_footnote_of_the_later_paper_is_not_torchvisions() -> None:
    # Krizhevsky 2014, footnote 1: 384 filters in the fourth layer; 256 in its author's code and in torchvision.
    layer, verdict = first_disagreement(NAME, variant="one-weird-trick", model="torchvision:alexnet")
    assert (layer, verdict) == ("conv4", "disagree")
    difference = agreed(NAME, variant="one-weird-trick").macs_formula - 714_188_480
    assert difference == 9 * 128 * (384 + 256) * 13 * 13


def test_sweep_gives_the_same_as_integers() -> None:
    sides = [67, 224, 227, 299]
    swept = macs(redrawn(drawn(NAME), resolution=np.array(sides)))
    assert swept.tolist() == [macs(drawn(NAME, resolution=side)) for side in sides]


@pytest.mark.parametrize(
    ("layer", "wrong"), [(1, (96, 11, 4, 2, 1)), (2, (256, 5, 1, 2, 1)), (3, (384, 3, 1, 1, 2)), (4, (320, 3, 1, 1, 2))]
)
def test_wrong_layer_is_named(monkeypatch: pytest.MonkeyPatch, layer: int, wrong: tuple[int, ...]) -> None:
    module = module_of(NAME)
    rows = list(module.TWO_GPUS)
    rows[layer - 1] = wrong
    monkeypatch.setattr(module, "TWO_GPUS", tuple(rows))
    assert first_disagreement(NAME) == (f"conv{layer}", "disagree")
