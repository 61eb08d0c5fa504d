"""Slips in the formulas of convolution, transposed convolution and the fully connected layer."""

from __future__ import annotations

from math import prod

from .mutation import Slip, gives, reads

CONVOLUTION: dict[str, Slip] = {
    "input size for output size": gives(macs=lambda v: v.macs * prod(v.input[2:]) // prod(v.shape[2:])),
    "groups forgotten": reads(lambda a: {"groups": 1}),
    "groups squared": gives(macs=lambda v: v.macs // v.groups),
    "groups in the MACs but not in the parameters": gives(parameters=lambda v: v.parameters * v.groups),
    "kernel squared": reads(lambda a: {"kernel_size": (a.kernel_size[0],) * len(a.kernel_size)}),
    "kernel axes swapped": reads(lambda a: {"kernel_size": a.kernel_size[::-1]}),
    "stride axes swapped": reads(lambda a: {"stride": a.stride[::-1]}),
    "padding axes swapped": reads(lambda a: {"padding": a.padding[::-1]}),
    "dilation axes swapped": reads(lambda a: {"dilation": a.dilation[::-1]}),
    "rounded up": reads(
        lambda a: {"input": (*a.input[:2], *(n + s - 1 for n, s in zip(a.input[2:], a.stride, strict=True)))}
    ),
    "one output too many": gives(shape=lambda v: (*v.shape[:2], *(n + 1 for n in v.shape[2:]))),
    "batch forgotten": gives(macs=lambda v: v.macs // v.shape[0]),
    "batch squared": gives(macs=lambda v: v.macs * v.shape[0]),
    "batch in the parameters": gives(parameters=lambda v: v.parameters * v.shape[0]),
    "dilation multiplies the MACs": gives(macs=lambda v: v.macs * prod(v.dilation)),
    "dilation forgotten": reads(lambda a: {"dilation": (1,) * len(a.dilation)}),
    "all elements a dilated kernel reaches over": gives(
        macs=lambda v: (
            v.macs
            // prod(v.kernel_size)
            * prod(d * (k - 1) + 1 for k, d in zip(v.kernel_size, v.dilation, strict=True))
        )
    ),
    "padding on one side only": reads(
        lambda a: {"input": (*a.input[:2], *(n - p for n, p in zip(a.input[2:], a.padding, strict=True)))}
    ),
    "padding forgotten": reads(lambda a: {"padding": (0,) * len(a.padding)}),
    "stride ignored": reads(lambda a: {"stride": (1,) * len(a.stride)}),
    "stride of the first axis for all": reads(lambda a: {"stride": (a.stride[0],) * len(a.stride)}),
    "bias in the MACs": gives(macs=lambda v: v.macs + v.bias_adds),
    "bias once a channel": gives(bias_adds=lambda v: v.bias * v.out_channels),
    "bias of input channels": gives(parameters=lambda v: v.parameters + v.bias * (v.input[1] - v.out_channels)),
    "bias not among the parameters": gives(parameters=lambda v: v.parameters - v.bias * v.out_channels),
    "two for a multiply-accumulate": gives(macs=lambda v: 2 * v.macs),
    "additions of a dot product one fewer": gives(macs=lambda v: v.macs - v.activations),
    "input and output channels swapped": reads(
        lambda a: {"input": (a.input[0], a.out_channels, *a.input[2:]), "out_channels": a.input[1]}
    ),
    "channels once too often": gives(macs=lambda v: v.macs * v.input[1]),
    "outputs counted as inputs": gives(activations=lambda v: prod(v.input)),
}

TRANSPOSED: dict[str, Slip] = {
    "counted as a convolution": gives(macs=lambda v: v.macs * prod(v.shape[2:]) // prod(v.input[2:])),
    "groups forgotten": reads(lambda a: {"groups": 1}),
    "output padding forgotten": reads(lambda a: {"output_padding": (0,) * len(a.output_padding)}),
    "padding adds": gives(
        shape=lambda v: (*v.shape[:2], *(n + 4 * p for n, p in zip(v.shape[2:], v.padding, strict=True)))
    ),
    "stride ignored": reads(lambda a: {"stride": (1,) * len(a.stride)}),
    "dilation forgotten": reads(lambda a: {"dilation": (1,) * len(a.dilation)}),
    "kernel squared": reads(lambda a: {"kernel_size": (a.kernel_size[0],) * len(a.kernel_size)}),
    "bias on the input": gives(bias_adds=lambda v: v.bias * prod(v.input)),
    "bias of input channels": gives(parameters=lambda v: v.parameters + v.bias * (v.input[1] - v.out_channels)),
}

LINEAR: dict[str, Slip] = {
    "leading dimensions forgotten": gives(macs=lambda v: v.input[-1] * v.out_features),
    "batch only of the leading dimensions": gives(macs=lambda v: v.input[0] * v.input[-1] * v.out_features),
    "flattened first": reads(lambda a: {"input": (a.input[0], prod(a.input[1:]))}),
    "bias in the MACs": gives(macs=lambda v: v.macs + v.bias_adds),
    "bias of input features": gives(parameters=lambda v: v.parameters + v.bias * (v.input[-1] - v.out_features)),
    "bias forgotten": reads(lambda a: {"bias": False}),
    "two for a multiply-accumulate": gives(macs=lambda v: 2 * v.macs),
}
