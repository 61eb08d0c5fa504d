"""torchvision's published numbers, at the inputs they were measured at."""

from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from convcost.core.errors import UnknownNameError
from convcost.core.spec import TensorSpec
from convcost.models.loading import load
from convcost.models.weights import PublishedWeights, published, published_entries

# One of each kind whose input, or whose arguments, the metadata does not say; all of them take a minute.
CHECKED = (
    "SqueezeNet1_1_Weights.IMAGENET1K_V1",
    "GoogLeNet_Weights.IMAGENET1K_V1",
    "RegNet_Y_400MF_Weights.IMAGENET1K_V2",
    "ViT_B_16_Weights.IMAGENET1K_SWAG_E2E_V1",
    "LRASPP_MobileNet_V3_Large_Weights.COCO_WITH_VOC_LABELS_V1",
    "DeepLabV3_MobileNet_V3_Large_Weights.COCO_WITH_VOC_LABELS_V1",
    "S3D_Weights.KINETICS400_V1",
    "MC3_18_Weights.KINETICS400_V1",
    "Raft_Small_Weights.C_T_V2",
    "ShuffleNet_V2_X0_5_QuantizedWeights.IMAGENET1K_FBGEMM_V1",
)


@pytest.fixture(scope="module")
def entries() -> dict[str, PublishedWeights]:
    return {entry.weights: entry for entry in published_entries()}


@pytest.mark.parametrize("weights", CHECKED)
def test_published_number_comes_out_of_torchs_own_counter(entries: dict[str, PublishedWeights], weights: str) -> None:
    entry = entries[weights]
    assert entry.inputs is not None
    model = load(entry.reference, entry.arguments).module
    with FlopCounterMode(display=False) as counter:
        model(*(torch.zeros(spec.shape, device="meta") for spec in entry.inputs))
    macs = counter.get_total_flops() // 2  # a multiply-accumulate is two for torch
    assert f"{macs / 10**9:.3f}" == entry.gmacs
    assert sum(p.numel() for p in model.parameters()) == entry.parameters


def test_every_set_of_weights_is_there(entries: dict[str, PublishedWeights]) -> None:
    assert len({entry.reference for entry in entries.values()}) == 121  # models that torchvision 0.28 registers
    assert len(entries) == 166
    without = {entry.reference for entry in entries.values() if entry.inputs is None}
    assert len(without) == 12  # the detectors


def test_published_is_at_the_default_input() -> None:
    entry = published("torchvision:vit_h_14")
    assert entry is not None
    assert entry.inputs == (TensorSpec((1, 3, 224, 224)),)
    assert (entry.gmacs, entry.parameters) == ("167.295", 632045800)
    entry = published("torchvision:resnet50")
    assert entry is not None
    assert (entry.weights, entry.gmacs, entry.parameters) == ("ResNet50_Weights.IMAGENET1K_V2", "4.089", 25557032)


def test_other_references_publish_nothing() -> None:
    assert published("timm:resnet50") is None
    assert published("mobilenet_v1") is None
    with pytest.raises(UnknownNameError, match="did you mean torchvision:resnet50"):
        published("torchvision:resnet5")
