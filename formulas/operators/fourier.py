"""Fast Fourier transforms: operations by the usual convention, none of them a multiply-accumulate."""

from convcost.core.cost import Result
from convcost.core.numeric import Count, Shape, ceil_div, product
from convcost.core.record import Condition, Source, Symbol, operator

from ._axes import POSITIVE_INPUT
from .elementwise import ROW


def fft(input: Shape, *, dim: tuple[int, ...], stages: Count) -> Result:
    """Transform of complex numbers along some axes: 5·n·L operations for n elements in L stages.

    L is log₂ of the length of each axis, rounded up to whole stages, and added up over the axes. Scaling is left out.
    """
    return Result.of(input, input, elementwise=5 * product(input) * stages)


def rfft(input: Shape, *, dim: tuple[int, ...], stages: Count, onesided: bool = True) -> Result:
    """Transform of real numbers: half the operations, and of the last axis one half of the results, and one."""
    shape = _with(input, dim[-1], input[dim[-1]] // 2 + 1) if onesided else input
    return Result.of(shape, input, elementwise=ceil_div(5 * product(input) * stages, 2))


def irfft(input: Shape, *, dim: tuple[int, ...], size: Count, stages: Count) -> Result:
    """Transform back to real numbers, `size` of them along the last axis: half the operations of complex ones."""
    shape = _with(input, dim[-1], size)
    return Result.of(shape, input, elementwise=ceil_div(5 * product(shape) * stages, 2))


def _with(shape: Shape, axis: int, size: Count) -> Shape:
    axis = axis % len(shape)
    return (*shape[:axis], size, *shape[axis + 1 :])


_SOURCE = Source(
    "Frigo & Johnson 2005, The Design and Implementation of FFTW3 (Proceedings of the IEEE 93)",
    "section III: 5·N·log₂N operations for N complex numbers, 2.5·N·log₂N for real ones, whatever the algorithm",
)
_STAGES = Symbol("L", "log₂ of the length of each transformed axis, rounded up, added up", "stages", least=0)
_AXES = Condition(
    "the axes must be the input's own",
    lambda a: all(-len(a.input) <= axis < len(a.input) for axis in a.dim),
    ("input", "dim"),
)

RECORDS = (
    operator(
        fft,
        "Fourier transform of complex numbers",
        _SOURCE,
        POSITIVE_INPUT,
        _AXES,
        template={"input": ROW, "dim": (1,), "stages": _STAGES},
    ),
    operator(
        rfft,
        "Fourier transform of real numbers",
        _SOURCE,
        POSITIVE_INPUT,
        _AXES,
        template={"input": ROW, "dim": (1,), "stages": _STAGES},
    ),
    operator(
        irfft,
        "Fourier transform to real numbers",
        _SOURCE,
        POSITIVE_INPUT,
        _AXES,
        template={
            "input": ROW,
            "dim": (1,),
            "size": Symbol("O", "real numbers per row", "elements"),
            "stages": _STAGES,
        },
    ),
)
