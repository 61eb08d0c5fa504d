"""Running sums and their kin along one axis, and additions into places that an index names."""

from convcost.core.cost import Result
from convcost.core.numeric import Shape, product
from convcost.core.record import Condition, Source, Symbol, operator

from ._axes import POSITIVE_INPUT
from .elementwise import ROW, TORCH, rows


def scan(input: Shape, *, dim: int) -> Result:
    """Each element combined with all before it along `dim`: k - 1 operations per row of k elements."""
    return Result.of(input, input, elementwise=product(input) - rows(input, dim))


def logcumsumexp(input: Shape, *, dim: int) -> Result:
    """The logarithms of the running sums of exponentials: two evaluations more per element."""
    return Result.of(input, input, elementwise=3 * product(input) - rows(input, dim))


def scatter(input: Shape, source: Shape) -> Result:
    """Elements of `source` added (multiplied, compared) into places of `input`: one operation each."""
    return Result.of(input, input, source, elementwise=product(source))


def scatter_scaled(input: Shape, source: Shape) -> Result:
    """alpha times the elements of `source` added into places of `input`: a product and an addition each."""
    return Result.of(input, input, source, elementwise=2 * product(source))


_OWN = Condition("the axis must be the input's own", lambda a: -len(a.input) <= a.dim < len(a.input), ("input", "dim"))

_ADDED_TO = Symbol("n", "elements that are added to", "elements")
_ADDED = Symbol("m", "elements that are added", "elements")

RECORDS = (
    *(
        operator(
            logcumsumexp if name == "logcumsumexp" else scan,
            title,
            Source(TORCH, f"torch.{name}: {place}"),
            POSITIVE_INPUT,
            _OWN,
            name=name,
            template={"input": ROW, "dim": 1},
        )
        for name, title, place in (
            ("cumsum", "Running sum", "y_i = x_1 + … + x_i, one addition from the last"),
            ("cumprod", "Running product", "y_i = x_1 × … × x_i, one multiplication from the last"),
            ("cummax", "Running maximum", "one comparison per element after the first"),
            ("cummin", "Running minimum", "one comparison per element after the first"),
            ("logcumsumexp", "Logarithm of a running sum of exponentials", "log Σ exp x_j for j up to i"),
        )
    ),
    *(
        operator(
            function, title, Source(TORCH, place), name=name, template={"input": (_ADDED_TO,), "source": (_ADDED,)}
        )
        for name, title, function, place in (
            ("scatter_add", "Addition at indices", scatter, "torch.Tensor.scatter_add_: self[index[i]] += src[i]"),
            ("scatter_reduce", "Reduction at indices", scatter, "torch.Tensor.scatter_reduce_, include_self=True"),
            (
                "index_add",
                "Addition of slices at indices",
                scatter,
                "torch.Tensor.index_add_: self[index[i]] += source[i]",
            ),
            (
                "index_add_scaled",
                "Addition of a multiple of slices at indices",
                scatter_scaled,
                "torch.Tensor.index_add_: self[index[i]] += alpha·source[i]",
            ),
        )
    ),
)
