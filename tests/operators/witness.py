"""One check for every formula: what it derives against what the real operator shows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import nn

from convcost.core.cost import PRIMITIVES, Cost, Result
from convcost.core.op_call import OpCall
from convcost.core.record import Operator
from convcost.core.registry import find
from convcost.trace.probe import ones_probe

from .case import Case
from .oracles import elementwise, is_view, operands
from .products import Product

MULTILINEAR = (nn.Linear, nn.modules.conv._ConvNd)


@dataclass(frozen=True)
class Observed:
    """What the real operator shows: the call, and every primitive counted without a formula."""

    call: OpCall
    cost: Cost

    @property
    def record(self) -> Operator:
        return find(Operator, self.call.name, "operator")


def observe(case: Case) -> Observed:
    """Run the operator under every oracle."""
    model, call = case.model, case.call()
    if case.oracle is not None:
        return Observed(call, case.oracle(case, call))
    if isinstance(model, Product):
        return Observed(call, _of_product(model, case.shape, call))
    multilinear = isinstance(model, MULTILINEAR)
    outputs = math.prod(call.output)
    view = not multilinear and is_view(model, case.shape)
    cost = Cost(
        macs=ones_probe(model, case.shape) if multilinear else 0,
        bias_adds=outputs if multilinear and model.bias is not None else 0,
        elementwise=elementwise(case, call),
        parameters=sum(p.numel() for p in model.parameters()),
        activations=0 if view else outputs,
        inputs=0 if view else sum(math.prod(shape) for shape in operands(call)),
    )
    return Observed(call, cost)


def _of_product(model: Product, shape: tuple[int, ...], call: OpCall) -> Cost:
    outputs = math.prod(call.output)
    return Cost(
        macs=model.macs(shape),
        bias_adds=model.bias_adds(outputs),
        elementwise=model.elementwise(shape, outputs),
        parameters=sum(p.numel() for p in model.parameters()),
        activations=outputs,
        inputs=model.elements_read(shape),
    )


def disagreements(formula: Callable[..., Result], observed: Observed) -> list[str]:
    """Where the formula, applied to the call's input shapes and hyper-parameters, differs from the real operator."""
    result = formula(*observed.call.inputs, **observed.call.hyper)
    pairs: list[tuple[str, Any, Any]] = [("shape", tuple(result.shape), observed.call.output)]
    pairs += [(name, getattr(result.cost, name), getattr(observed.cost, name)) for name in PRIMITIVES]
    return [f"{name}: formula {derived}, real {real}" for name, derived, real in pairs if derived != real]
