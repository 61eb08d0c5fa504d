"""A model that is named: built without weights, and with them where it cannot run without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convcost.comparison.model import compare_model
from convcost.comparison.result import Comparison
from convcost.core.errors import MeasurementError
from convcost.models.reference import load
from convcost.trace.capture import capture
from convcost.trace.fvcore import traced_or_not
from convcost.trace.inputs import Inputs
from convcost.trace.probe import probed


def compare_module(model: Any, inputs: Any, unit: str = "macs") -> Comparison:
    """A module of PyTorch on these inputs (see `Inputs.of`); raises MeasurementError where it cannot run."""
    given = Inputs.of(inputs)
    return compare_model(capture(model, given), traced_or_not(model, given), given.specs, probed, unit)


def compare_reference(reference: str, arguments: Mapping[str, Any], inputs: Any, unit: str = "macs") -> Comparison:
    """The model of a reference, on these inputs or (None) those that its library declares.

    Raises MeasurementError where it cannot be built or run, or has no inputs.
    """
    loaded = load(reference, arguments)
    given = loaded.inputs if inputs is None else inputs
    if given is None:
        raise MeasurementError(loaded.note)
    try:
        return compare_module(loaded.module, given, unit)
    except MeasurementError:
        # What a model computes from its buffers while it runs needs their values.
        return compare_module(load(reference, arguments, initialised=True).module, given, unit)
