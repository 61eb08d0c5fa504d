"""Why the numbers of counters differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

    from convcost.report.referee import RefereeReport


def referee(
    model: str | nn.Module,
    *,
    inputs: Any = None,
    counters: Sequence[str | Callable[..., object]] | None = None,
    counter_unit: str = "macs",
    time_limit: float = 120,
    arguments: Mapping[str, Any] | None = None,
) -> RefereeReport:
    """Let counters count a model, and explain each number to the last unit.

    model       a module, or a reference as `compare` takes it (naming a module of yours runs its code)
    inputs      as `compare` takes them
    counters    names of counters (convcost conventions), and counters of yours: a function, or a text
                path/to/file.py:function or package.module:function, whose code is run. It is called with the model
                and its inputs (a tuple for `model(*inputs)`, a dict for `model(**inputs)`) and returns a whole
                number, (macs, params), or a dict of the numbers of modules, their children's left out, by path.
                By default all that are installed
    counter_unit  what counters of yours count: macs or flops, which are two per multiply-accumulate
    time_limit  seconds that a counter may take; each runs in a process of its own
    arguments   of a model reference: the factory's keyword arguments, the options of a network of the book

    A counter that is missing or fails is an account without a number. Raises ConvcostError with one line of text for
    a name that is not there, MeasurementError where the model cannot be built or run.
    """
    from convcost.comparison.refereeing.run import counted_model, referee_model
    from convcost.report.referee import RefereeReport

    what = counted_model(model, inputs, dict(arguments or {}))
    return RefereeReport(referee_model(what, counters, time_limit, counter_unit), what.name, what.inputs.specs)
