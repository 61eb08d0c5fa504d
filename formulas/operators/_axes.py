"""What operators over one, two or three spatial axes share."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from convcost.core.cost import Window
from convcost.core.numeric import Count, Shape, ceil_div, every, minimum
from convcost.core.record import Condition, Symbol

SUFFIXES = {1: ("w",), 2: ("h", "w"), 3: ("d", "h", "w")}
SIZES = {1: ("W",), 2: ("H", "W"), 3: ("D", "H", "W")}


def spread(value: Any, rank: int) -> tuple[Count, ...]:
    """A hyper-parameter given once, or once an axis, as one value an axis."""
    if isinstance(value, tuple | list):
        return tuple(value) * rank if len(value) == 1 else tuple(value)
    return (value,) * rank


def padded(padding: Any, rank: int) -> tuple[Count, ...]:
    """Padding on each side as numbers; 'valid' is none. 'same' never reaches here."""
    return (0,) * rank if padding == "valid" else spread(padding, rank)


def window_extent(kernel: Count, dilation: Count) -> Count:
    """Input elements from the first to the last tap of a dilated kernel."""
    return dilation * (kernel - 1) + 1


def slide(size: Count, extent: Count, stride: Count, padding: Count) -> Count:
    """Positions of a window sliding over a padded axis (Dumoulin & Visin 2016, relationship 6)."""
    return (size + 2 * padding - extent) // stride + 1


def slide_up(size: Count, extent: Count, stride: Count, padding: Count) -> Count:
    """The same rounded up (`ceil_mode`), as long as the last window starts on the input or its left padding."""
    if all(isinstance(n, int) for n in (extent, stride, padding)) and extent >= stride + padding:
        # It always does: it starts at most stride - 1 elements after the last window that fits.
        return (size + 2 * padding - extent + stride - 1) // stride + 1
    return minimum(ceil_div(size + 2 * padding - extent, stride), (size + padding - 1) // stride) + 1


def windows(kernel: tuple[Count, ...], stride: tuple[Count, ...], dilation: tuple[Count, ...]) -> tuple[Window, ...]:
    """The window of each axis, for receptive fields."""
    return tuple(Window(window_extent(k, d), s) for k, s, d in zip(kernel, stride, dilation, strict=True))


def channels_first(shape: Shape) -> tuple[Count, Count, Shape]:
    """Batch, channels and spatial sizes of (N, C, ...)."""
    return shape[0], shape[1], shape[2:]


def per_axis(letter: str, rank: int, meaning: str, unit: str, default: int | None = None) -> tuple[Symbol, ...]:
    """A symbol an axis: K_h, K_w."""
    names = {"d": "depth", "h": "height", "w": "width"}
    return tuple(Symbol(f"{letter}_{a}", f"{meaning}, {names[a]}", unit, default) for a in SUFFIXES[rank])


def names(letter: str, rank: int) -> tuple[str, ...]:
    """The symbols' names of `per_axis`."""
    return tuple(f"{letter}_{a}" for a in SUFFIXES[rank])


def image_symbols(rank: int, channels: str = "C") -> tuple[Symbol, ...]:
    """Symbols of an input (N, C, ...)."""
    axes = {"D": "depth", "H": "height", "W": "width"}
    sizes = tuple(Symbol(size, f"input {axes[size]}", "pixels") for size in SIZES[rank])
    return (Symbol("N", "batch size", "samples", 1), Symbol(channels, "input channels", "channels"), *sizes)


def _rank(a: SimpleNamespace) -> int:
    return len(a.input) - 2


POSITIVE_INPUT = Condition(
    "every size of the input must be at least 1", lambda a: every(size >= 1 for size in a.input), ("input",)
)


def _fits(a: SimpleNamespace) -> Any:
    if a.padding == "same":
        return True
    rank = _rank(a)
    kernel, dilation = spread(a.kernel_size, rank), spread(a.dilation, rank)
    return every(
        size + 2 * p >= window_extent(k, d)
        for size, p, k, d in zip(a.input[2:], padded(a.padding, rank), kernel, dilation, strict=True)
    )


WINDOW_FITS = Condition(
    "the kernel must fit into the padded input; use a larger image or more padding",
    _fits,
    ("input", "kernel_size", "padding", "dilation"),
)
POSITIVE_WINDOW = Condition(
    "kernel size, stride and dilation must be at least 1",
    lambda a: every(
        v >= 1 for name in ("kernel_size", "stride", "dilation") for v in spread(getattr(a, name), _rank(a))
    ),
    ("kernel_size", "stride", "dilation"),
)
