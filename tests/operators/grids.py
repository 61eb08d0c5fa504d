"""Values for the symbols of any record, inside its domain."""

from __future__ import annotations

import random

from convcost.theory.record import Operator

CHOICES = {
    "N": (1, 2, 3, 5),
    "C": (12, 24, 36),
    "G": (1, 2, 3, 4, 6),
    "D": range(9, 25),
    "H": range(9, 25),
    "W": range(9, 25),
    "K": (2, 3, 4),
    "S": (1, 2, 3),
    "P": (0, 1),
    "E": (1, 2),
    "O": range(2, 9),
    "a": (0, 1),
    "b": (0, 1),
    "r": (0, 1),
}
"""By a symbol's first letter; sizes hold every dilated kernel, groups divide channels."""


def values(record: Operator, seed: int) -> dict[str, int]:
    """One number for each symbol of the record, drawn with this seed."""
    chance = random.Random(f"{record.name} {seed}")  # noqa: S311  no secret
    drawn = {s.name: chance.choice(CHOICES.get(s.name.partition("_")[0], range(2, 30))) for s in record.symbols}
    if "transpose" in record.name:
        # There O is the output padding, which has to be less than the stride.
        drawn.update({name: drawn["S" + name[1:]] - 1 for name in drawn if name.startswith("O_")})
    return drawn
