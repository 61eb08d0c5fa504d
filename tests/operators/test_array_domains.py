"""Domains of additions and concatenations hold element by element when sizes are arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convcost.core.record import Operator
from convcost.core.registry import find

ADD = find(Operator, "add", "operator")
CONCAT = find(Operator, "concat", "operator")
SIDES = np.array([7, 14, 5])
WRONG = np.array([7, 15, 5])


def test_sizes_that_fit() -> None:
    added: Any = ADD((2, 6, SIDES, 1), (2, 6, SIDES.copy(), 3)).cost.elementwise
    joined: Any = CONCAT([(2, 6, SIDES, 3), (2, 5, SIDES.copy(), 3)]).cost.activations
    assert (added.tolist(), joined.tolist()) == ([252, 504, 180], [462, 924, 330])


def test_one_size_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match="the operands' shapes must broadcast"):
        ADD((2, 6, SIDES, 1), (2, 6, WRONG, 3))
    with pytest.raises(ValueError, match="all sizes but those along `dim` must be equal"):
        CONCAT([(2, 6, SIDES, 3), (2, 5, WRONG, 3)])
    with pytest.raises(ValueError, match="all sizes but those along `dim` must be equal"):
        CONCAT([(2, 6, 3), (2, 5, 3, 3)])
