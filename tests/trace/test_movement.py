"""What only moves elements is no call, and a parameter that is moved is still that parameter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convcost.trace.capture import capture

from .modules import Written

Function = Callable[[Tensor], Any]

WHOLE = torch.tensor([2, 0, 1])
ARRANGED: dict[str, Function] = {
    "roll": lambda x: x.roll((1, 2), (0, 1)),
    "flip": lambda x: x.flip(1),
    "rot90": lambda x: x.rot90(1, (0, 1)),
    "repeat": lambda x: x.repeat(2, 3, 1),
    "repeat_interleave": lambda x: x.repeat_interleave(3, 1),
    "tile": lambda x: x.tile((3,)),
    "stack": lambda x: torch.stack([x, x], 1),
    "hstack of parts": lambda x: torch.stack(torch.hsplit(x, 3)),
    "expand and copy": lambda x: x.unsqueeze(0).expand(4, -1, -1).contiguous(),
    "split": lambda x: x.tensor_split((1, 5), 1)[1].clone(),
    "tril": lambda x: x.tril(-1),
    "triu": lambda x: x.triu(),
    "diagonal": lambda x: x.diagonal().diag_embed(),
    "meshgrid": lambda x: torch.meshgrid(x[0], x[1], indexing="ij"),
    "in place view": lambda x: x.unsqueeze_(0).squeeze_(0).transpose_(0, 1),
    "copy of a view": lambda x: torch.permute_copy(x, (1, 0)),
    "type": lambda x: x.type_as(x.double()).half(),
    "complex": lambda x: torch.view_as_real(torch.complex(x, x)),
    "detach": lambda x: x.detach().resolve_conj().resolve_neg(),
}
LOOKED_UP: dict[str, Function] = {
    "index": lambda x: x[:, torch.tensor([1, 2], device=x.device)],
    "index_select": lambda x: x.index_select(0, torch.tensor([1, 2], device=x.device)),
    "gather": lambda x: x.gather(1, torch.zeros(4, 2, dtype=torch.long, device=x.device)),
    "take_along_dim": lambda x: torch.take_along_dim(x, torch.zeros(4, 2, dtype=torch.long, device=x.device), 1),
}
PLACED: dict[str, Function] = {
    "scatter": lambda x: x.scatter(1, torch.zeros(4, 2, dtype=torch.long, device=x.device), x),
    "scatter of a number": lambda x: x.scatter_(1, torch.zeros(4, 2, dtype=torch.long, device=x.device), 1.0),
    "index_put": lambda x: x.index_put_((torch.tensor([1], device=x.device),), x[0]),
    "index_copy": lambda x: x.index_copy(0, torch.tensor([1], device=x.device), x[:1]),
    "slice_scatter": lambda x: x.slice_scatter(x[:1], 0, 1, 2),
    "assignment": lambda x: x[1:].copy_(x[:-1]),
    "masked_scatter": lambda x: x.masked_scatter(torch.ones(4, 6, dtype=torch.bool, device=x.device), x),
}
FILLED: dict[str, Function] = {
    "new": lambda x: (x.new_zeros(3), x.new_ones(2), x.new_full((2,), 3.0), x.new_empty(1).zero_().fill_(2)),
    "ranges": lambda x: (torch.arange(3), torch.linspace(0, 1, 5), torch.eye(3), torch.tril_indices(3, 3)),
    "random": lambda x: (torch.rand_like(x), torch.randn(3), torch.randint(0, 5, (2,)), torch.randperm(4)),
    "random in place": lambda x: (x.normal_(), x.uniform_(), x.bernoulli_(0.5), x.exponential_(), x.random_()),
}
MOVES = {**ARRANGED, **LOOKED_UP, **PLACED, **FILLED}


@pytest.mark.parametrize("name", MOVES)
def test_moves_are_no_calls(name: str) -> None:
    assert capture(Written(lambda _, x: MOVES[name](x)), (4, 6)).calls == ()


@pytest.mark.parametrize(
    "function",
    [
        lambda x, i: x.index_put((i,), x[0], accumulate=True),
        lambda x, i: x.scatter(0, i.reshape(1, 1), x, reduce="multiply"),
        lambda x, i: x.scatter_reduce(0, i.reshape(1, 1), x, reduce="mean"),
        lambda x, i: x.scatter_reduce(0, i.reshape(1, 1), x, reduce="sum", include_self=False),
    ],
)
def test_additions_that_the_data_decide_have_no_formula(function: Callable[[Tensor, Tensor], Tensor]) -> None:
    def forward(_: Any, x: Tensor) -> Tensor:
        return function(x, torch.zeros(1, dtype=torch.long, device=x.device))

    (call,) = capture(Written(forward), (4, 6)).calls
    assert call.operator is None


@pytest.mark.parametrize("name", [*ARRANGED, *LOOKED_UP])
def test_moved_parameter_is_used_where_it_is_computed_with(name: str) -> None:
    def forward(m: Any, x: Tensor) -> list[Any]:
        moved = MOVES[name](m.weight.detach().clone())
        return [x + 1, *(tensor.float() * 2 for tensor in (moved if isinstance(moved, tuple) else (moved,)))]

    calls = capture(Written(forward, weight=torch.ones(4, 6)), (2, 3)).calls
    assert calls[0].parameters == 0
    assert {call.name for call in calls[1:]} == {"mul"}
    # A part of the parameter is taken by its size; whatever is looked up may come from anywhere.
    parts = {"diagonal": 4, "split": 16}
    assert sum(call.parameters for call in calls[1:]) == parts.get(name, 24)


def test_table_that_is_looked_up_is_used_whole() -> None:
    """A bias of relative positions: two heads, five places, of which three are looked up."""

    def forward(m: Any, x: Tensor) -> Any:
        return x + m.table[torch.tensor([0, 2, 4], device=x.device)].permute(1, 0).contiguous().unsqueeze(0)

    (call,) = capture(Written(forward, table=torch.ones(5, 2)), (7, 2, 3)).calls
    assert (call.name, call.parameters) == ("add", 10)


def test_parameters_that_are_joined_belong_to_the_call_that_takes_them() -> None:
    """Queries and values have a bias, keys have none: 3·4·4 weights and 2·4 biases in one layer."""

    def forward(m: Any, x: Tensor) -> Tensor:
        return F.linear(x, m.weight, torch.cat([m.q, torch.zeros_like(m.v), m.v]))

    model = Written(forward, weight=torch.ones(12, 4), q=torch.ones(4), v=torch.ones(4))
    calls = capture(model, (2, 4)).calls
    assert [(call.name, call.parameters) for call in calls] == [("concat", 0), ("linear", 56)]


def test_parameter_that_is_joined_to_data_is_used_there() -> None:
    def forward(m: Any, x: Tensor) -> Any:
        return m.head(torch.cat([m.token.expand(len(x), -1, -1), x], 1))

    calls = capture(Written(forward, token=torch.ones(1, 1, 4), head=nn.Linear(4, 3)), (2, 5, 4)).calls
    assert [(call.name, call.parameters) for call in calls] == [("concat", 4), ("linear", 15)]


def test_nothing_of_a_parameter_is_in_zeros_like_it() -> None:
    def forward(m: Any, x: Tensor) -> Any:
        return x + torch.zeros_like(m.weight) + m.weight

    calls = capture(Written(forward, weight=torch.ones(3)), (2, 3)).calls
    assert [call.parameters for call in calls] == [0, 3]
