"""One formula, four kinds of number: ints, NumPy arrays, SymPy symbols and the sizes of a traced tensor."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
import sympy
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import DimDynamic, ShapeEnv, StatelessSymbolicContext

from convcost.core.cost import PRIMITIVES, Cost
from convcost.core.record import Operator
from convcost.core.registry import find, records

from .grids import values

SEEDS = range(20)
ROUNDING_UP = [f"{kind}_pool{rank}d" for kind in ("max", "avg") for rank in (1, 2, 3)]
SETTINGS: dict[str, Any] = {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}
# Of each axis one size that divides and some that do not, last windows on the input and beyond it.
SIZES = [(2, 3, 8, 9, 10), (1, 5, 9, 10, 7), (3, 2, 10, 7, 8), (4, 7, 7, 8, 9)]


@pytest.mark.parametrize("name", records(Operator))
def test_numpy_arrays_give_what_ints_give(name: str) -> None:
    record = find(Operator, name, "operator")
    rows = [values(record, seed) for seed in SEEDS]
    columns = {symbol: np.array([row[symbol] for row in rows], dtype=np.int64) for symbol in rows[0]}
    assert listed(record.evaluate(columns), len(rows)) == [record.evaluate(row) for row in rows]


@pytest.mark.parametrize("name", ROUNDING_UP)
def test_numpy_arrays_give_what_ints_give_when_rounding_up(name: str) -> None:
    record, rank = find(Operator, name, "operator"), int(name[-2])
    columns = tuple(np.array(column, dtype=np.int64) for column in zip(*SIZES, strict=True))[: 2 + rank]
    expected = [record(row[: 2 + rank], **SETTINGS).cost for row in SIZES]
    assert listed(record(columns, **SETTINGS).cost, len(SIZES)) == expected


def listed(cost: Cost, length: int) -> list[Cost]:
    columns = [np.broadcast_to(getattr(cost, name), length).tolist() for name in PRIMITIVES]
    return [Cost(*row) for row in zip(*columns, strict=True)]


@pytest.mark.parametrize("name", records(Operator))
def test_symbols_give_a_closed_form(name: str) -> None:
    record = find(Operator, name, "operator")
    symbols = {s.name: sympy.Symbol(s.name, integer=True, positive=True) for s in record.symbols}
    closed = record.evaluate(symbols)
    for seed in SEEDS:
        row = values(record, seed)
        numbers = {symbols[symbol]: value for symbol, value in row.items()}
        assert closed.map(partial(substituted, numbers=numbers)) == record.evaluate(row)


@pytest.mark.parametrize("name", ROUNDING_UP)
def test_symbols_give_a_closed_form_when_rounding_up(name: str) -> None:
    record, rank = find(Operator, name, "operator"), int(name[-2])
    symbols = sympy.symbols("N C D H W", integer=True, positive=True)[: 2 + rank]
    closed = record(symbols, **SETTINGS)
    for sizes in SIZES:
        numbers = dict(zip(symbols, sizes, strict=False))
        real = record(sizes[: 2 + rank], **SETTINGS)
        assert tuple(substituted(size, numbers) for size in closed.shape) == real.shape
        assert closed.cost.map(partial(substituted, numbers=numbers)) == real.cost


def substituted(form: Any, numbers: dict[Any, int]) -> int:
    """A closed form at some numbers; the greatest common divisor stands in it as a function without a value."""
    value = (sympy.Integer(0) + form).subs(numbers).replace(sympy.Function("gcd"), sympy.gcd)
    assert value.is_Integer
    return int(value)


def traced(sizes: list[int]) -> tuple[list[Any], ShapeEnv]:
    """The symbolic sizes of a traced tensor, and what is assumed of them."""
    environment = ShapeEnv(duck_shape=False)
    context = StatelessSymbolicContext(dynamic_sizes=[DimDynamic.DYNAMIC] * len(sizes))  # type: ignore[var-annotated]
    mode = FakeTensorMode(shape_env=environment)
    tensor = mode.from_tensor(torch.empty(sizes, device="meta"), symbolic_context=context)
    return list(tensor.shape), environment


@pytest.mark.parametrize("name", records(Operator))
def test_traced_sizes_give_what_ints_give(name: str) -> None:
    record = find(Operator, name, "operator")
    settings = values(record, 0)
    # The sizes are traced, the hyper-parameters are numbers: so it is in a model.
    names = [s.name for s in record.symbols if s.name in ("N", "C", "C_in", "D", "H", "W", "M", "n")]
    sizes, environment = traced([settings[symbol] + 12 for symbol in names])
    cost = record.evaluate({**settings, **dict(zip(names, sizes, strict=True))})
    for seed in SEEDS:
        row = {**settings, **{symbol: values(record, seed)[symbol] for symbol in names}}
        numbers = {size.node.expr: row[symbol] for size, symbol in zip(sizes, names, strict=True)}
        assert cost.map(partial(resolved, numbers=numbers)) == record.evaluate(row)
    assert environment.guards == []  # the formula holds for every size, not for the traced one only


@pytest.mark.parametrize("name", ROUNDING_UP)
def test_traced_sizes_give_what_ints_give_when_rounding_up(name: str) -> None:
    record, rank = find(Operator, name, "operator"), int(name[-2])
    sizes, environment = traced([17, 18, 19, 20, 21][: 2 + rank])
    result = record(tuple(sizes), **SETTINGS)
    for row in SIZES:
        numbers = {size.node.expr: value for size, value in zip(sizes, row, strict=False)}
        real = record(row[: 2 + rank], **SETTINGS)
        assert tuple(resolved(size, numbers) for size in result.shape) == real.shape
        assert result.cost.map(partial(resolved, numbers=numbers)) == real.cost
    assert environment.guards == []


def resolved(form: Any, numbers: dict[Any, int]) -> int:
    return int(form.node.expr.subs(numbers)) if isinstance(form, torch.SymInt) else int(form)
