"""Transformers, on every path of PyTorch's code: all their products are seen, as many as PyTorch itself counts."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from convcost.models.torchvision_and_timm import torchvision_model
from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore

from .attention import HEADS, KEYS, WIDTH, attending, frozen, macs, macs_by_torch, on_the_cpu, unbatched
from .modules import Case, Written
from .plain import plain, with_ancestors


def weighing(layer: Any, q: Tensor, k: Tensor, v: Tensor) -> Any:
    return layer(q, k, v, need_weights=True)


def without_gradients(layer: Any, q: Tensor, k: Tensor, v: Tensor) -> Any:
    with torch.no_grad():
        return layer(q, k, v, need_weights=False)[0]


def masked(layer: Any, q: Tensor, k: Tensor, v: Tensor) -> Any:
    return layer(q, k, v, attn_mask=q.new_zeros(q.shape[-3], k.shape[-3]))[0]


def causal(layer: Any, q: Tensor, k: Tensor, v: Tensor) -> Any:
    mask = torch.ones(q.shape[0], k.shape[0], dtype=torch.bool, device=q.device).triu(1)
    return layer(q, k, v, attn_mask=mask, is_causal=True, need_weights=False)[0]


def padded(layer: Any, q: Tensor, k: Tensor, v: Tensor) -> Any:
    return layer(q, k, v, key_padding_mask=k.new_zeros(k.shape[1], k.shape[0]), need_weights=False)[0]


ATTENTION: dict[str, Case] = {
    "self": attending(),
    "self with weights": attending(weighing),
    "keys and values of others": attending(other=True),
    "with weights": attending(weighing, other=True),
    "other widths": attending(other=True, kdim=5, vdim=8),
    "other widths with weights": attending(weighing, other=True, kdim=5, vdim=8),
    "biases as keys": attending(add_bias_kv=True),
    "biases as keys with weights": attending(weighing, other=True, add_bias_kv=True),
    "zeros as keys": attending(other=True, add_zero_attn=True),
    "zeros and biases as keys": attending(weighing, add_zero_attn=True, add_bias_kv=True),
    "batch first": attending(batch_first=True),
    "batch first with weights": attending(weighing, batch_first=True, other=True),
    "no bias": attending(other=True, bias=False),
    "unbatched": unbatched(attending()),
    "unbatched with weights": unbatched(attending(weighing, other=True)),
    "mask": attending(masked, other=True),
    "causal": attending(causal),
    "padded": attending(padded, other=True),
    "no_grad in the model": attending(without_gradients, batch_first=True),
}
LAYERS: dict[str, Case] = {
    "encoder layer": (lambda: nn.TransformerEncoderLayer(12, 2, 20, batch_first=True), (2, 5, 12)),
    "encoder layer, norm first": (lambda: nn.TransformerEncoderLayer(12, 2, 20, norm_first=True), (5, 2, 12)),
    "encoder": (
        lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(12, 2, 20, batch_first=True), 2),
        (2, 5, 12),
    ),
    "decoder layer": (
        lambda: Written(
            lambda m, x: m.layer(x, x[:, :4]), layer=nn.TransformerDecoderLayer(12, 2, 20, batch_first=True)
        ),
        (2, 5, 12),
    ),
    "transformer": (
        lambda: Written(lambda m, x: m.layer(x, x[:, :4]), layer=nn.Transformer(12, 2, 2, 1, 20, batch_first=True)),
        (2, 5, 12),
    ),
}
ALL = {**ATTENTION, **LAYERS}


@pytest.mark.filterwarnings("ignore:enable_nested_tensor is True:UserWarning")
@pytest.mark.parametrize("name", ALL)
def test_as_many_products_as_torch_counts(name: str) -> None:
    make, shape = ALL[name]
    assert macs(make(), shape) == macs_by_torch(make(), shape) > 0


@pytest.mark.filterwarnings("ignore:enable_nested_tensor is True:UserWarning")
@pytest.mark.parametrize("name", ALL)
def test_frozen_model_is_the_same_on_either_device(name: str) -> None:
    make, shape = ALL[name]
    count = macs_by_torch(make(), shape)
    assert macs(frozen(make()), shape) == count
    assert macs(on_the_cpu(frozen(make())), shape) == count


def test_attention_by_hand() -> None:
    # Projections of 5 queries, 7 keys and 7 values in a batch of 2 and of the 5 outputs; scores and their sums.
    projections = 2 * (5 * WIDTH + KEYS * 5 + KEYS * 8 + 5 * WIDTH) * WIDTH
    scores = 2 * 5 * KEYS * WIDTH * 2
    assert HEADS > 1
    assert macs(*_made("other widths")) == projections + scores


def _made(name: str) -> tuple[nn.Module, tuple[int, ...]]:
    make, shape = ATTENTION[name]
    return make(), shape


def test_encoder_that_torch_counts_as_nothing() -> None:
    # 2 layers of 4 projections of 64·64, 2·64·128 in between and 2·32·64 scores and sums, for each of 2·32 tokens:
    # 4,718,592 products; FlopCounterMode prints 0 for it under no_grad on the CPU.
    layer = nn.TransformerEncoderLayer(64, 4, 128, batch_first=True)
    encoder = on_the_cpu(frozen(nn.TransformerEncoder(layer, 2)))
    assert macs(encoder, (2, 32, 64)) == 2 * 64 * (4 * 64 * 64 + 2 * 64 * 128 + 2 * 32 * 64) == 9_437_184 // 2


def test_fvcore_prints_of_a_frozen_layer_what_the_native_path_of_the_cpu_leaves() -> None:
    make, shape = LAYERS["encoder layer"]
    model = frozen(make())
    found = capture(model, shape)
    counted = trace_fvcore(model, shape, found)
    assert counted.device == "cpu"
    assert with_ancestors(counted) == plain(model, shape)
    # Of four linear layers, attention's two are hidden.
    assert len([call for call in found.calls if call.name == "linear"]) == 4
    assert [call.path for call in counted.calls if call.aten == "aten::linear"] == ["linear1", "linear2"]


def test_native_path_is_there_for_who_does_not_watch() -> None:
    """What the checks above would not see: the frozen layer under nothing but a dispatch mode."""
    make, shape = LAYERS["encoder layer"]
    with FlopCounterMode(display=False) as counter:
        frozen(make()).eval()(torch.zeros(shape))
    assert counter.get_total_flops() == 0


# By FlopCounterMode on the meta device, checked by hand elsewhere: 17.563828 and 4.490567 GMAC.
@pytest.mark.parametrize(("name", "thousands"), [("vit_b_16", 17_563_828), ("swin_t", 4_490_567)])
def test_network(name: str, thousands: int) -> None:
    shape = (1, 3, 224, 224)
    count = macs(torchvision_model(name), shape)
    assert count == macs_by_torch(torchvision_model(name), shape)
    assert (count + 500) // 1000 == thousands
