"""A call as a counter sees it: not only what is computed, but how the model wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from convcost.core.cost import Cost
from convcost.core.numeric import Shape

NATIVE_ATTENTION = "native attention"
NATIVE_LAYER = "native encoder layer"
SETTINGS = ("kernel_size", "p", "embed_dim", "kdim", "vdim")


@dataclass(frozen=True)
class Owner:
    """The module that makes a call, as far as a counter asks.

    kind     its class: Conv2d for one of torch.nn, package.Class for any other
    bases    the class and all that it is derived from
    leaf     it has no modules in it
    within   the classes of the modules that it stands in
    places   ways from the root of the tree to it; more than one where it is shared
    parameters  names of its own parameters, not of those of the modules in it
    settings  SETTINGS as its constructor was given them: a kernel size as one number, or one an axis
    """

    kind: str = ""
    bases: tuple[str, ...] = ()
    leaf: bool = True
    within: frozenset[str] = frozenset()
    places: int = 1
    parameters: frozenset[str] = frozenset()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Use:
    """One call of an operator of the book.

    inputs, hyper, cost, output  as the operator's formula has them
    path         of the module that makes the call
    functions    the public functions that it came through, outermost first: ("F.upsample", "F.interpolate"); with
                 NATIVE_ATTENTION or NATIVE_LAYER where PyTorch takes a path of its own wherever gradients are off
    unbatched    the batch axis was absent, and stands in `inputs` as 1
    contiguous   the first operand's elements lie in memory in the order of its axes
    unused       nothing comes of it, so that a trace leaves it out
    is_product   it does multiply-accumulates
    """

    operator: str
    inputs: tuple[Any, ...]
    hyper: Mapping[str, Any]
    cost: Cost
    output: Shape
    path: str = ""
    owner: Owner = field(default_factory=Owner)
    functions: tuple[str, ...] = ()
    unbatched: bool = False
    contiguous: bool = True
    unused: bool = False
    is_product: bool = False
