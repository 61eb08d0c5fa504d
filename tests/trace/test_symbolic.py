"""Derived formulas against plain traces at random sizes, and against the ones probe."""

from __future__ import annotations

import contextlib
import random
import re
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convcost.core.errors import ConvcostError, MeasurementError
from convcost.models.loading import load
from convcost.symbolic.derivation import METRICS, Derivation
from convcost.trace.derive import derive, measured
from convcost.trace.probe import ones_probe

from .modules import Written
from .test_untouched import network, state


class Small(nn.Module):
    """Every way to make a size: strides, dilation, groups, ceil mode, transposed, cropped, joined, resized."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 6, (3, 5), (2, 3), (1, 0))
        self.pool = nn.MaxPool2d(3, 2, 1, ceil_mode=True)
        self.wide = nn.Conv2d(6, 9, 3, padding=2, dilation=2, groups=3, bias=False)
        self.up = nn.ConvTranspose2d(9, 4, 3, 2, 1, output_padding=1)
        self.same = nn.Conv2d(4, 5, 4, padding="same")
        self.head = nn.Linear(5, 7)

    def forward(self, x: Tensor) -> Tensor:
        x = self.wide(F.relu(self.pool(self.stem(x))))
        x = self.up(x)[:, :, 1:, :-1]
        x = self.same(torch.cat([x[:, :2], x[:, 2:]], 1))
        scores: Tensor = self.head(x.mean((2, 3)))
        return scores


def _sizes(draw: random.Random, derived: Derivation, low: int, high: int) -> dict[str, int]:
    while True:
        sizes = {name: draw.randint(1, 5) if name == "B" else draw.randint(low, high) for name in derived.symbols}
        if not derived.broken(sizes):
            return sizes


NETS = ("mobilenet_v1", "torchvision:resnet18", "torchvision:vgg11", "torchvision:shufflenet_v2_x0_5")
AWKWARD = ("torchvision:googlenet", "torchvision:convnext_tiny", "torchvision:swin_t", "timm:tf_efficientnet_b0")


@pytest.mark.parametrize("reference", [*NETS, *AWKWARD])
def test_network_equals_a_plain_trace_at_random_sizes(reference: str) -> None:
    loaded = load(reference)
    derived = derive(loaded.module, loaded.inputs)
    assert not derived.unknown
    assert isinstance(loaded.inputs, tuple)
    _, *inner = loaded.inputs[0].shape
    draw = random.Random(reference)  # noqa: S311
    for _ in range(2):
        sizes = _sizes(draw, derived, 33, 300)
        spatial = [sizes[name] for name in derived.symbols[1:]]
        shape = (sizes["B"], *inner[: len(inner) - len(spatial)], *spatial)
        there = measured(loaded.module, shape)
        assert derived.at(**sizes) == {metric: there.function(metric)() for metric in METRICS}
        assert len(derived.entries) == len(there.entries)


def test_small_net_equals_the_ones_probe() -> None:
    derived = derive(Small(), (1, 3, 40, 50))
    model, probed = Small().eval(), list[int]()
    for module in model.children():
        if not isinstance(module, nn.MaxPool2d):
            module.register_forward_hook(lambda m, x, _: probed.append(ones_probe(m, tuple(x[0].shape))))
    for sizes in ({"B": 2, "H": 29, "W": 41}, {"B": 1, "H": 30, "W": 44}, {"B": 3, "H": 17, "W": 20}):
        probed.clear()
        with torch.no_grad():
            model(torch.zeros(sizes["B"], 3, sizes["H"], sizes["W"]))
        assert derived.function("macs")(**sizes) == sum(probed)


def test_layers_stages_and_the_total_add_up() -> None:
    derived = derive(load("torchvision:resnet18").module, (1, 3, 224, 224))
    whole = derived.forms["macs"][0].value({"B": 2, "H": 97, "W": 133})
    for level in ("layer", "stage", "total"):
        rows = derived.per(level)
        assert sum(row.macs.value({"B": 2, "H": 97, "W": 133}) for row in rows) == whole
        assert sum(row.parameters for row in rows) == derived.parameters == 11_689_512  # torchvision's num_params
    assert [row.name for row in derived.per("stage")][4:8] == ["layer1", "layer2", "layer3", "layer4"]


def test_size_of_the_input_where_the_formula_holds() -> None:
    # Five poolings by 2 leave a pixel of 32.
    assert derive(load("torchvision:vgg11").module, (1, 3, 224, 224)).domain == "B ≥ 1, H ≥ 32, W ≥ 32"
    # A padded network has no least image.
    assert derive(load("torchvision:resnet18").module, (1, 3, 224, 224)).domain == "B ≥ 1, H ≥ 1, W ≥ 1"


def _quarters(m: Any, x: Tensor) -> Tensor:
    joined: Tensor = torch.cat([F.interpolate(m.conv(x), scale_factor=4), x], 1)
    return joined


def test_divisibility_is_a_condition() -> None:
    derived = derive(Written(_quarters, conv=nn.Conv2d(3, 5, 4, 4)), (1, 3, 64, 64))
    assert derived.domain == "B ≥ 1, H ≥ 4 a multiple of 4, W ≥ 4 a multiple of 4"
    assert derived.text() == "240·B·⌊H/4⌋·⌊W/4⌋"  # 3·4·4·5 an output
    assert derived.broken({"B": 1, "H": 66, "W": 64}) == "H = 4·⌊H/4⌋"


def _branches(m: Any, x: Tensor) -> Tensor:
    result: Tensor = m.large(x) if x.shape[2] > 100 else m.small(x)
    return result


def test_a_branch_on_a_size_is_a_condition() -> None:
    model = Written(_branches, large=nn.Conv2d(3, 5, 3, 2, 1), small=nn.Conv2d(3, 4, 1))
    derived = derive(model, ("B", 3, "H", "W"))
    assert derived.domain == "B ≥ 1, H ≥ 101, W ≥ 1"
    with pytest.raises(ConvcostError, match=r"H ≥ 101 does not hold, which the formula needs"):
        derived.at(B=1, H=100, W=100)


def test_a_model_of_one_size_has_only_the_batch_open() -> None:
    def forward(m: Any, x: Tensor) -> Tensor:
        assert x.shape[2] == 32
        scores: Tensor = m.head(m.conv(x).flatten(1))
        return scores

    model = Written(forward, conv=nn.Conv2d(3, 4, 3, 2, 1), head=nn.Linear(4 * 16 * 16, 10))
    derived = derive(model, (1, 3, 32, 32))
    # 3·9·4·16·16 + 1024·10
    assert (derived.symbols, derived.text()) == (("B",), "37888·B")
    assert derived.note == "fixed, as the model takes no other: H = 32, W = 32"
    # Asked for all the same, the sizes stand in the domain: 4·16·16 features.
    asked = derive(model, (1, 3, 32, 32), ("B", "H", "W")).domain
    assert asked == "B ≥ 1, H = 32, W ≥ 1, 4·⌈H/2⌉·⌈W/2⌉ - 1024 = 0"


def _depends(m: Any, x: Tensor) -> Tensor:
    return x * 2 if x.sum() > 0 else x


def _counts(m: Any, x: Tensor) -> Tensor:
    return torch.cat([m.conv(x) for _ in range(x.shape[2])], 1)


@pytest.mark.parametrize("forward", [_depends, lambda m, x: m.conv(x[:, :2])])
def test_what_has_no_formula_is_refused_in_one_line(forward: Any) -> None:
    with pytest.raises(MeasurementError) as caught:
        derive(Written(forward, conv=nn.Conv2d(3, 4, 1)), (1, 3, 8, 8), ("B", "H", "W"))
    assert "\n" not in str(caught.value)


def test_a_size_that_a_loop_counts_is_fixed_and_said() -> None:
    derived = derive(Written(_counts, conv=nn.Conv2d(3, 4, 1)), ("B", 3, 5, "W"))
    # The axis of 5 is no symbol: five times 3·4 products at each of 5·W positions.
    assert derived.text() == "300·B·W"
    looped = derive(Written(_counts, conv=nn.Conv2d(3, 4, 1)), (1, 3, 6, 7), ("B", "H", "W"))
    # Six times 3·4 products at each of 6·W positions.
    assert (looped.symbols, looped.text()) == (("B", "W"), "432·B·W")
    place = r"\(.*test_symbolic\.py:\d+\)"
    assert re.fullmatch(
        f"fixed, as the model's own code takes it as a number {place}; give another number in its place: H = 6",
        looped.note,
    )


def test_a_loop_over_the_only_free_size_has_no_formula() -> None:
    model = Written(lambda m, x: torch.cat([m.fc(row) for row in x]), fc=nn.Linear(5, 7))
    with pytest.raises(MeasurementError, match="leave the size out of --symbols"):
        derive(model, ("B", 5))


_CONSTANTS: dict[str, Any] = {
    "repeated": lambda m, x: m.fc(x) + torch.eye(3).view(1, 9).repeat(x.shape[0], 1),
    "expanded": lambda m, x: m.fc(x) + torch.eye(3).view(1, 9).expand(x.shape[0], 9),
    "tiled": lambda m, x: m.fc(x) + torch.tile(torch.eye(3).flatten(), (x.shape[0], 1)),
    "a literal": lambda m, x: m.fc(x) + torch.tensor([[1.0, 2.0, 3.0]]).repeat(x.shape[0], 3),
    "counted up": lambda m, x: m.fc(x) * torch.arange(x.shape[0]).view(-1, 1),
    "zeros of whole numbers": lambda m, x: m.fc(x) + torch.zeros(x.shape[0], 1, dtype=torch.int64),
    "filled": lambda m, x: m.fc(x) + torch.full((x.shape[0], 9), 2.0),
    "a mask": lambda m, x: m.fc(x).masked_fill(torch.ones(x.shape[0], 9).bool(), 0.0),
    "row by row": lambda m, x: m.fc(x) + torch.ones(1, 9).repeat_interleave(x.shape[0], 0),
}


@pytest.mark.parametrize("name", _CONSTANTS)
def test_constants_made_without_a_device_take_the_batch(name: str) -> None:
    # 12·9 products for each row.
    assert derive(Written(_CONSTANTS[name], fc=nn.Linear(12, 9)), ("B", 12)).text() == "108·B"


def test_a_product_with_a_repeated_constant_counts() -> None:
    model = Written(lambda m, x: torch.bmm(m.fc(x).view(-1, 3, 3), torch.eye(3).repeat(x.shape[0], 1, 1)))
    model.fc = nn.Linear(12, 9)
    # and 27 for each pair of matrices
    assert derive(model, ("B", 12)).text() == f"{108 + 27}·B"


def test_operator_without_a_formula_is_said_and_not_counted_as_nothing() -> None:
    derived = derive(Written(lambda _, x: torch.renorm(x, 2, 0, 1)), (1, 3, 8, 8))
    assert derived.unknown == {"aten::renorm": 1}
    assert derived.entries[0].macs is None


def test_sequences() -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 12, batch_first=True)
    model = nn.Sequential(nn.Embedding(50, 8), layer)
    derived = derive(model, {"input": torch.zeros(1, 10, dtype=torch.int64)})
    assert (derived.symbols, derived.input) == (("B", "L"), "B×L (int64)")
    # A token takes 3·8·8 + 8·8 + 2·8·12; scores and their use take 8 each a pair of tokens.
    assert derived.function()(B=3, L=17) == 3 * (17 * 448 + 16 * 17**2)


def _attends(m: Any, x: Tensor) -> Tensor:
    scores = x @ x.transpose(1, 2)
    length = x.shape[1]
    return scores.masked_fill(m.mask[:, :length, :length] == 0, 0) @ x[:, :length]


def test_views_of_inputs_and_of_buffers_have_open_sizes() -> None:
    # Inputs and buffers are made outside of inference mode, where torch refused a view of symbolic size.
    derived = derive(Written(_attends, mask=torch.ones(1, 512, 512)), ("B", "L", 8))
    assert derived.text() == "16·B·L²"  # two products of L·L·8 an image
    half = derive(Written(lambda m, x: m.conv(x[..., : x.shape[-1] // 2]), conv=nn.Conv2d(3, 4, 1)), ("B", 3, "H", "W"))
    assert half.function()(B=2, H=5, W=9) == 2 * 5 * 4 * 12


@pytest.mark.parametrize("given", [16, 32, 64])
def test_a_table_cut_to_the_length_has_its_own_length_as_the_most(given: int) -> None:
    parts: dict[str, nn.Module | Tensor] = {
        "words": nn.Embedding(60, 8),
        "table": torch.ones(1, 64, 8),
        "head": nn.Linear(8, 3),
    }
    model = Written(lambda m, ids: m.head(m.words(ids) + m.table[:, : ids.shape[1]]), **parts)
    derived = derive(model, torch.zeros(1, given, dtype=torch.int64))
    assert (derived.domain, derived.text()) == ("B ≥ 1, 1 ≤ L ≤ 64", "24·B·L")
    assert sum(entry.parameters for entry in derived.entries) == 60 * 8 + 64 * 8 + 8 * 3 + 3


def test_one_name_twice_is_one_size() -> None:
    derived = derive(nn.Conv2d(3, 4, 3), (1, 3, 32, 32), ("B", "R", "R"))
    assert (derived.symbols, derived.function()(2, 12)) == (("B", "R"), 2 * 108 * 10 * 10)


@pytest.mark.parametrize("forward", [lambda m, x: m.conv(x), lambda m, x: m.conv(x[:, :2])])
def test_torch_is_afterwards_what_it_was(forward: Any) -> None:
    key = torch._C.DispatchKey.PythonDispatcher
    with contextlib.suppress(MeasurementError):
        derive(Written(forward, conv=nn.Conv2d(3, 4, 1)), (1, 3, 8, 8))
    assert not torch._C._dispatch_tls_is_dispatch_key_included(key)
    assert not torch.is_inference_mode_enabled()
    assert torch.relu(torch.zeros(2, 3)).shape == (2, 3)


def test_model_is_untouched() -> None:
    model = network()
    before = state(model)
    derive(model, (2, 3, 6, 7), ("B",))
    assert state(model) == before
