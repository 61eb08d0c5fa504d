"""The arguments of a call read by their names, and what a binder reads from them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor
from torch._ops import OpOverload

from convcost.core.record import Operator

Sizes = tuple[int, ...]
"""A shape as the model has it: whole numbers, or torch's symbolic sizes, which stand for some."""


class Arguments(dict[str, Any]):
    """The arguments of one call by the names of its signature: tensors, numbers and lists of them."""

    @classmethod
    def of(cls, func: OpOverload, args: Sequence[object], kwargs: Mapping[str, object]) -> Arguments:
        """Name the arguments of an ATen call, defaults included."""
        values = cls()
        for position, argument in enumerate(func._schema.arguments):
            given = position < len(args)
            values[argument.name] = args[position] if given else kwargs.get(argument.name, argument.default_value)
        return values

    @classmethod
    def of_function(
        cls, function: Callable[..., Any], args: Sequence[object], kwargs: Mapping[str, object]
    ) -> Arguments:
        """Name the arguments of a call of a Python function, defaults included."""
        bound = inspect.signature(function).bind(*args, **kwargs)
        bound.apply_defaults()
        return cls(bound.arguments)

    def given(self, name: str) -> bool:
        """Whether the call has this argument, and it is not None."""
        return self.get(name) is not None

    def flag(self, name: str) -> bool:
        """Return a truth value; an argument that the call does not have is false."""
        return bool(self.get(name))

    def number(self, name: str) -> int:
        """Return a whole number."""
        value: int = self[name]
        return value

    def ints(self, name: str) -> Sizes:
        """Return a list of whole numbers; an argument that is None has none."""
        return tuple(self[name] or ())

    def shape(self, name: str) -> Sizes:
        """Return the shape of a tensor; a number has no axes."""
        return shape_of(self[name])

    def shapes(self, *names: str) -> tuple[Sizes, ...]:
        """Return the shapes of several arguments."""
        return tuple(map(self.shape, names))

    def leading(self, count: int) -> tuple[Sizes, ...]:
        """Return the shapes of the first arguments, whatever the signature calls them."""
        return tuple(shape_of(value) for value in list(self.values())[:count])

    def batched(self, name: str, rank: int) -> tuple[Sizes, bool]:
        """Return the shape of images with `rank` spatial axes, and whether their batch axis had to be added."""
        shape = self.shape(name)
        unbatched = len(shape) == rank + 1
        return ((1, *shape) if unbatched else shape), unbatched

    def settings(self, *names: str) -> dict[str, object]:
        """Return arguments that a formula takes under the same names, lists as tuples."""
        values = {name: self[name] for name in names}
        return {name: tuple(v) if isinstance(v, tuple | list) else v for name, v in values.items()}


@dataclass(frozen=True)
class Binding:
    """A formula and what to call it with, as a binder reads it from a call's arguments.

    It is not yet an operator call: which module makes it, what comes out and what it costs, a binder cannot know.

    operator   the registry's name; None where its formula does not cover the call
    unbatched  the batch axis was absent, and stands in `inputs` as 1
    record     the formula itself, where it is the user's own
    """

    operator: str | None
    inputs: tuple[Sizes | tuple[Sizes, ...], ...]
    hyper: dict[str, object] = field(default_factory=dict)
    unbatched: bool = False
    record: Operator | None = None


Binder = Callable[[Arguments], Binding]


def shape_of(value: object) -> Sizes:
    """Return a tensor's shape as plain integers; a number has no axes."""
    return tuple(value.shape) if isinstance(value, Tensor) else ()


def named(operator: str, *names: str, settings: Sequence[str] = ()) -> Binder:
    """Bind the shapes of the arguments of these names, and settings that the formula calls as the signature does."""
    return lambda a: Binding(operator, a.shapes(*names), a.settings(*settings))


def leading(operator: str, count: int, settings: Sequence[str] = ()) -> Binder:
    """Bind the shapes of the first arguments: their names differ between the overloads of an operator."""
    return lambda a: Binding(operator, a.leading(count), a.settings(*settings))


def on_images(operator: str, rank: int, *settings: str, names: Sequence[str] = ("self",)) -> Binder:
    """Bind batches of images with `rank` spatial axes, or single images; a stride that is left out is None."""

    def bind(a: Arguments) -> Binding:
        images = [a.batched(name, rank) for name in names]
        hyper = a.settings(*settings)
        if hyper.get("stride") == ():
            hyper["stride"] = None
        return Binding(operator, tuple(shape for shape, _ in images), hyper, images[0][1])

    return bind


def along_axis(operator: str) -> Binder:
    """Bind a tensor and one of its axes, counted from the front."""

    def bind(a: Arguments) -> Binding:
        shape = a.shape("self") or (1,)  # a number is a row of one
        return Binding(operator, (shape,), {"dim": a.number("dim") % len(shape)})

    return bind


def spread(value: int | Sequence[int], rank: int) -> Sizes:
    """Return a setting as one number per axis; a single number is meant for all of them."""
    values = (value,) if isinstance(value, int) else tuple(value)
    return values * rank if len(values) == 1 else values
