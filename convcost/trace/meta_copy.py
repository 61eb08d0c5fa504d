"""A copy of a model to be measured in its place, so that the original is never touched."""

from __future__ import annotations

import contextlib
import copy
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import torch
import torch.backends.mha
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from convcost.core.errors import MeasurementError, one_line
from convcost.trace.inputs import Inputs


def weightless(model: nn.Module) -> nn.Module:
    """Return a copy in evaluation mode whose parameters and buffers have shapes but no elements.

    Raises MeasurementError where the model holds something that cannot be copied.
    """
    return _copied(model, lambda tensor: tensor.detach().to("meta"))


def on_cpu(model: nn.Module) -> nn.Module:
    """Return a copy in evaluation mode on the CPU; a model without weights gets zeros."""

    def held(tensor: Tensor) -> Tensor:
        if tensor.is_meta:
            return torch.zeros_like(tensor, device="cpu")
        return tensor.detach().to("cpu", copy=True)

    return _copied(model, held)


def whole(model: nn.Module, inputs: Inputs) -> nn.Module:
    """Return the model; of one with lazy modules a copy whose parameters have got their shapes from the inputs.

    Raises MeasurementError for a quantised model: its operators are hidden in packed weights.
    """
    for name, module in model.named_modules():
        # FloatFunctional stands where a quantised model would add, and computes as any module does.
        if ".quantized" in type(module).__module__ and "Functional" not in type(module).__name__:
            kind = f"{type(module).__module__}.{type(module).__name__}"
            where = f"module {name!r}" if name else "the model"
            raise MeasurementError(f"{where} is quantised ({kind}); give the float model that it was made of")
    if not any(is_lazy(tensor) for tensor in _tensors(model)):
        return model
    copied = on_cpu(model)
    args, kwargs = inputs.on("cpu", copied)
    with torch.random.fork_rng(devices=()), torch.no_grad():
        try:
            copied(*args, **kwargs)
        except (Exception, SystemExit) as error:
            raise MeasurementError(f"the model's lazy modules cannot take these inputs: {one_line(error)}") from error
    return copied


@contextlib.contextmanager
def as_written() -> Iterator[None]:
    """While active, compiled modules run the Python that they were compiled from, and attention is written out.

    Without gradients on the CPU (a frozen model, `no_grad`) `nn.MultiheadAttention` and `nn.TransformerEncoderLayer`
    would be one native operator each, which hides its products from whoever counts. On the meta device there is no
    such operator.
    """
    before = torch.backends.mha.get_fastpath_enabled()
    eager = torch.compiler.set_stance("force_eager") if "torch._dynamo" in sys.modules else contextlib.nullcontext()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with eager:
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def _tensors(model: nn.Module) -> Iterator[Tensor]:
    """Parameters, buffers, and the plain tensors that modules keep (a weight computed from others)."""
    kept = (value for module in model.modules() for value in vars(module).values() if isinstance(value, Tensor))
    return chain(model.parameters(), model.buffers(), kept)


_CONTAINERS = (OrderedDict, dict, set, list)


def _copied(model: nn.Module, change: Callable[[Tensor], Tensor]) -> nn.Module:
    memo: dict[int, Any] = {id(tensor): _like(tensor, change) for tensor in _tensors(model)}
    # Each module has a dozen empty containers for hooks, which take most of the time of a copy.
    kept = (value for module in model.modules() for value in vars(module).values())
    memo |= {id(value): type(value)() for value in kept if type(value) in _CONTAINERS and not value}
    try:
        return copy.deepcopy(model, memo).eval()
    except Exception as error:
        raise MeasurementError(f"the model cannot be copied: {one_line(error)}") from error


def _like(tensor: Tensor, change: Callable[[Tensor], Tensor]) -> Tensor:
    if is_lazy(tensor):
        made: Any = type(tensor)
        lazy: Tensor = made(device="cpu", dtype=tensor.dtype)
        return lazy
    changed = change(tensor)
    return nn.Parameter(changed, requires_grad=tensor.requires_grad) if isinstance(tensor, nn.Parameter) else changed
