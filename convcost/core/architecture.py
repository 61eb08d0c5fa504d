"""An architecture is a record too: options with their domain, a source, and a function that builds it.

The function is given a builder: it calls operators one after another on maps, and the builder keeps each call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from convcost.core.cost import Cost
from convcost.core.errors import DomainError
from convcost.core.numeric import Count, Shape, as_fraction, maximum
from convcost.core.op_call import Field, OpCall
from convcost.core.parsing import DECIMAL, option_typed
from convcost.core.record import Operator, Source

Settings = dict[str, Any]


@dataclass(frozen=True)
class Option:
    """A setting of an architecture: a whole number, an exact decimal, or one of `choices` (words, or numbers).

    `scales` names a whole-number option of which this one is a factor: ρ scales the resolution. `published` are
    the values that the paper has numbers for.
    """

    name: str
    symbol: str
    meaning: str
    default: int | str | None
    low: int | Fraction = 1
    high: int = 1_000_000
    choices: tuple[str | int, ...] = ()
    decimal: bool = False
    scales: str | None = None
    published: tuple[str, ...] = ()

    def read(self, value: object) -> Any:
        """Return the value as an exact number or a word; raises DomainError with the domain in its text."""
        text = str(value).strip()
        shown = repr(text)
        if self.choices:
            for choice in self.choices:
                if text == str(choice):
                    return choice
        elif DECIMAL.fullmatch(text) and (self.decimal or "." not in text):
            number, shown = Fraction(text), text
            if (self.low < number if self.decimal else self.low <= number) and number <= self.high:
                return number if self.decimal else int(number)
        with_point = text.replace(",", ".")
        hint = f"; write {with_point}" if self.decimal and with_point != text and DECIMAL.fullmatch(with_point) else ""
        said = f"is {shown}, but must be {self.domain}{hint}"
        raise DomainError(f"{self.name} {said}", f"{option_typed(self.name)} {said}")

    @property
    def names_member(self) -> bool:
        """Whether its value says which network of a family is meant."""
        return self.name in ("alpha", "depth")

    @property
    def domain(self) -> str:
        """The domain in words."""
        if self.choices:
            return "one of " + ", ".join(map(str, self.choices))
        if self.decimal:
            return f"a decimal above {self.low} and at most {self.high}"
        return f"a whole number from {self.low} to {self.high}"


@dataclass(frozen=True, slots=True)
class Map:
    """A tensor on its way through the network: its shape and the receptive field of each spatial axis."""

    shape: Shape
    fields: tuple[Field, ...] = ()


@dataclass
class Builder:
    """Calls operators on maps and keeps the calls.

    With `rounding` off, channel counts stay what the width multiplier makes of them; with `auxiliary` on, an
    architecture also builds the heads that only training has. `sides` (height and width) replace those of the
    square image.
    """

    rounding: bool = True
    auxiliary: bool = False
    sides: tuple[Count, Count] | None = None
    input_shape: Shape = ()
    calls: list[OpCall] = field(default_factory=list)
    _block: str = ""

    def image(self, *shape: Count) -> Map:
        """Return the network's input, of shape (N, C, *sizes), which the builder keeps."""
        self.input_shape = shape if self.sides is None else (*shape[:-2], *self.sides)
        return Map(self.input_shape, (Field(),) * (len(shape) - 2))

    def number(self) -> Map:
        """Return a constant operand: it has no axes and sees no pixel."""
        return Map(())

    def channels(self, exact: Count, rule: Callable[[Count], Count]) -> Count:
        """Return a channel count, rounded by the authors' rule."""
        return rule(exact) if self.rounding else exact

    @contextmanager
    def block(self, name: str) -> Iterator[None]:
        """Put the calls made inside into this block; blocks nest."""
        outer, self._block = self._block, f"{self._block}.{name}" if self._block else name
        try:
            yield
        finally:
            self._block = outer

    def call(self, operator: Operator, *inputs: Map | Sequence[Map], name: str = "", **hyper: Any) -> Map:
        """Call an operator, keep the call, and return its output; `name` defaults to the operator's."""
        maps = [m for item in inputs for m in ([item] if isinstance(item, Map) else item)]
        shapes = tuple(item.shape if isinstance(item, Map) else tuple(m.shape for m in item) for item in inputs)
        # Without rounding, channels are fractions, which no operator has in its domain.
        result = operator(*shapes, **hyper) if self.rounding else operator.unchecked(*shapes, **hyper)
        fields = _widest([m.fields for m in maps])
        if result.windows:
            fields = tuple(f.through(w) for f, w in zip(fields, result.windows, strict=True))
        # Flattening joins leading axes into the channels; those that remain spatial are the last ones.
        spatial = max(len(result.shape) - 2, 0)
        own = name or operator.name
        path = f"{self._block}.{own}" if self._block else own
        made = OpCall(
            path=path,
            operator=operator,
            aten="",
            inputs=shapes,
            hyper=operator.complete(hyper, len(maps[0].fields)),
            output=result.shape,
            parameters=result.cost.parameters,
            result=result,
            block=self._block or path.partition(".")[0],
            fields=fields[max(len(fields) - spatial, 0) :],
        )
        self.calls.append(made)
        return Map(made.output, made.fields)


def _widest(fields: Sequence[tuple[Field, ...]]) -> tuple[Field, ...]:
    first, *others = fields
    for other in filter(None, others):  # a number has no field and narrows none
        first = tuple(
            Field(maximum(a.extent, b.extent), maximum(a.step, b.step)) for a, b in zip(first, other, strict=False)
        )
    return first


@dataclass(frozen=True)
class Network:
    """An architecture built at some settings: its input and its operator calls, in the paper's order."""

    architecture: Architecture
    settings: Settings
    input_shape: Shape
    calls: tuple[OpCall, ...]

    @cached_property
    def cost(self) -> Cost:
        """The sum over all calls."""
        return sum((call.cost for call in self.calls), Cost())

    @property
    def counts(self) -> dict[str, Count]:
        """MACs, parameters, and the elements that convolutions and linear layers write, which are its activations
        (Radosavovic et al. 2020, arXiv 2003.13678, section 3)."""
        activations = sum(call.cost.activations for call in self.core)
        return {"macs": self.cost.macs, "parameters": self.cost.parameters, "activations": activations}

    @property
    def core(self) -> tuple[OpCall, ...]:
        """The calls that multiply and accumulate: convolutions, fully connected layers, other products."""
        return tuple(call for call in self.calls if call.is_product)


@dataclass(frozen=True)
class Architecture:
    """A family of networks: `build(builder, **settings)` calls its operators on an image.

    `baseline` is the setting that it is compared with (the full convolutions that a separable net replaces).
    """

    name: str
    title: str
    build: Callable[..., None]
    options: tuple[Option, ...]
    source: Source
    baseline: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.source, Source):
            raise TypeError(f"architecture {self.name!r} has no source")

    def settings(self, given: Mapping[str, object]) -> Settings:
        """Return the defaults overlaid with what was given; raises DomainError for what the net does not have."""
        known = {option.name: option for option in self.options}
        for name in given:
            if name not in known:
                raise DomainError(
                    f"{self.name} has no option {name!r}; it has {', '.join(known)}",
                    f"{self.name} has no option {option_typed(name)}; it has {', '.join(map(option_typed, known))}",
                )
        read = {name: known[name].read(value) for name, value in given.items()}
        settings: Settings = {o.name: o.default for o in self.options if o.scales is None}
        for name, value in read.items():
            scaled = known[name].scales
            if scaled is None:
                settings[name] = value
            elif scaled in given:
                raise DomainError(
                    f"give {name} or {scaled}, not both",
                    f"give {option_typed(name)} or {option_typed(scaled)}, not both",
                )
            else:
                # Half up: 0.857 of 224 is 191.968 pixels, an image of 192.
                settings[scaled] = known[scaled].read((2 * value * known[scaled].default + 1) // 2)
        return settings

    def factor(self, option: Option, settings: Settings, given: Mapping[str, object]) -> Fraction:
        """Return the exact factor of a scaling option: as given, or what the scaled setting makes it."""
        if option.name in given:
            return Fraction(option.read(given[option.name]))
        base = next(o.default for o in self.options if o.name == option.scales)
        return Fraction(settings[str(option.scales)], int(base or 1))

    def network(
        self,
        settings: Settings,
        *,
        rounding: bool = True,
        auxiliary: bool = False,
        sides: tuple[Count, Count] | None = None,
    ) -> Network:
        """Build at settings of any numeric backend; `rounding`, `auxiliary` and `sides` are the builder's."""
        builder = Builder(rounding, auxiliary, sides)
        self.build(builder, **settings)
        return Network(self, settings, builder.input_shape, tuple(builder.calls))

    def unrounded_macs(self, settings: Settings, factor: Fraction | int) -> Fraction:
        """Return conv and linear MACs if widths and image scaled without rounding (equation 7 of MobileNet V1).

        The net is built at the default image with unrounded channels; each call then scales with `factor` once for
        every spatial axis.
        """
        scaled = {o.scales for o in self.options if o.scales}
        base = {o.name: o.default for o in self.options if o.name in scaled}
        network = self.network({**settings, **base}, rounding=False)
        return sum((as_fraction(call.cost.macs) * factor**call.rank for call in network.core), Fraction(0))
