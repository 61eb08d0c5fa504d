"""Recurrent layers over sequences, of several layers and both directions, and one step of their cells."""

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, flag, product
from convcost.core.record import Condition, Slot, Source, Symbol, operator

from ._axes import BATCH, POSITIVE_INPUT

GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}
"""Gates, each with a product with the input and one with the hidden state."""

ARITHMETIC = {"lstm": 13, "gru": 10, "rnn_tanh": 2, "rnn_relu": 2}
"""Operations per hidden unit and step, besides the products and biases.

LSTM: 4 sums of the two products and 4 functions of them; f·c, i·g and their sum; tanh(c) and its product with o.
GRU: 2 sums and functions (r, z); the product with r, a sum and a function (n); 3 for n + z·(h - n).
RNN: a sum and a function.
"""


def _cell(kind: str, input: Shape, *, hidden_size: Count, bias: Count = True) -> Result:
    """One step for (N, M) or (M), two biases per gate as PyTorch has them; old states are read, new ones written."""
    rows, features = product(input[:-1]), input[-1]
    gates = GATES[kind] * hidden_size
    units = rows * hidden_size
    states = 2 if kind == "lstm" else 1
    cost = Cost(
        macs=rows * gates * (features + hidden_size),
        bias_adds=2 * flag(bias) * rows * gates,
        elementwise=ARITHMETIC[kind] * units,
        parameters=gates * (features + hidden_size + 2 * flag(bias)),
        activations=states * units,
        inputs=product(input) + states * units,
    )
    return Result((*input[:-1], hidden_size), cost)


def _layers(
    kind: str,
    input: Shape,
    hidden_size: Count,
    num_layers: Count,
    bias: Count,
    bidirectional: Count,
    batch_first: bool,
    sequences: Count | None,
    proj_size: Count = 0,
) -> Result:
    *leading, features = input
    steps, directions = product(leading), 1 + flag(bidirectional)
    batch = leading[0 if batch_first else 1] if sequences is None or len(leading) > 1 else sequences
    projected = not (isinstance(proj_size, int) and proj_size == 0)
    hidden = proj_size if projected else hidden_size
    cells, gates = num_layers * directions, GATES[kind] * hidden_size
    # The first layer reads the input, every other one the hidden states of all directions below it.
    widths = directions * (features + (num_layers - 1) * directions * hidden)
    weights = gates * (widths + cells * hidden) + (cells * hidden_size * hidden if projected else 0)
    states = cells * batch * (hidden + (hidden_size if kind == "lstm" else 0))
    cost = Cost(
        macs=steps * weights,
        bias_adds=2 * flag(bias) * steps * cells * gates,
        elementwise=ARITHMETIC[kind] * steps * cells * hidden_size,
        parameters=weights + 2 * flag(bias) * cells * gates,
        activations=steps * directions * hidden + states,
        inputs=product(input) + states,
    )
    return Result((*leading, directions * hidden), cost)


def _layers_of(kind: str) -> Callable[..., Result]:
    def layers(
        input: Shape,
        *,
        hidden_size: Count,
        num_layers: Count = 1,
        bias: Count = True,
        bidirectional: Count = False,
        batch_first: bool = False,
        sequences: Count | None = None,
    ) -> Result:
        """All steps of (T, N, M), of (N, T, M) with `batch_first`, or of `sequences` packed into (steps, M).

        Two biases per gate, as PyTorch has them; the first states are read, the last written beside the output.
        """
        return _layers(kind, input, hidden_size, num_layers, bias, bidirectional, batch_first, sequences)

    return layers


def lstm(
    input: Shape,
    *,
    hidden_size: Count,
    num_layers: Count = 1,
    bias: Count = True,
    bidirectional: Count = False,
    batch_first: bool = False,
    sequences: Count | None = None,
    proj_size: Count = 0,
) -> Result:
    """All steps of (T, N, M), of (N, T, M) with `batch_first`, or of `sequences` packed into (steps, M).

    `proj_size` (0: none) is the width that each hidden state is projected to before anything reads it. Two biases per
    gate, as PyTorch has them; the first states are read, the last written beside the output.
    """
    return _layers(
        "lstm", input, hidden_size, num_layers, bias, bidirectional, batch_first, sequences, proj_size=proj_size
    )


_STACKS = {**{kind: _layers_of(kind) for kind in GATES}, "lstm": lstm}
_TITLES = {
    "lstm": "Long short-term memory",
    "gru": "Gated recurrent unit",
    "rnn_tanh": "Recurrent network with tanh",
    "rnn_relu": "Recurrent network with ReLU",
}
_ELMAN = "Elman 1990, Finding Structure in Time"
_LSTM = "Gers, Schmidhuber & Cummins 2000, Learning to Forget: Continual Prediction with LSTM"
_GRU = "Cho et al. 2014, Learning Phrase Representations using RNN Encoder-Decoder (arXiv 1406.1078)"
_SOURCES = {
    "lstm": Source(_LSTM, "section 3; with proj_size: Sak, Senior & Beaufays 2014 (arXiv 1402.1128), section 2"),
    "gru": Source(_GRU, "equations 5 to 8, the reset gate after the product as in torch.nn.GRU"),
    "rnn_tanh": Source(_ELMAN, "figure 2; h' = tanh(W·x + U·h) as in torch.nn.RNN"),
    "rnn_relu": Source(_ELMAN, "figure 2, with the ReLU of torch.nn.RNN in place of its function"),
}


def _packed(a: SimpleNamespace) -> bool:
    return len(a.input) == 3 or (len(a.input) == 2 and a.sequences is not None)


_HIDDEN = Condition("hidden size must be at least 1", lambda a: a.hidden_size >= 1, ("hidden_size",))
_DOMAIN = (
    POSITIVE_INPUT,
    _HIDDEN,
    Condition("there must be at least one layer", lambda a: a.num_layers >= 1, ("num_layers",)),
    Condition(
        "the input must be (steps, batch, features), or packed steps and the number of sequences",
        _packed,
        ("input", "sequences"),
    ),
)
_PROJECTION = Condition(
    "the projection must be smaller than the hidden size, or 0 for none",
    lambda a: (a.proj_size >= 0) & (a.proj_size < a.hidden_size),
    ("proj_size", "hidden_size"),
)
_INPUT = (BATCH, Symbol("M", "input features", "features"))
_UNITS: dict[str, Slot] = {
    "hidden_size": Symbol("H", "hidden units", "units"),
    "bias": Symbol("b", "1 with two biases per gate, 0 without", "flag", 1),
}

RECORDS = (
    *(
        operator(
            _STACKS[kind],
            title,
            _SOURCES[kind],
            *_DOMAIN,
            *([_PROJECTION] if kind == "lstm" else []),
            name=kind,
            is_product=True,
            template={
                "input": (Symbol("T", "steps of each sequence", "steps"), *_INPUT),
                **_UNITS,
                "num_layers": Symbol("L", "layers on top of each other", "layers", 1),
                "bidirectional": Symbol("r", "1 if a second direction reads in reverse, 0 if not", "flag", 0),
            },
        )
        for kind, title in _TITLES.items()
    ),
    *(
        operator(
            partial(_cell, kind),
            f"{title}, one step",
            _SOURCES[kind],
            POSITIVE_INPUT,
            _HIDDEN,
            name=f"{kind}_cell",
            is_product=True,
            template={"input": _INPUT, **_UNITS},
        )
        for kind, title in _TITLES.items()
    ),
)
