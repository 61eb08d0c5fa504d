"""What a user calls from Python: names in, comparisons out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcost.theory.architecture import Architecture
from convcost.theory.book import find

if TYPE_CHECKING:
    from torch import nn

    from convcost.report.comparison import ComparisonReport


def compare(
    name: str, *, model: nn.Module | str | None = None, unit: str = "macs", **options: object
) -> ComparisonReport:
    """Hold the paper's formula of a network against fvcore's count of the real model, layer by layer.

    name     an architecture of the book ("mobilenet_v1")
    model    the model to measure: a module, "torchvision:NAME" or "timm:NAME"; by default the book's own
             choice, built at the same settings
    unit     "macs", or "flops" (two per multiply-accumulate, and every other operation once)
    options  the architecture's own: alpha, rho or resolution, batch, classes, variant …

    Raises ConvcostError (a ValueError) with one line of text for a name, an option or a value that is not
    there, and MeasurementError where the model cannot be built or run.
    """
    architecture = find(Architecture, name, "architecture")
    settings = architecture.settings(options)
    drawing = architecture.draw(settings)

    from convcost import models
    from convcost.compare.comparison import compare as compare_witnesses
    from convcost.measure.calls import capture
    from convcost.measure.fvcore import trace
    from convcost.report.comparison import ComparisonReport

    real = models.build(model or name, settings) if model is None or isinstance(model, str) else model
    comparison = compare_witnesses(drawing, capture(real, drawing.input_shape), trace(real, drawing.input_shape), unit)
    return ComparisonReport(comparison, options)
