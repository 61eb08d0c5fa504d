"""What goes along axes: reductions, scans, softmaxes, and additions at indices."""

from __future__ import annotations

from torch import Tensor

from convcost.trace.binders.arguments import Arguments, Binder, Binding, along_axis, named


def _reduced(a: Arguments) -> dict[str, object]:
    """Return the axes, all of them where none is given."""
    rank, dim = len(a.shape("self")), a.get("dim")
    given = [dim] if isinstance(dim, int) else list(dim or ())
    axes = tuple(axis % max(rank, 1) for axis in given) or tuple(range(rank))
    return {"dim": axes if rank else (), "keepdim": a.flag("keepdim")}


def _reduction(operator: str) -> Binder:
    return lambda a: Binding(operator, a.shapes("self"), _reduced(a))


def _extreme(name: str, pairwise: str) -> Binder:
    along, both = _reduction(name), named(pairwise, "self", "other")
    return lambda a: (both if isinstance(a.get("other"), Tensor) else along)(a)


def _norm(order: str) -> Binder:
    def bind(a: Arguments) -> Binding:
        given = a.get(order)
        hyper = {} if given is None or given == 2 else {"order": float(given)}
        return Binding("norm", a.shapes("self"), {**_reduced(a), **hyper})

    return bind


def _index_add(a: Arguments) -> Binding:
    return Binding("index_add" if a["alpha"] == 1 else "index_add_scaled", a.shapes("self", "source"))


def _scatter_reduce(a: Arguments) -> Binding:
    # A mean divides by how often an index comes, and without `self` the first of each comes free: both are data.
    counted = a["reduce"] in ("sum", "prod", "amax", "amin") and a.flag("include_self")
    return Binding("scatter_reduce" if counted else None, a.shapes("self", "index"))


_REDUCTIONS = (
    *("mean", "sum", "prod", "amax", "amin", "aminmax", "argmax", "argmin", "all", "any"),
    *("count_nonzero", "logsumexp", "var", "std", "var_mean", "std_mean"),
)
_ALONG_AXIS = ("cumsum", "cumprod", "cummax", "cummin", "logcumsumexp", "glu", "softmax", "log_softmax")

BINDERS: dict[str, Binder] = {
    **{name: _reduction(name) for name in _REDUCTIONS},
    **{name: along_axis(name) for name in _ALONG_AXIS},
    "max": _extreme("max", "pairwise_max"),
    "min": _extreme("min", "minimum"),
    "norm": _norm("p"),
    "linalg_vector_norm": _norm("ord"),
    "scatter_add": named("scatter_add", "self", "index"),
    "index_add": _index_add,
    "scatter_reduce": _scatter_reduce,
}
