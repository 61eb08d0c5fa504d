"""Whether a capture has seen all of a model's work: every tensor that it uses or returns comes from a call it has seen.

The modes of a capture see the operators of one thread. They see nothing of other threads, of NumPy and C, of code under
switched-off dispatch, and of products that an earlier run has kept. What these make is a tensor without a mark, or
comes back in place of numbers that have left PyTorch.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from itertools import chain
from types import FrameType, FunctionType, MethodType, ModuleType
from typing import Any, ParamSpec

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.utils._python_dispatch import _disable_current_modes, is_traceable_wrapper_subclass

from convcost.core.errors import innermost_place
from convcost.trace.aten import FILLS, MOVEMENT, DispatchMode, aten_name
from convcost.trace.copies import KEPT, Args, Kwargs, tensors

_ANOTHER_THREAD = "computes on another thread"
_HIDDEN = "calls {} where no capture sees it"
_OUTSIDE = "computes outside PyTorch, where numbers go by {}"
_NOT_MADE = "uses a tensor that no call of this run has made"
_NOT_WRITTEN = "uses elements that no call has written"

# What is noted of a tensor's memory: the capture in which it was made, and whether nothing or a constant is in it.
_MADE_IN, _HOLDS = "_convcost_made_in", "_convcost_holds"
_GIVEN = "given"  # made before any capture: the model's own, an input, a constant
_NOTHING, _CONSTANT, _RESULTS = "nothing", "a constant", "results"

_ARRAYS = (Tensor.numpy, Tensor.__array__, Tensor.__dlpack__, Tensor.data_ptr, Tensor.untyped_storage)
_NUMBERS = (Tensor.tolist, Tensor.item, Tensor.__float__)
_LEAVING: Mapping[object, str] = {f: f"Tensor.{f.__name__}" for f in (*_ARRAYS, *_NUMBERS)}
_NOT_WRITING = frozenset({"requires_grad_", "share_memory_", "rename_"})
_WRITING = frozenset(
    {"__setitem__", *(f"__i{name}__" for name in ("add", "sub", "mul", "truediv", "and", "or", "xor"))}
)
_ALLOCATIONS = frozenset({"empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided"})
# A number of Python's that reaches an operator as a tensor has one of these types.
_OF_PYTHON = frozenset({torch.bool, torch.int64, torch.float64, torch.complex128})
_MOST = 10
_P = ParamSpec("_P")
_NO_KWARGS: Kwargs = {}


@dataclass(frozen=True)
class Unseen:
    """Work that no capture sees: in which module, what it does, and the line of the user's code where there is one."""

    path: str
    what: str
    place: str = ""

    def __str__(self) -> str:
        where = f"module {self.path!r}" if self.path else "the model"
        return f"{where} {self.what}{f' ({self.place})' if self.place else ''}"


def _unnoticed(function: Callable[_P, None]) -> Callable[_P, None]:
    """Let a function ask tensors what they are, without those taking it for the model's doing who watch that."""

    @wraps(function)
    def asking(*args: _P.args, **kwargs: _P.kwargs) -> None:
        with torch._C.DisableTorchFunction():
            function(*args, **kwargs)

    return asking


class Origins:
    """Follows where a model's tensors come from; `found` is the work that was not seen, in order.

    path  gives the path of the module that is running
    """

    def __init__(self, model: nn.Module, path: Callable[[], str]) -> None:
        self.found: dict[Unseen, None] = {}
        self._path, self._thread, self._run = path, threading.get_ident(), object()
        self._caller: FrameType | None = None
        self._left = ""  # how numbers left PyTorch as an array
        self._left_at: tuple[str, str] | None = None
        self._leaving: list[tuple[Tensor, Tensor]] = []  # what left, and a copy
        self._read = 0  # how many did one by one
        self._lent = False  # whether NumPy or C may write where a constant stands
        self._filled = False  # whether memory was allocated or filled with a constant
        self._kept: list[Tensor] = []  # what the model keeps, whose memory is marked when that is needed
        for tensor in chain(model.parameters(), model.buffers()):
            vars(tensor)[_MADE_IN] = _GIVEN
            self._kept.append(tensor)
        self._kept += (tensor for tensor in _kept_besides(model) if not self._was_computed(tensor))

    def begin(self, given: object) -> None:
        """Take the tensors of inputs, nested freely, for known; who calls this runs the model."""
        self._caller = sys._getframe(1)
        for tensor in tensors(given):
            vars(tensor)[_MADE_IN] = _GIVEN
            self._kept.append(tensor)

    def state(self) -> tuple[Any, ...]:
        """Return what was found so far, for `back_to`."""
        return dict(self.found), self._left, self._left_at, self._read, self._lent, len(self._leaving)

    def back_to(self, state: tuple[Any, ...], outputs: object) -> None:
        """Forget what was found since then: these outputs are of one call, whose inside has a formula."""
        self.found, self._left, self._left_at, self._read, self._lent, leaving = state
        del self._leaving[leaving:]
        for tensor in _operands((outputs,), _NO_KWARGS):
            vars(tensor)[_MADE_IN] = _memory(tensor)[_MADE_IN] = self._run

    @_unnoticed
    def see_operands(self, func: OpOverload, args: Args, kwargs: Kwargs) -> None:
        """Check that the operands of an operator were made by calls that were seen."""
        for tensor in _operands(args, kwargs):
            made = vars(tensor).get(_MADE_IN)
            if made is not self._run and made is not _GIVEN:
                self._judge(tensor, func)
            if self._filled and _memory(tensor).get(_HOLDS) is _NOTHING and _reads(func, kwargs) and tensor.numel():
                self._note(_NOT_WRITTEN)

    @_unnoticed
    def see_results(self, func: OpOverload, args: Args, kwargs: Kwargs, output: object) -> None:
        """Note that what an operator gives was made, and what is in it."""
        filled = aten_name(func) in FILLS
        for tensor in _operands((output,), _NO_KWARGS):
            vars(tensor)[_MADE_IN] = self._run
            memory = _memory(tensor)
            if _MADE_IN not in memory:
                memory[_MADE_IN] = self._run
                if filled:
                    memory[_HOLDS] = _NOTHING if aten_name(func) in _ALLOCATIONS else _CONSTANT
                    self._filled = True
        if self._filled and func._schema.is_mutable:
            for tensor in _operands(args[:1], kwargs):
                _memory(tensor)[_HOLDS] = _CONSTANT if filled else _RESULTS

    def see_function(self, function: Any, args: Args, kwargs: Kwargs, output: object, dispatched: bool) -> None:
        """Check a public function that has returned; `dispatched` says whether it called an operator that was seen."""
        if function in _LEAVING:
            self._leave(args[0], function)
        elif not dispatched and not (isinstance(function, OpOverload) and _called_by_a_mode()):
            name = getattr(function, "__name__", "")
            writes = name in _WRITING or "out" in kwargs or (name.endswith("_") and not name.endswith("__"))
            made = isinstance(output, Tensor) and not self._knows(output)
            if made or (writes and name not in _NOT_WRITING):
                self._note(_HIDDEN.format(name))
                _memory(output if isinstance(output, Tensor) else args[0])[_MADE_IN] = self._run

    @_unnoticed
    def see_outputs(self, output: object) -> None:
        """Check what a module returns."""
        for tensor in tensors(output):
            if not self._knows(tensor):
                self._judge(tensor)

    @_unnoticed
    def finish(self, output: object) -> None:
        """Check what the model returns, objects of the user's own too."""
        for tensor in _within(output, Tensor):
            self.see_outputs(tensor)
            if _memory(tensor).get(_HOLDS) is _NOTHING and tensor.numel():
                self._note(_NOT_WRITTEN)
        if self._left and (self._lent or any(_computed(array) for array in _arrays(output))):
            self._note(_OUTSIDE.format(self._left), *(self._left_at or ()))
        self._caller = None

    def runs_elsewhere(self, path: str | None) -> bool:
        """Tell whether a module runs on another thread than the model, and note one of the model's."""
        elsewhere = threading.get_ident() != self._thread
        if elsewhere and path is not None:
            self._note(_ANOTHER_THREAD, path)
        return elsewhere

    def _leave(self, tensor: Tensor, function: Any) -> None:
        """Note that numbers leave PyTorch. Raises RuntimeError for a pointer to memory that is not there."""
        if tensor.is_meta and function is Tensor.data_ptr:
            raise RuntimeError("a tensor on the meta device has no memory to point to")
        if not (tensor.is_floating_point() or tensor.is_complex()) or not tensor.numel():
            return
        if function in _NUMBERS:
            self._read += tensor.numel()
        elif _memory(tensor).get(_HOLDS) in (_NOTHING, _CONSTANT):
            self._lent = True
        else:
            with _disable_current_modes():
                self._leaving.append((tensor.detach(), tensor.detach().clone()))
            self._left, self._left_at = self._left or _LEAVING[function], self._left_at or self._here()

    def _knows(self, tensor: Tensor) -> bool:
        while torch._C._functorch.is_functorch_wrapped_tensor(tensor):
            tensor = torch._C._functorch.get_unwrapped(tensor)
        known = (self._run, _GIVEN)
        if vars(tensor).get(_MADE_IN) in known:
            return True
        while self._kept:
            _memory(self._kept.pop())[_MADE_IN] = _GIVEN
        if _memory(tensor).get(_MADE_IN) in known:
            return True
        if is_traceable_wrapper_subclass(tensor):
            return all(self._knows(getattr(tensor, name)) for name in tensor.__tensor_flatten__()[0])
        return False

    def _was_computed(self, tensor: Tensor) -> bool:
        """Tell whether a tensor that this run has not made is the product of an earlier one."""
        made = _memory(tensor).get(_MADE_IN, _GIVEN)
        return tensor.grad_fn is not None or KEPT in vars(tensor) or made not in (self._run, _GIVEN)

    def _judge(self, tensor: Tensor, func: OpOverload | None = None) -> None:
        """Note a tensor that no call has made, unless it is a constant."""
        if self._knows(tensor):
            return
        said = self._unmade(tensor, func is not None and aten_name(func) == "lift_fresh")
        if said:
            self._note(said)
        _memory(tensor)[_MADE_IN] = self._run if said else _GIVEN

    def _unmade(self, tensor: Tensor, handed_over: bool) -> str:
        """Return what made a tensor that no call has; nothing for a constant."""
        if self._was_computed(tensor):
            return _NOT_MADE
        if handed_over or _lent_by_python(tensor):
            # Python and NumPy hand constants over, unless they may have computed them from what has left.
            if self._is_unchanged(tensor):
                return ""
            several = tensor.numel() > 1 and self._read > 1
            back = (self._left or several) and (tensor.is_floating_point() or tensor.is_complex())
            return _OUTSIDE.format(self._left or "Tensor.item or tolist") if back else ""
        if not (tensor.is_floating_point() or tensor.is_complex()):
            return ""  # the places of x[:, [0, 2]], or a mask
        a_number = tensor.dim() == 0 and tensor.dtype in _OF_PYTHON
        known = a_number or isinstance(tensor, nn.Parameter) or (len(self.found) < _MOST and _has_a_name(tensor))
        return "" if known else _NOT_MADE

    def _is_unchanged(self, tensor: Tensor) -> bool:
        """Tell whether a tensor has the memory of one that left PyTorch, and nothing has been written there."""
        with _disable_current_modes():
            start = tensor.untyped_storage().data_ptr()
            same = (pair for pair in self._leaving if pair[0].untyped_storage().data_ptr() == start)
            return any(torch.equal(now, then) for now, then in same)

    def _note(self, what: str, path: str | None = None, place: str = "") -> None:
        if len(self.found) < _MOST:
            running, line = self._here()
            self.found.setdefault(Unseen(running if path is None else path, what, place or line))

    def _here(self) -> tuple[str, str]:
        """Return the module that is running, and the line of the user's code."""
        return self._path(), innermost_place(sys._getframe(), outside=self._caller)

    @contextmanager
    def following_threads(self) -> Iterator[None]:
        """While active, thread pools run at once what this thread submits, and threads that it starts are watched."""
        submit, start = ThreadPoolExecutor.submit, threading.Thread.start

        def at_once(pool: ThreadPoolExecutor, function: Callable[..., object], /, *args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() != self._thread:
                return submit(pool, function, *args, **kwargs)
            future: Future[object] = Future()
            try:
                future.set_result(function(*args, **kwargs))
            except BaseException as error:
                future.set_exception(error)
            return future

        def watched(thread: threading.Thread) -> None:
            if threading.get_ident() == self._thread:
                note = partial(self._note, _ANOTHER_THREAD, self._path())
                vars(thread)["run"] = partial(_watched, thread.run, note, self)
            start(thread)

        replaced: Any = ((ThreadPoolExecutor, "submit", at_once, submit), (threading.Thread, "start", watched, start))
        for owner, name, new, _ in replaced:
            setattr(owner, name, new)
        try:
            yield
        finally:
            for owner, name, _, old in replaced:
                setattr(owner, name, old)


class _Elsewhere(DispatchMode):  # type: ignore[no-untyped-call]
    """Notes that another thread computes; what it only moves is no work."""

    def __init__(self, note: Callable[[], None], origins: Origins) -> None:
        super().__init__()
        self._note, self._origins = note, origins

    def __torch_dispatch__(
        self, func: OpOverload, types: object, args: Args = (), kwargs: Kwargs | None = None
    ) -> object:
        if not func.is_view and aten_name(func) not in MOVEMENT:
            self._note()
        output = func(*args, **(kwargs or {}))
        self._origins.see_results(func, args, kwargs or {}, output)
        return output


def _watched(run: Callable[[], None], note: Callable[[], None], origins: Origins) -> None:
    with _Elsewhere(note, origins):
        run()


def _memory(tensor: Tensor) -> dict[str, Any]:
    """Return the attributes of a tensor's memory, which its views share; of the tensor itself where it has none."""
    try:
        return vars(tensor.untyped_storage())
    except (NotImplementedError, RuntimeError):
        return vars(tensor)


def _operands(args: Args, kwargs: Kwargs) -> Iterator[Tensor]:
    for value in (*args, *kwargs.values()) if kwargs else args:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, tuple | list):
            for item in value:
                if isinstance(item, Tensor):
                    yield item


def _reads(func: OpOverload, kwargs: Kwargs) -> bool:
    """Tell whether an operator computes with all of its operands: `baddbmm(beta=0)` leaves one out."""
    return not (func._schema.is_mutable or func.is_view or aten_name(func) in MOVEMENT or kwargs.get("beta") == 0)


def _called_by_a_mode() -> bool:
    """Tell whether a mode of a capture calls the operator that is running: it has seen it."""
    callers = (sys._getframe(depth).f_globals.get("__name__", "") for depth in (3, 4, 5))
    return any(name.startswith("convcost.") for name in callers)


def _lent_by_python(tensor: Tensor) -> bool:
    """Tell whether a tensor's memory belongs to NumPy or another holder."""
    try:
        return tensor.device.type == "cpu" and not tensor.untyped_storage().resizable()
    except (NotImplementedError, RuntimeError):
        return False


def _has_a_name(tensor: Tensor) -> bool:
    """Tell whether a Python module or a class has a tensor by name, or a function as a default: it is a constant."""
    for holder in gc.get_referrers(tensor):
        if isinstance(holder, dict):
            module = sys.modules.get(str(holder.get("__name__")))
            if (module is not None and vars(module) is holder) or "__module__" in holder:
                return True
        elif isinstance(holder, tuple) and any(isinstance(owner, FunctionType) for owner in gc.get_referrers(holder)):
            return True
    return False


def _kept_besides(model: nn.Module) -> Iterator[Tensor]:
    """Give the tensors that the modules of a model keep, besides parameters and buffers."""
    kept = [
        value
        for module in model.modules()
        for name, value in vars(module).items()
        if type(value) not in _NUMBERS_AND_TEXTS and name not in _OF_MODULES
    ]
    return _within(kept, Tensor)


_OF_MODULES = frozenset(vars(nn.Module())) - {"_forward_hooks", "_forward_pre_hooks"}
_NUMBERS_AND_TEXTS = frozenset({int, float, bool, str, type(None)})
_PLAIN = (int, float, str, bytes, type(None), torch.dtype, torch.device, type, ModuleType, OpOverload)
_MOST_PARTS = 100_000


def _within(value: object, kind: type) -> Iterator[Any]:
    """Give all objects of a kind in a value: in its items, its attributes, and what its functions close over."""
    seen, left = set[int](), [value]
    while left and len(seen) < _MOST_PARTS:
        found = left.pop()
        if isinstance(found, kind):
            yield found
        elif not isinstance(found, _PLAIN) and id(found) not in seen:
            seen.add(id(found))
            left += _parts(found)


def _parts(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, tuple | list | set | frozenset):
        return list(value)
    if isinstance(value, partial):
        return [value.func, *value.args, *value.keywords.values()]
    if isinstance(value, MethodType):
        return [value.__func__, value.__self__]
    if isinstance(value, FunctionType):
        return [*_contents(value), *(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
    return list(vars(value).values()) if hasattr(value, "__dict__") else []


def _contents(function: FunctionType) -> Iterator[object]:
    """What a function closes over, of which a name may not be bound yet."""
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:
            continue


def _arrays(output: object) -> Iterator[Any]:
    numpy = sys.modules.get("numpy")
    return _within(output, numpy.ndarray) if numpy else iter(())


def _computed(array: Any) -> bool:
    """Tell whether an array of NumPy's is more than a view of a tensor's numbers."""
    while array.base is not None and type(array.base) is type(array):
        array = array.base
    return array.dtype.kind in "fc" and not isinstance(array.base, Tensor)
