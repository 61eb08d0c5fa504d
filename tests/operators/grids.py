"""Values for the symbols of any record, inside its domain."""

from __future__ import annotations

import math
import random

from convcost.core.errors import DomainError
from convcost.core.record import Operator

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
    "U": (1, 2),
    "B": range(2, 9),
}
"""By a symbol's first letter; sizes hold every dilated kernel, groups divide channels."""


def values(record: Operator, seed: int) -> dict[str, int]:
    """One number for each symbol of the record, drawn with this seed."""
    chance = random.Random(f"{record.name} {seed}")  # noqa: S311  no secret
    drawn = {s.name: chance.choice(CHOICES.get(s.name.partition("_")[0], range(2, 30))) for s in record.symbols}
    if "transpose" in record.name:
        # There O is the output padding, which has to be less than the stride.
        drawn.update({name: drawn["S" + name[1:]] - 1 for name in drawn if name.startswith("O_")})
    if record.name == "pixel_unshuffle":
        drawn.update({name: drawn[name] * drawn["U"] for name in ("H", "W")})
    if record.name == "embedding_bag":
        drawn["n"] += drawn["B"]
    if record.name.startswith("fractional"):
        # The kernel, of at most 4, and the output share an input of at least 9.
        drawn.update({name: min(drawn[name], 5) for name in drawn if name.startswith("O_")})
    if record.name == "fold":
        # An image that holds the window, and as many columns as the window has places.
        drawn.update({name: drawn[name] + 8 for name in ("O_h", "O_w")})
        drawn["R"] *= drawn["K_h"] * drawn["K_w"]
        drawn["L"] = math.prod(
            (drawn[f"O_{a}"] + 2 * drawn[f"P_{a}"] - (drawn[f"K_{a}"] - 1) * drawn[f"E_{a}"] - 1) // drawn[f"S_{a}"] + 1
            for a in "hw"
        )
    try:
        record.evaluate(drawn)
    except DomainError as error:
        raise AssertionError(f"{error}: choose other numbers in tests/operators/grids.py") from error
    return drawn
