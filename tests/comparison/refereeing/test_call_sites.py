"""Where a call is made: through which patched names, in whose forward; and nothing stays patched."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convcost.core.op_call import NATIVE_ATTENTION, NATIVE_LAYER
from convcost.trace.call_sites import NAMES, capture_call_sites
from tests.comparison.refereeing.case import Model, of

SHAPE = (1, 4, 6, 5)


def functions(model: nn.Module, *shapes: tuple[int, ...]) -> list[tuple[str, ...]]:
    return [call.site.functions for call in capture_call_sites(model, shapes).calls]


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (lambda x: F.relu(x), ("F.relu",)),
        (lambda x: torch.relu(x), ()),
        (lambda x: x.relu(), ()),
        (lambda x: x + x, ()),
        (lambda x: torch.add(x, x), ("torch.add",)),
        (lambda x: x.add(x), ("Tensor.add",)),
        (lambda x: x * 2, ()),
        (lambda x: x @ x.mT, ("Tensor.__matmul__",)),
        (lambda x: x.matmul(x.mT), ("Tensor.matmul",)),
        (lambda x: torch.matmul(x, x.mT), ("torch.matmul",)),
        (lambda x: F.max_pool2d(x, 2), ("F.max_pool2d",)),
    ],
)
def test_functions_are_noted_as_the_model_reaches_them(function: Any, names: tuple[str, ...]) -> None:
    assert functions(of(function)(), SHAPE) == [names]


def test_functions_within_functions_are_noted() -> None:
    found = functions(Model(lambda m, x: m.a(x, x, x)[0], a=nn.MultiheadAttention(8, 2, batch_first=True)), (2, 3, 8))
    outer = (NATIVE_ATTENTION, "F.multi_head_attention_forward")
    assert found[0] == (*outer, "F.linear")
    assert (*outer, "torch.bmm") in found
    assert (*outer, "F.softmax") in found


def test_the_native_path_is_told_by_what_pytorch_asks() -> None:
    def first(module: nn.Module, function: Any = lambda m, x: m.a(x, x, x)[0]) -> str:
        return functions(Model(function, a=module), (2, 3, 8))[0][0]

    assert first(nn.MultiheadAttention(8, 2, batch_first=True)) == NATIVE_ATTENTION
    assert first(nn.MultiheadAttention(8, 2)) != NATIVE_ATTENTION
    assert first(nn.MultiheadAttention(6, 3, batch_first=True), lambda m, x: m.a(*[x[..., :6]] * 3)[0]) != (
        NATIVE_ATTENTION
    )
    other = first(nn.MultiheadAttention(8, 2, batch_first=True), lambda m, x: m.a(x, x.clone(), x)[0])
    assert other != NATIVE_ATTENTION
    assert first(nn.TransformerEncoderLayer(8, 2, 9, batch_first=True), lambda m, x: m.a(x)) == NATIVE_LAYER


def test_owners_know_their_class_places_and_parameters() -> None:
    class Derived(nn.Conv2d):
        pass

    shared = Derived(4, 4, 3, padding=1)
    model = nn.Sequential(nn.Sequential(shared, nn.ReLU()), nn.Sequential(shared))
    owners = {call.path: call.site.owner for call in capture_call_sites(model, SHAPE).calls}
    conv = owners["0.0"]
    assert conv.kind.endswith("Derived")
    assert conv.bases[1:3] == ("Conv2d", "_ConvNd")
    assert (conv.places, conv.leaf, conv.parameters) == (2, True, frozenset({"weight", "bias"}))
    assert (owners["0.1"].kind, owners["0.1"].places, owners["0.1"].leaf) == ("ReLU", 1, True)


def test_contiguity_and_a_missing_batch_are_noted() -> None:
    (call,) = capture_call_sites(Model(lambda m, x: m.a(x.transpose(1, 2)), a=nn.Linear(6, 2)), ((2, 6, 5),)).calls
    assert not call.site.contiguous
    (call,) = capture_call_sites(nn.Conv2d(4, 2, 1), (SHAPE[1:],)).calls
    assert call.site.unbatched
    assert call.site.contiguous


def test_nothing_stays_patched() -> None:
    before = [vars(room).get(name) for _, room, names in NAMES for name in names]

    def fails(_: Any, x: Tensor) -> Tensor:
        F.relu(x)
        raise RuntimeError("half way")

    with pytest.raises(Exception, match="half way"):
        capture_call_sites(Model(fails), SHAPE)
    assert [vars(room).get(name) for _, room, names in NAMES for name in names] == before
    assert functions(nn.ReLU(), SHAPE) == [("F.relu",)]
