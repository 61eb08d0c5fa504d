"""A weightless twin of a model: the same modules over meta tensors, so that the original is never touched."""

from __future__ import annotations

import copy
from itertools import chain

import torch
from torch import Tensor, nn

from convcost.theory.errors import MeasurementError


def weightless(model: nn.Module) -> nn.Module:
    """A copy in evaluation mode whose parameters and buffers have shapes but no elements.

    A model that is so already is its own twin. Raises MeasurementError where the model holds something that
    cannot be copied.
    """
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


def example(model: nn.Module, shape: tuple[int, ...], device: str) -> Tensor:
    """An input of this shape, in the model's own floating-point type."""
    kinds = (p.dtype for p in model.parameters() if p.dtype.is_floating_point)
    return torch.zeros(shape, device=device, dtype=next(kinds, torch.float32))
