"""Activations: functions of an element, gates and softmaxes."""

from types import SimpleNamespace

from convcost.core.cost import Result
from convcost.core.numeric import Count, Shape, Truth, product, quotient
from convcost.core.record import Condition, Source, Symbol, operator

from .elementwise import ROW, TORCH, N, evaluated, rows


def prelu(input: Shape, *, slopes: Count = 1) -> Result:
    """Parametric ReLU with one slope, or one per channel: one evaluation per element."""
    return Result.of(input, input, elementwise=product(input), parameters=slopes)


def glu(input: Shape, *, dim: int = -1) -> Result:
    """Gated linear unit a·σ(b) of the two halves of `dim`: a sigmoid and a product per output element."""
    axis = dim % len(input)
    shape = (*input[:axis], quotient(input[axis], 2), *input[axis + 1 :])
    return Result.of(shape, input, elementwise=2 * product(shape))


def softmax(input: Shape, *, dim: int = 1) -> Result:
    """Softmax along `dim`: an exponential and a division per element, and the additions of each row's sum."""
    return Result.of(input, input, elementwise=3 * product(input) - rows(input, dim))


def log_softmax(input: Shape, *, dim: int = 1) -> Result:
    """x - log Σ exp x along `dim`.

    An exponential and a subtraction per element; the additions of each row's sum and its logarithm are one more.
    """
    return Result.of(input, input, elementwise=3 * product(input))


def _even(a: SimpleNamespace) -> Truth:
    return a.input[a.dim % len(a.input)] % 2 == 0


ACTIVATIONS = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus"),
    *("sigmoid", "tanh", "logsigmoid", "hardsigmoid", "hardswish", "hardtanh", "hardshrink", "softshrink"),
    *("threshold", "rrelu"),
)
_BOOK = "Goodfellow, Bengio & Courville 2016, Deep Learning"

_ELEMENTS = Symbol("C", "elements of a row, gates included", "elements", least=2)

RECORDS = (
    *(
        operator(
            evaluated,
            f"Activation {name}",
            Source(TORCH, f"torch.nn.functional.{name}: one evaluation per element"),
            name=name,
            template={"input": (N,)},
        )
        for name in ACTIVATIONS
    ),
    operator(
        prelu,
        "Parametric ReLU",
        Source("He, Zhang, Ren & Sun 2015, Delving Deep into Rectifiers (arXiv 1502.01852)", "equation 1"),
        template={"input": (N,), "slopes": Symbol("C", "slopes: 1, or one per channel", "slopes", 1)},
    ),
    operator(
        glu,
        "Gated linear unit",
        Source(
            "Dauphin et al. 2016, Language Modeling with Gated Convolutional Networks (arXiv 1612.08083)", "equation 1"
        ),
        Condition("the size along `dim` must be even", _even, ("input", "dim")),
        template={"input": (ROW[0], _ELEMENTS)},
    ),
    operator(softmax, "Softmax", Source(_BOOK, "equation 4.1"), template={"input": ROW}),
    operator(log_softmax, "Logarithm of the softmax", Source(_BOOK, "equation 6.30"), template={"input": ROW}),
)
