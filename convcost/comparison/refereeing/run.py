"""Hearing a model's counters: capture, trace and the counters' own processes, from a module or a reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from convcost.comparison.published.reading import IMAGES
from convcost.comparison.refereeing.against import Against, against
from convcost.comparison.refereeing.explanation import Refereed, referee
from convcost.comparison.refereeing.traced import traced
from convcost.comparison.refereeing.uses import uses
from convcost.core.errors import MeasurementError
from convcost.core.parsing import LIBRARIES
from convcost.core.spec import TensorSpec
from convcost.core.use import Use
from convcost.models.loading import load
from convcost.trace.call_sites import Written, written
from convcost.trace.counters import Counter, counter, counters
from convcost.trace.counters.sandbox import LIMIT, run
from convcost.trace.fvcore import traced_or_not
from convcost.trace.inputs import Inputs


@dataclass(frozen=True)
class Subject:
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


def subject(model: Any, inputs: Any, arguments: Mapping[str, Any]) -> Subject:
    """A module with its inputs, or the model of a reference on those that its library declares.

    Raises MeasurementError where it cannot be built or has no inputs.
    """
    if not isinstance(model, str):
        if inputs is None:
            raise MeasurementError(f"{type(model).__name__} does not say what it takes; give an input's shape")
        return Subject(model, Inputs.of(inputs), type(model).__name__)
    loaded = load(model, arguments)
    given = loaded.inputs if inputs is None else inputs
    if given is None:
        raise MeasurementError(loaded.note)
    return Subject(loaded.module, Inputs.of(given), model, lambda: load(model, arguments, initialised=True).module)


def _written(what: Subject) -> tuple[Subject, Written]:
    """How a model writes its calls; one that computes from its buffers while it runs is built with their values."""
    try:
        return what, written(what.module, what.inputs)
    except MeasurementError:
        if what.anew is None:
            raise
        other = replace(what, module=what.anew(), anew=None)
        return other, written(other.module, other.inputs)


def chosen(names: Sequence[str] | None) -> list[Counter]:
    """The counters of these names, in their order; of no names all that are installed.

    Raises UnknownNameError with the near names.
    """
    if names is None:
        return [found for found in counters().values() if found.version() is not None]
    return [counter(name) for name in dict.fromkeys(names)]


def heard(what: Subject, names: Sequence[str] | None = None, limit: float = LIMIT) -> Refereed:
    """Let the counters count, and take their numbers apart."""
    wanted = chosen(names)
    prepare(wanted)
    what, found = _written(what)
    trace = traced(found.capture.calls, traced_or_not(what.module, what.inputs))
    ran = run(wanted, what.module, what.inputs, limit)
    return referee(found.capture.calls, found.owners, ran, what.batch, trace)


def prepare(wanted: Sequence[Counter]) -> None:
    """Import torchvision for the counters that do: its compiled operators may not load beside this torch."""
    from convcost.models import _zoo

    if any(one.module in _IMPORT_TORCHVISION for one in wanted):
        try:
            _zoo.library(LIBRARIES[0])
        except MeasurementError:
            return  # it is not installed, and they do without


_IMPORT_TORCHVISION = ("ptflops", "calflops")


def held_against(what: Subject, text: str) -> Against:
    """What a printed number of this model can mean."""
    what, found = _written(what)
    return against(text, _uses(found), _images(what))


def _uses(found: Written) -> list[Use]:
    return uses(found.capture.calls, found.owners)[0]


def _images(what: Subject) -> dict[int, Callable[[], list[Use]]]:
    """The calls at the other sides that images are met with, of a model that takes one square image."""
    specs = what.inputs.specs
    if len(specs) != 1 or len(what.inputs.args) != 1 or len(specs[0].shape) != 4:
        return {}
    batch, channels, height, width = specs[0].shape
    if height != width:
        return {}

    def at(side: int) -> Callable[[], list[Use]]:
        inputs = Inputs((TensorSpec((batch, channels, side, side), specs[0].dtype),))
        return lambda: _uses(written(what.module, inputs))

    return {side: at(side) for side in IMAGES if side != height}
