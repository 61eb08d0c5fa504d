"""What torchscan's module formulas count: leaf modules and attention, by their class or its bases."""

from convcost.core.convention import CallFilter, Convention, Fault, Measure, Rule
from convcost.core.numeric import Count, Shape, product
from convcost.core.op_call import OpCall
from convcost.core.record import Source

from ._operators import (
    ADAPTIVE_AVERAGES,
    ADAPTIVE_MAXIMA,
    ATTENTION,
    AVERAGES,
    CONVOLUTIONS,
    MAXIMA,
    TRANSPOSED,
    of_bases,
    output_positions,
    rows_for_channels,
    unbatched,
)

_TORCHSCAN = "torchscan 0.2.0"


def leaves(*bases: str) -> CallFilter:
    """Return the calls by modules of these classes, or derived from them, that have no modules in them."""
    return CallFilter(bases=bases, where=lambda call: call.site.owner.leaf)


def leaves_of(*operators: str) -> CallFilter:
    """Return the calls by such modules of the classes of torch.nn that these operators have."""
    return leaves(*of_bases(*operators).bases)


def _taps(call: OpCall) -> Count:
    return product(call.hyper["kernel_size"])


def _side(call: OpCall) -> Count:
    kernel: Shape = call.hyper["kernel_size"]
    return kernel[0]


def _ratio(call: OpCall) -> Count:
    """Return torchscan's taps of an adaptive pool: the ratio of the sizes, or the remainder plus one."""
    pairs = zip(call.inputs[0][2:], call.hyper["output_size"], strict=True)
    sizes = [(n, n if o is None else o) for n, o in pairs]
    return product(n // o if n % o == 0 else n % o + 1 for n, o in sizes)


def _pooled(taps: Measure, average: bool) -> Measure:
    """Return the operations of a pool: an operation fewer than taps per output element, a division per axis besides."""

    def measure(call: OpCall) -> Count:
        axes = len(call.hyper.get("kernel_size") or call.hyper["output_size"])
        return call.cost.activations * (taps(call) - 1 + (axes if average else 0))

    return measure


def _written_once(call: OpCall) -> bool:
    """Tell whether the module has its kernel as one number; in one dimension that is the whole kernel."""
    return isinstance(call.site.owner.settings.get("kernel_size"), int) and len(call.hyper["kernel_size"]) > 1


_PER_OUTPUT = {
    False: "a comparison fewer than taps per output element",
    True: "an addition per tap but one and a division per axis, per output element",
}
_POOLS = tuple(
    Rule(kinds, {}, _PER_OUTPUT[average], at=leaves_of(*kinds), more=_pooled(taps, average))
    for kinds, average, taps in (
        (MAXIMA, False, _taps),
        (AVERAGES, True, _taps),
        (ADAPTIVE_MAXIMA, False, _ratio),
        (ADAPTIVE_AVERAGES, True, _ratio),
    )
)
_SIDES = tuple(
    Fault(
        kinds,
        _pooled(_side, average),
        "a kernel that is given as one number is not squared",
        CallFilter(bases=of_bases(*kinds).bases, where=_written_once),
    )
    for kinds, average in ((MAXIMA, False), (AVERAGES, True))
)


_BATCH_NORM = leaves("_BatchNorm")
_IN_ATTENTION = CallFilter(bases=("MultiheadAttention",))


def _unbatched(macs: int) -> Fault:
    def predicts(call: OpCall) -> Count | None:
        adds = 0 if macs == 1 else call.cost.bias_adds - call.cost.activations
        return macs * rows_for_channels(call) + adds

    return unbatched(predicts, leaves_of(*CONVOLUTIONS))


def _transposed(macs: int, extra: int) -> Fault:
    def predicts(call: OpCall) -> Count | None:
        count = output_positions(call)
        adds: Count = 0 if macs == 1 else call.cost.bias_adds - call.cost.activations
        return macs * count + adds + extra * len(call.hyper["kernel_size"])

    return Fault(
        TRANSPOSED,
        predicts,
        "a transposed convolution is counted at the positions of its output, and a few operations per axis besides",
        of_bases(*TRANSPOSED),
    )


def _attention(call: OpCall) -> Count:
    query, key = call.inputs[:2]
    rows, scores = product(query[:-1]), product((*query[:-1], key[-2]))
    return 1 + product(query) - scores + 3 * scores - rows - call.cost.activations


_FLOPS = {"macs": 2, "bias_adds": 1, "activations": -1}
_TAPS = "2 per multiply-accumulate but one per output element, and a bias"
_PER_ELEMENT = (
    *(("relu", "ReLU", 1), ("elu", "ELU", 6), ("leaky_relu", "LeakyReLU", 4)),
    *(("relu6", "ReLU6", 2), ("tanh", "Tanh", 6), ("sigmoid", "Sigmoid", 4)),
)


def _layer_norm(call: OpCall) -> Count:
    return 2 * (call.cost.activations // product(call.hyper["normalized_shape"]))


_NORMS = (
    ("batch_norm", "channel of a batch norm", _BATCH_NORM, lambda call: 2 * call.inputs[0][1], (2, 4)),
    ("layer_norm", "row of a layer norm", leaves("LayerNorm"), _layer_norm, (6, 8)),
)

RECORDS = (
    Convention(
        name="torchscan",
        title="torchscan 0.2.0, MACs of its module formulas",
        rules=(
            Rule(CONVOLUTIONS, {"macs": 1}, "biases do not count", at=leaves_of(*CONVOLUTIONS)),
            Rule(TRANSPOSED, {"macs": 1}, "biases do not count", at=leaves_of(*TRANSPOSED)),
            Rule(("linear",), {"macs": 1}, "biases do not count", at=CallFilter(bases=("Linear",))),
            Rule(
                ("batch_norm",),
                {"activations": 1},
                "1 per element of a batch norm without scale and shift",
                {"affine": (False,)},
                _BATCH_NORM,
            ),
            Rule(("batch_norm",), {"activations": 2}, "2 per element of a batch norm", at=_BATCH_NORM),
            *_POOLS,
        ),
        source=Source(_TORCHSCAN, "torchscan/modules/macs.py"),
        faults=(_unbatched(1), _transposed(1, 4), *_SIDES),
    ),
    Convention(
        name="torchscan-flops",
        title="torchscan 0.2.0, FLOPs of its module formulas",
        rules=(
            Rule(CONVOLUTIONS, _FLOPS, _TAPS, at=leaves_of(*CONVOLUTIONS)),
            Rule(TRANSPOSED, _FLOPS, _TAPS, at=leaves_of(*TRANSPOSED)),
            Rule(("linear",), _FLOPS, _TAPS, at=CallFilter(bases=("Linear", "MultiheadAttention"))),
            Rule(("bmm", "baddbmm"), {"macs": 2, "activations": -1}, _TAPS, at=_IN_ATTENTION),
            Rule(
                ("mul",),
                {"activations": 1},
                "1 for the root that queries are scaled by",
                at=_IN_ATTENTION,
                more=lambda call: 1,
            ),
            Rule(("softmax",), {"elementwise": 1}, "the softmax of attention counts", at=_IN_ATTENTION),
            Rule(("mean",), {"inputs": 1}, "the mean of the heads' scores counts", at=_IN_ATTENTION),
            Rule(
                (ATTENTION,),
                {"macs": 2},
                "its products without their first additions, its softmax and the scaling of the queries",
                at=_IN_ATTENTION,
                more=_attention,
            ),
            *(
                Rule((name,), {"activations": n}, f"2 per {what}", when, at, more)
                for name, what, at, more, per_element in _NORMS
                for when, n in zip(({"affine": (False,)}, {}), per_element, strict=True)
            ),
            *(
                Rule((name,), {"activations": n}, f"{n} per element of an activation", at=leaves(module))
                for name, module, n in _PER_ELEMENT
            ),
            Rule(
                ("dropout",),
                {},
                "1 per element of a dropout, in evaluation too",
                at=CallFilter(bases=("Dropout",), where=lambda call: call.site.owner.settings["p"] > 0),
                more=lambda call: product(call.inputs[0]),
            ),
            *_POOLS,
        ),
        source=Source(_TORCHSCAN, "torchscan/modules/flops.py"),
        faults=(_unbatched(2), _transposed(2, 8), *_SIDES),
        unit="flops",
    ),
)
