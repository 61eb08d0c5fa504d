"""How dimensions are drawn: different from each other, so that no two can stand in for one another."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st


def fresh(draw: st.DrawFn, used: set[int], low: int, high: int) -> int:
    """A number that no other dimension has yet."""
    value = draw(st.sampled_from([n for n in range(low, high + 1) if n not in used]))
    used.add(value)
    return value


def shape(draw: st.DrawFn, rank: int, low: int = 2, high: int = 9) -> tuple[int, ...]:
    """A shape of different sizes."""
    return tuple(draw(st.lists(st.integers(low, high), min_size=rank, max_size=rank, unique=True)))


def uneven(draw: st.DrawFn, rank: int, low: int, high: int) -> tuple[int, ...]:
    """A kernel with a different size along each axis."""
    return tuple(draw(st.permutations(range(low, high + 1)))[:rank])


def each(draw: st.DrawFn, rank: int, low: int, high: int) -> tuple[int, ...]:
    """One number an axis, equal ones allowed."""
    return tuple(draw(st.tuples(*[st.integers(low, high)] * rank)))


def short(draw: st.DrawFn, values: tuple[int, ...]) -> Any:
    """The same setting as a user may write it: once, where all axes agree."""
    return values[0] if len(set(values)) == 1 and draw(st.booleans()) else values
