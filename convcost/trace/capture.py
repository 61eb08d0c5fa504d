"""Every operator call of a model, in order: which module makes it, on which shapes, with which settings."""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode

from convcost.core.errors import ConvcostError, MeasurementError, one_line_at
from convcost.core.kinds import MODULE, checked
from convcost.core.one_at_a_time import one_at_a_time
from convcost.core.op_call import COMPLEX, CallSite, OpCall, Sizes
from convcost.core.own_formulas import OWN
from convcost.core.prints import heard_if_done, silent
from convcost.core.record import Operator
from convcost.core.registry import records
from convcost.trace.aten import CONVOLUTIONS, FILLS, LOOKUPS, MOVEMENT, DispatchMode, aten_name, moves, traced_name
from convcost.trace.averages import AverageFollower, AverageSteps
from convcost.trace.binders import BINDERS, FUNCTIONS
from convcost.trace.binders.arguments import Arguments, Binding
from convcost.trace.binders.products import higher_order
from convcost.trace.binders.rearrangement import RESHAPING
from convcost.trace.copies import (
    Args,
    Inputs,
    Kwargs,
    as_written,
    evaluating,
    for_another_process,
    on_cpu,
    tensors,
    weightless,
    with_elements,
    without_lazy_modules,
)
from convcost.trace.doubts import ASKS_WHERE, Doubts
from convcost.trace.forms import needed_form
from convcost.trace.meta_kernels import MetaKernels
from convcost.trace.modules import ModuleRun, module_runs
from convcost.trace.own_functions import bound_by_own, own_functions_as_calls
from convcost.trace.ownership import Ownership, is_layer
from convcost.trace.process import FORKS, in_process
from convcost.trace.unseen import Origins, Unseen
from convcost.trace.values import OTHER_FILLS, ValueDependence, ValueReads

# Composites that a torch.jit trace does not name: their parts stand there by themselves.
_NOT_TRACED = frozenset(f"aten::{cell}_cell" for cell in ("lstm", "gru", "rnn_tanh", "rnn_relu"))


running: list[str] = []
"""The public functions that are running, outermost first, while `call_sites` notes them; each call keeps them."""


@dataclass(frozen=True)
class Capture:
    """All calls of a model for one input, its number of parameters (shared ones once), and all names seen.

    `seen` are the names of every operator in a torch.jit trace, of views and copies too; `modules` are those of the
    model, in the order of its tree. `averages` are steps between calls that may average whole maps. `doubts` say why
    a trace on the meta device might not be one on the CPU, and `reads_sizes` whether the model reads the size of a
    tensor. `inputs` are those that it was run on, and `dependence` says whether their values decided. `unseen` is work
    of the model that no call stands for.
    """

    calls: tuple[OpCall, ...]
    parameters: int
    seen: frozenset[str]
    modules: tuple[ModuleRun, ...] = ()
    averages: tuple[AverageSteps, ...] = ()
    doubts: tuple[str, ...] = ()
    reads_sizes: bool = False
    unseen: tuple[Unseen, ...] = ()
    inputs: Inputs = field(default_factory=Inputs)
    dependence: ValueDependence | None = None

    @property
    def macs(self) -> int:
        """Multiply-accumulates of all products that have a formula."""
        return sum(int(call.macs) for call in self.calls)

    def with_averages(self) -> Capture:
        """Return the same, where the calls that average whole maps say so; that takes a run of their steps."""
        calls = [_looked_at(call) for call in self.calls]
        for average in self.averages:
            *before, last = average.calls
            maps = () if any(calls[number].site.averaged_maps for number in before) else average.maps()
            for number in average.calls if maps else ():
                averaged = maps if number == last else ()
                site = replace(calls[number].site, averaged_maps=averaged, average_ends_at=last)
                calls[number] = replace(calls[number], site=site)
        return replace(self, calls=tuple(calls))


def _looked_at(call: OpCall) -> OpCall:
    """Return the call that averages nothing, unless that was looked at before."""
    return replace(call, site=replace(call.site, averaged_maps=call.site.averaged_maps or ()))


SECONDS = 600.0
"""How long a model may run that cannot be copied."""


@checked(model=MODULE)
@one_at_a_time
def capture(model: nn.Module, inputs: object) -> Capture:
    """Run a meta copy of the model and record its operator calls.

    model   a module in any mode; it is left as it was
    inputs  a shape, a tensor, a tuple of these or a dict of keyword arguments (see `Inputs.of`)

    The copy runs in evaluation mode on the meta device, below autograd: there the composite operators (conv2d,
    linear, layer_norm) arrive whole, as the model wrote them, and transformers do not take the native path that
    hides their insides. Where an operator has no meta kernel a copy runs on the CPU. A model that cannot be copied,
    or whose copy would run the model itself, runs in a process of its own. Raises MeasurementError if the model
    cannot run.
    """
    given = Inputs.of(inputs)
    full = without_lazy_modules(model, given)
    try:
        copied = weightless(full)
    except MeasurementError:
        if not FORKS:
            raise
        return in_process(partial(_captured_itself, for_another_process(full), given), SECONDS)
    try:
        with heard_if_done():
            return _as_on_the_cpu(_captured(copied, given, "meta"), full, given)
    except (Exception, SystemExit) as on_meta:
        try:
            return _by_values(partial(on_cpu, full), given)
        except (Exception, SystemExit) as error:
            if isinstance(on_meta, MeasurementError):
                raise on_meta from None
            raise _cannot_run(error, full, given) from error


_QUICK = 10**8


def _as_on_the_cpu(found: Capture, model: nn.Module, inputs: Inputs) -> Capture:
    """Return what a model does on the CPU, if it asks for the device, does more or less there, and is soon run."""
    if ASKS_WHERE not in found.doubts or found.parameters + sum(call.macs for call in found.calls) > _QUICK:
        return found
    with suppress(Exception, SystemExit), silent():
        there = _by_values(partial(on_cpu, model), inputs)
        if [call.macs for call in there.calls if call.macs] != [call.macs for call in found.calls if call.macs]:
            return there
    return found


def _captured_itself(model: nn.Module, inputs: Inputs) -> Capture:
    """Capture the user's own model; in a process of its own nothing that it changes is the user's."""
    try:
        found = _by_values(partial(evaluating, with_elements(model)), inputs)
    except (Exception, SystemExit) as error:
        raise _cannot_run(error, model, inputs) from error
    return replace(found.with_averages(), averages=())  # whose steps are functions that no process can send


def _cannot_run(error: BaseException, model: nn.Module, inputs: Inputs) -> MeasurementError:
    said = f"{one_line_at(error)}{needed_form(error, model, inputs)}"
    return MeasurementError(f"the model cannot run on an input of {inputs}: {said}")


def _captured_on_cpu(model: nn.Module, inputs: Inputs) -> Capture:
    """Capture with values; and once more with autograd if that fails, as the model may ask for gradients."""
    try:
        return _captured(model, inputs, "cpu")
    except (Exception, SystemExit) as error:
        try:
            return _captured(model, inputs, "cpu", with_autograd=True)
        except (Exception, SystemExit):
            raise error from None


def capture_with_weights(model: nn.Module, inputs: object) -> Capture:
    """Capture a copy with the values of its parameters, of which each product notes how many are not zero.

    Raises MeasurementError if the model cannot run, or its weights have no values.
    """
    given = Inputs.of(inputs)
    full = without_lazy_modules(model, given)
    if any(parameter.is_meta for parameter in full.parameters()):
        raise MeasurementError("the model's weights have no values, so none of them are known to be zero")
    try:
        return _captured_on_cpu(on_cpu(full), given)
    except (Exception, SystemExit) as error:
        raise _cannot_run(error, full, given) from error


def _by_values(make: Callable[[], nn.Module], given: Inputs) -> Capture:
    """Capture with values; where they decide, other ones say what they cost, or run where zeros do not."""
    others = [given.filled(fill) for fill in OTHER_FILLS] if given.defaults else []
    try:
        found = _captured_on_cpu(make(), given)
    except (Exception, SystemExit):
        for other in others:
            with suppress(Exception, SystemExit):
                on_others = _captured_on_cpu(make(), other)
                if on_others.dependence:
                    return on_others
        raise
    if found.dependence and others:
        with suppress(Exception, SystemExit), silent():
            macs = _captured_on_cpu(make(), others[0]).macs
            dependence = replace(found.dependence, other_values=others[0].values, other_macs=macs)
            return replace(found, dependence=dependence)
    return found


def _captured(copied: nn.Module, inputs: Inputs, device: str, with_autograd: bool = False) -> Capture:
    args, kwargs = inputs.on(device, copied)
    with recording(copied, MetaKernels(), with_autograd=with_autograd) as recorder:
        recorder.values.begin((args, kwargs))
        recorder.origins.begin((args, kwargs))
        recorder.origins.finish(copied(*args, **kwargs))
    calls = tuple(map(_evaluated, recorder.calls))
    modules = module_runs(copied, recorder.outputs, recorder.begun)
    parameters = sum(p.numel() for p in copied.parameters())
    doubts = () if device == "meta" else ("the model does not run on the meta device",)
    return Capture(
        calls,
        parameters,
        frozenset(recorder.seen),
        modules,
        averages=tuple(recorder.averages.found),
        doubts=(*doubts, *recorder.doubts.found),
        reads_sizes=recorder.doubts.reads_sizes,
        unseen=tuple(recorder.origins.found),
        inputs=inputs,
        dependence=recorder.values.dependence(inputs.values),
    )


def _evaluated(call: OpCall) -> OpCall:
    """Return the call with its cost; one that is outside its formula's domain has no formula."""
    try:
        return call.evaluated()
    except ConvcostError:
        empty = any(0 in shape for shape in call.shapes)
        return _of_nothing(call) if empty else replace(call, operator=None)


def _of_nothing(call: OpCall) -> OpCall:
    """Return a call with an operand without elements: the domain is of sizes from 1, but the formula holds at 0."""
    try:
        found = call.evaluated(lambda operator, inputs, hyper: operator.unchecked(*inputs, **hyper))
    except (ConvcostError, ArithmeticError):
        return replace(call, operator=None)
    return found if found.result and found.result.shape == call.output else replace(call, operator=None)


@contextmanager
def recording(
    copied: nn.Module, *kernels: AbstractContextManager[object], with_autograd: bool = False
) -> Iterator[Recorder]:
    """While active, the operator calls of a model's copy are recorded, and `kernels` answer them.

    Unless the model is `with_autograd` while it runs, autograd is passed by, so that composite operators arrive whole.
    """
    recorder = Recorder(copied)
    with warnings.catch_warnings(), torch.random.fork_rng(devices=()), as_written(), ExitStack() as stack:
        warnings.simplefilter("ignore")  # the model's user hears them when running it
        stack.enter_context(nullcontext() if with_autograd else torch._C._AutoDispatchBelowADInplaceOrView())
        own = own_functions_as_calls(recorder.so_far, recorder.keep_instead)
        following = recorder.origins.following_threads(), recorder.following_modules()
        for context in (torch.enable_grad(), *kernels, *following, own, recorder, _Whole(recorder)):
            stack.enter_context(context)
        yield recorder
        recorder.settle()


class Recorder(DispatchMode):  # type: ignore[no-untyped-call]
    """Keeps the calls that are made while it is active, their costs not yet evaluated."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.calls: list[OpCall] = []
        self.seen: set[str] = set()
        self._paths = {module: path for path, module in model.named_modules()}
        # The runs of modules that are going on: the module's path, and how many runs of it came before.
        self._forwards = [("", 0)]
        self.begun: Counter[str] = Counter()
        self.outputs: dict[str, Sizes] = {}
        self._within = ""
        self._operators = records(Operator)
        self._owned = Ownership(model)
        self.doubts = Doubts(model)
        self.values = ValueReads()
        self.averages = AverageFollower()
        self.origins = Origins(model, lambda: self.module)
        self.operators = 0

    @property
    def module(self) -> str:
        """The path of the module that is running."""
        return self._forwards[-1][0]

    @contextmanager
    def following_modules(self) -> Iterator[None]:
        """While active, calls are recorded under the module whose forward runs."""

        def enter(module: nn.Module, _: object) -> None:
            path = self._paths.get(module)
            if self.origins.runs_elsewhere(path):
                return
            if path is None:
                self._forwards.append(self._forwards[-1])
            else:
                self._forwards.append((path, self.begun[path]))
                self.begun[path] += 1

        def leave(module: nn.Module, _: object, output: object) -> None:
            if self.origins.runs_elsewhere(self._paths.get(module)):
                return
            self.origins.see_outputs(output)
            self._forwards.pop()
            first = next(tensors(output), None)
            if module in self._paths and first is not None:
                self.outputs[self._paths[module]] = tuple(first.shape)

        with register_module_forward_pre_hook(enter), register_module_forward_hook(leave, always_call=True):
            yield

    def __torch_dispatch__(
        self, func: OpOverload, types: object, args: Args = (), kwargs: Kwargs | None = None
    ) -> object:
        kwargs = kwargs or {}
        if not isinstance(func, OpOverload):
            return self._see_higher_order(func, args, kwargs)
        name = aten_name(func)
        self.seen.add(traced_name(func))
        self.operators += 1
        self.doubts.see_operator(func)
        self.origins.see_operands(func, args, kwargs)
        arguments = Arguments.of(func, args, kwargs)
        self.values.see_operator(func, arguments, self.module)
        binder = BINDERS.get(name)
        own = OWN.get(func._schema.name) if binder is None else None
        if binder is None and own is None and name not in MOVEMENT:
            result = self._decompose(func, args, kwargs)
            if result is not NotImplemented:
                return result
        output = func(*args, **kwargs)
        self.origins.see_results(func, args, kwargs, output)
        outputs = list(output) if isinstance(output, tuple | list) else [output]
        self.values.follow(func, arguments, outputs)
        if own is not None:
            bound = bound_by_own(own, arguments, outputs)
        elif binder is not None and not (name in RESHAPING and self._owned.made_of(arguments)):
            bound = binder(arguments)
        elif moves(func, arguments) or name in RESHAPING:
            self.averages.follow(func, args, kwargs, output, None)
            self._owned.follow({} if name in FILLS else arguments, outputs, whole=name in LOOKUPS)
            return output
        else:
            bound = Binding(None, tuple(tuple(v.shape) for v in arguments.values() if isinstance(v, Tensor)))
        shown = self._within or traced_name(func)
        self.averages.follow(func, args, kwargs, output, len(self.calls))
        self.keep(shown, bound, outputs, arguments, "" if shown == traced_name(func) else shown)
        return output

    def _see_higher_order(self, func: Any, args: Args, kwargs: Kwargs) -> object:
        """Keep the call of an operator that takes functions, such as flex_attention, as one."""
        output = func(*args, **kwargs)
        outputs = list(output) if isinstance(output, tuple | list) else [output]
        name = f"higher_order::{func.name()}"
        self.seen.add(name)
        self.doubts.found[f"it calls {name}, which torch.jit does not know"] = None
        arguments = Arguments({str(number): value for number, value in enumerate((*args, *kwargs.values()))})
        self.keep(name, higher_order(func.name(), args), outputs, arguments)
        return output

    def _weights_kept(self, bound: Binding, arguments: Arguments) -> tuple[int, int] | None:
        weight = self._owned.weight_among(arguments) if bound.operator in _BILINEAR else None
        if weight is None or weight.is_meta or not weight.numel():
            return None
        return int(torch.count_nonzero(weight)), weight.numel()

    def so_far(self) -> tuple[int, Any, Any]:
        """Return how many calls there are, which parameters they have left, and what work was not seen."""
        return len(self.calls), self._owned.state(), self.origins.state()

    def keep_instead(
        self, since: tuple[int, Any, Any], aten: str, bound: Binding, outputs: Sequence[object], arguments: Arguments
    ) -> None:
        """Keep one call in place of those that were made since, which are its inside."""
        before, left, unseen = since
        del self.calls[before:]
        self.origins.back_to(unseen, outputs)
        self.averages.forget(before)
        self._owned.back_to(left)
        self.keep(aten, bound, outputs, arguments)

    def take_for_outer(self, since: int) -> None:
        """Take element-wise products for outer ones, which vmap makes of them: columns times rows."""
        for number, call in enumerate(self.calls[since:], since):
            if call.name == "mul":
                left, right = call.inputs
                rows = right if len(right) > 1 else (1, *right)
                self.calls[number] = replace(call, operator=self._operators["matmul"], inputs=(left, rows))

    def settle(self) -> None:
        """Let calls use the parameters that they compute something of which no call takes."""
        for number, parameters in self._owned.never_taken().items():
            number = min(number, len(self.calls) - 1)  # it may stand within a function that is one call now
            call = self.calls[number]
            self.calls[number] = replace(call, parameters=call.parameters + parameters)

    def _decompose(self, func: OpOverload, args: Args, kwargs: Kwargs) -> object:
        """Let what a composite operator calls stand under the composite's name, as in a torch.jit trace."""
        outer = self._within
        self._within = outer or ("" if func._schema.name in _NOT_TRACED else traced_name(func))
        try:
            with self:
                return func.decompose(*args, **kwargs)
        finally:
            self._within = outer

    def keep(
        self, aten: str, bound: Binding, outputs: Sequence[object], arguments: Arguments, hidden_by: str = ""
    ) -> None:
        """Keep a call of the module that is running, which uses the parameters among its arguments."""
        path, forward = self._forwards[-1]
        output = next(iter(outputs), None)
        shape = tuple(output.shape) if isinstance(output, Tensor) else ()
        first = next((value for value in arguments.values() if isinstance(value, Tensor)), None)
        self.calls.append(
            OpCall(
                path=path,
                operator=bound.record or (self._operators[bound.operator] if bound.operator else None),
                aten=aten,
                inputs=bound.inputs,
                hyper=bound.hyper if bound.operator else {},
                output=(1, *shape) if bound.unbatched else shape,
                parameters=self._owned.used(arguments, outputs, len(self.calls), is_layer(bound.hyper)),
                block=path.partition(".")[0],
                site=CallSite(
                    forward=forward,
                    functions=tuple(running),
                    unbatched=bound.unbatched,
                    contiguous=first is None or first.layout is not torch.strided or first.is_contiguous(),
                    hidden_by=hidden_by,
                    number=_number(tensors(arguments)),
                    weights_kept=self._weights_kept(bound, arguments),
                    element_size=output.element_size() if isinstance(output, Tensor) else 0,
                ),
            )
        )


_BILINEAR = frozenset({*CONVOLUTIONS, "linear", "matmul", "mm", "bmm", "mv", "addmm", "baddbmm", "addmv"})
"""Products of two operands, each element of which takes part in as many multiply-accumulates."""

_OUTER = frozenset({torch.outer, torch.ger, Tensor.outer, Tensor.ger})

_NARROW = {torch.int8: "int8", torch.uint8: "int8", torch.qint8: "int8", torch.quint8: "int8"}


def _number(operands: Iterator[Tensor]) -> str:
    """Return the kind of number that an operator works on where it is no floating-point one."""
    types = [tensor.dtype for tensor in operands]
    if any(dtype.is_complex for dtype in types):
        return COMPLEX
    return next((_NARROW[dtype] for dtype in types[:2] if dtype in _NARROW), "")


class _Whole(TorchFunctionMode):
    """Puts one call in place of the operators that PyTorch's Python spells a function with."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder

    def __torch_function__(
        self, func: Callable[..., object], types: object, args: Args = (), kwargs: Kwargs | None = None
    ) -> object:
        kwargs = kwargs or {}
        if sys._getframe(1).f_globals.get("__name__", "").startswith("convcost.trace."):
            return func(*args, **kwargs)  # a capture asks, not the model
        before = self._recorder.so_far() if func in FUNCTIONS else None
        operators = self._recorder.operators
        self._recorder.doubts.see_function(func)
        self._recorder.values.see_function(func, args, self._recorder.module)
        number = len(self._recorder.calls)
        output = func(*args, **kwargs)
        self._recorder.origins.see_function(func, args, kwargs, output, self._recorder.operators > operators)
        if func in _OUTER:
            self._recorder.take_for_outer(number)
        if before is not None:
            arguments = Arguments.of_function(func, args, kwargs)
            bound = FUNCTIONS[func](arguments)
            self._recorder.keep_instead(before, f"aten::{bound.operator}", bound, [output], arguments)
        return output


HANDED_ON = _Whole.__torch_function__.__code__
"""The code that every public function's call passes through while a model is captured."""
