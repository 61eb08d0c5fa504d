"""Slips in the formulas of norms, pools, activations, arithmetic and what only moves elements."""

from __future__ import annotations

from math import prod

from .mutation import Slip, gives, reads

NORM: dict[str, Slip] = {
    "one operation per element": gives(elementwise=lambda v: v.activations),
    "fvcore's five an element": gives(elementwise=lambda v: 5 * v.activations),
    "scale and shift forgotten": reads(lambda a: {"affine": False}),
    "scale without a shift": gives(parameters=lambda v: v.parameters // 2),
    "batch forgotten": gives(elementwise=lambda v: v.elementwise // v.shape[0]),
    "multiply-accumulates": gives(macs=lambda v: v.activations),
}
BATCH_NORM = {
    **NORM,
    "statistics as parameters": gives(parameters=lambda v: 2 * v.parameters),
    "training and evaluation confused": reads(lambda a: {"training": not a.training}),
}
GROUP_NORM = {**NORM, "parameters a group": gives(parameters=lambda v: 2 * v.groups)}
LAYER_NORM = {
    **NORM,
    "parameters of the last axis only": gives(parameters=lambda v: 2 * v.normalized_shape[-1]),
    "parameters a channel": gives(parameters=lambda v: 2 * v.input[1]),
}
INSTANCE_NORM = {**NORM, "parameters an instance": gives(parameters=lambda v: v.parameters * v.input[0])}

SLIDING: dict[str, Slip] = {
    "kernel for stride": reads(lambda a: {"stride": a.kernel_size}),
    "stride axes swapped": reads(lambda a: {"stride": a.stride[::-1]}),
    "kernel squared": reads(lambda a: {"kernel_size": (a.kernel_size[0],) * len(a.kernel_size)}),
    "padding forgotten": reads(lambda a: {"padding": (0,) * len(a.padding)}),
    "rounded the other way": reads(lambda a: {"ceil_mode": not a.ceil_mode}),
    "one an input element": gives(elementwise=lambda v: prod(v.input)),
    "one an output element": gives(elementwise=lambda v: v.activations),
    "channels forgotten": gives(elementwise=lambda v: v.elementwise // v.input[1]),
    "multiply-accumulates": gives(macs=lambda v: v.elementwise),
    "channels mixed": gives(shape=lambda v: (v.shape[0], 1, *v.shape[2:])),
}
MAX_POOL = {
    **SLIDING,
    "a comparison a tap": gives(elementwise=lambda v: v.elementwise + v.activations),
    "dilation forgotten": reads(lambda a: {"dilation": (1,) * len(a.dilation)}),
}
AVG_POOL = {**SLIDING, "the scaling forgotten": gives(elementwise=lambda v: v.elementwise - v.activations)}

ADAPTIVE: dict[str, Slip] = {
    "every element once": gives(elementwise=lambda v: prod(v.input)),
    "fixed kernel of the size rounded down": gives(
        elementwise=lambda v: v.activations * prod(n // o for n, o in zip(v.input[2:], v.shape[2:], strict=True))
    ),
    "fixed kernel of the size rounded up": gives(
        elementwise=lambda v: v.activations * prod(-(-n // o) for n, o in zip(v.input[2:], v.shape[2:], strict=True))
    ),
    "every border shared": gives(
        elementwise=lambda v: prod(v.input[:2]) * prod(n + o - 1 for n, o in zip(v.input[2:], v.shape[2:], strict=True))
    ),
    "output axes swapped": reads(lambda a: {"output_size": a.output_size[::-1]}),
    "batch forgotten": gives(elementwise=lambda v: v.elementwise // v.input[0]),
}
ADAPTIVE_MAX = {
    **ADAPTIVE,
    "a comparison a tap": gives(elementwise=lambda v: v.elementwise + v.activations),
}
ADAPTIVE_AVG = {
    **ADAPTIVE,
    "the scaling forgotten": gives(elementwise=lambda v: v.elementwise - v.activations),
}

POINTWISE: dict[str, Slip] = {
    "free": gives(elementwise=lambda v: 0),
    "batch forgotten": gives(elementwise=lambda v: v.elementwise // v.shape[0]),
    "one a channel": gives(elementwise=lambda v: v.shape[1]),
    "a read and a write": gives(elementwise=lambda v: 2 * v.elementwise),
    "multiply-accumulates": gives(macs=lambda v: v.elementwise, elementwise=lambda v: 0),
}
PRELU = {
    **POINTWISE,
    "without parameters": gives(parameters=lambda v: 0),
    "a slope an element": gives(parameters=lambda v: prod(v.input[1:])),
}
LOCAL_RESPONSE_NORM: dict[str, Slip] = {
    "one operation per element": gives(elementwise=lambda v: v.activations),
    "the sum over all channels": reads(lambda a: {"size": a.input[1]}),
    "the neighbours' squares again for each": gives(elementwise=lambda v: v.elementwise + v.size * v.activations),
    "as many additions as neighbours": gives(elementwise=lambda v: v.elementwise + v.activations),
    "the power forgotten": gives(elementwise=lambda v: v.elementwise - v.activations),
    "scale and shift": gives(parameters=lambda v: 2 * v.input[1]),
}
SOFTMAX: dict[str, Slip] = {
    "one operation per element": gives(elementwise=lambda v: v.activations),
    "as many additions as elements": gives(elementwise=lambda v: 3 * v.activations),
    "along another axis": reads(lambda a: {"dim": a.dim - 1}),
    "the division forgotten": gives(elementwise=lambda v: v.elementwise - v.activations),
}
BINARY: dict[str, Slip] = {
    "of the left operand": gives(elementwise=lambda v: prod(v.left)),
    "of the right operand": gives(elementwise=lambda v: prod(v.right)),
    "of both operands": gives(elementwise=lambda v: prod(v.left) + prod(v.right)),
    "shape of the left operand": gives(shape=lambda v: v.left),
    "multiply-accumulates": gives(macs=lambda v: v.elementwise),
}
CONCAT: dict[str, Slip] = {
    "first operand only": reads(lambda a: {"inputs": a.inputs[:1]}),
    "along another axis": reads(lambda a: {"dim": a.dim - 1}),
    "a copy is an operation": gives(elementwise=lambda v: v.activations),
    "a view": gives(activations=lambda v: 0),
}
MEAN: dict[str, Slip] = {
    "axes kept the other way": reads(lambda a: {"keepdim": not a.keepdim}),
    "one axis fewer": reads(lambda a: {"dim": a.dim[1:]}),
    "additions without the scaling": gives(elementwise=lambda v: v.elementwise - v.activations),
    "one an output element": gives(elementwise=lambda v: v.activations),
    "batch forgotten": gives(elementwise=lambda v: v.elementwise // v.input[0]),
    "multiply-accumulates": gives(macs=lambda v: v.elementwise),
    "inputs written": gives(activations=lambda v: v.inputs),
}
FLATTEN: dict[str, Slip] = {
    "batch too": reads(lambda a: {"start_dim": 0}),
    "one axis fewer": reads(lambda a: {"end_dim": a.end_dim - 1}),
    "a copy": gives(activations=lambda v: prod(v.input)),
    "one operation per element": gives(elementwise=lambda v: prod(v.input)),
}
DROPOUT: dict[str, Slip] = {
    "one operation per element": gives(elementwise=lambda v: prod(v.shape)),
    "a copy": gives(activations=lambda v: prod(v.shape)),
    "half of the elements": gives(shape=lambda v: (*v.shape[:-1], v.shape[-1] // 2)),
}
