"""Slips in the formulas of grouped, scaled and sparse products and of Fourier transforms, and their probes."""

from __future__ import annotations

from math import prod

import torch

from tests.operators.case import Case
from tests.operators.products import Product
from tests.operators.strategies_further_products import (
    Activated,
    Grouped,
    Kept,
    Narrow,
    Transform,
    butterflies,
    kept,
    linear,
    plus,
    right,
    sampled,
    times,
)

from .mutation import Slip, gives, reads
from .products import MATRICES, PRODUCT, SUM

MASK = torch.tensor([[1.0, 0, 1, 1, 0], [0, 1, 0, 0, 0], [1, 1, 0, 0, 0]])
SQUARE = torch.tensor([[1.0, 0, 1], [0, 1, 0], [1, 1, 0]])

PROBES: dict[str, list[Case]] = {
    "addmm_activation": [
        Case(Activated((7, 5), (5,), beta=2, alpha=3), (4, 7)),
        Case(Activated((7, 5), (5,), beta=2), (4, 7)),
        Case(Activated((7, 5), (5,), beta=0), (4, 7)),
    ],
    "scaled_mm": [Case(Narrow(torch.mm, (48, 16)), (5, 16))],
    "vecdot": [Case(Product(torch.linalg.vecdot, (5, 1), dim=-2), (3, 5, 4))],
    "grouped_mm": [
        Case(Grouped((3, 16, 8), [8, 16, 40]), (40, 16)),
        Case(Grouped((3, 16, 8), []), (3, 40, 16)),
        Case(Grouped((48, 8), [8, 16, 48]), (40, 48)),
        Case(Grouped((16, 48), [8, 16, 48]), (3, 40, 16)),
    ],
    "sparse_matmul": [
        Case(Kept(times, MASK, torch.sparse_csr), (5, 7), oracle=kept),
        Case(Kept(right, MASK, torch.sparse_coo), (7, 3), oracle=kept),
        Case(Kept(linear, MASK, torch.sparse_csr), (4, 5), oracle=kept),
    ],
    "sparse_addmm": [Case(Kept(plus, SQUARE, torch.sparse_csr), (3, 7), oracle=kept)],
    "sampled_addmm": [Case(Kept(sampled, SQUARE, torch.sparse_csr), (3, 7), oracle=kept)],
    "fft": [Case(Transform("fft", (1, 2)), (3, 7, 12), oracle=butterflies)],
    "rfft": [Case(Transform("rfft", (2, 1)), (3, 7, 12), oracle=butterflies)],
    "irfft": [
        Case(Transform("irfft", (1,), 12), (3, 7, 5), oracle=butterflies),
        Case(Transform("irfft", (1,), 13), (3, 7, 5), oracle=butterflies),
    ],
}

GROUPED: dict[str, Slip] = {
    "every row with every matrix": gives(macs=lambda v: v.macs * (v.right[0] if len(v.right) > len(v.left) else 1)),
    "groups forgotten": gives(macs=lambda v: v.macs // (v.left[0] if len(v.left) == len(v.right) == 3 else 1)),
    "a matrix per group always": gives(shape=lambda v: (v.groups, v.left[-2], v.right[-1])),
    "one matrix always": gives(shape=lambda v: (v.left[-2], v.right[-1])),
    "inner size cut": gives(macs=lambda v: v.macs // v.groups),
}
SPARSE: dict[str, Slip] = {
    "as if dense": gives(macs=lambda v: prod(v.left) * (v.right[-1] if len(v.right) > 1 else 1)),
    "entries alone": gives(macs=lambda v: v.entries),
    "the other side": reads(lambda a: {"kept": "right" if a.kept == "left" else "left"}),
    "zeros read": gives(inputs=lambda v: prod(v.left) + prod(v.right)),
}
SPARSE_SUM: dict[str, Slip] = {
    "as if dense": SPARSE["as if dense"],
    "entries alone": SPARSE["entries alone"],
    "nothing added": gives(bias_adds=lambda v: 0),
    "added at the entries": gives(bias_adds=lambda v: v.entries),
}
SAMPLED: dict[str, Slip] = {
    "as if dense": gives(macs=lambda v: prod(v.input) * v.left[-1]),
    "columns for the inner size": gives(macs=lambda v: v.entries * v.right[-1]),
    "added everywhere": gives(bias_adds=lambda v: prod(v.input)),
    "zeros written": gives(activations=lambda v: prod(v.input)),
}
FFT: dict[str, Slip] = {
    "multiply-accumulates": gives(macs=lambda v: v.elementwise),
    "one stage": reads(lambda a: {"stages": 1}),
    "the definition's sum": gives(elementwise=lambda v: v.activations * v.input[-1]),
    "real for complex": gives(elementwise=lambda v: v.elementwise // 2),
    "complex for real": gives(elementwise=lambda v: 2 * v.elementwise),
    "first axis": gives(shape=lambda v: v.shape[::-1]),
}

SLIPS: dict[str, dict[str, Slip]] = {
    "addmm_activation": {**SUM, "activation free": gives(elementwise=lambda v: v.elementwise - v.activations)},
    "scaled_mm": {
        **MATRICES,
        "scales free": gives(elementwise=lambda v: 0),
        "one scale": gives(elementwise=lambda v: v.activations),
    },
    "vecdot": {
        **{name: PRODUCT[name] for name in ("two for a multiply-accumulate", "one an output element")},
        "not broadcast": gives(macs=lambda v: prod(v.right)),
        "last axis always": reads(lambda a: {"dim": -1}),
        "axis kept": gives(shape=lambda v: v.left),
    },
    "grouped_mm": GROUPED,
    "sparse_matmul": SPARSE,
    "sparse_addmm": SPARSE_SUM,
    "sampled_addmm": SAMPLED,
    **dict.fromkeys(("fft", "rfft", "irfft"), FFT),
}
