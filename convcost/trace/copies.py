"""What is run in place of the user's model and inputs: a copy of the model, and tensors of the inputs' shapes."""

from __future__ import annotations

import copy
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial
from itertools import chain, starmap
from numbers import Integral, Real
from types import CellType, FunctionType
from typing import Any, SupportsIndex, TypeAlias, TypeGuard

import torch
import torch.backends.mha
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from convcost.core.errors import MeasurementError, one_line_at
from convcost.core.prints import silent
from convcost.core.spec import CallInputs, FileSpec, Fill, GivenValue, TensorSpec
from convcost.trace.input_files import read_file

Args: TypeAlias = tuple[Any, ...]
Kwargs: TypeAlias = Mapping[str, Any]
"""The arguments of a call, as torch hands them over."""


@dataclass(frozen=True)
class Inputs:
    """The arguments of one call of a model; a `TensorSpec` stands for a tensor of zeros.

    `Inputs.of` reads what a user gives:

    a tensor, a shape or a TensorSpec  the only argument
    a tuple or list of these           several arguments
    a dict                             keyword arguments, as in `model(**inputs)`

    Within an argument, tuples, lists and dicts nest freely: `({"image": image},)` is one dict as only argument.
    """

    args: tuple[object, ...] = ()
    kwargs: Mapping[str, object] | None = None

    @classmethod
    def of(cls, given: object) -> Inputs:
        """Return the inputs that a user means, its files read; raises MeasurementError for what is no input."""
        if isinstance(given, Inputs):
            return given
        shared: dict[FileSpec, object] = {}
        if isinstance(given, CallInputs):
            return cls(tuple(_read(value, shared) for value in given.args), _read(given.kwargs, shared))
        if isinstance(given, Mapping):
            return cls((), {str(name): _read(value, shared) for name, value in given.items()})
        if isinstance(given, tuple | list) and given and all(isinstance(size, Real) for size in given):
            return cls((TensorSpec(tuple(starmap(_size, enumerate(given, 1)))),))
        if isinstance(given, tuple | list):
            return cls(tuple(_read(value, shared) for value in given))
        return cls((_read(given, shared),))

    def on(self, device: str, model: nn.Module) -> tuple[Args, Kwargs]:
        """Return arguments and keyword arguments on a device, none of them the user's own tensors."""

        made: dict[int | str, Tensor] = {}  # a tensor that is given twice stays one tensor

        def make(leaf: Tensor | TensorSpec) -> Tensor:
            if isinstance(leaf, Tensor):
                return made.setdefault(id(leaf), _moved(leaf, device))
            new = _filled(leaf, dtype_of(leaf, model), device)
            return made.setdefault(leaf.shared, new) if leaf.shared else new

        return walk(self.args, make), walk(dict(self.kwargs or {}), make)

    @property
    def specs(self) -> tuple[TensorSpec, ...]:
        """Return shape and type of every tensor, in order; the type only where the user chose it."""
        return tuple(leaf if isinstance(leaf, TensorSpec) else spec_of(leaf) for leaf in self._leaves)

    @property
    def _leaves(self) -> tuple[Tensor | TensorSpec, ...]:
        return (*_leaves(self.args), *_leaves(dict(self.kwargs or {})))

    @property
    def defaults(self) -> bool:
        """Whether a tensor among them has no values but those that convcost gives it."""
        return any(isinstance(leaf, TensorSpec) and leaf.fill is None for leaf in self._leaves)

    def filled(self, fill: Fill) -> Inputs:
        """Return the same with other values where the user gave none."""

        def change(leaf: Tensor | TensorSpec) -> Tensor | TensorSpec:
            return replace(leaf, fill=fill) if isinstance(leaf, TensorSpec) and leaf.fill is None else leaf

        return Inputs(walk(self.args, change), walk(dict(self.kwargs or {}), change))

    @property
    def values(self) -> str:
        """What the tensors are filled with, in words: zeros, random numbers, the given values."""
        return " and ".join(dict.fromkeys(map(_in_words, self._leaves)))

    def __str__(self) -> str:
        return " and ".join(map(str, self.specs)) or "nothing"


def _in_words(leaf: Tensor | TensorSpec) -> str:
    if isinstance(leaf, Tensor):
        return "the given values"
    named: dict[Fill, str] = {None: "zeros", 0: "zeros", 1: "ones", "rand": "random numbers"}
    return named.get(leaf.fill, f"the value {leaf.fill}")


def _filled(spec: TensorSpec, dtype: torch.dtype, device: str) -> Tensor:
    """Return a tensor with the values of a spec; random ones are the same each time, whole ones 0 or 1."""
    if spec.fill != "rand" or device == "meta":
        return torch.full(spec.shape, 0 if device == "meta" else spec.fill or 0, device=device, dtype=dtype)  # type: ignore[arg-type]
    generator = torch.Generator().manual_seed(0)
    if dtype.is_floating_point or dtype.is_complex:
        return torch.rand(spec.shape, generator=generator, dtype=dtype)
    return torch.randint(2, spec.shape, generator=generator).to(dtype)


def tensors(value: object) -> Iterator[Tensor]:
    """Give all tensors in what a model returned: tuples, lists, dicts, dataclasses."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from tensors(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from tensors(item)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from tensors(getattr(value, field.name))


def replaced(value: object, new: Iterator[Tensor]) -> Any:
    """Return the same nesting with its tensors replaced, one after another."""
    return walk(value, lambda leaf: next(new) if isinstance(leaf, Tensor) else leaf)


def _size(place: int, size: object) -> int:
    if not _is_whole(size):
        raise MeasurementError(f"size {place} of the input is {size!r}, but must be a whole number")
    return size.__index__()


def _is_whole(size: object) -> TypeGuard[SupportsIndex]:
    return isinstance(size, Integral) and not isinstance(size, bool)


def _is_shape(value: object) -> TypeGuard[Sequence[SupportsIndex]]:
    return isinstance(value, tuple | list) and len(value) > 0 and all(map(_is_whole, value))


def _read(value: object, shared: dict[FileSpec, object]) -> Any:
    """Return what an argument stands for; a file that is `shared` is read once, so that its tensors are one."""
    if _is_shape(value):
        return TensorSpec(tuple(size.__index__() for size in value))
    if isinstance(value, GivenValue):
        return value.value
    if isinstance(value, FileSpec):
        if value not in shared or not value.shared:
            shared[value] = read_file(value.path)
        return shared[value]
    if isinstance(value, tuple | list):
        return type(value)(_read(item, shared) for item in value) if type(value) in (tuple, list) else value
    if isinstance(value, Mapping):
        return {key: _read(item, shared) for key, item in value.items()}
    if isinstance(value, Tensor | TensorSpec | int | float | complex | str | None):
        return value
    raise MeasurementError(f"an input is a tensor or a shape, not {type(value).__name__}; nest them in tuples or dicts")


def walk(value: object, change: Callable[[Tensor | TensorSpec], object]) -> Any:
    """Return the same nesting with every tensor and spec changed."""
    if isinstance(value, Tensor | TensorSpec):
        return change(value)
    if isinstance(value, Mapping):
        return {key: walk(item, change) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(walk(item, change) for item in value))
    if isinstance(value, tuple | list):
        return type(value)(walk(item, change) for item in value)
    return value


def _leaves(value: object) -> list[Tensor | TensorSpec]:
    found: list[Tensor | TensorSpec] = []
    walk(value, found.append)
    return found


def spec_of(tensor: Tensor) -> TensorSpec:
    """Return the shape of a tensor, and its type where that is not the model's own."""
    name = str(tensor.dtype).removeprefix("torch.")
    return TensorSpec(tuple(tensor.shape), None if tensor.dtype.is_floating_point else name)


def dtype_of(spec: TensorSpec, model: nn.Module) -> torch.dtype:
    """Return the type that a spec means for a model; raises MeasurementError for a name that is none."""
    if spec.dtype is not None:
        found = getattr(torch, spec.dtype, None)
        if not isinstance(found, torch.dtype):
            raise MeasurementError(f"{spec.dtype!r} is not a type of PyTorch; float32 and int64 are")
        return found
    kinds = (p.dtype for p in model.parameters() if p.dtype.is_floating_point)
    return next(kinds, torch.float32)


def weightless(model: nn.Module) -> nn.Module:
    """Return a copy in evaluation mode whose parameters and buffers have shapes but no elements.

    Raises MeasurementError where the model holds something that cannot be copied.
    """
    return _copied(model, partial(_moved, device="meta"))


def on_cpu(model: nn.Module) -> nn.Module:
    """Return a copy in evaluation mode on the CPU; a model without weights gets zeros."""
    return _copied(model, partial(_moved, device="cpu"))


def for_another_process(model: nn.Module) -> nn.Module:
    """Return the model, or a copy on the CPU if its tensors are on an accelerator, which no other process inherits."""
    return model if all(t.device.type in ("cpu", "meta") for t in _held(model)) else on_cpu(model)


def evaluating(model: nn.Module) -> nn.Module:
    """Put a model in evaluation mode and return it; an exported one refuses to be told so."""
    try:
        return model.eval()
    except NotImplementedError:
        for module in model.modules():
            module.training = False
        return model


def with_elements(model: nn.Module) -> nn.Module:
    """Fill a model without elements with zeros on the CPU, in place, and return it; an index of 0 is always valid."""
    if any(tensor.is_meta for tensor in chain(model.parameters(), model.buffers())):
        with torch.no_grad():
            apply: Any = model._apply
            apply(lambda tensor: torch.zeros_like(tensor, device="cpu") if tensor.is_meta else tensor)
    return model


def _moved(tensor: Tensor, device: str) -> Tensor:
    """Return a tensor on meta, or a copy on another device, of zeros where there are no elements to copy."""
    if device == "meta":
        return tensor.detach().to("meta")
    return torch.zeros_like(tensor, device=device) if tensor.is_meta else tensor.detach().to(device, copy=True)


def without_lazy_modules(model: nn.Module, inputs: Inputs) -> nn.Module:
    """Return the model; of one with lazy modules a copy whose parameters have got their shapes from the inputs.

    Raises MeasurementError for a quantised model: its operators are hidden in packed weights.
    """
    for name, module in model.named_modules():
        # FloatFunctional stands where a quantised model would add, and computes as any module does.
        if ".quantized" in type(module).__module__ and "Functional" not in type(module).__name__:
            kind = f"{type(module).__module__}.{type(module).__name__}"
            where = f"module {name!r}" if name else "the model"
            raise MeasurementError(f"{where} is quantised ({kind}); give the float model it was made from")
    if not any(is_lazy(tensor) for tensor in _held(model)):
        return model
    copied = on_cpu(model)
    args, kwargs = inputs.on("cpu", copied)
    with torch.random.fork_rng(devices=()), torch.no_grad(), silent():
        try:
            copied(*args, **kwargs)
        except (Exception, SystemExit) as error:
            raise MeasurementError(
                f"the model's lazy modules cannot take these inputs: {one_line_at(error)}"
            ) from error
    return copied


@contextmanager
def as_written() -> Iterator[None]:
    """While active, compiled modules run the Python that they were compiled from, and attention is written out.

    Without gradients on the CPU (a frozen model, `no_grad`) `nn.MultiheadAttention` and `nn.TransformerEncoderLayer`
    would be one native operator each, which hides its products from whoever counts. On the meta device there is no
    such operator.
    """
    before = torch.backends.mha.get_fastpath_enabled()
    eager = torch.compiler.set_stance("force_eager") if "torch._dynamo" in sys.modules else nullcontext()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with eager:
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def _held(model: nn.Module) -> Iterator[Tensor]:
    """Parameters, buffers, and the plain tensors that modules keep (a weight computed from others)."""
    kept = (value for module in model.modules() for value in vars(module).values() if isinstance(value, Tensor))
    return chain(model.parameters(), model.buffers(), kept)


def _closes_over_modules(value: object) -> bool:
    """Whether a function's closure holds a module, a tensor or a method of one, by itself or in another function."""
    reached, seen = [value], set()
    while reached:
        one = reached.pop()
        if isinstance(one, FunctionType) and one not in seen:
            seen.add(one)
            cells = [
                cell.cell_contents for cell in one.__closure__ or () if cell != CellType()
            ]  # an empty cell raises when it is read
            if any(isinstance(getattr(found, "__self__", found), nn.Module | Tensor) for found in cells):
                return True
            reached.extend(cells)
    return False


_HOOKS = ("_forward_pre_hooks", "_forward_hooks")
KEPT = "_convcost_kept"
"""The attribute of a copied tensor that an earlier run of the model has computed."""

_CONTAINERS = (OrderedDict, dict, set, list)


def _copied(model: nn.Module, change: Callable[[Tensor], Tensor]) -> nn.Module:
    for path, module in model.named_modules():
        # A copy keeps the very same functions, which would run the model itself, and change it.
        kept = chain(vars(module).items(), *(vars(module)[hooks].items() for hooks in _HOOKS))
        name = next((name for name, value in kept if _closes_over_modules(value)), None)
        if name is not None:
            where = f"module {path!r}" if path else "it"
            raise MeasurementError(f"the model cannot be copied: {where} keeps a function of its own modules ({name})")
    memo: dict[int, Any] = {id(tensor): _like(tensor, change) for tensor in _held(model)}
    # Each module has a dozen empty containers for hooks, which take most of the time of a copy.
    attributes = (value for module in model.modules() for value in vars(module).values())
    memo |= {id(value): type(value)() for value in attributes if type(value) in _CONTAINERS and not value}
    try:
        return evaluating(copy.deepcopy(model, memo))
    except Exception as error:
        raise MeasurementError(f"the model cannot be copied: {one_line_at(error)}") from error


def is_sparse(tensor: Tensor) -> bool:
    """Whether a tensor keeps some of its entries only."""
    return tensor.layout is not torch.strided and not tensor.is_nested


def _like(tensor: Tensor, change: Callable[[Tensor], Tensor]) -> Tensor:
    if is_lazy(tensor):
        made: Any = type(tensor)
        lazy: Tensor = made(device="cpu", dtype=tensor.dtype)
        return lazy
    changed = change(tensor)
    if tensor.grad_fn is not None:
        vars(changed)[KEPT] = True
    return nn.Parameter(changed, requires_grad=tensor.requires_grad) if isinstance(tensor, nn.Parameter) else changed
