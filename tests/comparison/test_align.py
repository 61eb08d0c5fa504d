"""Which line is which call: every layer keeps its partner, whatever stands before, between or behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

import convcost
from convcost.comparison.align import align, signature
from convcost.comparison.leeway import Pair
from convcost.core.op_call import OpCall
from convcost.core.record import Operator
from convcost.core.registry import find

Net = Sequence[str]
"""A layer is its kind and its settings: c3 is a convolution, n a norm."""


def pairs(lines: Net, calls: Net) -> list[Pair]:
    return align(lines, calls, [line[0] for line in lines], [call[0] for call in calls])


def same(count: int) -> list[Pair]:
    return [(k, k) for k in range(count)]


@pytest.mark.parametrize(
    ("lines", "calls", "wanted"),
    [
        ("", "", []),
        ("c1 n r c2 n r l", "c1 n r c2 n r l", same(7)),
        ("c1 n c2 n", "", [(0, None), (1, None), (2, None), (3, None)]),
        ("", "c1 n", [(None, 0), (None, 1)]),
        # One layer changed, at the front, in the middle and at the end.
        ("c1 n c2 n c3 n", "c9 n c2 n c3 n", same(6)),
        ("c1 n c2 n c3 n", "c1 n c9 n c3 n", same(6)),
        ("c1 n c2 n c3 l1", "c1 n c2 n c3 l2", same(6)),
        ("c1 c2 c3", "c7 c8 c9", same(3)),
        # One of many equal layers changed.
        ("c5 n c5 n c5 n c5 n c5 n", "c5 n c5 n c9 n c5 n c5 n", same(10)),
        ("c5 c5 c5 c5 c5", "c5 c5 c9 c5 c5", same(5)),
        # A layer that is missing on either side.
        ("c1 n c2 n c3", "c1 n c3", [(0, 0), (1, 1), (2, None), (3, None), (4, 2)]),
        ("c1 n c3", "c1 n c2 n c3", [(0, 0), (1, 1), (2, 4), (None, 2), (None, 3)]),
        ("c1 p c2", "c1 c2", [(0, 0), (1, None), (2, 1)]),
        ("c1 c2", "c1 d c2", [(0, 0), (1, 2), (None, 1)]),
        # Another kind in its place is no partner.
        ("c1 p c2", "c1 q c2", [(0, 0), (1, None), (2, 2), (None, 1)]),
        # Branches in another order.
        ("c1 c2 c3 j", "c1 c3 c2 j", [(0, 0), (1, 2), (2, 1), (3, 3)]),
        ("s a1 a2 b1 b2 j", "s b1 b2 a1 a2 j", [(0, 0), (1, 3), (2, 4), (3, 1), (4, 2), (5, 5)]),
        # Branches in another order, and one layer of theirs changed.
        ("s c1 c2 d1 d2 j", "s d1 d2 c1 c9 j", [(0, 0), (1, 3), (2, 4), (3, 1), (4, 2), (5, 5)]),
    ],
    ids=lambda net: net.replace(" ", "-") if isinstance(net, str) else None,
)
def test_partners(lines: str, calls: str, wanted: list[Pair]) -> None:
    assert pairs(lines.split(), calls.split()) == wanted


LAYERS = st.lists(st.sampled_from(["c1", "c2", "c3", "n", "r", "l1", "l2"]), max_size=30)


@given(lines=LAYERS, calls=LAYERS)
def test_every_layer_and_every_call_stands_once(lines: list[str], calls: list[str]) -> None:
    found = pairs(lines, calls)
    assert [i for i, _ in found if i is not None] == list(range(len(lines)))
    assert sorted(j for _, j in found if j is not None) == list(range(len(calls)))
    assert (None, None) not in found


@given(lines=LAYERS, calls=LAYERS)
def test_partners_are_of_one_kind_and_none_is_left_alone(lines: list[str], calls: list[str]) -> None:
    found = pairs(lines, calls)
    assert all(lines[i][0] == calls[j][0] for i, j in found if i is not None and j is not None)
    # No layer without a partner beside a call without one that is the very same layer.
    left = Counter(lines[i] for i, j in found if i is not None and j is None)
    right = Counter(calls[j] for i, j in found if j is not None and i is None)
    assert left & right == Counter()


@given(lines=LAYERS)
def test_equal_nets_are_paired_in_order(lines: list[str]) -> None:
    assert pairs(lines, lines) == same(len(lines))


@given(lines=LAYERS, data=st.data())
def test_permuted_nets_lose_no_layer(lines: list[str], data: st.DataObject) -> None:
    calls = data.draw(st.permutations(lines))
    found = pairs(lines, calls)
    assert all(i is not None and j is not None and lines[i] == calls[j] for i, j in found)


@given(lines=LAYERS.filter(bool), data=st.data())
def test_one_changed_layer_moves_no_other(lines: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(lines) - 1))
    calls = [*lines[:place], lines[place][0] + "9", *lines[place + 1 :]]
    assert pairs(lines, calls) == same(len(lines))


def test_a_very_deep_net_completes() -> None:
    block = ["c1", "n", "r", "c2", "n", "r"]
    lines = block * 500
    calls = [*lines[:1500], "c9", *lines[1501:]]
    assert pairs(lines, lines) == same(3000)
    assert pairs(lines, calls) == same(3000)


def test_a_very_deep_net_that_lacks_its_ends_completes() -> None:
    lines = ["a", *["c1", "n", "r"] * 1000, "z"]
    assert pairs(lines, lines[1:-1]) == [(0, None), *((k + 1, k) for k in range(3000)), (3001, None)]


def of(name: str, shapes: list[tuple[int, ...]], hyper: dict[str, object]) -> Hashable:
    return signature(OpCall("", find(Operator, name, "operator"), "", tuple(shapes), hyper, ()))


def test_signature_is_settings_and_channels_not_the_image_or_the_batch() -> None:
    hyper: dict[str, object] = {"stride": (1, 1), "groups": 2}
    assert of("conv2d", [(1, 8, 5, 6)], hyper) == of("conv2d", [(3, 8, 7, 7)], hyper)
    backwards = dict(reversed(hyper.items()))
    assert of("conv2d", [(1, 8, 5, 6)], hyper) == of("conv2d", [(1, 8, 5, 6)], backwards)
    assert of("conv2d", [(1, 8, 5, 6)], hyper) != of("conv2d", [(1, 6, 5, 6)], hyper)
    assert of("conv2d", [(1, 8, 5, 6)], hyper) != of("conv2d", [(1, 8, 5, 6)], {**hyper, "groups": 1})
    assert of("conv2d", [(1, 8, 5, 6)], hyper) != of("conv3d", [(1, 8, 5, 6)], hyper)
    assert of("linear", [(2, 9, 64)], {}) == of("linear", [(5, 64)], {})
    assert of("linear", [(2, 9, 64)], {}) != of("linear", [(2, 64, 9)], {})
    assert of("add", [(2, 9), ()], {}) != of("add", [(2, 9), (2, 9)], {})


def test_a_pooling_and_a_mean_are_one_layer_where_nobody_looked_at_their_steps() -> None:
    """As in `diff`, whose two sides may be a paper's formula and a model."""
    pooled, averaged = (convcost.capture(model, (1, 3, 5, 5)).calls[-1] for model in (nn.AdaptiveAvgPool2d(1), _Mean()))
    assert signature(pooled) == signature(averaged)


class _Mean(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))
