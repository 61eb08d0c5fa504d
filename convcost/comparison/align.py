"""Which call of the paper is which call of the model, whatever the model names it."""

from collections import defaultdict, deque
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher

from convcost.comparison.leeway import Pair, averages_all
from convcost.core.numeric import product
from convcost.core.op_call import OpCall

ORDERLESS = ("add", "mul", "concat")
"""Operators that cost the same whichever operand stands first."""

_AVERAGE = "average of whole maps"

FITTING = ("padding", "ceil_mode")
"""Settings that say how the windows are fitted in."""

NEVER_CALLED = "the formula has this layer, the model never calls it"
NO_SUCH_LAYER = "the model calls this, the formula has no such layer"
_WORDS = {"out_channels": "output channels", "out_features": "output features"}


def signature(call: OpCall) -> Hashable:
    """Return what makes an operator the same layer: its settings and channels.

    Not the image's size, the batch's, nor how the windows are fitted in (padding may be a number or a word). Whole maps
    are averaged alike by a pooling and a mean.
    """
    if averages_all(call):
        return _AVERAGE, product(call.output[1:])
    channels = [shape[-1] if call.name == "linear" else shape[1:2] for shape in call.shapes]
    settings = ((name, value) for name, value in call.hyper.items() if name not in FITTING)
    ordered = sorted(channels) if call.name in ORDERLESS else channels
    return call.name, tuple(ordered), tuple(sorted(settings, key=lambda item: item[0]))


def differing_settings(paper: OpCall, model: OpCall, without: Sequence[str] = ()) -> list[str]:
    """Return the settings of a layer in which the model's is not the paper's, in words."""
    return [
        f"{_WORDS.get(name, name.replace('_', ' '))} is {value} in the formula, {model.hyper.get(name)} in the model"
        for name, value in paper.hyper.items()
        if model.hyper.get(name) != value and name not in without
    ]


def align_calls(paper: Sequence[OpCall], model: Sequence[OpCall]) -> list[Pair]:
    """Return which call of the paper is which of the model, as `align` does, by their signatures and operators."""
    names = ([_AVERAGE if averages_all(call) else call.name for call in side] for side in (paper, model))
    return align([*map(signature, paper)], [*map(signature, model)], *names)


def align(
    lines: Sequence[Hashable], calls: Sequence[Hashable], line_kinds: Sequence[str], call_kinds: Sequence[str]
) -> list[Pair]:
    """Return pairs of indices, in the order of the lines; None where a side has no partner.

    First the same signature in the same order, then the same signature in any order (branches), then what is
    left: the same operator in the same order (a layer with a changed width is still that layer).
    """
    partner: dict[int, int] = {}
    free_lines, free_calls = list(range(len(lines))), list(range(len(calls)))

    def take(pairs: Sequence[tuple[int, int]]) -> None:
        partner.update(pairs)
        taken = set(partner.values())
        free_lines[:] = [i for i in free_lines if i not in partner]
        free_calls[:] = [j for j in free_calls if j not in taken]

    take(_in_order(lines, calls))
    take(in_any_order([(i, lines[i]) for i in free_lines], [(j, calls[j]) for j in free_calls]))
    kinds = _in_order([line_kinds[i] for i in free_lines], [call_kinds[j] for j in free_calls])
    take([(free_lines[i], free_calls[j]) for i, j in kinds])

    pairs: list[Pair] = [(i, partner.get(i)) for i in range(len(lines))]
    return pairs + [(None, j) for j in free_calls]


def _in_order(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[tuple[int, int]]:
    start, shortest = 0, min(len(left), len(right))
    while start < shortest and left[start] == right[start]:
        start += 1
    end = 0
    while end < shortest - start and left[len(left) - 1 - end] == right[len(right) - 1 - end]:
        end += 1
    pairs = [(i, i) for i in range(start)]
    middle = SequenceMatcher(None, left[start : len(left) - end], right[start : len(right) - end], autojunk=False)
    for block in middle.get_matching_blocks():
        pairs += [(start + block.a + k, start + block.b + k) for k in range(block.size)]
    return pairs + [(len(left) - k, len(right) - k) for k in range(end, 0, -1)]


def in_any_order(left: Sequence[tuple[int, Hashable]], right: Sequence[tuple[int, Hashable]]) -> list[tuple[int, int]]:
    """Return which place on the left is which on the right: those of one key, in order where there are several."""
    waiting: defaultdict[Hashable, deque[int]] = defaultdict(deque)
    for index, key in right:
        waiting[key].append(index)
    return [(index, waiting[key].popleft()) for index, key in left if waiting[key]]
