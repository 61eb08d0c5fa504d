"""One symbolic trace of a real model: every operator call with its cost as a form in the sizes of the input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import SymInt, nn
from torch._dispatch.python import enable_python_dispatcher

from convcost.core.errors import ConvcostError, MeasurementError, one_line
from convcost.core.numeric import product
from convcost.core.one_at_a_time import one_at_a_time
from convcost.core.op_call import OpCall
from convcost.symbolic.derivation import METRICS, Derivation, DerivedCall
from convcost.symbolic.symnode import Trace
from convcost.symbolic.torch_sizes import branchless, form_of
from convcost.trace.capture import capture, recording
from convcost.trace.dynamic_dimensions import DynamicDimensions
from convcost.trace.inputs import Inputs
from convcost.trace.meta_copy import weightless, whole
from convcost.trace.meta_kernels import MetaKernels
from convcost.trace.symbolic_kernels import Formulas, SymbolicKernels


@dataclass(frozen=True)
class Checkable:
    """A derivation with the model that it is of, for checks at single sizes."""

    derived: Derivation
    model: nn.Module
    dimensions: DynamicDimensions

    @classmethod
    @one_at_a_time
    def of(cls, model: nn.Module, inputs: Any, symbols: Sequence[str] | None = None, name: str = "") -> Checkable:
        """Trace a weightless meta copy of a model once, on symbolic sizes; as `derive`."""
        dimensions = DynamicDimensions.of(inputs, symbols)
        meta_copy = weightless(whole(model, dimensions.inputs))
        fixing, failed = _first_that_runs(meta_copy, dimensions, name or type(model).__name__)
        while fixing is not None and not dimensions.chosen and (fixed := _fixed_sizes(fixing)):
            dimensions = dimensions.closed(fixed)
            fixing, failed = _first_that_runs(meta_copy, dimensions, name or type(model).__name__)
        if fixing is None and not dimensions.chosen and dimensions.names[1:]:
            dimensions = dimensions.closed(dimensions.names[1:])
            fixing, _ = _first_that_runs(meta_copy, dimensions, name or type(model).__name__)
        if fixing is not None:
            return fixing
        if isinstance(failed, ConvcostError):
            raise failed from None
        assert failed is not None  # noqa: S101
        raise MeasurementError(
            f"the model cannot be traced on an input of {dimensions}: {one_line(failed)}"
        ) from failed

    @property
    def own_sizes(self) -> dict[str, int]:
        """The sizes of the input that the model was given; none where these were only named."""
        return {} if self.dimensions.chosen else self.dimensions.given

    def at(self, sizes: Mapping[str, int]) -> tuple[dict[str, int], str]:
        """All metrics at these sizes, and the condition of the domain that they break, if one.

        Outside of the domain the model is traced at these sizes, and must cost what the formulas say; raises
        MeasurementError where it does not.
        """
        values = {metric: self.derived.function(metric)(**sizes) for metric in METRICS}
        broken = self.derived.broken(sizes)
        if broken:
            there = measured(self.model, self.dimensions.at(sizes))
            for metric, value in values.items():
                if there.function(metric)() != value:
                    raise MeasurementError(
                        f"{_said(sizes)} is outside of the domain ({broken}), and the formula does not hold there: "
                        f"{there.function(metric)():,} {METRICS[metric]}, not {value:,}"
                    )
        return values, broken


def _said(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{name} = {size}" for name, size in sizes.items())


def derive(model: nn.Module, inputs: Any, symbols: Sequence[str] | None = None, name: str = "") -> Derivation:
    """Trace a weightless meta copy of a model once, on symbolic sizes.

    model    a module in any mode; it is left as it was
    inputs   as `Inputs.of` reads them; in a shape, a name stands for an open size: ("B", 3, "H", "W")
    symbols  names of the sizes that are open where `inputs` names none: batch, then spatial axes (of a tensor of
             three axes the last one, of two axes the second); the same name twice is one size

    Without `symbols`, B and H, W (or L) are open, and only B where the model takes no other size than the one
    given; the note says so. Raises MeasurementError with one line if the model cannot run, or computes with the
    values of sizes or tensors.
    """
    return Checkable.of(model, inputs, symbols, name).derived


def _first_that_runs(
    meta_copy: nn.Module, dimensions: DynamicDimensions, name: str
) -> tuple[Checkable | None, Exception | None]:
    """The trace from the first start that the model takes; else the last error, which says most."""
    failed: Exception | None = None
    for start in dimensions.starts():
        try:
            return Checkable(_traced(meta_copy, start, name), meta_copy, start), None
        except Exception as error:
            failed = error
    return None, failed


def _fixed_sizes(found: Checkable) -> list[str]:
    """The sizes of which a condition says that they are one number: neither a multiple of it nor 1 fulfils it."""
    hints = found.dimensions.hints
    fixed: set[str] = set()
    for relation, form in found.derived.conditions:
        others = ({n: k * size if k else 1 for n, size in hints.items()} for k in (0, 2, 3, 5))
        if relation == "==" and all(map(form.value, others)):
            fixed |= form.names
    return [name for name in hints if name in fixed]


def measured(model: nn.Module, inputs: Any, name: str = "") -> Derivation:
    """The same of a plain trace at one size: a derivation without symbols, by which one with symbols is checked."""
    given = Inputs.of(inputs)
    captured = capture(model, given)
    return Derivation(
        model=name or type(model).__name__,
        symbols=(),
        input=str(given),
        entries=tuple(map(_entry, captured.calls)),
        parameters=captured.parameters,
        conditions=(),
    )


def _traced(meta_copy: nn.Module, dimensions: DynamicDimensions, name: str) -> Derivation:
    trace, formulas = Trace(), Formulas()
    with torch.inference_mode():  # as the views that will be made of them
        args, kwargs = dimensions.tensors(trace, meta_copy)
    kernels = MetaKernels(), SymbolicKernels(trace, formulas)
    # Outermost: entered within inference mode, the dispatcher's key would stay set for good.
    with enable_python_dispatcher(), recording(meta_copy, *kernels) as recorder, branchless():
        meta_copy(*args, **kwargs)
    entries = tuple(_entry(call.evaluated(formulas)) for call in recorder.calls)
    return Derivation(
        model=name,
        symbols=dimensions.names,
        input=str(dimensions),
        entries=entries,
        parameters=sum(p.numel() for p in meta_copy.parameters()),
        conditions=tuple(trace.conditions),
        note=dimensions.note,
    )


def _entry(call: OpCall) -> DerivedCall:
    written = form_of(product(call.output))
    read = form_of(sum(product(shape) for shape in _shapes(call.inputs)))
    macs, named = None, call.aten.removeprefix("aten::")
    if call.operator is not None:
        macs, written, read = (form_of(count) for count in (call.cost.macs, call.cost.activations, call.cost.inputs))
        named = call.kind
    return DerivedCall(
        module=call.path,
        aten=call.aten,
        operator=call.operator.name if call.operator else None,
        kind=named,
        is_product=call.is_product,
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
