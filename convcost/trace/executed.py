"""The products and sums that PyTorch executes for a composite operator, each product counted by the ones probe."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch._ops import OpOverload

from convcost.core.errors import ConvcostError
from convcost.core.one_at_a_time import one_at_a_time
from convcost.trace.modes import DispatchMode
from convcost.trace.probe import ones_probe

_PRODUCTS: dict[str, Callable[..., Tensor]] = {
    "aten::mm": torch.mm,
    "aten::bmm": torch.bmm,
    "aten::mul": torch.mul,
    "aten::dot": torch.dot,
}
_COPIES = frozenset({"aten::clone", "aten::_unsafe_view"})


class Executed(DispatchMode):  # type: ignore[no-untyped-call]
    """While active, `macs` of all products that are executed, and `additions` of all other sums."""

    def __init__(self) -> None:
        super().__init__()
        self.macs = 0
        self.additions = 0
        self._terms: list[Tensor] = []

    def __torch_dispatch__(
        self, func: OpOverload, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        output = func(*args, **(kwargs or {}))
        name = func._schema.name
        if name in _PRODUCTS:
            self.macs += ones_probe(_PRODUCTS[name], *(tuple(tensor.shape) for tensor in args))
            self._terms.append(output)
        elif name == "aten::sum":
            # Adding up products that were just made is the accumulation that they are counted with.
            accumulates = any(args[0] is term for term in self._terms)
            self.additions += 0 if accumulates else args[0].numel() - output.numel()
        elif not func.is_view and name not in _COPIES:
            raise ConvcostError(f"{name} is executed too, and is neither a product nor a sum")
        return output


@one_at_a_time
def executed(function: Callable[..., Any], *shapes: Sequence[int]) -> Executed:
    """What is executed for a function of tensors of these shapes.

    Raises ConvcostError where that is more than products and sums.
    """
    operands = [torch.ones(tuple(shape)) for shape in shapes]
    seen = Executed()
    with seen:
        function(*operands)
    return seen
