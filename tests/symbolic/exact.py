"""Values of SymPy expressions by the definition of their operations, in exact NumPy integers, without SymPy's rules."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np
import sympy

Scaled = tuple[Any, int]
"""An array of whole numbers and the denominator that all of them stand over."""

_ROOM = 2**62


def values(e: Any, at: Mapping[str, Any]) -> Scaled:
    """The values of an expression where its symbols are these arrays of whole numbers."""
    array, denominator = _values(e, at)
    assert np.abs(array).max(initial=0) < _ROOM
    shared = math.gcd(denominator, int(np.gcd.reduce(np.ravel(array))) if np.ndim(array) else int(array))
    return array // shared, denominator // shared


def differ(left: Any, right: Any, at: Mapping[str, Any]) -> Any:
    """Where two expressions have different values."""
    (a, m), (b, n) = values(left, at), values(right, at)
    return a * n != b * m


def _values(e: Any, at: Mapping[str, Any]) -> Scaled:
    if e.is_Symbol:
        return at[e.name], 1
    if e.is_Rational:
        return np.int64(int(e.p)), int(e.q)
    parts = [values(part, at) for part in e.args]
    if isinstance(e, sympy.floor):
        return parts[0][0] // parts[0][1], 1
    if isinstance(e, sympy.ceiling):
        return -(-parts[0][0] // parts[0][1]), 1
    if e.is_Pow:
        return parts[0][0] ** int(e.exp), parts[0][1] ** int(e.exp)
    if e.is_Mul:
        return reduce(lambda a, b: (a[0] * b[0], a[1] * b[1]), parts)
    common = math.lcm(*(d for _, d in parts))
    arrays = [array * (common // d) for array, d in parts]
    operation: Any = {sympy.Add: np.add, sympy.Max: np.maximum, sympy.Min: np.minimum, sympy.Mod: np.mod}[e.func]
    return reduce(operation, arrays), common
