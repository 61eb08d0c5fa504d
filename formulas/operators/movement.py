"""Operators that move elements: joining, padding, shuffling, windows as columns; a fold adds besides."""

from collections.abc import Sequence
from types import SimpleNamespace

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, PerAxis, Shape, Truth, every, maximum, product, quotient
from convcost.core.record import Condition, Source, Symbol, operator

from . import _axes as axes
from .elementwise import TORCH, N, combined, over_broadcast


def concat(inputs: Sequence[Shape], *, dim: int = 1) -> Result:
    """Concatenation along `dim`: elements move, nothing is computed."""
    axis = dim % len(inputs[0])
    joined: Count = sum(shape[axis] for shape in inputs)
    shape = (*inputs[0][:axis], joined, *inputs[0][axis + 1 :])
    return Result.of(shape, shape)


def flatten(input: Shape, *, start_dim: int = 1, end_dim: int = -1) -> Result:
    """Axes `start_dim` to `end_dim` joined into one: a view, no element moves."""
    first, last = start_dim % len(input), end_dim % len(input)
    return Result((*input[:first], product(input[first : last + 1]), *input[last + 1 :]), Cost())


def identity(input: Shape) -> Result:
    """An operator that hands its input on (dropout in evaluation)."""
    return Result(input, Cost())


def where(condition: Shape, chosen: Shape, other: Shape) -> Result:
    """One of two elements by a condition that stands already: a copy of one, nothing is computed."""
    return combined((condition, chosen, other), 0)


def masked_fill(input: Shape, mask: Shape) -> Result:
    """One number in place of the elements under a mask: the others are copied, nothing is computed."""
    return combined((input, mask), 0)


def pad(input: Shape, *, pad: Shape, mode: str = "constant") -> Result:
    """Padding by `pad`: before and after the last axis, then the one before it; below 0 crops."""
    rank, wider = len(input), list(input)
    for position in range(len(pad) // 2):
        wider[rank - 1 - position] = input[rank - 1 - position] + pad[2 * position] + pad[2 * position + 1]
    return Result.of(tuple(wider), input)


def pixel_shuffle(input: Shape, *, upscale_factor: Count) -> Result:
    """(*, C·r², H, W) to (*, C, r·H, r·W)."""
    *leading, channels, height, width = input
    r = upscale_factor
    return Result.of((*leading, quotient(channels, r * r), height * r, width * r), input)


def pixel_unshuffle(input: Shape, *, downscale_factor: Count) -> Result:
    """(*, C, r·H, r·W) to (*, C·r², H, W)."""
    *leading, channels, height, width = input
    r = downscale_factor
    return Result.of((*leading, channels * r * r, quotient(height, r), quotient(width, r)), input)


def channel_shuffle(input: Shape, *, groups: Count) -> Result:
    """The channels of (N, C, *sizes) in another order, one of each group in turn."""
    return Result.of(input, input)


def unfold(
    input: Shape, *, kernel_size: PerAxis, stride: PerAxis = 1, padding: PerAxis = 0, dilation: PerAxis = 1
) -> Result:
    """The windows of (N, C, H, W) as the columns of (N, C·taps, positions)."""
    batch, channels, sizes = axes.channels_first(input)
    columns = channels * product(axes.spread(kernel_size, 2))
    return Result.of((batch, columns, product(_positions(sizes, kernel_size, stride, padding, dilation))), input)


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
    return Result.of((input[0], channels, *axes.spread(output_size, 2)), input, elementwise=product(input))


def _positions(
    sizes: Shape, kernel_size: PerAxis, stride: PerAxis, padding: PerAxis, dilation: PerAxis
) -> tuple[Count, ...]:
    settings = (axes.spread(value, 2) for value in (kernel_size, stride, padding, dilation))
    return tuple(
        axes.slide(size, axes.window_extent(k, d), s, p) for size, k, s, p, d in zip(sizes, *settings, strict=True)
    )


def _joinable(a: SimpleNamespace) -> Truth:
    first, *others = [(*s[: a.dim % len(s)], *s[a.dim % len(s) + 1 :]) for s in a.inputs]
    return every(len(s) == len(first) and every(x == y for x, y in zip(first, s, strict=True)) for s in others)


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


_SHI = "Shi et al. 2016, Real-Time Single Image and Video Super-Resolution (arXiv 1609.05158)"
_IMAGE = axes.image(2)
_WINDOW = axes.slots(axes.WINDOW, 2)
_FACTOR = Symbol("U", "factor by which height and width change", "pixels")
_P_H, _P_W = axes.per_axis("P", 2, "padding on each side", "pixels", 0)

RECORDS = (
    operator(
        concat,
        "Concatenation",
        Source(TORCH, "torch.cat: elements are copied, nothing is computed"),
        Condition("all sizes but those along `dim` must be equal", _joinable, ("inputs", "dim")),
        template={"inputs": ((Symbol("n", "elements of the operands together", "elements"),),), "dim": 0},
    ),
    operator(
        flatten, "Flattening", Source(TORCH, "torch.flatten: a view of the same elements"), template={"input": (1, N)}
    ),
    operator(
        identity,
        "Dropout in evaluation",
        Source(TORCH, "torch.nn.Dropout: the identity in evaluation"),
        name="dropout",
        template={"input": (N,)},
    ),
    over_broadcast(
        where,
        "Choice by a condition",
        "torch.where: out is input where the condition holds and other where it does not",
        ("condition", "chosen", "other"),
    ),
    over_broadcast(
        masked_fill,
        "Number under a mask",
        "torch.Tensor.masked_fill_: fills elements where the mask is true with a value",
        ("input", "mask"),
    ),
    operator(
        pad,
        "Padding",
        Source(TORCH, "torch.nn.functional.pad: elements are copied in every mode, nothing is computed"),
        Condition("padding must come in pairs and may not crop more than there is", _not_inverted, ("input", "pad")),
        Condition(
            "an axis must be longer than its reflection, and as long as what goes round",
            _within,
            ("input", "pad", "mode"),
        ),
        template={"input": _IMAGE, "pad": (_P_W, _P_W, _P_H, _P_H)},
    ),
    operator(
        pixel_shuffle,
        "Pixel shuffle",
        Source(_SHI, "equation 4"),
        _whole_blocks("upscale_factor", slice(-3, -2), square=True),
        template={"input": _IMAGE, "upscale_factor": _FACTOR},
    ),
    operator(
        pixel_unshuffle,
        "Pixel unshuffle",
        Source(_SHI, "equation 4, undone"),
        _whole_blocks("downscale_factor", slice(-2, None), square=False),
        template={"input": _IMAGE, "downscale_factor": _FACTOR},
    ),
    operator(
        channel_shuffle,
        "Channel shuffle",
        Source("Zhang, Zhou, Lin & Sun 2017, ShuffleNet (arXiv 1707.01083)", "section 3.1 and figure 1"),
        axes.GROUPS_DIVIDE_CHANNELS,
        template={"input": _IMAGE, "groups": Symbol("G", "groups", "groups")},
    ),
    operator(
        unfold,
        "Windows as columns (im2col)",
        Source(
            "Chellapilla, Puri & Simard 2006, High Performance Convolutional Neural Networks for Document Processing",
            "section 3.1: unrolling the input; elements are copied",
        ),
        axes.POSITIVE_INPUT,
        axes.POSITIVE_WINDOW,
        axes.WINDOW_FITS,
        template={"input": _IMAGE, **_WINDOW},
    ),
    operator(
        fold,
        "Columns added up to an image (col2im)",
        Source(TORCH, "torch.nn.Fold: overlapping values are summed"),
        Condition(
            "the taps must divide the rows, the columns be the window's positions",
            _columns_fit,
            ("input", "output_size", "kernel_size", "stride", "padding", "dilation"),
        ),
        template={
            "input": (
                axes.BATCH,
                Symbol("R", "rows: channels times taps", "rows"),
                Symbol("L", "columns: positions of the window", "positions"),
            ),
            "output_size": axes.per_axis("O", 2, "output size", "pixels"),
            **_WINDOW,
        },
    ),
)
