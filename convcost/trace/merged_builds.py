"""A family of models over a width multiplier: one formula in its rounded channel counts, from a few builds."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from torch import SymInt, nn

from convcost.core.cost import Cost
from convcost.core.errors import MeasurementError
from convcost.core.one_at_a_time import one_at_a_time
from convcost.core.record import Operator
from convcost.core.registry import records
from convcost.symbolic.derivation import Derivation, DerivedCall
from convcost.symbolic.family import Family, Width
from convcost.symbolic.form import Form, total
from convcost.symbolic.symnode import Trace
from convcost.symbolic.torch_sizes import form_of, size_of
from convcost.trace.derive import derive

MULTIPLIERS = tuple(map(Fraction, ("1", "0.35", "1.3", "0.6", "0.85")))
"""Where families are built: in this order, and as few as tell their channel counts apart.

On both sides of 1, where some widths stop to shrink, and nowhere a fraction that rounds to nothing.
"""

# Where the sizes of different builds are compared: large, and without a common divisor.
_LARGE = (1009, 1201, 1301, 1409, 1511)


class _Alike(Exception):  # noqa: N818
    """Two channel counts have the same values in all builds but the last."""


@one_at_a_time
def derive_family(
    build: Callable[[Fraction], nn.Module],
    inputs: object,
    multipliers: Sequence[Fraction] = MULTIPLIERS,
    name: str = "",
) -> Family:
    """Derive a family of models: two builds name its channel counts, a third one checks; more where they need to.

    What differs between builds are channel counts; each gets a name, after its value at a multiplier of 1. The
    operators' formulas on these names are the family's cost, which is quadratic in them, and must be exactly that of
    one build more. Raises MeasurementError where the builds call different operators, or no build agrees.
    """
    builds: list[Derivation] = []
    for multiplier in multipliers:
        builds.append(derive(build(multiplier), inputs, name=name))
        if len(builds) > 2:
            try:
                return _Merge(builds, tuple(multipliers[: len(builds)])).family()
            except _Alike:
                continue
    raise MeasurementError(f"{name}: the builds at {', '.join(map(str, multipliers))} have no formula in common")


class _Merge:
    """All builds but the last are merged into one, and the last is compared with it."""

    def __init__(self, builds: Sequence[Derivation], multipliers: tuple[Fraction, ...]) -> None:
        self.builds, self.multipliers = builds, multipliers
        self.point = self._point_of(0)
        self.trace = Trace()
        # By a channel count's values in all builds but the last: its name, its value in the last, and its size.
        self.widths: dict[tuple[int, ...], tuple[str, int, SymInt]] = {}
        self.operators = records(Operator)

    def family(self) -> Family:
        if len({len(build.entries) for build in self.builds}) > 1:
            raise MeasurementError("the models of the family call different operators")
        costs = [self._cost(entries) for entries in zip(*(build.entries for build in self.builds), strict=True)]
        first = self.builds[0]
        products = [cost for cost, e in zip(costs, first.entries, strict=True) if e.is_product]
        widths = tuple(
            Width(name, dict(zip(self.multipliers, (*values, last), strict=True)))
            for values, (name, last, _) in self.widths.items()
        )
        family = Family(
            model=first.model,
            input=first.input,
            sizes=first.symbols,
            widths=widths,
            macs=total(form_of(cost.macs) for cost in costs),
            parameters=total(form_of(cost.parameters) for cost in costs),
            activations=total(form_of(cost.activations) for cost in products),
            conditions=first.conditions,
            built=self.multipliers[:-1],
            checked=self.multipliers[-1],
        )
        for multiplier, build in zip(self.multipliers, self.builds, strict=True):
            if not family.same_as(build, multiplier):
                raise _Alike
        return family

    def _cost(self, entries: tuple[DerivedCall, ...]) -> Cost:
        first = entries[0]
        if first.operator is None:
            raise MeasurementError(f"{first.aten} has no formula, so the family has none")
        if len({(e.operator, e.is_product) for e in entries}) > 1:
            raise MeasurementError(f"the models of the family call different operators: {first.module} {first.kind}")
        inputs = self._merged([e.inputs for e in entries])
        hyper = self._merged([tuple(e.hyper.items()) for e in entries])
        cost = self.operators[first.operator].unchecked(*inputs, **dict(hyper)).cost
        used = any(e.parameters for e in entries)
        return cost if used else Cost(macs=cost.macs, activations=cost.activations)

    def _merged(self, values: Sequence[Any]) -> Any:
        """Return one value for those of all builds: a named channel count where they differ."""
        first = values[0]
        if isinstance(first, tuple):
            if len({len(value) for value in values}) > 1:
                raise MeasurementError("the models of the family call operators differently")
            return tuple(self._merged(items) for items in zip(*values, strict=True))
        if not isinstance(first, Form):
            if any(value != first for value in values):
                raise MeasurementError(f"the models of the family have different settings: {first}, {values[-1]}")
            return first
        if first.number is None:
            return self._scaled(values)
        numbers = tuple(int(value.value(self._point_of(i))) for i, value in enumerate(values))
        return numbers[0] if len(set(numbers)) == 1 else self._width(numbers)

    def _scaled(self, forms: Sequence[Form]) -> Any:
        """Return a size of the image, which may hold a channel count as a factor."""
        parts = [form.split() for form in forms]
        rests = {Form({m: 1}).value(self._point_of(i)) for i, (_, m) in enumerate(parts)}
        if len(rests) > 1:
            raise MeasurementError("the models of the family have feature maps of different sizes")
        numbers = tuple(c for c, _ in parts)
        rest = self._size(Form({parts[0][1]: 1}))
        return rest * numbers[0] if len(set(numbers)) == 1 else rest * self._width(numbers)

    def _point_of(self, place: int) -> dict[str, int]:
        return dict(zip(self.builds[place].symbols, _LARGE, strict=False))

    def _size(self, form: Form) -> SymInt:
        return size_of(self.trace, form, form.value(self.point))

    def _width(self, numbers: tuple[int, ...]) -> SymInt:
        *values, last = numbers
        key = tuple(values)
        if len(set(key)) == 1:
            raise _Alike
        if key not in self.widths:
            name = f"c{key[0]}"
            name += "'" * sum(known.rstrip("'") == name for known, *_ in self.widths.values())
            self.point[name] = key[0]
            self.widths[key] = name, last, self._size(self.trace.symbol(name))
        _, expected, size = self.widths[key]
        if last != expected:
            raise _Alike
        return size
