"""A weightless twin of a model: the same modules over meta tensors, so that the original is never touched."""

from __future__ import annotations

import copy
from itertools import chain

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from convcost.measure.inputs import Inputs
from convcost.theory.errors import MeasurementError


def weightless(model: nn.Module) -> nn.Module:
    """A copy in evaluation mode whose parameters and buffers have shapes but no elements.

    A model that is so already is its own twin. Raises MeasurementError where the model holds something that
    cannot be copied, or whose operators nothing can see.
    """
    for name, module in model.named_modules():
        _check(f"module {name!r}" if name else "the model", module)
    tensors = list(chain(model.parameters(), model.buffers()))
    if tensors and all(tensor.is_meta for tensor in tensors) and not any(m.training for m in model.modules()):
        return model
    memo: dict[int, Tensor] = {}
    for tensor in tensors:
        memo[id(tensor)] = _meta(tensor)
    try:
        return copy.deepcopy(model, memo).eval()
    except Exception as error:
        raise MeasurementError(f"the model cannot be copied: {said(error)}") from error


def _check(name: str, module: nn.Module) -> None:
    """Refuse what hides its operators."""
    if isinstance(module, torch.jit.ScriptModule):
        raise MeasurementError(
            f"{name} is scripted by torch.jit, which hides its calls; give the module it was made of"
        )
    if ".quantized" in type(module).__module__:
        kind = f"{type(module).__module__}.{type(module).__name__}"
        raise MeasurementError(f"{name} is quantised ({kind}); give the float model that it was made of")


def whole(model: nn.Module, inputs: Inputs) -> nn.Module:
    """The model; of one with lazy modules a copy whose parameters have got their shapes from the inputs."""
    if not any(is_lazy(tensor) for tensor in chain(model.parameters(), model.buffers())):
        return model
    twin = copy.deepcopy(model).eval()
    args, kwargs = inputs.on("cpu", twin)
    with torch.random.fork_rng(devices=()), torch.no_grad():
        try:
            twin(*args, **kwargs)
        except Exception as error:
            raise MeasurementError(f"the model's lazy modules cannot take these inputs: {said(error)}") from error
    return twin


def said(error: BaseException) -> str:
    """An error's type and the first line of its text."""
    return ": ".join([type(error).__name__, *str(error).strip().splitlines()[:1]])


def _meta(tensor: Tensor) -> Tensor:
    if isinstance(tensor, nn.Parameter):
        return nn.Parameter(tensor.detach().to("meta"), requires_grad=tensor.requires_grad)
    return tensor.detach().to("meta")


def on_cpu(model: nn.Module) -> nn.Module:
    """A copy in evaluation mode on the CPU; a model without weights gets uninitialised ones."""
    twin = copy.deepcopy(model).eval()
    if any(tensor.is_meta for tensor in chain(twin.parameters(), twin.buffers())):
        return twin.to_empty(device="cpu")
    return twin.to("cpu")
