"""Operators by short names, and the runs of them that papers write as one line."""

from __future__ import annotations

from typing import Any

from convcost.core.builder import Builder, Map
from convcost.core.numeric import Count, maximum

from ..operators import activation, convolution, elementwise, linear, movement, norm, pooling, reduction

OPERATORS = {
    record.name: record
    for module in (activation, convolution, elementwise, linear, movement, norm, pooling, reduction)
    for record in module.RECORDS
}
CONV2D = OPERATORS["conv2d"]
LINEAR = OPERATORS["linear"]
BATCH_NORM = OPERATORS["batch_norm"]
RELU = OPERATORS["relu"]
SOFTMAX = OPERATORS["softmax"]
FLATTEN = OPERATORS["flatten"]
GLOBAL_POOL = OPERATORS["adaptive_avg_pool2d"]


def conv_bn_relu(net: Builder, x: Map, name: str, out_channels: Count, kernel_size: int, **hyper: Any) -> Map:
    """A convolution without bias, batch normalisation and ReLU; padding keeps the size at stride 1."""
    x = net.call(
        CONV2D, x, name=name, out_channels=out_channels, kernel_size=kernel_size, padding=kernel_size // 2, **hyper
    )
    x = net.call(BATCH_NORM, x, name=f"{name}.bn")
    return net.call(RELU, x, name=f"{name}.relu")


def floor_at_least_8(channels: Count) -> Count:
    """A channel count rounded down, but never below 8 (MobileNet V1's authors, TF-slim mobilenet_v1.py)."""
    return maximum(channels // 1, 8)


ADD = OPERATORS["add"]
MUL = OPERATORS["mul"]
CONV3D = OPERATORS["conv3d"]
SIGMOID = OPERATORS["sigmoid"]
RELU6 = OPERATORS["relu6"]
MAX_POOL = OPERATORS["max_pool2d"]
AVG_POOL = OPERATORS["avg_pool2d"]
MEAN = OPERATORS["mean"]
LOCAL_RESPONSE_NORM = OPERATORS["local_response_norm"]


def conv_bn(net: Builder, x: Map, name: str, out_channels: Count, kernel_size: int, **hyper: Any) -> Map:
    """The same without the ReLU: the last convolution of a residual branch, and a projection."""
    x = net.call(
        CONV2D, x, name=name, out_channels=out_channels, kernel_size=kernel_size, padding=kernel_size // 2, **hyper
    )
    return net.call(BATCH_NORM, x, name=f"{name}.bn")


def classifier(net: Builder, x: Map, classes: Count) -> Map:
    """Global average pooling and one fully connected layer with a bias; the softmax is left to the loss."""
    x = net.call(GLOBAL_POOL, x, name="pool", output_size=1)
    x = net.call(FLATTEN, x)
    return net.call(LINEAR, x, name="fc", out_features=classes, bias=True)
