"""PyTorch's own list of pointwise operators and reductions, against what the binders know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch._ops import OpOverload

from convcost.core.record import Operator
from convcost.core.registry import records
from convcost.trace.aten import MOVEMENT
from convcost.trace.binders import BINDERS, arithmetic
from convcost.trace.binders.arguments import Arguments

# Functions that no network of torchvision or timm calls; the special ones of physics and statistics are left out whole.
WITHOUT_FORMULA = {
    *("_conj_physical", "conj_physical", "frexp", "gcd", "heaviside", "i0", "igamma", "igammac", "lcm", "ldexp"),
    *("logaddexp2", "mvlgamma", "nextafter", "polygamma"),
    *("linalg__powsum", "nansum"),
    "equal",  # stops at the first difference
}
# Spellings of operators above: each is made of the one it means.
DECOMPOSED = {"true_divide", "__xor_", "__ixor_"}


def overloads() -> Iterator[tuple[str, OpOverload]]:
    """Every ATen operator by its name without `_`, but those that write into a given tensor or have named axes."""
    for full in torch._C._dispatch_get_all_op_names():
        library, _, rest = full.partition("::")
        packet, _, overload = rest.partition(".")
        if library == "aten" and "backward" not in packet:
            func = getattr(getattr(torch.ops.aten, packet), overload or "default", None)
            if isinstance(func, OpOverload) and "Dimname" not in str(func._schema) and "out" not in overload:
                yield packet.removesuffix("_"), func


TAGGED = sorted(
    {name for name, func in overloads() if {torch.Tag.pointwise, torch.Tag.reduction} & set(func.tags)}
    - {name for name, _ in overloads() if name.startswith("special_")}
)


def test_every_pointwise_operator_and_reduction_is_known_or_named_here() -> None:
    assert len(TAGGED) > 130  # the tags are there
    known = {*BINDERS, *MOVEMENT}
    assert {name for name in TAGGED if name not in known} == WITHOUT_FORMULA | DECOMPOSED


def _argument(kind: str, name: str) -> Any:
    """Something of a schema's type, as small as it goes."""
    if kind == "Tensor":
        return torch.empty(2, 3, device="meta")
    if kind in ("List[Tensor]", "List[Optional[Tensor]]"):
        return [torch.empty(2, 3, device="meta")]
    if kind.startswith("Optional"):
        return None
    plain: dict[str, Any] = {"int": 0, "SymInt": 0, "float": 1.0, "number": 1, "bool": False, "str": "sum"}
    return [0] if kind.startswith("List") else plain[kind]


DROPOUTS = {"dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout"}
READ = {*arithmetic.BINDERS, *DROPOUTS, "cat", "flatten"}


@pytest.mark.parametrize("name", sorted(READ))
def test_binder_reads_what_every_overload_has(name: str) -> None:
    """In place, with numbers for tensors, with and without axes: the names of the arguments are not always the same."""
    found = [func for packet, func in overloads() if packet == name and "t" not in func._overloadname.split("_")]
    assert found
    for func in found:
        if func._schema.arguments and "Tensor" in str(func._schema):
            arguments = Arguments({a.name: _argument(str(a.type), a.name) for a in func._schema.arguments})
            bound = BINDERS[name](arguments)
            assert bound.operator is None or bound.operator in records(Operator), str(func._schema)
            assert isinstance(bound.inputs, tuple)
