"""Output shapes of operators on meta tensors of symbolic sizes.

An operator with a formula gets the shape that the formula derives, and torch's own kernel, run on the sizes that the
trace starts at, must give the same numbers. A view is a tensor of its own: only its shape is asked for. Everything
else goes to torch's kernels in Python, which take symbolic sizes too, but load the compiler first.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from types import SimpleNamespace
from typing import Any, TypeAlias, cast

import torch
from torch import SymInt, Tensor
from torch._ops import OpOverload
from torch.utils._pytree import tree_leaves, tree_map

from convcost.core.cost import Result
from convcost.core.errors import MeasurementError
from convcost.core.numeric import product
from convcost.core.op_call import Hyper, Operands
from convcost.core.record import Operator
from convcost.core.registry import find
from convcost.symbolic.symnode import Trace
from convcost.symbolic.torch_sizes import form_of, hint_of
from convcost.trace.aten import DispatchMode
from convcost.trace.binders import BINDERS
from convcost.trace.binders.arguments import Arguments
from convcost.trace.copies import Args, Kwargs
from convcost.trace.meta_kernels import SAME, MetaKernels

Size: TypeAlias = Any
"""An int or a SymInt, which torch types as an int in some places and as neither in others."""
_sym_max: Callable[..., Size] = torch.sym_max
_sym_min: Callable[..., Size] = torch.sym_min


class Formulas:
    """The registry's operators on symbolic sizes; each different call is evaluated once.

    Where a condition of an operator's domain does not hold for all sizes, the trace keeps it.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, Result] = {}

    def __call__(self, operator: Operator, inputs: Operands, hyper: Hyper) -> Result:
        """Return output shape and cost; raises MeasurementError where the trace starts outside of the domain."""
        key = (operator.name, frozen(inputs), frozen(tuple(sorted(hyper.items()))))
        if key not in self._known:
            self._check(operator, inputs, hyper)
            self._known[key] = operator.unchecked(*inputs, **hyper)
        return self._known[key]

    def _check(self, operator: Operator, inputs: Operands, hyper: Hyper) -> None:
        arguments = SimpleNamespace(**operator.arguments(*inputs, **hyper))
        for condition in operator.domain:
            if not condition.holds(arguments):
                raise MeasurementError(f"{operator.name}: {condition.sentence}")


def frozen(value: object) -> Hashable:
    """Return what equal calls have in common: the nesting as tuples, with forms for sizes."""
    if isinstance(value, SymInt):
        return form_of(value)
    if isinstance(value, tuple | list):
        return tuple(map(frozen, value))
    assert isinstance(value, Hashable)  # noqa: S101  numbers and names
    return value


class SymbolicKernels(DispatchMode):  # type: ignore[no-untyped-call]
    """While active, operators on meta tensors of symbolic sizes have outputs of symbolic sizes."""

    def __init__(self, trace: Trace, formulas: Formulas) -> None:
        super().__init__()
        self._trace, self._formulas = trace, formulas
        self._plain: dict[Hashable, list[tuple[tuple[int, ...], torch.dtype]]] = {}

    def __torch_dispatch__(
        self, func: OpOverload, types: object, args: Args = (), kwargs: Kwargs | None = None
    ) -> object:
        kwargs = dict(kwargs or {})
        leaves = tree_leaves((args, kwargs))
        open_number = any(isinstance(leaf, SymInt) for leaf in leaves)
        if open_number:  # no other device takes symbolic sizes, by which a constant of the model's may be repeated
            args, kwargs = tree_map(_on_meta, args), {key: tree_map(_on_meta, value) for key, value in kwargs.items()}
            if "device" in kwargs:
                kwargs["device"] = torch.device("meta")
        # A slice of plain sizes too: torch's kernel takes an open limit to be within them, and asks nothing.
        cut = open_number and func is torch.ops.aten.slice.Tensor and args[0].is_meta
        if cut or any(isinstance(leaf, Tensor) and leaf.is_meta and _open(leaf.shape) for leaf in leaves):
            args, kwargs = tree_map(_on_meta, (args, kwargs))
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

    def _answer(self, func: OpOverload, args: Args, kwargs: Kwargs) -> object:
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
        first = next(leaf for leaf in tree_leaves(args) if isinstance(leaf, Tensor) and leaf.is_meta)
        # Other outputs (the indices of a maximum) have the sizes of the first.
        sizes = cast(tuple[int, ...], shape)
        outputs = [first.new_empty(sizes, dtype=kind) for kind in (dtype, *(kind for _, kind in others))]
        return tuple(outputs) if others else outputs[0]

    def _on_numbers(self, func: OpOverload, args: Args, kwargs: Kwargs) -> list[tuple[tuple[int, ...], torch.dtype]]:
        """Return shapes and types that torch's own kernel gives for the sizes that the trace starts at."""
        key = (func, tuple(kwargs), *map(_hashable, tree_leaves((args, kwargs))))
        if key not in self._plain:
            numbers, options = tree_map(_numbered, (args, kwargs))
            with torch._C._DisablePythonDispatcher(), MetaKernels():
                output = func(*numbers, **options)
            outputs = output if isinstance(output, tuple | list) else (output,)
            self._plain[key] = [(tuple(tensor.shape), tensor.dtype) for tensor in outputs]
        return self._plain[key]


def _check_weight(func: OpOverload, name: str, arguments: Arguments) -> None:
    """Raise MeasurementError where a weight or mask does not fit its input: no formula reads either of them."""
    for size, wanted in _pairs(name, arguments):
        if size != wanted:
            raise MeasurementError(f"{func._schema.name} has operands for sizes {hint_of(wanted)} and {hint_of(size)}")


def _pairs(name: str, arguments: Arguments) -> Iterator[tuple[Size, Size]]:
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


def _open(shape: Iterable[object]) -> bool:
    return any(isinstance(size, SymInt) for size in shape)


def _on_meta(leaf: object) -> object:
    return leaf.to("meta") if isinstance(leaf, Tensor) and not leaf.is_meta else leaf


def _numbered(leaf: object) -> object:
    if isinstance(leaf, Tensor):
        return leaf.new_empty(tuple(map(hint_of, leaf.shape))) if _open(leaf.shape) else leaf
    return hint_of(leaf)


def _hashable(leaf: object) -> Hashable:
    if isinstance(leaf, Tensor):
        return tuple(map(hint_of, leaf.shape)), leaf.dtype
    number: Hashable = hint_of(leaf)
    return number


def _view(tensor: Tensor, *sizes: Size) -> Tensor:
    wanted = list(sizes[0] if sizes and isinstance(sizes[0], tuple | list) else sizes)
    known = product(size for size in wanted if not _inferred(size))
    free = [axis for axis, size in enumerate(wanted) if _inferred(size)]
    if free:
        wanted[free[0]] = tensor.numel() // known
        known = known * wanted[free[0]]
    if known != tensor.numel():
        raise MeasurementError(f"a tensor of {_said(tensor.shape)} cannot be viewed as {_said(wanted)}")
    return tensor.new_empty(wanted)


def _inferred(size: Size) -> bool:
    return isinstance(size, int) and size == -1


def _said(shape: Iterable[Size]) -> str:
    return "×".join(str(hint_of(size)) for size in shape)


def _flatten(tensor: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    shape = tuple(tensor.shape)
    first, last = start_dim % len(shape), end_dim % len(shape)
    joined = cast(int, product(shape[first : last + 1]))
    return tensor.new_empty((*shape[:first], joined, *shape[last + 1 :]))


def _slice(tensor: Tensor, dim: int = 0, start: Size | None = None, end: Size | None = None, step: int = 1) -> Tensor:
    shape = list(tensor.shape)
    dim %= len(shape)
    size = shape[dim]
    first, last = (_within(limit, size, default) for limit, default in ((start, 0), (end, size)))
    shape[dim] = (_sym_max(last - first, 0) + step - 1) // step
    return tensor.new_empty(shape)


def _within(limit: Size | None, size: Size, default: Size) -> Size:
    """Return a limit of a slice as Python reads it: from the end where negative, and never outside."""
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
