"""Slips in the formulas of reductions, scans, gates, choices and additions at indices."""

from __future__ import annotations

from math import prod

from .mutation import Slip, gives, reads

_REDUCED: dict[str, Slip] = {
    "axes kept the other way": reads(lambda a: {"keepdim": not a.keepdim}),
    "one axis fewer": reads(lambda a: {"dim": a.dim[1:]}),
    "one an output element": gives(elementwise=lambda v: v.activations),
    "twice as many": gives(elementwise=lambda v: 2 * v.elementwise),
    "batch forgotten": gives(elementwise=lambda v: v.elementwise // v.input[0]),
    "multiply-accumulates": gives(macs=lambda v: v.elementwise),
    "inputs written": gives(activations=lambda v: v.inputs),
}
FOLD = {
    **_REDUCED,
    "one operation per element": gives(elementwise=lambda v: v.inputs),
    "two fewer a row": gives(elementwise=lambda v: v.elementwise - v.activations),
}
MEASURED = {
    **_REDUCED,
    "one operation per row forgotten": gives(elementwise=lambda v: v.elementwise - v.activations),
    "one operation per row too many": gives(elementwise=lambda v: v.elementwise + v.activations),
    "one operation per element forgotten": gives(elementwise=lambda v: v.elementwise - v.inputs),
    "a sum only": gives(elementwise=lambda v: v.inputs - v.activations),
}
NORM = {
    **MEASURED,
    "always of order 2": reads(lambda a: {"order": 2}),
    "always of order 1": reads(lambda a: {"order": 1}),
    "always of order 3": reads(lambda a: {"order": 3}),
}
SCAN: dict[str, Slip] = {
    "one operation per element": gives(elementwise=lambda v: v.inputs),
    "every sum from the start": gives(elementwise=lambda v: v.elementwise * v.input[v.dim] // 2),
    "along another axis": reads(lambda a: {"dim": a.dim - 1}),
    "the last element only": gives(shape=lambda v: (*v.input[: v.dim], *v.input[v.dim + 1 :])),
}
LOG_SOFTMAX: dict[str, Slip] = {
    "as a softmax": gives(elementwise=lambda v: v.elementwise - prod(v.input) // v.input[v.dim]),
    "the logarithm of each element": gives(elementwise=lambda v: v.elementwise + v.inputs - v.inputs // v.input[v.dim]),
    "one operation per element": gives(elementwise=lambda v: v.inputs),
}
GLU: dict[str, Slip] = {
    "the halves not told": gives(shape=lambda v: v.input),
    "along another axis": reads(lambda a: {"dim": a.dim - 1}),
    "the product forgotten": gives(elementwise=lambda v: v.activations),
    "a sigmoid of both halves": gives(elementwise=lambda v: 3 * v.activations),
    "one half read": gives(inputs=lambda v: v.activations),
}
CHOICE: dict[str, Slip] = {
    "one operation per element": gives(elementwise=lambda v: v.activations),
    "a view": gives(activations=lambda v: 0),
    "shape of the first": gives(shape=lambda v: (1, *v.shape[1:])),
    "one operand read": gives(inputs=lambda v: v.activations),
}
THREE: dict[str, Slip] = {
    "one operation": gives(elementwise=lambda v: v.activations),
    "one more": gives(elementwise=lambda v: v.elementwise + v.activations),
    "one fewer": gives(elementwise=lambda v: v.elementwise - v.activations),
    "multiply-accumulates": gives(macs=lambda v: v.activations),
    "shape of the last axis": gives(shape=lambda v: v.shape[-1:]),
}
PRODUCT_ADDED = {
    **THREE,
    "value never 1": reads(lambda a: {"scaled": True}),
    "no value": reads(lambda a: {"scaled": False}),
}
BOUNDS: dict[str, Slip] = {
    "one a bound": gives(elementwise=lambda v: 2 * v.activations),
    "bounds not broadcast": reads(lambda a: {"bounds": ()}),
    "free": gives(elementwise=lambda v: 0),
}
SCATTER: dict[str, Slip] = {
    "one an element of the target": gives(elementwise=lambda v: prod(v.input)),
    "a copy": gives(elementwise=lambda v: 0),
    "shape of what is added": gives(shape=lambda v: v.source),
    "alpha the other way": gives(elementwise=lambda v: v.elementwise * 3 // 2),
}
