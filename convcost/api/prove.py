"""A paper's formula and a real model: one function, or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convcost.api.subject import called, real_model
from convcost.core.architecture import Architecture
from convcost.core.registry import find

if TYPE_CHECKING:
    from torch import nn

    from convcost.report.proof import ProofReport


def prove(
    name: str,
    *,
    model: nn.Module | str | None = None,
    arguments: Mapping[str, Any] | None = None,
    **options: object,
) -> ProofReport:
    """Decide whether a paper's formula and a real model are one function of batch size, height and width.

    name       an architecture of the book
    model      the model to trace, as in `compare`; by default the book's own choice
    arguments  of a reference to a model of yours: the factory's keyword arguments
    options    the architecture's own, but for batch and image, which are left open. Where the paper has numbers
               for several width multipliers and `alpha` is not given, there is a proof for each of them.

    Raises ConvcostError for a name, an option or a value that is not there, MeasurementError where the model cannot
    be built or traced, and UndecidableError where an expression is outside the class that can be decided.
    """
    from convcost.symbolic.image_form import image_form

    architecture = find(Architecture, name, "network")
    image_form(architecture, options)  # a wrong option is an error before torch is imported

    from convcost.comparison.proof import prove_derived
    from convcost.report.proof import Case, ProofReport
    from convcost.trace.derive import derive

    wanted = name if model is None else model
    multipliers = next((o.published for o in architecture.options if o.name == "alpha"), ())
    one = "alpha" in options or not multipliers or not isinstance(wanted, str)
    cases = []
    for given in [options] if one else [{"alpha": alpha, **options} for alpha in multipliers]:
        form = image_form(architecture, given)
        real = real_model(wanted, architecture.settings(given), arguments)
        cases.append(Case(given, prove_derived(form, derive(real, form.input))))
    return ProofReport(architecture, called(wanted), tuple(cases))
