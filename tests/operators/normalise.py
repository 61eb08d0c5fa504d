"""Every norm and softmax of PyTorch in terms of the counted algorithms: which elements form a group."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .counted import Tally, by_root, folded, gathered, normalised, numbers, responses, softmax_row


def run(model: nn.Module, input: Tensor) -> tuple[Tensor, int]:
    """The model's output as the algorithm computes it, and how many operations that took."""
    tally = Tally()
    if isinstance(model, nn.Softmax):
        rows = input.movedim(model.dim or 0, -1)
        results = [softmax_row(numbers(row, tally)) for row in rows.reshape(-1, rows.shape[-1])]
        return gathered(results, rows).movedim(-1, model.dim or 0), tally.operations
    if isinstance(model, nn.LocalResponseNorm):
        columns = input.movedim(1, -1)
        results = [
            responses(numbers(column, tally), model.size, model.alpha, model.beta, model.k)
            for column in columns.reshape(-1, columns.shape[-1])
        ]
        return gathered(results, columns).movedim(-1, 1), tally.operations
    if isinstance(model, nn.LayerNorm):
        axes = tuple(range(input.dim() - len(model.normalized_shape), input.dim()))
        return _grouped(model, input, axes, tally)
    if isinstance(model, nn.RMSNorm):
        size = math.prod(model.normalized_shape)
        scale = None if model.weight is None else model.weight.detach().flatten().tolist()
        results = [by_root(numbers(row, tally), True, 1.0, scale) for row in input.reshape(-1, size)]
        return gathered(results, input), tally.operations
    if isinstance(model, nn.GroupNorm):
        split = input.reshape(input.shape[0], model.num_groups, -1, *input.shape[2:])
        output, operations = _grouped(model, split, tuple(range(2, split.dim())), tally)
        return output.reshape(input.shape), operations
    if isinstance(model, nn.modules.batchnorm._NormBase):
        if model.running_mean is not None and model.running_var is not None:
            return _with_running_statistics(model, input, tally)
        first = (0,) if isinstance(model, nn.modules.batchnorm._BatchNorm) else ()
        return _grouped(model, input, (*first, *range(2, input.dim())), tally)
    raise TypeError(f"no algorithm for {type(model).__name__}")


def _grouped(model: nn.Module, input: Tensor, axes: tuple[int, ...], tally: Tally) -> tuple[Tensor, int]:
    """The elements along `axes` form a group."""
    scale, shift = (_like(parameter, input, model) for parameter in (model.weight, model.bias))
    order = [axis for axis in range(input.dim()) if axis not in axes] + list(axes)
    length = math.prod(input.shape[axis] for axis in axes)

    def rows(tensor: Tensor) -> Tensor:
        return tensor.permute(order).reshape(-1, length)

    results = [
        normalised(
            numbers(group, tally),
            None if scale is None else rows(scale)[index].tolist(),
            None if shift is None else rows(shift)[index].tolist(),
        )
        for index, group in enumerate(rows(input))
    ]
    output = gathered(results, input.permute(order))
    return output.permute([order.index(axis) for axis in range(input.dim())]), tally.operations


def _like(parameter: object, input: Tensor, model: nn.Module) -> Tensor | None:
    """A scale or shift spread over the input's elements; channels come after the batch but in a layer norm."""
    if not isinstance(parameter, Tensor):
        return None
    values = parameter.detach()
    if isinstance(model, nn.GroupNorm):
        values = values.reshape(input.shape[1:3])
    if not isinstance(model, nn.LayerNorm):
        values = values.reshape(*values.shape, *[1] * (input.dim() - 1 - values.dim()))
    return values.expand(input.shape)


def _with_running_statistics(model: nn.modules.batchnorm._NormBase, input: Tensor, tally: Tally) -> tuple[Tensor, int]:
    mean, variance = model.running_mean, model.running_var
    if mean is None or variance is None:
        raise TypeError("the model keeps no statistics")
    channels = range(input.shape[1])
    factor = torch.rsqrt(variance) if model.weight is None else model.weight.detach() * torch.rsqrt(variance)
    offset = -mean * factor if model.bias is None else model.bias.detach() - mean * factor
    results = [folded(numbers(input[:, c], tally), float(factor[c]), float(offset[c])) for c in channels]
    return gathered(results, input.movedim(1, 0)).movedim(0, 1), tally.operations
