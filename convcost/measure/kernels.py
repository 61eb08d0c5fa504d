"""Output shapes of operators on meta tensors of symbolic sizes.

An operator of the book gets the shape that its formula derives, and torch's own kernel, run on the sizes that the
trace starts at, must give the same numbers. Views and allocations are answered here as well. Everything else goes
to torch's kernels in Python, which take symbolic sizes too, but load the compiler first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import torch
from torch import SymInt, Tensor
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

from convcost.measure.aten import BINDERS
from convcost.measure.calls import named
from convcost.measure.light import SAME, LightKernels
from convcost.measure.symint import form_of, hint_of
from convcost.measure.symnode import Trace
from convcost.theory.book import records
from convcost.theory.carriers import product
from convcost.theory.cost import Result
from convcost.theory.errors import MeasurementError
from convcost.theory.record import Operator


class Formulas:
    """The book's operators on symbolic sizes, each different call evaluated once.

    Where a domain's condition is not true for all sizes, the trace keeps it.
    """

    def __init__(self) -> None:
        self._operators = records(Operator)
        self._known: dict[Any, Result] = {}

    def __call__(self, name: str, inputs: tuple[Any, ...], hyper: Mapping[str, Any]) -> Result:
        """Output shape and cost; raises MeasurementError where the sizes that the trace starts at are outside."""
        key = (name, frozen(inputs), frozen(tuple(sorted(hyper.items()))))
        if key not in self._known:
            operator = self._operators[name]
            self._check(operator, inputs, hyper)
            self._known[key] = operator.unchecked(*inputs, **hyper)
        return self._known[key]

    def multilinear(self, name: str) -> bool:
        """Whether the operator does multiply-accumulates."""
        return self._operators[name].multilinear

    def _check(self, operator: Operator, inputs: tuple[Any, ...], hyper: Mapping[str, Any]) -> None:
        arguments = SimpleNamespace(**operator.arguments(*inputs, **hyper))
        for condition in operator.domain:
            if not condition.holds(arguments):
                raise MeasurementError(f"{operator.name}: {condition.sentence}")


def frozen(value: Any) -> Any:
    """Something hashable that equal calls have in common."""
    if isinstance(value, SymInt):
        return form_of(value)
    return tuple(map(frozen, value)) if isinstance(value, tuple | list) else value


class SymbolicKernels(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While active, operators on meta tensors of symbolic sizes have outputs of symbolic sizes."""

    def __init__(self, trace: Trace, formulas: Formulas) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._trace, self._formulas = trace, formulas
        self._plain: dict[Any, list[tuple[tuple[int, ...], torch.dtype]]] = {}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # the default imports the compiler

    def __torch_dispatch__(
        self, func: OpOverload, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        leaves = list(_leaves((args, dict(kwargs))))
        if any(isinstance(leaf, SymInt) for leaf in leaves) and "device" in kwargs:
            kwargs["device"] = torch.device("meta")
        if any(isinstance(leaf, Tensor) and leaf.is_meta and _open(leaf.shape) for leaf in leaves):
            args, kwargs = _map(args, _on_meta), _map(kwargs, _on_meta)
            answer = self._answer(func, args, kwargs)
            if answer is not None:
                return answer
        with self:
            result = func.decompose(*args, **kwargs)
        if result is not NotImplemented:
            return result
        inside, self._trace.in_kernel = self._trace.in_kernel, True
        try:
            return func(*args, **kwargs)
        finally:
            self._trace.in_kernel = inside

    def _answer(self, func: OpOverload, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        full = func._schema.name.removeprefix("aten::")
        name = full.removesuffix("_")
        if name in SAME:
            return args[0] if full != name else args[0].new_empty(args[0].shape)
        if name in _VIEWS:
            # Of a tensor that was made outside of inference mode (an input, a buffer) torch takes such a view only.
            with torch.inference_mode(args[0].is_inference()):
                return _VIEWS[name](*args, **kwargs)
        binder = BINDERS.get(name)
        if binder is None or func.is_view or name == "dropout":
            return None
        arguments = named(func, args, kwargs)
        bound = binder(arguments)
        if bound.operator is None:
            return None
        _check_weight(func, name, arguments)
        shape = self._formulas(bound.operator, bound.inputs, bound.hyper).shape[int(bound.unbatched) :]
        (plain, dtype), *others = self._on_numbers(func, args, kwargs)
        if tuple(map(hint_of, shape)) != plain:
            said = f"its formula derives {tuple(map(hint_of, shape))}, PyTorch gives {plain}"
            raise MeasurementError(f"{func._schema.name}: {said}; this is a fault of convcost")
        if full != name:
            return args[0]
        first = next(leaf for leaf in _leaves(args) if isinstance(leaf, Tensor) and leaf.is_meta)
        # Other outputs (the indices of a maximum) have the sizes of the first.
        outputs = [first.new_empty(shape, dtype=kind) for kind in (dtype, *(kind for _, kind in others))]
        return tuple(outputs) if others else outputs[0]

    def _on_numbers(
        self, func: OpOverload, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> list[tuple[tuple[int, ...], torch.dtype]]:
        """Shapes and types that torch's own kernel gives for the sizes that the trace starts at."""
        key = (func, *map(_hashable, _leaves((args, dict(kwargs)))))
        if key not in self._plain:
            plain_args, plain_kwargs = _map(args, _numbered), _map(kwargs, _numbered)
            with torch._C._DisablePythonDispatcher(), LightKernels():
                output = func(*plain_args, **plain_kwargs)
            outputs = output if isinstance(output, tuple | list) else (output,)
            self._plain[key] = [(tuple(tensor.shape), tensor.dtype) for tensor in outputs]
        return self._plain[key]


def _check_weight(func: OpOverload, name: str, arguments: Mapping[str, Any]) -> None:
    """A weight must have its input's channels, which a formula does not ask: it reads no weight."""
    weight = arguments.get("weight")
    if not isinstance(weight, Tensor):
        return
    data = next(iter(arguments.values()))
    if name.startswith("conv_transpose"):
        channels, wanted = data.shape[1 - weight.dim()], weight.shape[0]
    elif name.startswith("conv"):
        channels, wanted = data.shape[1 - weight.dim()], weight.shape[1] * arguments["groups"]
    elif name == "linear":
        channels, wanted = data.shape[-1], weight.shape[-1]
    elif name in ("batch_norm", "instance_norm", "group_norm"):
        channels, wanted = data.shape[1], weight.shape[0]
    else:
        return
    if channels != wanted:
        raise MeasurementError(f"{func._schema.name} has a weight for {wanted} channels, the input {hint_of(channels)}")


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple | list):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _leaves(item)
    else:
        yield value


def _map(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, tuple | list):
        return type(value)(_map(item, change) for item in value)
    if isinstance(value, dict):
        return {key: _map(item, change) for key, item in value.items()}
    return change(value)


def _open(shape: Iterable[Any]) -> bool:
    return any(isinstance(size, SymInt) for size in shape)


def _on_meta(leaf: Any) -> Any:
    return leaf.to("meta") if isinstance(leaf, Tensor) and not leaf.is_meta else leaf


def _numbered(leaf: Any) -> Any:
    if isinstance(leaf, Tensor):
        return leaf.new_empty(tuple(map(hint_of, leaf.shape))) if _open(leaf.shape) else leaf
    return hint_of(leaf)


def _hashable(leaf: Any) -> Any:
    if isinstance(leaf, Tensor):
        return tuple(map(hint_of, leaf.shape)), leaf.dtype
    return hint_of(leaf)


def _view(tensor: Tensor, *sizes: Any) -> Tensor:
    wanted = list(sizes[0] if sizes and isinstance(sizes[0], tuple | list) else sizes)
    known = product(size for size in wanted if not _inferred(size))
    free = [axis for axis, size in enumerate(wanted) if _inferred(size)]
    if free:
        wanted[free[0]] = tensor.numel() // known
        known = known * wanted[free[0]]
    if known != tensor.numel():
        raise MeasurementError(f"a tensor of {_said(tensor.shape)} cannot be viewed as {_said(wanted)}")
    return tensor.new_empty(wanted)


def _inferred(size: Any) -> bool:
    return isinstance(size, int) and size == -1


def _said(shape: Iterable[Any]) -> str:
    return "×".join(str(hint_of(size)) for size in shape)


def _flatten(tensor: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    shape = tuple(tensor.shape)
    first, last = start_dim % len(shape), end_dim % len(shape)
    return tensor.new_empty((*shape[:first], product(shape[first : last + 1]), *shape[last + 1 :]))


_sym_max: Callable[..., Any] = torch.sym_max
_sym_min: Callable[..., Any] = torch.sym_min


def _slice(tensor: Tensor, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Tensor:
    shape = list(tensor.shape)
    dim %= len(shape)
    size = shape[dim]
    first, last = (_within(limit, size, default) for limit, default in ((start, 0), (end, size)))
    shape[dim] = (_sym_max(last - first, 0) + step - 1) // step
    return tensor.new_empty(shape)


def _within(limit: Any, size: Any, default: Any) -> Any:
    """A limit of a slice, as Python reads it: from the end where negative, and never outside."""
    if limit is None or (isinstance(limit, int) and limit >= 2**62):
        return default
    if limit < 0:
        limit = limit + size
    return _sym_min(_sym_max(limit, 0), size)


_VIEWS: dict[str, Callable[..., Tensor]] = {
    "view": _view,
    "_unsafe_view": _view,
    "reshape": _view,
    "flatten": _flatten,
    "slice": _slice,
}
