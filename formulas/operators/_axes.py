"""What operators over one, two or three spatial axes share."""

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import NamedTuple

from convcost.core.cost import Result, Window
from convcost.core.numeric import Count, PerAxis, Shape, Truth, ceil_div, every, maximum, minimum
from convcost.core.numeric import spread as spread
from convcost.core.record import Condition, Operator, Slot, Source, Symbol, operator

_AXES = (("d", "depth"), ("h", "height"), ("w", "width"))


def padded(padding: PerAxis | str, rank: int) -> tuple[Count, ...]:
    """Return the padding on each side as numbers; 'valid' is none. 'same' never reaches here."""
    return (0,) * rank if isinstance(padding, str) else spread(padding, rank)


def window_extent(kernel: Count, dilation: Count) -> Count:
    """Return the input elements from the first to the last tap of a dilated kernel."""
    return dilation * (kernel - 1) + 1


def slide(size: Count, extent: Count, stride: Count, padding: Count) -> Count:
    """Return the positions of a window sliding over a padded axis (Dumoulin & Visin 2016, relationship 6)."""
    return (size + 2 * padding - extent) // stride + 1


def slide_up(size: Count, extent: Count, stride: Count, padding: Count) -> Count:
    """Return the same rounded up (`ceil_mode`), as long as the last window starts on the input or its left padding."""
    if all(isinstance(n, int) for n in (extent, stride, padding)) and extent >= stride + padding:
        # It always does: it starts at most stride - 1 elements after the last window that fits.
        return (size + 2 * padding - extent + stride - 1) // stride + 1
    return minimum(ceil_div(size + 2 * padding - extent, stride), (size + padding - 1) // stride) + 1


def windows(kernel: tuple[Count, ...], stride: tuple[Count, ...], dilation: tuple[Count, ...]) -> tuple[Window, ...]:
    """Return the window of each axis, for receptive fields."""
    return tuple(Window(window_extent(k, d), s) for k, s, d in zip(kernel, stride, dilation, strict=True))


def channels_first(shape: Shape) -> tuple[Count, Count, Shape]:
    """Return batch, channels and spatial sizes of (N, C, ...)."""
    return shape[0], shape[1], shape[2:]


BATCH = Symbol("N", "batch size", "samples", 1)
ROWS = Symbol("N", "batch size times any other leading dimensions", "rows", 1)
BIAS = Symbol("b", "1 with a bias, 0 without", "flag", 0)


def per_axis(letter: str, rank: int, meaning: str, unit: str, default: int | None = None) -> tuple[Symbol, ...]:
    """Return a symbol for each axis: K_h, K_w."""
    return tuple(Symbol(f"{letter}_{axis}", f"{meaning}, {name}", unit, default) for axis, name in _AXES[-rank:])


def image(rank: int, channels: str = "C") -> tuple[Symbol, ...]:
    """Return the symbols of an input (N, C, ...)."""
    sizes = (Symbol(axis.upper(), f"input {name}", "pixels") for axis, name in _AXES[-rank:])
    return (BATCH, Symbol(channels, "input channels", "channels"), *sizes)


class Setting(NamedTuple):
    """A hyper-parameter and its symbol, which has a letter for each axis (K_h, K_w) or is one for all of them."""

    argument: str
    letter: str
    meaning: str
    unit: str
    default: int | None = None
    per_axis: bool = True


KERNEL = Setting("kernel_size", "K", "kernel size", "taps")
STRIDE = Setting("stride", "S", "stride", "pixels", 1)
PADDING = Setting("padding", "P", "padding on each side", "pixels", 0)
DILATION = Setting("dilation", "E", "dilation", "pixels", 1)
OUTPUT_SIZE = Setting("output_size", "O", "output size", "pixels")
WINDOW = (KERNEL, STRIDE, PADDING, DILATION)


def slots(settings: Iterable[Setting], rank: int) -> dict[str, Slot]:
    """Return the symbols of settings over `rank` axes, by the function's arguments."""
    return {
        s.argument: per_axis(s.letter, rank, s.meaning, s.unit, s.default)
        if s.per_axis
        else Symbol(s.letter, s.meaning, s.unit, s.default)
        for s in settings
    }


def over_axes(
    name: str,
    title: str,
    ranks: Iterable[int],
    function: Callable[..., Result],
    source: Source,
    settings: Iterable[Setting],
    domain: tuple[Condition, ...],
    *,
    channels: str = "C",
    operands: Iterable[str] = ("input",),
    is_product: bool = False,
    **constants: Slot,
) -> tuple[Operator, ...]:
    """Return the operator over each number of spatial axes in `ranks`, which its name (at {}) and its title say.

    `operands` have the shape of an image, `settings` are its hyper-parameters in the order of its symbols, `constants`
    other arguments of its template.
    """
    return tuple(
        operator(
            function,
            f"{rank}-D {title}",
            source,
            *domain,
            name=name.format(rank),
            is_product=is_product,
            template={**dict.fromkeys(operands, image(rank, channels)), **constants, **slots(settings, rank)},
        )
        for rank in ranks
    )


def _rank(a: SimpleNamespace) -> int:
    return len(a.input) - 2


POSITIVE_INPUT = Condition(
    "every size of the input must be at least 1", lambda a: every(size >= 1 for size in a.input), ("input",)
)


def fits(a: SimpleNamespace) -> Truth:
    """Return whether the window fits into the padded input; an operator may lack padding, dilation or rounding up."""
    padding, rank = getattr(a, "padding", 0), _rank(a)
    if padding == "same":
        return True
    kernel, dilation = spread(a.kernel_size, rank), spread(getattr(a, "dilation", 1), rank)
    sizes = a.input[2:]
    if getattr(a, "ceil_mode", False):
        # Rounding up keeps a last window that lacks up to stride - 1 elements, even if it is the only one.
        stride = kernel if a.stride is None else spread(a.stride, rank)
        sizes = tuple(size + s - 1 for size, s in zip(sizes, stride, strict=True))
    return every(
        size + 2 * p >= window_extent(k, d)
        for size, p, k, d in zip(sizes, padded(padding, rank), kernel, dilation, strict=True)
    )


def positive(a: SimpleNamespace) -> Truth:
    """Return whether those settings that the window has are at least 1."""
    settings = (getattr(a, name, 1) for name in ("kernel_size", "stride", "dilation"))
    return every(v >= 1 for value in settings if value is not None for v in spread(value, _rank(a)))


WINDOW_FITS = Condition(
    "the kernel must fit into the padded input; use a larger image or more padding",
    fits,
    ("input", "kernel_size", "padding", "dilation"),
)
POSITIVE_WINDOW = Condition(
    "kernel size, stride and dilation must be at least 1", positive, ("kernel_size", "stride", "dilation")
)


def groups_divide(what: str, holds: Callable[[SimpleNamespace, Count], Truth], *mentions: str) -> Condition:
    """Return the condition that groups divide something; `holds` is asked with the groups, at least 1."""
    return Condition(
        f"groups must be at least 1 and divide {what}",
        lambda a: (a.groups >= 1) & holds(a, maximum(a.groups, 1)),
        (*mentions, "groups"),
    )


GROUPS_DIVIDE_CHANNELS = groups_divide("the channels", lambda a, groups: a.input[1] % groups == 0, "input")
