"""Where a model lets its cost depend on the values of its input: a number that is read, elements chosen by data.

What a branch, a loop or an index does with other values, one run cannot tell; it says where they are read instead.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch._ops import OpOverload

from convcost.core.errors import innermost_place
from convcost.trace.aten import FILLS, aten_name
from convcost.trace.copies import Args, tensors

_OF_INPUT = "_convcost_of_input"
"""The attribute of a tensor whose values come from the input."""

_READING: Any = (Tensor.tolist, Tensor.numpy, Tensor.__array__, Tensor.__dlpack__)
"""Functions that read a tensor's values and call no operator that would say so."""

# Which elements these take, or how many, only some of their operands say.
_CHOOSING = {
    "index": "indices",
    "_unsafe_index": "indices",
    "repeat_interleave": "repeats",
    "_pack_padded_sequence": "lengths",
    "tensor_split": "tensor_indices_or_sections",
}
_TAGGED = frozenset({torch.Tag.dynamic_output_shape, torch.Tag.data_dependent_output})

_MASKS = (torch.bool, torch.uint8)


OTHER_FILLS = ("rand", 1)
"""What inputs are filled with where zeros do not run, or do not tell enough."""


@dataclass(frozen=True)
class ValueDependence:
    """How the cost of a model may depend on the values of its input.

    places        where values are read, each with what is done there: net.py:12, nonzero
    values        what the input was filled with
    other_values  what else it was filled with, and `other_macs`, the multiply-accumulates then; empty for a user's own
    """

    places: tuple[str, ...]
    values: str
    other_values: str = ""
    other_macs: int = 0


class ValueReads:
    """Follows the tensors whose values come from the input; `places` are those where values are read, each once."""

    def __init__(self) -> None:
        self.places: dict[str, None] = {}
        # What was written into, of which there may be other views.
        self._written: dict[int, Tensor] = {}

    def dependence(self, values: str) -> ValueDependence | None:
        """Return what was seen of an input that was filled with these values; None if none of them was read."""
        return ValueDependence(tuple(self.places), values) if self.places else None

    def begin(self, inputs: object) -> None:
        """Take note of the tensors that the model is called with."""
        for tensor in tensors(inputs):
            vars(tensor)[_OF_INPUT] = True

    def see_function(self, function: Callable[..., object], args: Args, module: str) -> None:
        """Take note of a public function that is called, while a module runs."""
        if function in _READING and args and self._of_input(args[0]):
            self._add(getattr(function, "__name__", "numpy"), module)

    def see_operator(self, func: OpOverload, arguments: Mapping[str, object], module: str) -> None:
        """Take note of an operator before it runs, while a module runs."""
        name = aten_name(func)
        if name in _CHOOSING:
            deciding: object = arguments.get(_CHOOSING[name])
            if "index" in name:
                deciding = [tensor for tensor in tensors(deciding) if tensor.dtype in _MASKS]
        elif func is torch.ops.aten.where.default or name == "torchvision::nms" or not _TAGGED.isdisjoint(func.tags):
            deciding = arguments
        else:
            return
        if any(map(self._of_input, tensors(deciding))):
            self._add(_SHOWN.get(name, name), module)

    def follow(self, func: OpOverload, arguments: Mapping[str, object], outputs: Sequence[object]) -> None:
        """Take note of what an operator gives: what it computes from the input has values of the input."""
        name = aten_name(func)
        allocates = name in FILLS and name != "fill"
        reads = not allocates and any(map(self._of_input, tensors(arguments)))
        for output in tensors(outputs):
            if reads:
                vars(output)[_OF_INPUT] = True
        if reads and func._schema.is_mutable:
            for argument in func._schema.arguments:
                written = arguments.get(argument.name) if argument.alias_info and argument.alias_info.is_write else None
                for tensor in tensors(written):
                    vars(tensor)[_OF_INPUT] = True
                    self._written[tensor.untyped_storage()._cdata] = tensor

    def _of_input(self, tensor: object) -> bool:
        if not isinstance(tensor, Tensor):
            return False
        if _OF_INPUT in vars(tensor):
            return True
        return bool(self._written) and tensor.untyped_storage()._cdata in self._written

    def _add(self, name: str, module: str) -> None:
        place = innermost_place(sys._getframe(2)) or (f"module {module}" if module else "the model")
        self.places[f"{place}, {name}"] = None


_SHOWN = {
    **dict.fromkeys(("_local_scalar_dense", "item"), "a number is read"),
    **dict.fromkeys(("index", "_unsafe_index"), "a mask chooses"),
    **dict.fromkeys(("_unique2", "unique_dim"), "unique"),
    "_pack_padded_sequence": "packed by lengths",
}
