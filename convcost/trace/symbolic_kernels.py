"""Output shapes of operators on meta tensors of symbolic sizes.

An operator of the book gets the shape that its formula derives, and torch's own kernel, run on the sizes that the
trace starts at, must give the same numbers. Views and allocations are answered here as well. Everything else goes
to torch's kernels in Python, which take symbolic sizes too, but load the compiler first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

import torch
from torch import SymInt, Tensor
from torch._ops import OpOverload

from convcost.core.cost import Result
from convcost.core.errors import MeasurementError
from convcost.core.record import Operator
from convcost.core.registry import find
from convcost.symbolic.symnode import Trace
from convcost.symbolic.torch_sizes import form_of, hint_of
from convcost.trace.binders import BINDERS
from convcost.trace.binders.arguments import Arguments
from convcost.trace.meta_kernels import SAME, MetaKernels
from convcost.trace.modes import DispatchMode
from convcost.trace.views import VIEWS


class Formulas:
    """The book's operators on symbolic sizes, each different call evaluated once.

    Where a domain's condition is not true for all sizes, the trace keeps it.
    """

    def __init__(self) -> None:
        self._known: dict[Any, Result] = {}

    def __call__(self, operator: Operator, inputs: tuple[Any, ...], hyper: Mapping[str, Any]) -> Result:
        """Output shape and cost; raises MeasurementError where the sizes that the trace starts at are outside."""
        key = (operator.name, frozen(inputs), frozen(tuple(sorted(hyper.items()))))
        if key not in self._known:
            self._check(operator, inputs, hyper)
            self._known[key] = operator.unchecked(*inputs, **hyper)
        return self._known[key]

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


class SymbolicKernels(DispatchMode):  # type: ignore[no-untyped-call]
    """While active, operators on meta tensors of symbolic sizes have outputs of symbolic sizes."""

    def __init__(self, trace: Trace, formulas: Formulas) -> None:
        super().__init__()
        self._trace, self._formulas = trace, formulas
        self._plain: dict[Any, list[tuple[tuple[int, ...], torch.dtype]]] = {}

    def __torch_dispatch__(
        self, func: OpOverload, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        leaves = list(_leaves((args, dict(kwargs))))
        open_number = any(isinstance(leaf, SymInt) for leaf in leaves)
        if open_number and "device" in kwargs:
            kwargs["device"] = torch.device("meta")
        # A slice of plain sizes too: torch's kernel takes an open limit to be within them, and asks nothing.
        cut = open_number and func is torch.ops.aten.slice.Tensor and args[0].is_meta
        if cut or any(isinstance(leaf, Tensor) and leaf.is_meta and _open(leaf.shape) for leaf in leaves):
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
        if name in VIEWS:
            # Of a tensor that was made outside of inference mode (an input, a buffer) torch takes such a view only.
            with torch.inference_mode(args[0].is_inference()):
                return VIEWS[name](*args, **kwargs)
        binder = BINDERS.get(name)
        if binder is None or func.is_view or name == "dropout":
            return None
        arguments = Arguments.of(func, args, kwargs)
        bound = binder(arguments)
        if bound.operator is None:
            return None
        _check_weight(func, name, arguments)
        operator = find(Operator, bound.operator, "operator")
        shape = self._formulas(operator, bound.inputs, bound.hyper).shape[int(bound.unbatched) :]
        (plain, dtype), *others = self._on_numbers(func, args, kwargs)
        if tuple(map(hint_of, shape)) != plain:
            said = f"its formula derives {tuple(map(hint_of, shape))}, PyTorch gives {plain}"
            raise MeasurementError(f"{func._schema.name}: {said}; this is a fault of convcost")
        if full != name:
            return args[0]
        first = next(leaf for leaf in _leaves(args) if isinstance(leaf, Tensor) and leaf.is_meta)
        # Other outputs (the indices of a maximum) have the sizes of the first.
        sizes = cast(tuple[int, ...], shape)
        outputs = [first.new_empty(sizes, dtype=kind) for kind in (dtype, *(kind for _, kind in others))]
        return tuple(outputs) if others else outputs[0]

    def _on_numbers(
        self, func: OpOverload, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> list[tuple[tuple[int, ...], torch.dtype]]:
        """Shapes and types that torch's own kernel gives for the sizes that the trace starts at."""
        key = (func, *map(_hashable, _leaves((args, dict(kwargs)))))
        if key not in self._plain:
            numbers, options = _map(args, _numbered), _map(kwargs, _numbered)
            with torch._C._DisablePythonDispatcher(), MetaKernels():
                output = _pooled(func, *numbers) if func in _POOLS and not options else func(*numbers, **options)
            outputs = output if isinstance(output, tuple | list) else (output,)
            self._plain[key] = [(tuple(tensor.shape), tensor.dtype) for tensor in outputs]
        return self._plain[key]


def _check_weight(func: OpOverload, name: str, arguments: Mapping[str, Any]) -> None:
    """A weight or mask must fit its input, which a formula does not ask: it reads neither."""
    for size, wanted in _pairs(name, arguments):
        if size != wanted:
            raise MeasurementError(f"{func._schema.name} has operands for sizes {hint_of(wanted)} and {hint_of(size)}")


def _pairs(name: str, arguments: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    data = next(iter(arguments.values()))
    weight, mask = arguments.get("weight"), arguments.get("attn_mask")
    if isinstance(mask, Tensor):
        for size, wanted in ((mask.shape[-1], arguments["key"].shape[-2]), (mask.shape[-2], data.shape[-2])):
            if not (isinstance(size, int) and size == 1):
                yield size, wanted
    if not isinstance(weight, Tensor):
        return
    if name.startswith("conv_transpose"):
        yield data.shape[1 - weight.dim()], weight.shape[0]
    elif name.startswith("conv"):
        yield data.shape[1 - weight.dim()], weight.shape[1] * arguments["groups"]
    elif name == "linear":
        yield data.shape[-1], weight.shape[-1]
    elif name in ("batch_norm", "instance_norm", "group_norm"):
        yield data.shape[1], weight.shape[0]


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


_POOLS = {torch.ops.aten.max_pool2d.default: 2, torch.ops.aten.max_pool3d.default: 3}


def _pooled(func: OpOverload, image: Tensor, *window: Any) -> Tensor:
    """A single channel, really pooled; the meta device's kernel loads the compiler."""
    rank = _POOLS[func]
    sizes = func(torch.zeros((1, 1, *image.shape[-rank:]), device="cpu"), *window).shape[-rank:]
    return image.new_empty((*image.shape[:-rank], *sizes))


def _hashable(leaf: Any) -> Any:
    if isinstance(leaf, Tensor):
        return tuple(map(hint_of, leaf.shape)), leaf.dtype
    return hint_of(leaf)
