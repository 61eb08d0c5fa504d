"""One symbolic trace of a real model: every operator call with its cost as a form in the sizes of the input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import SymInt, nn
from torch._dispatch.python import enable_python_dispatcher

from convcost.measure.branchless import branchless
from convcost.measure.calls import Call, recording
from convcost.measure.kernels import Formulas, SymbolicKernels
from convcost.measure.light import LightKernels
from convcost.measure.openings import Opening
from convcost.measure.symint import Trace, form_of
from convcost.measure.twin import said, weightless, whole
from convcost.theory.carriers import product
from convcost.theory.derivation import Derivation, Entry
from convcost.theory.errors import ConvcostError, MeasurementError

from convcost.theory.outline import kind


def derive(model: nn.Module, inputs: Any, symbols: Sequence[str] | None = None, name: str = "") -> Derivation:
    """Trace a weightless twin of a model once, on symbolic sizes.

    model    a module in any mode; it is left as it was
    inputs   as `Inputs.of` reads them; in a shape, a name stands for an open size: ("B", 3, "H", "W")
    symbols  names of the sizes that are open where `inputs` names none: batch, then spatial axes (of a tensor of
             three axes the last one, of two axes the second); the same name twice is one size

    Without `symbols`, B and H, W (or L) are open, and only B where the model takes no other size than the one
    given; the note says so. Raises MeasurementError with one line if the model cannot run, or computes with the
    values of sizes or tensors.
    """
    opening = Opening.of(inputs, symbols)
    full = whole(model, opening.inputs)
    twin = weightless(full)
    failed: Exception | None = None
    for trial in opening.trials():
        try:
            return _traced(twin, trial, name or type(model).__name__)
        except Exception as error:
            failed = failed or error
    assert failed is not None  # noqa: S101
    if isinstance(failed, ConvcostError):
        raise failed from None
    raise MeasurementError(f"the model cannot be traced on an input of {opening}: {said(failed)}") from failed


def _traced(twin: nn.Module, opening: Opening, name: str) -> Derivation:
    trace, formulas = Trace(), Formulas()
    args, kwargs = opening.tensors(trace, twin)
    kernels = LightKernels(), SymbolicKernels(trace, formulas)
    # Outermost: entered within inference mode, the dispatcher's key would stay set for good.
    with enable_python_dispatcher(), recording(twin, *kernels) as recorder, branchless():
        twin(*args, **kwargs)
    entries = tuple(_entry(call, formulas) for call in recorder.calls)
    return Derivation(
        model=name,
        symbols=opening.names,
        input=str(opening),
        entries=entries,
        parameters=sum(p.numel() for p in twin.parameters()),
        conditions=tuple(trace.conditions),
        note=opening.note,
    )


def _entry(call: Call, formulas: Formulas) -> Entry:
    written = form_of(product(call.output))
    read = form_of(sum(product(shape) for shape in _shapes(call.inputs)))
    macs, multilinear, named = None, False, call.aten.removeprefix("aten::")
    if call.operator is not None:
        cost = formulas(call.operator, call.inputs, call.hyper).cost
        macs, written, read = form_of(cost.macs), form_of(cost.activations), form_of(cost.inputs)
        multilinear = formulas.multilinear(call.operator)
        named = kind(call.operator, call.inputs, call.hyper) if multilinear else call.operator.replace("_", " ")
    return Entry(
        module=call.module,
        aten=call.aten,
        operator=call.operator,
        kind=named,
        multilinear=multilinear,
        inputs=_forms(call.inputs),
        hyper={key: _forms(value) for key, value in call.hyper.items()},
        macs=macs,
        parameters=call.parameters,
        activations=written,
        working=written + read,
        output=_forms(call.output),
    )


def _forms(value: Any) -> Any:
    """The same nesting with forms for sizes; what is no whole number stays."""
    if isinstance(value, tuple | list):
        return tuple(map(_forms, value))
    return form_of(value) if isinstance(value, SymInt) or type(value) is int else value


def _shapes(value: Any) -> list[Any]:
    """The shapes in a call's inputs, which may be nested (the tensors of a concatenation)."""
    if isinstance(value, tuple) and any(isinstance(item, tuple) for item in value):
        return [shape for item in value for shape in _shapes(item)]
    return [value] if isinstance(value, tuple) else []
