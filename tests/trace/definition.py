"""Products by their definition: what PyTorch executes for a model, each matrix product and window multiplied out.

A mode of the tests' own, with nothing of convcost in it, on real tensors, where no backend hides a product in one
operator of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import prod
from typing import Any

import torch
from torch import Tensor
from torch._ops import OpOverload
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode


def _product(a: Tensor, b: Tensor) -> int:
    """n·k by k·m, in each matrix of a batch: every element of the first meets the m columns."""
    return a.numel() * (b.shape[-1] if b.dim() > 1 else 1)


def _window(x: Tensor, weight: Tensor, transposed: bool, output: Tensor) -> int:
    """Each output element sums the taps of its channels; of a transposed one each input element is spread over them."""
    return (x if transposed else output).numel() * prod(weight.shape[1:])


_COUNTS: dict[str, Callable[..., int]] = {
    **dict.fromkeys(("mm", "bmm", "mv", "dot", "vdot"), lambda output, a, b: _product(a, b)),
    **dict.fromkeys(("addmm", "baddbmm", "addbmm", "addmv"), lambda output, added, a, b, **_: _product(a, b)),
    "convolution": lambda output, x, weight, bias, s, p, d, transposed, *_: _window(x, weight, transposed, output),
    # Each output sums products of an element of each input and a weight; on ones such a product adds 1.
    "_trilinear": lambda output, a, b, c, *_: output.numel() * a.shape[-1] * c.shape[-1],
}
_OTHERS = ("attention", "rnn", "lstm", "gru", "linear", "conv", "mm", "einsum", "encoder", "cdist", "matmul")
_FREE = frozenset({"upsample_bilinear2d"})


class Definition(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While active, adds up `macs`; `unknown` are operators that may have products and are not multiplied out."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.macs = 0
        self.unknown: set[str] = set()
        self.multiplying = False

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # the default imports the compiler

    def __torch_dispatch__(
        self, func: OpOverload, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        output = func(*args, **(kwargs or {}))
        name = func._schema.name.removeprefix("aten::").removesuffix("_")
        if count := _COUNTS.get(name):
            self.macs += count(output, *args, **(kwargs or {}))
        elif name == "mul" and self.multiplying:
            self.macs += output.numel()
        elif name not in _FREE and any(word in name for word in _OTHERS):
            self.unknown.add(name)
        return output


class _Multiplying(TorchFunctionMode):
    """While active, what these functions multiply element by element are their products."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.definition.multiplying = func in (torch.einsum, torch.kron)
        try:
            return func(*args, **(kwargs or {}))
        finally:
            self.definition.multiplying = False


@contextmanager
def by_definition() -> Iterator[Definition]:
    """Count what runs inside: attention is written out, and no library takes a whole layer."""
    before = torch.backends.mha.get_fastpath_enabled(), torch._C._get_mkldnn_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    torch._C._set_mkldnn_enabled(False)
    try:
        with sdpa_kernel(SDPBackend.MATH), Definition() as definition, _Multiplying(definition):
            yield definition
    finally:
        torch.backends.mha.set_fastpath_enabled(before[0])
        torch._C._set_mkldnn_enabled(before[1])
