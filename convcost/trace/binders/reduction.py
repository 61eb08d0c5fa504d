"""Reductions, scans, and additions at indices."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from convcost.trace.binders.bound import Arguments, Binder, Bound, shape_of


def _reduced(a: Arguments) -> dict[str, Any]:
    """The axes, all of them where none is given."""
    rank, dim = a["self"].dim(), a.get("dim")
    given = [dim] if isinstance(dim, int) else list(dim or ())
    axes = tuple(axis % max(rank, 1) for axis in given) or tuple(range(rank))
    return {"dim": axes if rank else (), "keepdim": bool(a.get("keepdim"))}


def _over(operator: str) -> Binder:
    return lambda a: Bound(operator, (shape_of(a["self"]),), _reduced(a))


def _extreme(name: str, pairwise: str) -> Binder:
    def bind(a: Arguments) -> Bound:
        if isinstance(a.get("other"), Tensor):
            return Bound(pairwise, (shape_of(a["self"]), shape_of(a["other"])), {})
        return _over(name)(a)

    return bind


def _norm(order: str) -> Binder:
    def bind(a: Arguments) -> Bound:
        given = a.get(order)
        hyper = {} if given is None or given == 2 else {"order": float(given)}
        return Bound("norm", (shape_of(a["self"]),), {**_reduced(a), **hyper})

    return bind


def _scan(operator: str) -> Binder:
    def bind(a: Arguments) -> Bound:
        shape = shape_of(a["self"]) or (1,)  # a number is a row of one
        return Bound(operator, (shape,), {"dim": a["dim"] % len(shape)})

    return bind


def _scatter_add(a: Arguments) -> Bound:
    return Bound("scatter_add", (shape_of(a["self"]), shape_of(a["index"])), {})


def _index_add(a: Arguments) -> Bound:
    operator = "index_add" if a["alpha"] == 1 else "index_add_scaled"
    return Bound(operator, (shape_of(a["self"]), shape_of(a["source"])), {})


def _scatter_reduce(a: Arguments) -> Bound:
    # A mean divides by how often an index comes, and without `self` the first of each comes free: both are data.
    counted = a["reduce"] in ("sum", "prod", "amax", "amin") and a["include_self"]
    return Bound("scatter_reduce" if counted else None, (shape_of(a["self"]), shape_of(a["index"])), {})


_REDUCTIONS: tuple[str, ...] = (
    *("mean", "sum", "prod", "amax", "amin", "aminmax", "argmax", "argmin", "all", "any"),
    *("count_nonzero", "logsumexp", "var", "std", "var_mean", "std_mean"),
)
_SCANS = ("cumsum", "cumprod", "cummax", "cummin", "logcumsumexp")

BINDERS: dict[str, Binder] = {
    **{name: _over(name) for name in _REDUCTIONS},
    **{name: _scan(name) for name in _SCANS},
    "max": _extreme("max", "pairwise_max"),
    "min": _extreme("min", "minimum"),
    "norm": _norm("p"),
    "linalg_vector_norm": _norm("ord"),
    "scatter_add": _scatter_add,
    "index_add": _index_add,
    "scatter_reduce": _scatter_reduce,
}
