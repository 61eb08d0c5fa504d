"""One call of an operator: the same record from a paper's builder and from a model, on numbers and on symbols."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from convcost.core.cost import Cost, Result, Window
from convcost.core.numeric import Count
from convcost.core.record import Operator
from convcost.core.without_products import WITHOUT_PRODUCTS

Operands: TypeAlias = tuple[Any, ...]
"""Shapes as an operator takes them: a concatenation takes a tuple of shapes as its only input."""

Sizes: TypeAlias = tuple[Any, ...]
"""The sizes of a tensor: whole numbers in a model, any numbers in a network and a derivation."""

Hyper: TypeAlias = Mapping[str, Any]
"""Hyper-parameters by name."""

COMPLEX = "complex"
AS_REAL = "complex as real"
REAL_CONVOLUTIONS = 3
"""Real convolutions that PyTorch makes of one of complex numbers: (a+ib)(c+id) from ac, bd and (a+b)(c+d)."""

NATIVE_ATTENTION = "native attention"
NATIVE_LAYER = "native encoder layer"
SETTINGS = ("kernel_size", "p", "embed_dim", "kdim", "vdim")


@dataclass(frozen=True, slots=True)
class Field:
    """Receptive field along one axis: its extent and the step between neighbours, in pixels of the image."""

    extent: Count = 1
    step: Count = 1

    def through(self, window: Window) -> Field:
        """Return the field of an operator's output, given the field of its input."""
        return Field(self.extent + (window.extent - 1) * self.step, self.step * window.stride)


@dataclass(frozen=True)
class Owner:
    """The module that makes a call, as far as a counter asks.

    kind        its class: Conv2d for one of torch.nn, package.Class for any other
    bases       the class and all that it is derived from
    leaf        whether it has no modules in it
    within      the classes of the modules that it stands in
    places      in how many ways it is reached from the root of the tree; more than one where it is shared
    parameters  the names of its own parameters, not of those of the modules in it
    settings    SETTINGS as its constructor was given them: a kernel size as one number, or one per axis
    """

    kind: str = ""
    bases: tuple[str, ...] = ()
    leaf: bool = True
    within: frozenset[str] = frozenset()
    places: int = 1
    parameters: frozenset[str] = frozenset()
    settings: Hyper = field(default_factory=dict)


@dataclass(frozen=True)
class CallSite:
    """Where and how a model makes a call: what a counter asks besides what is computed.

    owner         the module that makes it; known to a capture with call sites alone, as `functions` are
    forward       which run of its forward makes it, counted from 0
    functions     the public functions that it comes through, outermost first: ("F.upsample", "F.interpolate"); with
                  NATIVE_ATTENTION or NATIVE_LAYER where PyTorch takes a path of its own wherever gradients are off
    unbatched     whether the batch axis was absent, and stands in the inputs as 1
    contiguous    whether the first operand's elements lie in memory in the order of its axes
    unused        whether nothing comes of it, so that a trace leaves it out
    hidden_by     what a trace shows in its place, a composite operator or an autograd function of the model's own;
                  empty where it shows the call
    element_size  bytes of an element of its output
    averaged_maps    the shape of the maps that it gives the averages of, one number per channel; empty where it does
                     not, None where nobody has looked (see `Capture.with_averages`)
    average_ends_at  the number of the call that ends the average that it is a step of; None where it is no step
    number           what kind of numbers is multiplied where they are no floating-point ones: complex, int8; else empty
    """

    owner: Owner = field(default_factory=Owner)
    forward: int = 0
    functions: tuple[str, ...] = ()
    unbatched: bool = False
    contiguous: bool = True
    unused: bool = False
    hidden_by: str = ""
    element_size: int = 4
    averaged_maps: Sizes | None = None
    average_ends_at: int | None = None
    number: str = ""
    weights_kept: tuple[int, int] | None = None


@dataclass(frozen=True)
class OpCall:
    """One call of an operator.

    path        the layer's name in a network, the module's in a model ("" for the model itself)
    operator    the registry's operator, None where it has no formula for this call
    aten        what PyTorch calls it, with its namespace; empty in a network
    inputs      the shapes of its operands, as the operator takes them
    hyper       its hyper-parameters, all of them once the call is evaluated
    output      the shape of its output: in a model the real one
    parameters  elements of the parameters that are used here for the first time
    result      what the formula derives: output shape, cost and windows; None without a formula
    block       the block of the network, or the outermost module of the model, that it is in
    fields      the receptive field of each spatial axis of the output; empty in a model
    site        where and how a model makes it
    """

    path: str
    operator: Operator | None
    aten: str
    inputs: Operands
    hyper: Hyper
    output: Sizes
    parameters: Any = 0
    result: Result | None = None
    block: str = ""
    fields: tuple[Field, ...] = ()
    site: CallSite = field(default_factory=CallSite)

    def evaluated(self, evaluate: Callable[[Operator, Operands, Hyper], Result] | None = None) -> OpCall:
        """Return the call with what its formula derives, and with all hyper-parameters.

        Raises DomainError where the call is outside the formula's domain.
        """
        operator = self.operator
        if operator is None:
            return self
        result = evaluate(operator, self.inputs, self.hyper) if evaluate else operator(*self.inputs, **self.hyper)
        return replace(self, result=result, hyper=operator.complete(self.hyper, len(self.output) - 2))

    @property
    def cost(self) -> Cost:
        """The cost by the formula; nothing without one."""
        return self.result.cost if self.result else Cost()

    @property
    def name(self) -> str:
        """The operator's name; PyTorch's where there is no formula."""
        return self.operator.name if self.operator else self.aten

    @property
    def is_product(self) -> bool:
        """Whether the operator does multiply-accumulates."""
        return self.operator is not None and self.operator.is_product

    @property
    def may_multiply(self) -> bool:
        """Whether it has no formula, and products may be in it for all that is known."""
        return self.operator is None and self.aten.removesuffix("_") not in WITHOUT_PRODUCTS

    @property
    def macs(self) -> Count:
        """The multiply-accumulates, which all counters mean to count."""
        return self.cost.macs if self.is_product else 0

    def in_real_numbers(self) -> OpCall:
        """Return the call with four real multiply-accumulates, and two additions, for each complex one."""
        if self.result is None or self.site.number != COMPLEX:
            return self
        cost = replace(self.cost, macs=4 * self.cost.macs, bias_adds=2 * self.cost.bias_adds)
        return replace(self, result=replace(self.result, cost=cost), site=replace(self.site, number=AS_REAL))

    def of_nonzero_weights(self) -> OpCall:
        """Return the call with the multiply-accumulates of weights that are not zero alone.

        In a product of an input and a weight each element of the weight takes part in as many of them.
        """
        if self.result is None or self.site.weights_kept is None:
            return self
        kept, whole = self.site.weights_kept
        cost = replace(self.cost, macs=self.cost.macs // whole * kept)
        return replace(self, result=replace(self.result, cost=cost))

    @property
    def shapes(self) -> tuple[Sizes, ...]:
        """The operands' shapes one after another, those of a concatenation too."""
        return tuple(_flat(self.inputs))

    @property
    def rank(self) -> int:
        """The number of spatial axes that the operator slides over; 0 for a fully connected layer."""
        return len(self.shapes[0]) - 2 if "kernel_size" in self.hyper else 0

    @property
    def kind(self) -> str:
        """The name that papers group layers by: conv 1×1, conv dw 3×3, fully connected."""
        number = f" ({self.site.number})" if self.site.number and self.is_product else ""
        return f"{self._kind}{number}"

    @property
    def _kind(self) -> str:
        if self.name == "linear":
            return "fully connected"
        if not {"out_channels", "kernel_size"} <= self.hyper.keys():
            return self.name.replace("_", " ")
        sides = "×".join(str(k) for k in self.hyper["kernel_size"])
        groups = self.hyper.get("groups", 1)
        prefix = "transposed conv" if "output_padding" in self.hyper else "conv"
        if groups == 1:
            return f"{prefix} {sides}"
        return f"{prefix} dw {sides}" if groups == self.inputs[0][1] else f"{prefix} grouped {sides}"

    @property
    def weights(self) -> Count:
        """The operator's parameters without its biases, by the formula."""
        if self.operator is None or "bias" not in self.hyper:
            return self.cost.parameters
        return self.operator.unchecked(*self.inputs, **{**self.hyper, "bias": False}).cost.parameters


def _flat(inputs: Operands) -> Iterator[Sizes]:
    for item in inputs:
        if any(isinstance(part, tuple) for part in item):
            yield from _flat(item)
        else:
            yield item


def upwards(path: str) -> Iterator[str]:
    """Give a module's path, and those of all modules that it is in."""
    while path:
        yield path
        path = path.rpartition(".")[0]
    yield ""
