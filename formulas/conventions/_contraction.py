"""NumPy's operation count of an einsum, which fvcore reads as text: numpy.einsum_path with optimize="optimal"."""

from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations
from math import prod

from ..operators.einsum import indices

Names = frozenset[Hashable]


def operations(operands: Sequence[tuple[int, ...]], equation: str) -> int:
    """Return the operations that NumPy reports, one more than those of its contractions."""
    terms, output = indices(equation, [len(shape) for shape in operands])
    sizes: dict[Hashable, int] = {}
    for term, shape in zip(terms, operands, strict=True):
        for name, size in zip(term, shape, strict=True):
            sizes[name] = max(size, sizes.get(name, 1))
    wanted = frozenset(output)
    inputs = [frozenset(term) for term in terms]
    if len(inputs) <= 2 or frozenset().union(*inputs) == wanted:
        return _step(inputs, frozenset(), wanted, sizes)[0] + 1
    # No intermediate may be larger than the largest operand or the output.
    largest = max(prod(sizes[name] for name in term) for term in (*terms, output))
    return _best(inputs, wanted, sizes, largest) + 1


def _best(inputs: list[Names], wanted: Names, sizes: Mapping[Hashable, int], largest: int) -> int:
    """Return the operations of the cheapest order; where every next pair would be too large, the rest is one step."""
    found: list[tuple[int, list[Names]]] = [(0, inputs)]
    for _ in range(len(inputs) - 1):
        longer: list[tuple[int, list[Names]]] = []
        for cost, factors in found:
            for pair in combinations(range(len(factors)), 2):
                rest = [factor for i, factor in enumerate(factors) if i not in pair]
                more, result = _step([factors[i] for i in pair], frozenset().union(*rest), wanted, sizes)
                if prod(sizes[name] for name in result) <= largest:
                    longer.append((cost + more, [*rest, result]))
        if not longer:
            # The first of the cheapest, as NumPy takes it.
            cost, factors = min(found, key=lambda order: order[0])
            return cost + _step(factors, frozenset(), wanted, sizes)[0]
        found = longer
    return min(cost for cost, _ in found)


def _step(factors: list[Names], rest: Names, wanted: Names, sizes: Mapping[Hashable, int]) -> tuple[int, Names]:
    """Return the operations of one contraction, one fewer than factors and one if it sums, and what comes out of it."""
    joint = frozenset().union(*factors)
    result = joint & (wanted | rest)
    each = max(1, len(factors) - 1) + (1 if joint - result else 0)
    return each * prod(sizes[name] for name in joint), result


def four_digits(count: int) -> int:
    """Return a count as "%.3e" prints it: four significant digits, a tie to the even one."""
    step = 1
    while count >= 10_000 * step:
        step *= 10
    digits, rest = count // step, count % step
    up = 2 * rest > step or (2 * rest == step and digits % 2 == 1)
    return (digits + up) * step
