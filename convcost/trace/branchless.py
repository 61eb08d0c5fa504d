"""Python's max and min on sizes that are not known yet: an expression, and no decision."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import reduce
from typing import Any

import torch


@contextmanager
def branchless() -> Iterator[None]:
    """Within, `max` and `min` of symbolic sizes are symbolic sizes.

    Python's own compare, which a trace answers for the sizes that it starts from: a model that pads by
    `max(needed, 0)`, as many do, would then have one formula for each residue class.
    """
    plain = builtins.max, builtins.min
    builtins.max, builtins.min = (
        _symbolic(plain[0], torch.sym_max),
        _symbolic(plain[1], torch.sym_min),
    )
    try:
        yield
    finally:
        builtins.max, builtins.min = plain


def _symbolic(plain: Callable[..., Any], symbolic: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def extreme(*values: Any, **settings: Any) -> Any:
        items = values[0] if len(values) == 1 and isinstance(values[0], list | tuple) else values
        sizes = all(isinstance(item, int | torch.SymInt) for item in items)
        if not settings and sizes and any(isinstance(item, torch.SymInt) for item in items):
            return reduce(symbolic, items)
        return plain(*values, **settings)

    return extreme
