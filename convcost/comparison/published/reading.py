"""Readings: the named ways in which a printed number can mean something else than it says, and their combinations.

Each reading changes one thing. At most two are combined, and only those of axes in `PAIRS`; the fewer the better,
and among as few the order of the axes in `_axes`. What is not in this file explains nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, product

from convcost.comparison.published.notation import ClaimSubject, NamedCost, named_costs
from convcost.core.architecture import Architecture, Option
from convcost.core.registry import registry

# What a metric can mean, simplest first, in words; a claim's own convention is one of these.
MACS = {
    "macs": "multiply-accumulates alone",
    "macs+bias": "with the additions of biases",
    "fvcore": "with batch norms and pooling, as fvcore counts",
    "flops": "every operation counted, 2 per MAC",
}
PARAMETERS = {
    "weights": "weights only",
    "weights+bias": "weights and biases",
    "numel": "all learnable parameters",
    "numel+statistics": "with the moving statistics of batch norms",
    "weights+bias+3bn": "weights, biases and three vectors per batch norm",
}
COUNTINGS = {
    "macs": MACS,
    "params": PARAMETERS,
    "activations": {"written": "elements that convolutions and linear layers write"},
    "field": {"extent": "pixels that one output sees along an axis"},
}

SCOPES = {
    "no head": "without the classifier",
    "no linear": "without fully connected layers",
    "no first": "without the first layer",
    "auxiliary": "with auxiliary heads",
    "unrounded": "channels not rounded",
}
# Images that ImageNet papers use, and the classes of the data sets that they print numbers for.
IMAGES = (224, 227, 299, 331, 320, 192, 160, 128)
CLASSES = (1000, 1001)
# Layers with weights tell another net of the family, no reading of this one.
_SIZES = frozenset({"depth", "reduction"})
DEPTH_MULTIPLIER = 8
# Axes that may deviate together; a misprint, another image and other classes are deviation enough alone.
PAIRS = frozenset(
    frozenset(pair)
    for pair in (
        *(("zeros", "factor"), ("zeros", "scope"), ("zeros", "variant")),
        *(("factor", "counting"), ("factor", "scope")),
        *(("counting", "variant"), ("counting", "thousand"), ("variant", "thousand")),
    )
)


@dataclass(frozen=True)
class Reading:
    """What is read differently, one field per axis; `names` say it in words, simplest first."""

    names: tuple[str, ...] = ()
    factor: int = 1
    counting: str = ""
    scope: str = ""
    options: tuple[tuple[str, str], ...] = ()
    separable: bool = False
    thousand: int = 0
    zeros: bool = False
    swapped: bool = False

    @property
    def sentence(self) -> str:
        """The deviations in words; empty for none."""
        return " and ".join(self.names)


PLAIN = Reading()


def readings(claim: ClaimSubject, metric: str, counting: str, scaled: bool) -> Iterator[Reading]:
    """Return every reading of a claim's subject, the simplest first: as it says, with one deviation, with two.

    `scaled` says that its unit is one of K, M or G.
    """
    axes = _axes(claim, metric, counting, scaled)
    yield PLAIN
    for axis in axes.values():
        yield from axis
    for first, second in combinations(axes, 2):
        if frozenset((first, second)) in PAIRS:
            for one, other in product(axes[first], axes[second]):
                # Every operation counted has two per multiply-accumulate already.
                if not (one.factor == 2 and other.counting == "flops"):
                    yield _both(one, other)


def _axes(claim: ClaimSubject, metric: str, counting: str, scaled: bool) -> dict[str, list[Reading]]:
    found = list(named_costs(claim))
    known = ((named, registry().get(named.name)) for named in found)
    nets = [(named, record) for named, record in known if isinstance(record, Architecture)]
    return {
        "zeros": [Reading(("its last zeros rounded",), zeros=True)],
        "factor": [Reading(("2 per MAC",), factor=2)] if metric == "macs" else [],
        "counting": [Reading((words,), counting=key) for key, words in COUNTINGS[metric].items() if key != counting],
        "scope": [Reading((words,), scope=scope) for scope, words in SCOPES.items()] if nets else [],
        **_option_axes(nets, alone=len(found) == 1),
        # A thousand of 1024 is met in counts of parameters, which are counts of memory.
        "thousand": [Reading((f"K = {k}",), thousand=k) for k in (1024, 1000)] if scaled and metric == "params" else [],
        "swapped": [Reading(("a misprint, two digits swapped",), swapped=True)],
    }


def _option_axes(nets: Sequence[tuple[NamedCost, Architecture]], alone: bool) -> dict[str, list[Reading]]:
    axes: dict[str, list[Reading]] = {"variant": [], "image": [], "classes": []}
    axes["image"] += [
        _floored(named, record, option)
        for named, record in nets
        for option in record.options
        if option.scales and option.name in dict(named.settings)
    ]
    # In a ratio or a difference what is given there is its point and stays.
    given = set() if alone else {name for named, _ in nets for name, _ in named.settings}
    options = {option.name: option for _, record in nets for option in record.options if option.name not in given}
    for option in options.values():
        if option.choices and option.name not in _SIZES:
            axes["variant"] += [_set(option.name, str(c), f"{option.name} {c}") for c in option.choices]
        elif option.name == "resolution":
            axes["image"] += [_set(option.name, str(size), f"an image of {size}") for size in IMAGES]
        elif option.name == "classes":
            axes["classes"] += [_set(option.name, str(number), f"{number} classes") for number in CLASSES]
    if nets:
        words = f"a separable 7×7 first convolution with depth multiplier {DEPTH_MULTIPLIER}"
        axes["variant"].append(Reading((words,), separable=True))
    return axes


def _floored(named: NamedCost, record: Architecture, option: Option) -> Reading:
    """Return the image that a multiplier makes rounded down: 0.857 of 224 is 191.968 pixels, cut to 191."""
    base = next(o.default for o in record.options if o.name == option.scales)
    size = int(Fraction(dict(named.settings)[option.name]) * Fraction(str(base)))
    return _set(str(option.scales), str(size), "the image rounded down")


def _set(name: str, value: str, words: str) -> Reading:
    return Reading((words,), options=((name, value),))


def _both(one: Reading, other: Reading) -> Reading:
    changed = {name: value for name, value in vars(other).items() if value != getattr(PLAIN, name)}
    return replace(one, **{**changed, "names": one.names + other.names, "options": one.options + other.options})
