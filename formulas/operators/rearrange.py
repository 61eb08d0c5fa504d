"""Padding, shuffling between channels and pixels, and windows as columns: elements move, and a fold adds."""

from __future__ import annotations

from types import SimpleNamespace

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, PerAxis, Shape, Truth, every, maximum, product, quotient
from convcost.core.record import Condition, Operator, Source, Symbol

from . import _axes as axes


def _moved(input: Shape, shape: Shape, elementwise: Count = 0) -> Result:
    return Result(shape, Cost(elementwise=elementwise, activations=product(shape), inputs=product(input)))


def pad(input: Shape, *, pad: Shape, mode: str = "constant") -> Result:
    """Padding by `pad`: before and after the last axis, then the one before it; below 0 crops."""
    rank, wider = len(input), list(input)
    for position in range(len(pad) // 2):
        wider[rank - 1 - position] = input[rank - 1 - position] + pad[2 * position] + pad[2 * position + 1]
    return _moved(input, tuple(wider))


def pixel_shuffle(input: Shape, *, upscale_factor: Count) -> Result:
    """(*, C·r², H, W) to (*, C, r·H, r·W)."""
    *leading, channels, height, width = input
    r = upscale_factor
    return _moved(input, (*leading, quotient(channels, r * r), height * r, width * r))


def pixel_unshuffle(input: Shape, *, downscale_factor: Count) -> Result:
    """(*, C, r·H, r·W) to (*, C·r², H, W)."""
    *leading, channels, height, width = input
    r = downscale_factor
    return _moved(input, (*leading, channels * r * r, quotient(height, r), quotient(width, r)))


def channel_shuffle(input: Shape, *, groups: Count) -> Result:
    """The channels of (N, C, *sizes) in another order, one of each group in turn."""
    return _moved(input, input)


def unfold(
    input: Shape, *, kernel_size: PerAxis, stride: PerAxis = 1, padding: PerAxis = 0, dilation: PerAxis = 1
) -> Result:
    """The windows of (N, C, H, W) as the columns of (N, C·taps, positions)."""
    batch, channels, sizes = axes.channels_first(input)
    columns = channels * product(axes.spread(kernel_size, 2))
    return _moved(input, (batch, columns, product(_positions(sizes, kernel_size, stride, padding, dilation))))


def fold(
    input: Shape,
    *,
    output_size: PerAxis,
    kernel_size: PerAxis,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    dilation: PerAxis = 1,
) -> Result:
    """The columns of (N, C·taps, positions) added up to (N, C, *output_size): each element once, onto zeros.

    Elements that fall on padding are added too.
    """
    channels = quotient(input[1], product(axes.spread(kernel_size, 2)))
    return _moved(input, (input[0], channels, *axes.spread(output_size, 2)), product(input))


def _positions(
    sizes: Shape, kernel_size: PerAxis, stride: PerAxis, padding: PerAxis, dilation: PerAxis
) -> tuple[Count, ...]:
    settings = (axes.spread(value, 2) for value in (kernel_size, stride, padding, dilation))
    return tuple(
        axes.slide(size, axes.window_extent(k, d), s, p) for size, k, s, p, d in zip(sizes, *settings, strict=True)
    )


def _not_inverted(a: SimpleNamespace) -> Truth:
    return (
        len(a.pad) % 2 == 0 and len(a.pad) <= 2 * len(a.input) and every(n >= 0 for n in pad(a.input, pad=a.pad).shape)
    )


def _within(a: SimpleNamespace) -> Truth:
    """A reflection needs another element beside the border's; going round, as many as are padded."""
    if a.mode not in ("reflect", "circular"):
        return True
    sizes = (a.input[len(a.input) - 1 - position // 2] for position in range(len(a.pad)))
    return every(p < n if a.mode == "reflect" else p <= n for p, n in zip(a.pad, sizes, strict=True))


def _whole_blocks(name: str, axis: slice, square: bool) -> Condition:
    def divides(a: SimpleNamespace) -> Truth:
        block = maximum(getattr(a, name), 1)
        block = block * block if square else block
        return every(n % block == 0 for n in a.input[axis]) & (getattr(a, name) >= 1)

    part = "its square divide the channels" if square else "divide height and width"
    return Condition(f"the factor must be at least 1 and {part}", divides, ("input", name))


def _columns_fit(a: SimpleNamespace) -> Truth:
    positions = _positions(axes.spread(a.output_size, 2), a.kernel_size, a.stride, a.padding, a.dilation)
    return (a.input[1] % product(axes.spread(a.kernel_size, 2)) == 0) & (a.input[2] == product(positions))


_DOC = "PyTorch 2.13 documentation"
_SHI = "Shi et al. 2016, Real-Time Single Image and Video Super-Resolution (arXiv 1609.05158)"
_IMAGE, _SHAPE = axes.image_symbols(2), ("N", "C", "H", "W")
_WINDOW = tuple(symbol for setting in axes.WINDOW for symbol in setting.symbols(2))
_HYPER = axes.slots(axes.WINDOW, 2)
_FACTOR = Symbol("U", "factor by which height and width change", "pixels")

RECORDS = (
    Operator(
        name="pad",
        title="Padding",
        function=pad,
        symbols=(*_IMAGE, *axes.per_axis("P", 2, "padding on each side", "pixels", 0)),
        source=Source(_DOC, "torch.nn.functional.pad: elements are copied in every mode, nothing is computed"),
        domain=(
            Condition(
                "padding must come in pairs and may not crop more than there is", _not_inverted, ("input", "pad")
            ),
            Condition(
                "an axis must be longer than its reflection, and as long as what goes round",
                _within,
                ("input", "pad", "mode"),
            ),
        ),
        template={"input": _SHAPE, "pad": ("P_w", "P_w", "P_h", "P_h")},
    ),
    Operator(
        name="pixel_shuffle",
        title="Pixel shuffle",
        function=pixel_shuffle,
        symbols=(*_IMAGE, _FACTOR),
        source=Source(_SHI, "equation 4"),
        domain=(_whole_blocks("upscale_factor", slice(-3, -2), square=True),),
        template={"input": _SHAPE, "upscale_factor": "U"},
    ),
    Operator(
        name="pixel_unshuffle",
        title="Pixel unshuffle",
        function=pixel_unshuffle,
        symbols=(*_IMAGE, _FACTOR),
        source=Source(_SHI, "equation 4, undone"),
        domain=(_whole_blocks("downscale_factor", slice(-2, None), square=False),),
        template={"input": _SHAPE, "downscale_factor": "U"},
    ),
    Operator(
        name="channel_shuffle",
        title="Channel shuffle",
        function=channel_shuffle,
        symbols=(*_IMAGE, Symbol("G", "groups", "groups")),
        source=Source("Zhang, Zhou, Lin & Sun 2017, ShuffleNet (arXiv 1707.01083)", "section 3.1 and figure 1"),
        domain=(axes.GROUPS_DIVIDE_CHANNELS,),
        template={"input": _SHAPE, "groups": "G"},
    ),
    Operator(
        name="unfold",
        title="Windows as columns (im2col)",
        function=unfold,
        symbols=(*_IMAGE, *_WINDOW),
        source=Source(
            "Chellapilla, Puri & Simard 2006, High Performance Convolutional Neural Networks for Document Processing",
            "section 3.1: unrolling the input; elements are copied",
        ),
        domain=(axes.POSITIVE_INPUT, axes.POSITIVE_WINDOW, axes.WINDOW_FITS),
        template={"input": _SHAPE, **_HYPER},
    ),
    Operator(
        name="fold",
        title="Columns added up to an image (col2im)",
        function=fold,
        symbols=(
            Symbol("N", "batch size", "samples", 1),
            Symbol("R", "rows: channels times taps", "rows"),
            Symbol("L", "columns: positions of the window", "positions"),
            *axes.per_axis("O", 2, "output size", "pixels"),
            *_WINDOW,
        ),
        source=Source(_DOC, "torch.nn.Fold: overlapping values are summed"),
        domain=(
            Condition(
                "the taps must divide the rows, the columns be the window's positions",
                _columns_fit,
                ("input", "output_size", "kernel_size", "stride", "padding", "dilation"),
            ),
        ),
        template={"input": ("N", "R", "L"), "output_size": axes.names("O", 2), **_HYPER},
    ),
)
