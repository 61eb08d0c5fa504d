"""Questions that a formula asks of recorded numbers, and the guards that their answers leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convcost.core.program import RELATIONS

# What holds where a relation does not; True: with the sides changed.
_OPPOSITE = {"==": ("!=", False), "!=": ("==", False), "<": ("<=", True), "<=": ("<", True)}


class Question:
    """Whether a relation holds. `&`, `|` and `~` join questions; whoever asks for the answer leaves guards."""

    __slots__ = ("left", "relation", "right")

    def __init__(self, relation: str, left: Any, right: Any) -> None:
        self.relation, self.left, self.right = relation, left, right

    @property
    def answer(self) -> bool:
        """The answer in this run, of which no guard is kept."""
        return bool(RELATIONS[self.relation](self.left.value, self.right.value))

    def keep(self) -> bool:
        """The answer, and the guard that it rests on."""
        relation, sides = self.relation, (self.left, self.right)
        if not self.answer:
            relation, changed = _OPPOSITE[relation]
            sides = sides[::-1] if changed else sides
        self.left.recording.guards[relation, sides[0].place, sides[1].place] = None
        return self.answer

    def __bool__(self) -> bool:
        return self.keep()

    def all(self) -> bool:
        """The answer."""
        return self.keep()

    def __and__(self, other: Any) -> Any:
        return Joined((self, other), every=True)

    def __or__(self, other: Any) -> Any:
        return Joined((self, other), every=False)

    __rand__, __ror__ = __and__, __or__

    def __invert__(self) -> Any:
        relation, changed = _OPPOSITE[self.relation]
        return Question(relation, *((self.right, self.left) if changed else (self.left, self.right)))


class Joined(Question):
    """Several questions of which every one, or any one, is to be answered with yes.

    Where one part decides the answer, its guard alone is kept: a guard then speaks of few inputs.
    """

    __slots__ = ("every", "parts")

    def __init__(self, parts: Sequence[Any], every: bool) -> None:
        self.parts, self.every = parts, every

    @property
    def answer(self) -> bool:
        """The answer in this run."""
        answers = [part.answer if isinstance(part, Question) else bool(part) for part in self.parts]
        return all(answers) if self.every else any(answers)

    def keep(self) -> bool:
        """The answer, with one guard where one part decides, else with those of all parts."""
        found = self.answer
        decides = [part for part in self.parts if (part.answer if isinstance(part, Question) else part) != self.every]
        for part in decides[:1] or self.parts:
            bool(part)
        return found

    def __invert__(self) -> Any:
        return Joined([~part if isinstance(part, Question) else not part for part in self.parts], not self.every)
