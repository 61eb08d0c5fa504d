"""A referee run: capture, trace and the counters' own processes, from a module or a reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from convcost.comparison.fvcore_counts import measured_calls, products_of_sizes
from convcost.comparison.published.reading import IMAGES
from convcost.comparison.refereeing.against import ReadNumber, readings_of_number
from convcost.comparison.refereeing.explanation import RefereeRun, referee
from convcost.core.errors import DomainError, MeasurementError
from convcost.core.op_call import OpCall
from convcost.core.parsing import LIBRARIES, ModelReference
from convcost.core.spec import TensorSpec
from convcost.models.loading import inputs_of, load
from convcost.models.user_code import importing
from convcost.trace.call_sites import capture_call_sites
from convcost.trace.capture import Capture
from convcost.trace.copies import Inputs
from convcost.trace.counters import Counter, Function, counter, counters, from_function, from_reference
from convcost.trace.counters.sandbox import SECONDS, CounterRun, run
from convcost.trace.fvcore import trace_fvcore

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class CountedModel:
    """A model and the inputs that it is counted on; `anew` builds it with the values of its buffers."""

    module: Any
    inputs: Inputs
    name: str
    anew: Callable[[], Any] | None = None

    @property
    def batch(self) -> int:
        """The first size of the only positional input; 1 where there is another, as ptflops has it."""
        specs = self.inputs.specs
        single = len(specs) == 1 and len(self.inputs.args) == 1 and specs[0].shape
        return specs[0].shape[0] if single else 1


def counted_model(model: nn.Module | ModelReference, inputs: object) -> CountedModel:
    """Return a module with its inputs, or the model of a reference on its own or those that its library declares.

    Raises MeasurementError where it cannot be built or has no inputs.
    """
    if not isinstance(model, ModelReference):
        if inputs is None:
            raise MeasurementError(f"{type(model).__name__} does not say what it takes; give an input's shape")
        return CountedModel(model, Inputs.of(inputs), type(model).__name__)
    loaded = load(model)
    given = Inputs.of(inputs_of(model, loaded, inputs))
    return CountedModel(loaded.module, given, model.text, lambda: load(model, initialised=True).module)


def _captured(what: CountedModel) -> tuple[CountedModel, Capture]:
    """Return what a model calls; one that computes from its buffers while it runs is built with their values."""
    try:
        return what, capture_call_sites(what.module, what.inputs)
    except MeasurementError:
        if what.anew is None:
            raise
        other = replace(what, module=what.anew(), anew=None)
        return other, capture_call_sites(other.module, other.inputs)


def chosen(wanted: Sequence[str | Function] | None, unit: str = "macs") -> list[Counter]:
    """Return the counters that are wanted, in their order; of None all that are installed.

    wanted  names of counters; path/to/file.py:function or package.module:function, and functions, for the user's own
    unit    what the user's own count: macs or flops

    Raises UnknownNameError with the near names, DomainError where two have one name.
    """
    if wanted is None:
        return [found for found in counters().values() if found.version() is not None]
    found = [_counter(one, unit) for one in dict.fromkeys(wanted)]
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise DomainError(f"two counters are called {name!r}; give each a name of its own")
    return found


def _counter(wanted: str | Function, unit: str) -> Counter:
    if not isinstance(wanted, str):
        return from_function(wanted, unit)
    if ":" not in wanted and not wanted.endswith(".py"):
        return counter(wanted)
    return from_reference(wanted, partial(importing, what="function"), unit)


def referee_model(
    what: CountedModel,
    counters: Sequence[str | Function] | None = None,
    limit: float = SECONDS,
    unit: str = "macs",
) -> RefereeRun:
    """Let the counters count, and explain their numbers; they and the unit are those of `chosen`."""
    wanted = chosen(counters, unit)
    prepare(wanted)
    what, found = _captured(what)
    ran = run(wanted, what.module, what.inputs, limit)
    return explain(what, found, ran)


def explain(what: CountedModel, found: Capture, ran: Iterable[CounterRun]) -> RefereeRun:
    """Explain what counters printed for a model, from its calls and a torch.jit trace of it."""
    trace = trace_fvcore(what.module, what.inputs, found)
    traced = [measured.call for measured in measured_calls(found.calls, trace)]
    return referee(traced, ran, what.batch, products_of_sizes(found.calls, trace))


def prepare(wanted: Sequence[Counter]) -> None:
    """Import torchvision for the counters that do: its compiled operators may not load beside this torch."""
    from convcost.models.torchvision_and_timm import library

    if any(one.module in _IMPORT_TORCHVISION for one in wanted):
        try:
            library(LIBRARIES[0])
        except MeasurementError:
            return  # it is not installed, and they do without


_IMPORT_TORCHVISION = ("ptflops", "calflops")


def explain_number(what: CountedModel, text: str) -> ReadNumber:
    """Return what a printed number of this model can mean."""
    what, found = _captured(what)
    return readings_of_number(text, found.calls, _images(what))


def _images(what: CountedModel) -> dict[int, Callable[[], Sequence[OpCall]]]:
    """Return the calls at the other sides that images are met with, of a model that takes one square image."""
    specs = what.inputs.specs
    if len(specs) != 1 or len(what.inputs.args) != 1 or len(specs[0].shape) != 4:
        return {}
    batch, channels, height, width = specs[0].shape
    if height != width:
        return {}

    def at(side: int) -> Callable[[], Sequence[OpCall]]:
        inputs = Inputs((TensorSpec((batch, channels, side, side), specs[0].dtype),))
        return lambda: capture_call_sites(what.module, inputs).calls

    return {side: at(side) for side in IMAGES if side != height}
