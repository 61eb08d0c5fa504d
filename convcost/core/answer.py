"""Yes or no at every point of an array.

A formula may ask a question (is the domain kept? are two widths equal?) whose answer is not the same at all points.
Then it cannot be evaluated for all of them at once: `Split` says which points belong together.
"""

from __future__ import annotations

from typing import Any


class Split(Exception):  # noqa: N818  a question, not an error
    """Points with different `labels` have to be evaluated apart; the labels broadcast against the points."""

    def __init__(self, labels: Any) -> None:
        super().__init__("the points have to be evaluated apart")
        self.labels = labels


class Answer:
    """Yes or no at every point."""

    __slots__ = ("values",)
    __array_ufunc__ = None

    def __init__(self, values: Any) -> None:
        self.values = values

    def __and__(self, other: Any) -> Answer:
        return Answer(self.values & (other.values if isinstance(other, Answer) else bool(other)))

    def __or__(self, other: Any) -> Answer:
        return Answer(self.values | (other.values if isinstance(other, Answer) else bool(other)))

    __rand__, __ror__ = __and__, __or__

    def __invert__(self) -> Answer:
        return Answer(~self.values)

    def __bool__(self) -> bool:
        if self.values.all():
            return True
        if self.values.any():
            raise Split(self.values)
        return False

    all = __bool__
