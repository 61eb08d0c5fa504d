"""Squeeze-and-excitation in closed form: one block, and what its weights add to a whole net (equation 5)."""

from convcost.core.cost import Cost
from convcost.core.numeric import Count, quotient
from convcost.core.record import Condition, Symbol, formula_of

PAPER = "Hu et al. 2017, Squeeze-and-Excitation Networks (arXiv 1709.01507)"
STAGES = (1, 2, 3, 4)
# SE-ResNet-50: blocks and output channels of each stage (Table 1).
BLOCKS = (3, 4, 6, 3)
CHANNELS = (256, 512, 1024, 2048)


def squeeze_excitation(C: Count, H: Count, W: Count, r: Count = 16, b: Count = 1) -> Cost:
    """Equations 2 to 4: mean, C to C/r, ReLU, back to C, sigmoid, and one product per element of the image."""
    hidden, image = quotient(C, r), C * H * W
    return Cost(
        macs=2 * C * hidden,
        bias_adds=b * (hidden + C),
        elementwise=image + hidden + C + image,
        parameters=2 * C * hidden + b * (hidden + C),
        activations=C + hidden + hidden + C + C + image,
        inputs=image + C + hidden + hidden + C + image + C,
    )


def squeeze_excitation_parameters(
    r: Count, b: Count, N_1: Count, C_1: Count, N_2: Count, C_2: Count, N_3: Count, C_3: Count, N_4: Count, C_4: Count
) -> Cost:
    """Equation 5: (2/r)·Σ N_s·C_s², the weights of both layers in all N_s blocks of all stages; biases with b = 1."""
    stages = ((N_1, C_1), (N_2, C_2), (N_3, C_3), (N_4, C_4))
    hidden = [quotient(channels, r) for _, channels in stages]
    weights = sum(2 * n * c * h for (n, c), h in zip(stages, hidden, strict=True))
    biases = sum(n * (c + h) for (n, c), h in zip(stages, hidden, strict=True))
    return Cost(parameters=weights + b * biases)


def _divides(*names: str) -> Condition:
    sentence = f"r must divide {' and '.join(names)}"
    return Condition(sentence, lambda a: all(getattr(a, name) % a.r == 0 for name in names), (*names, "r"))


def _not_negative(name: str) -> Condition:
    return Condition(f"{name} must not be negative", lambda a: getattr(a, name) >= 0, (name,))


_FLAG = Condition("b must be 0 or 1", lambda a: a.b * (a.b - 1) == 0, ("b",))
_SYMBOLS = (
    Symbol("C", "channels", "channels"),
    Symbol("H", "height of the image", "pixels"),
    Symbol("W", "width of the image", "pixels"),
    Symbol("r", "reduction ratio", "channels per channel", 16),
    Symbol("b", "1 with biases, 0 without", "flag", 1),
)

RECORDS = (
    formula_of(
        squeeze_excitation,
        "Squeeze-and-excitation block",
        "equations 2, 3 and 4",
        _divides("C"),
        _FLAG,
        work=PAPER,
        symbols=_SYMBOLS,
    ),
    formula_of(
        squeeze_excitation_parameters,
        "Weights that squeeze-and-excitation adds to a net",
        "equation 5; the defaults are SE-ResNet-50's (Table 1)",
        _FLAG,
        *(_not_negative(f"N_{s}") for s in STAGES),
        _divides(*(f"C_{s}" for s in STAGES)),
        work=PAPER,
        symbols=(
            *_SYMBOLS,
            Symbol("b", "1 with biases, 0 without", "flag", 0),
            *(
                Symbol(f"N_{s}", f"blocks of stage {s}", "blocks", n, least=0)
                for s, n in zip(STAGES, BLOCKS, strict=True)
            ),
            *(
                Symbol(f"C_{s}", f"output channels of stage {s}", "channels", c)
                for s, c in zip(STAGES, CHANNELS, strict=True)
            ),
        ),
    ),
)
