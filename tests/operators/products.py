"""Models of one product: the operator, its other operands, and what each primitive of it is without a formula."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convcost.trace.probe import executed, ones_probe

from .counted import Counted, Tally, softmax_row

Shape = tuple[int, ...]


class Product(nn.Module):
    """`function` of the input and tensors of these shapes; multilinear in all of them."""

    def __init__(self, function: Callable[..., Any], *others: Shape, **hyper: Any) -> None:
        super().__init__()
        self.function, self.others, self.hyper = function, others, hyper
        for number, shape in enumerate(others):
            self.register_buffer(f"other{number}", torch.ones(shape))

    def extra_repr(self) -> str:
        return f"{getattr(self.function, '__name__', 'function')}, {self.others}, {self.hyper}"

    def forward(self, input: Tensor) -> Any:
        return self.function(input, *self.buffers(), **self.hyper)

    def macs(self, shape: Shape) -> int:
        """Multiply-accumulates, for an input of this shape."""
        return ones_probe(self.function, shape, *self.others, **self.hyper)

    def bias_adds(self, outputs: int) -> int:
        """Additions of something to these many outputs."""
        return 0

    def elementwise(self, shape: Shape, outputs: int) -> int:
        """All other operations."""
        return 0

    def elements_read(self, shape: Shape) -> int:
        """Elements of all operands."""
        return sum(math.prod(operand) for operand in (shape, *self.others))


class Sum(Product):
    """`function(added, input, *others)` with factors: what is added is the last of the tensors."""

    def forward(self, input: Tensor) -> Any:
        *others, added = self.buffers()
        return self.function(added, input, *others, **self.hyper)

    def macs(self, shape: Shape) -> int:
        *others, added = self.others
        nothing = torch.zeros(added, dtype=torch.float64)
        return ones_probe(lambda *operands: self.function(nothing, *operands), shape, *others)

    def bias_adds(self, outputs: int) -> int:
        return outputs if self.hyper.get("beta", 1) else 0

    def elementwise(self, shape: Shape, outputs: int) -> int:
        # A factor that is neither left out nor 1 multiplies every output once; alpha = 0 is still multiplied by.
        scalings = [self.hyper.get("beta", 1) not in (0, 1), self.hyper.get("alpha", 1) != 1]
        return outputs * scalings.count(True)

    def elements_read(self, shape: Shape) -> int:
        read = super().elements_read(shape)
        return read if self.hyper.get("beta", 1) else read - math.prod(self.others[-1])


class Contraction(Product):
    """A composite that PyTorch executes as several products and sums, on a list of operands."""

    def forward(self, input: Tensor) -> Any:
        return self._called(input, *self.buffers())

    def _called(self, *operands: Tensor) -> Any:
        return self.function(*operands, **self.hyper)

    def macs(self, shape: Shape) -> int:
        return executed(self._called, shape, *self.others).macs

    def elementwise(self, shape: Shape, outputs: int) -> int:
        return executed(self._called, shape, *self.others).additions


class Einsum(Contraction):
    """`torch.einsum` of an equation."""

    def __init__(self, equation: str, *others: Shape) -> None:
        super().__init__(lambda *operands: torch.einsum(equation, *operands), *others)
        self.equation = equation

    def extra_repr(self) -> str:
        return f"{self.equation!r}, {self.others}"


class Chain(Contraction):
    """`torch.linalg.multi_dot`."""

    def __init__(self, *others: Shape) -> None:
        super().__init__(lambda *matrices: torch.linalg.multi_dot(matrices), *others)


class Bilinear(Product):
    """`nn.Bilinear` of the input and another tensor."""

    def __init__(self, other: Shape, inward: int, outward: int, bias: bool) -> None:
        super().__init__(F.bilinear, other)
        self.layer = nn.Bilinear(inward, other[-1], outward, bias)

    def forward(self, input: Tensor) -> Any:
        return self.layer(input, *self.buffers())

    def macs(self, shape: Shape) -> int:
        return ones_probe(F.bilinear, shape, *self.others, tuple(self.layer.weight.shape))

    def bias_adds(self, outputs: int) -> int:
        return 0 if self.layer.bias is None else outputs


class Attention(Product):
    """`scaled_dot_product_attention` of the input as queries; the others are keys, values and perhaps a mask."""

    def __init__(self, *others: Shape, boolean: bool = False, **hyper: Any) -> None:
        super().__init__(F.scaled_dot_product_attention, *others, **hyper)
        if boolean:
            self.other2 = torch.ones(others[2], dtype=torch.bool)

    def _scores(self, shape: Shape) -> tuple[Shape, Shape, Shape]:
        """The shapes of the keys and the values as each head sees them, and of the scores."""
        key, value = (self._shared(shape, other) for other in self.others[:2])
        scores = torch.matmul(torch.ones(shape), torch.ones(key).mT)
        return key, value, tuple(scores.shape)

    def _shared(self, shape: Shape, other: Shape) -> Shape:
        if not self.hyper.get("enable_gqa"):
            return other
        return tuple(torch.ones(other).repeat_interleave(shape[-3] // other[-3], -3).shape)

    def macs(self, shape: Shape) -> int:
        key, value, scores = self._scores(shape)
        return ones_probe(lambda q, k: q @ k.mT, shape, key) + ones_probe(torch.matmul, scores, value)

    def elementwise(self, shape: Shape, outputs: int) -> int:
        *leading, last = self._scores(shape)[2]
        tally = Tally()
        row = [Counted(1.0, tally) * 0.5 for _ in range(last)]
        if len(self.others) > 2 or self.hyper.get("is_causal"):
            row = [score + 0.0 for score in row]
        softmax_row(row)
        return math.prod(leading) * tally.operations
