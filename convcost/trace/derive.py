"""One symbolic trace of a real model: every operator call with its cost as a form in the sizes of the input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import torch
from torch import SymInt, Tensor, nn
from torch._dispatch.python import enable_python_dispatcher

from convcost.core.errors import ConvcostError, DomainError, MeasurementError, one_line, users_place
from convcost.core.numeric import product
from convcost.core.one_at_a_time import one_at_a_time
from convcost.core.op_call import OpCall
from convcost.core.spec import BATCH, FreeSpec, TensorSpec
from convcost.symbolic.derivation import METRICS, Derivation, DerivedCall
from convcost.symbolic.function import sizes_text
from convcost.symbolic.symnode import SizeAsNumberError, Trace
from convcost.symbolic.torch_sizes import branchless, form_of, free_size
from convcost.trace.capture import capture, recording
from convcost.trace.copies import Args, Inputs, Kwargs, dtype_of, spec_of, walk, weightless, without_lazy_modules
from convcost.trace.meta_kernels import MetaKernels
from convcost.trace.symbolic_kernels import Formulas, SymbolicKernels

_Size = TypeVar("_Size", int, SymInt)
_USUAL = {1: ("B",), 2: ("B", "L"), 3: ("B", "L"), 4: ("B", "H", "W"), 5: ("B", "T", "H", "W")}


@dataclass(frozen=True)
class DynamicDimensions:
    """Inputs whose tensors are `FreeSpec`s; `hints` has the number that each free size starts at.

    `chosen`: the free sizes were named, and none of them may be fixed.
    """

    inputs: Inputs
    hints: Mapping[str, int]
    chosen: bool
    note: str = ""

    @classmethod
    def of(cls, given: object, symbols: Sequence[str] | None) -> DynamicDimensions:
        """Read inputs in which sizes are named, or name them by their place; raises DomainError if neither can be."""
        inputs = Inputs.of(_parsed(given))
        named = any(isinstance(spec, FreeSpec) for spec in inputs.specs)
        if named and symbols is not None:
            raise DomainError("the input names its free sizes already; leave out the symbols, or give it numbers")
        freed = _changed(inputs, lambda leaf: _freed(leaf, () if named else symbols))
        found = cls(freed, {}, named or symbols is not None)
        hints: dict[str, int] = {}
        for name, size, axis in found._free_axes():
            hints.setdefault(name, BATCH if axis == 0 else size)
        order = [*(symbols or ()), *hints]
        if missing := [name for name in order if name not in hints]:
            raise DomainError(f"the input {freed} has no axis for the symbol {missing[0]}")
        return replace(found, hints={name: hints[name] for name in order})

    def _free_axes(self) -> Iterator[tuple[str, int, int]]:
        """Give the name, the given size and the place of every axis that is free."""
        for spec in self.inputs.specs:
            names = spec.names if isinstance(spec, FreeSpec) else ()
            yield from ((name, spec.shape[axis], axis) for axis, name in enumerate(names) if name is not None)

    @property
    def names(self) -> tuple[str, ...]:
        """The symbols."""
        return tuple(self.hints)

    @property
    def given(self) -> dict[str, int]:
        """The sizes that were given for the open ones."""
        return {name: size for name, size, _ in self._free_axes()}

    def starts(self) -> Iterator[DynamicDimensions]:
        """Give the sizes to start at, one after another until the model takes them.

        First at odd sizes, which are nothing's multiple, so that no rounding is exact by accident; then at multiples
        of the given sizes, and at these.
        """
        given = {name: size for name, size in self.hints.items() if size != BATCH}
        odd = {name: (place + 2) * size + 37 + 16 * place for place, (name, size) in enumerate(given.items())}
        even = {name: (place + 2) * size for place, (name, size) in enumerate(given.items())}
        for start in (odd, even, given) if given else (given,):
            yield replace(self, hints={**self.hints, **start})

    def closed(self, names: Sequence[str], why: str = "as the model takes no other") -> DynamicDimensions:
        """Return the dimensions with these sizes fixed as they were given."""

        def close(spec: FreeSpec) -> FreeSpec:
            return replace(spec, names=tuple(None if name in names else name for name in spec.names))

        fixed = ", ".join(f"{name} = {self.hints[name]}" for name in names)
        hints = {name: size for name, size in self.hints.items() if name not in names}
        note = "; ".join(filter(None, (self.note, f"fixed, {why}: {fixed}")))
        return replace(self, inputs=_changed(self.inputs, close), hints=hints, note=note)

    def tensors(self, trace: Trace, model: nn.Module) -> tuple[Args, Kwargs]:
        """Return arguments and keyword arguments on the meta device, of symbolic sizes."""
        sizes = {name: free_size(trace, name, hint) for name, hint in self.hints.items()}

        def make(spec: FreeSpec) -> Tensor:
            return torch.empty(_sizes(spec, sizes), device="meta", dtype=dtype_of(spec, model))

        changed = _changed(self.inputs, make)
        return changed.args, dict(changed.kwargs or {})

    def at(self, sizes: Mapping[str, int]) -> Inputs:
        """Return the inputs at these sizes."""
        return _changed(self.inputs, lambda spec: TensorSpec(_sizes(spec, sizes), spec.dtype))

    def __str__(self) -> str:
        return str(self.inputs)


def _changed(inputs: Inputs, change: Callable[[Any], object]) -> Inputs:
    return Inputs(walk(inputs.args, change), walk(dict(inputs.kwargs or {}), change))


def _sizes(spec: FreeSpec, sizes: Mapping[str, _Size]) -> tuple[int | _Size, ...]:
    return tuple(size if name is None else sizes[name] for name, size in zip(spec.names, spec.shape, strict=True))


def _parsed(value: object) -> object:
    """Return the inputs with specs in place of the shapes that have names in them."""
    if isinstance(value, tuple | list):
        named = all(isinstance(size, int | str) for size in value) and any(isinstance(size, str) for size in value)
        return FreeSpec.of(value) if named else type(value)(_parsed(item) for item in value)
    if isinstance(value, Mapping):
        return {key: _parsed(item) for key, item in value.items()}
    return value


def _freed(leaf: TensorSpec | Tensor, symbols: Sequence[str] | None) -> FreeSpec:
    """Return a spec whose axes have names: its own, else the symbols, else the usual ones."""
    spec = leaf if isinstance(leaf, TensorSpec) else spec_of(leaf)
    if isinstance(spec, FreeSpec):
        return spec
    rank = len(spec.shape)
    axes = [0, *range(2, rank)] if rank > 2 else list(range(rank))
    by_axis = dict(zip(axes, _USUAL.get(rank, ()) if symbols is None else symbols, strict=False))
    return FreeSpec(spec.shape, spec.dtype, names=tuple(by_axis.get(axis) for axis in range(rank)))


@dataclass(frozen=True)
class Checkable:
    """A derivation with the model that it is of, for checks at single sizes."""

    derived: Derivation
    model: nn.Module
    dimensions: DynamicDimensions

    @classmethod
    @one_at_a_time
    def of(cls, model: nn.Module, inputs: object, symbols: Sequence[str] | None = None, name: str = "") -> Checkable:
        """Trace a weightless meta copy of a model once, on symbolic sizes; see `derive`."""
        dimensions = DynamicDimensions.of(inputs, symbols)
        meta_copy = weightless(without_lazy_modules(model, dimensions.inputs))
        name = name or type(model).__name__
        traced = _from_a_start(meta_copy, dimensions, name)
        while isinstance(traced, SizeAsNumberError) and (looped := _counted_by_python(traced, dimensions)):
            why = f"as the model's own code takes it as a number{users_place(traced)}; give another number in its place"
            dimensions = dimensions.closed(looped, why)
            traced = _from_a_start(meta_copy, dimensions, name)
        while isinstance(traced, Checkable) and not dimensions.chosen and (fixed := _fixed_sizes(traced)):
            dimensions = dimensions.closed(fixed)
            traced = _from_a_start(meta_copy, dimensions, name)
        if not isinstance(traced, Checkable) and not dimensions.chosen and dimensions.names[1:]:
            dimensions = dimensions.closed(dimensions.names[1:])
            of_the_batch = _from_a_start(meta_copy, dimensions, name)
            traced = of_the_batch if isinstance(of_the_batch, Checkable) else traced
        if isinstance(traced, Checkable):
            return traced
        if isinstance(traced, ConvcostError):
            raise traced from None
        raise MeasurementError(
            f"the model cannot be traced on an input of {dimensions}: {one_line(traced)}"
        ) from traced

    @property
    def own_sizes(self) -> dict[str, int]:
        """The sizes of the input that the model was given; none where these were only named."""
        return {} if self.dimensions.chosen else self.dimensions.given

    def at(self, sizes: Mapping[str, int]) -> tuple[dict[str, int], str]:
        """Return all metrics at these sizes, and the condition of the domain that they break, empty if none.

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
                        f"{sizes_text(sizes)} is outside of the domain ({broken}), and the formula does not hold "
                        f"there: {there.function(metric)():,} {METRICS[metric]}, not {value:,}"
                    )
        return values, broken


def derive(model: nn.Module, inputs: object, symbols: Sequence[str] | None = None, name: str = "") -> Derivation:
    """Trace a weightless meta copy of a model once, on symbolic sizes.

    model    a module in any mode; it is left as it was
    inputs   as `Inputs.of` reads them; in a shape, a name stands for a free size: ("B", 3, "H", "W")
    symbols  names of the sizes that are free where `inputs` names none: batch, then spatial axes (of a tensor of
             three axes the last one, of two axes the second); the same name twice is one size

    Without `symbols`, B and H, W (or L) are free, and only B where the model takes no other size than the one
    given; the note says so. Raises MeasurementError with one line if the model cannot run, or computes with the
    values of sizes or tensors.
    """
    return Checkable.of(model, inputs, symbols, name).derived


def _from_a_start(meta_copy: nn.Module, dimensions: DynamicDimensions, name: str) -> Checkable | Exception:
    """Return the trace from the first start that the model takes; else the last error, which says most."""
    failed: Exception = MeasurementError("there is nowhere to start")
    for start in dimensions.starts():
        try:
            return Checkable(_traced(meta_copy, start, name), meta_copy, start)
        except Exception as error:
            failed = error
    return failed


def _counted_by_python(error: SizeAsNumberError, dimensions: DynamicDimensions) -> list[str]:
    """Return the sizes that a loop or other code of the model's takes as numbers; none if no other would be left."""
    asked = [name for name in dimensions.names if name in error.names]
    return asked if len(asked) < len(dimensions.names) else []


def _fixed_sizes(found: Checkable) -> list[str]:
    """Return the sizes that a condition fixes to one number: no multiple of it fulfils the condition, nor does 1."""
    hints = found.dimensions.hints
    fixed: set[str] = set()
    for relation, form in found.derived.conditions:
        others = ({n: k * size if k else 1 for n, size in hints.items()} for k in (0, 2, 3, 5))
        if relation == "==" and all(map(form.value, others)):
            fixed |= form.names
    return [name for name in hints if name in fixed]


def measured(model: nn.Module, inputs: object, name: str = "") -> Derivation:
    """Return the derivation of a plain trace at one size, to check a symbolic one against."""
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
        recorder.values.begin((args, kwargs))
        try:
            meta_copy(*args, **kwargs)
        except Exception as error:
            if where := "; ".join(recorder.values.places):
                raise MeasurementError(
                    f"the cost depends on the values of the input ({where}); use compare with real values"
                ) from error
            raise
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
    read = form_of(sum(map(product, call.shapes)))
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
    """Return the same nesting with forms for sizes; what is no whole number stays as it is."""
    if isinstance(value, tuple | list):
        return tuple(map(_forms, value))
    return form_of(value) if isinstance(value, SymInt) or type(value) is int else value
