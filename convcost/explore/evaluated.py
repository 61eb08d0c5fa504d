"""What was derived of a model, evaluated at single sizes and checked there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from convcost.core.errors import MeasurementError
from convcost.symbolic.derivation import Derivation
from convcost.symbolic.function import Function, read_sizes, sizes_text
from convcost.trace.derive import Checkable


@dataclass(frozen=True)
class Evaluated:
    """Every metric at one size of the input; `broken` is the condition of the domain that the size breaks, if any.

    `rows` are the MACs of each row of a derivation's table.
    """

    sizes: Mapping[str, int]
    values: Mapping[str, int]
    broken: str
    rows: tuple[int, ...]


def evaluate(checkable: Checkable, points: Sequence[Mapping[str, int]], per: str = "total") -> tuple[Evaluated, ...]:
    """Evaluate a derivation at these sizes, a batch of 1 where none is given.

    Raises DomainError for a size that is missing, MeasurementError where the formulas do not hold.
    """
    derived = checkable.derived
    found = []
    for sizes in [_complete(derived, point) for point in points]:
        values, broken = checkable.at(sizes)
        rows = tuple(int(Function("macs", [row.macs], derived.symbols)(**sizes)) for row in derived.per(per))
        found.append(Evaluated(sizes, values, broken, rows))
    return tuple(found)


def own_input(checkable: Checkable) -> str:
    """Say whether the formulas hold at the model's own input, where that is outside of their domain; else nothing."""
    sizes = checkable.own_sizes
    if not sizes or not checkable.derived.broken(sizes):
        return ""
    try:
        checkable.at(sizes)
    except MeasurementError:
        said = "is not in it, and the formulas do not hold there"
    else:
        said = "is not in it, but a plain trace at this size gives the same"
    return f"The model's own input, {sizes_text(sizes)}, {said}."


def _complete(derived: Derivation, point: Mapping[str, int]) -> dict[str, int]:
    given = {"B": 1, **point} if "B" in derived.symbols else point
    return read_sizes(derived.symbols, (), given)
