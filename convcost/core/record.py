"""A formula is a record: a plain function, its symbols, its domain and its source."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import SimpleNamespace
from typing import Any, TypeAlias, cast

from convcost.core.cost import Cost, Result
from convcost.core.errors import DomainError
from convcost.core.numeric import Count, Truth, decidable, exact, spread


@dataclass(frozen=True)
class Source:
    """Where a formula comes from: the work and the place in it (equation, table, page or function)."""

    work: str
    place: str

    def __post_init__(self) -> None:
        if not self.work.strip() or not self.place.strip():
            raise TypeError("a source needs the work and the place in it")

    def __str__(self) -> str:
        return f"{self.work}, {self.place}"


@dataclass(frozen=True)
class Symbol:
    """One dimension of a formula; `default` is what `--set` need not give, `least` the smallest it can be."""

    name: str
    meaning: str
    unit: str
    default: int | None = None
    least: int = 1

    def check(self, formula: str, value: Any) -> None:
        """Raise DomainError for a number that this symbol cannot have; symbols are let through."""
        if not decidable(value):
            return
        least, most = (0 if self.default == 0 else self.least), None
        if self.unit == "flag":
            least, most = 0, 1
        if self.unit == "factor":
            wanted, fine = "a positive number", value > 0
        else:
            wanted = "0 or 1" if most else f"a whole number of at least {least}"
            fine = (value == value // 1) & (value >= least) & (most is None or value <= most)
        if not _everywhere(fine):
            raise DomainError(f"{formula}: {self.name} is {value}, but must be {wanted}")


Slot: TypeAlias = "Symbol | int | str | tuple[Slot, ...]"
"""What stands in a template: a symbol, a constant, or some of these."""


@dataclass(frozen=True)
class Condition:
    """One condition of a domain; `sentence` is what its violation prints, with the values it `mentions`."""

    sentence: str
    holds: Callable[[SimpleNamespace], Truth]
    mentions: tuple[str, ...]

    def check(self, name: str, arguments: SimpleNamespace) -> None:
        """Raise DomainError unless the condition holds for these arguments, or cannot be decided yet."""
        values = {key: getattr(arguments, key) for key in self.mentions}
        if not all(decidable(value) for value in values.values()):
            return
        answer = self.holds(arguments)
        if not _everywhere(answer):
            shown = ", ".join(f"{key} = {value}" for key, value in values.items())
            raise DomainError(f"{name}: {self.sentence} ({shown})")


def _everywhere(answer: Truth) -> bool:
    return bool(answer.all() if hasattr(answer, "all") else answer)


def positive(name: str) -> Condition:
    """Return the condition that a symbol is above zero."""
    return Condition(f"{name} must be positive", lambda a: getattr(a, name) > 0, (name,))


@dataclass(frozen=True)
class Formula:
    """A closed form with its meaning and source.

    `function` returns a `Cost` (or a `Result`). `template` gives its arguments, alone or in shapes, as symbols and
    constants: {"input": (N, C), "dim": 1}. `against` names the formula that it is printed beside, with their ratio.
    """

    name: str
    title: str
    function: Callable[..., Cost | Result]
    template: Mapping[str, Slot]
    source: Source
    domain: tuple[Condition, ...] = ()
    against: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.source, Source):
            raise TypeError(f"formula {self.name!r} has no source")

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        """The symbols of the template, in the order in which they first stand there."""
        return tuple(dict.fromkeys(_symbols(tuple(self.template.values()))))

    @cached_property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self.function)

    def apply(self, *args: object, **kwargs: object) -> Any:
        """Return the function's value on its own arguments; raises DomainError where they leave its domain."""
        names = SimpleNamespace(**self.arguments(*args, **kwargs))
        for condition in self.domain:
            condition.check(self.name, names)
        return self.function(*args, **kwargs)

    def arguments(self, *args: object, **kwargs: object) -> dict[str, Any]:
        """Return the function's arguments by name, defaults included."""
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return dict(bound.arguments)

    def complete_values(self, values: Mapping[str, Count]) -> dict[str, Count]:
        """Return the values of this formula's symbols, defaults filled in; others are left out."""
        names = {s.name for s in self.symbols}
        known: dict[str, Count] = {s.name: s.default for s in self.symbols if s.default is not None}
        return {**known, **{name: value for name, value in values.items() if name in names}}

    def check_names(self, values: Mapping[str, object]) -> None:
        """Raise DomainError for a value that is no number, or of no symbol of this formula."""
        names = [symbol.name for symbol in self.symbols]
        for name, value in values.items():
            if name not in names:
                raise DomainError(f"{self.name} has no symbol {name!r}; its symbols are {', '.join(names)}")
            if value is None or isinstance(value, str):
                raise DomainError(f"{self.name}: {name} is {value!r}, but must be a number")

    def cost(self, values: Mapping[str, Count]) -> Cost:
        """Return the cost for these values, which must be all that have no default; as `evaluate`."""
        self.check_names(values)
        full = self.complete_values(values)
        missing = [symbol.name for symbol in self.symbols if symbol.name not in full]
        if missing:
            raise DomainError(f"{self.name} needs a value for {', '.join(missing)}")
        return self.evaluate(full)

    def evaluate(self, values: Mapping[str, Count]) -> Cost:
        """Return the cost for these values of the symbols (any kind of number), as `derive`."""
        result = self.derive(values)
        return result.cost if isinstance(result, Result) else result

    def derive(self, values: Mapping[str, Count]) -> Cost | Result:
        """Return all that the function gives for these values: the cost, or the output's shape and windows besides.

        Raises DomainError for a number that its symbol cannot have. Arrays are evaluated on Python's ints, which
        do not overflow.
        """
        for symbol in self.symbols:
            if symbol.name in values:
                symbol.check(self.name, values[symbol.name])
        values = {name: exact(value) for name, value in values.items()}
        found: Cost | Result = self.apply(**{key: _fill(slot, values) for key, slot in self.template.items()})
        return found


def formula_of(
    function: Callable[..., Cost | Result],
    title: str,
    place: str,
    *conditions: Condition,
    work: str,
    symbols: Iterable[Symbol],
    against: str | None = None,
) -> Formula:
    """Return the formula that has the name of its function, and the function's parameters as symbols.

    It stands at `place` in `work`. `symbols` has all its symbols; of two with one name the last counts. They are
    positive, but for flags and those that may be 0; `conditions` are added.
    """
    table = {symbol.name: symbol for symbol in symbols}
    own = {name: table[name] for name in inspect.signature(function).parameters}
    domain = tuple(positive(name) for name, symbol in own.items() if symbol.unit != "flag" and symbol.least > 0)
    return Formula(function.__name__, title, function, own, Source(work, place), (*domain, *conditions), against)


@dataclass(frozen=True)
class Operator(Formula):
    """A formula over shapes: called with input shapes and hyper-parameters, it derives the output shape.

    `is_product` marks the operators that do multiply-accumulates, which the ones probe can count.
    """

    is_product: bool = False

    def __call__(self, *inputs: object, **hyper: object) -> Result:
        """Return output shape and cost for input shape(s) and hyper-parameters."""
        if _plain(inputs) and _plain(hyper.values()):
            return self._known(inputs, tuple(hyper.items()))
        return cast(Result, self.apply(*inputs, **hyper))

    @cached_property
    def _known(self) -> Callable[[tuple[object, ...], tuple[tuple[str, object], ...]], Result]:
        # A formula is a pure function, and a network repeats its layers.
        return lru_cache(maxsize=4096)(lambda inputs, hyper: self.apply(*inputs, **dict(hyper)))

    def unchecked(self, *inputs: object, **hyper: object) -> Result:
        """Evaluate outside the domain too: unrounded scaling has fractions of channels."""
        return cast(Result, self.function(*inputs, **hyper))

    def complete(self, hyper: Mapping[str, object], rank: int) -> dict[str, Any]:
        """Return all hyper-parameters, defaults included, those that are given per axis spread over `rank` axes."""
        if _plain(hyper.values()):
            return dict(self._completed(tuple(hyper.items()), rank))
        return self._complete(hyper, rank)

    @cached_property
    def _completed(self) -> Callable[[tuple[tuple[str, object], ...], int], dict[str, Any]]:
        return lru_cache(maxsize=4096)(lambda hyper, rank: self._complete(dict(hyper), rank))

    def _complete(self, hyper: Mapping[str, object], rank: int) -> dict[str, Any]:
        defaults = {
            name: parameter.default
            for name, parameter in self._signature.parameters.items()
            if parameter.kind is parameter.KEYWORD_ONLY
        }
        full = {**defaults, **hyper}
        if full.get("stride", 0) is None:
            full["stride"] = full["kernel_size"]
        given = [name for name in PER_AXIS if not isinstance(full.get(name), str | None)]
        return full | {name: spread(full[name], rank) for name in given}


def operator(
    function: Callable[..., Result],
    title: str,
    source: Source,
    *domain: Condition,
    template: Mapping[str, Slot],
    name: str = "",
    is_product: bool = False,
) -> Operator:
    """Return the operator that has the name of its function, or `name`."""
    return Operator(name or function.__name__, title, function, template, source, domain, is_product=is_product)


_PLAIN = frozenset({int, bool, str, type(None)})


def _plain(values: Iterable[object]) -> bool:
    """Whether there are only numbers and words, which are the same whenever they are equal."""
    return all(type(value) in _PLAIN or (type(value) is tuple and _plain(value)) for value in values)


PER_AXIS = ("kernel_size", "stride", "padding", "output_padding", "dilation", "output_size")


def _symbols(slot: Slot) -> Iterator[Symbol]:
    if isinstance(slot, Symbol):
        yield slot
    elif isinstance(slot, tuple):
        for item in slot:
            yield from _symbols(item)


def _fill(slot: Slot, values: Mapping[str, Count]) -> object:
    if isinstance(slot, Symbol):
        return values[slot.name]
    return tuple(_fill(item, values) for item in slot) if isinstance(slot, tuple) else slot
