"""What a model costs, as a formula of its input's sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convcost.api.subject import called, loaded
from convcost.core.errors import DomainError

if TYPE_CHECKING:
    from torch import nn

    from convcost.report.derivation import DerivationReport
    from convcost.trace.derive import Checkable


def derive(
    model: str | nn.Module,
    *,
    inputs: Any = None,
    symbols: Sequence[str] | None = None,
    arguments: Mapping[str, Any] | None = None,
    **options: object,
) -> DerivationReport:
    """What a model costs as a function of its input's sizes, from one symbolic trace of it.

    model      a module, in any mode, or a reference as `compare` takes it (naming a module of yours runs its code)
    inputs     as `compare` takes them; in a shape, a name stands for an open size: ("B", 3, "H", "W")
    symbols    names of the open sizes where `inputs` names none: batch, then spatial axes; the same name twice is
               one size. By default B, H and W of an image, B and L of a sequence
    arguments  of a model reference: the factory's keyword arguments
    options    of a network of the book: alpha, depth …

    The result has `macs`, `activations` and `peak` as SymPy expressions and `parameters`, `domain` in words,
    `to_latex()`, and `function(metric)`, which is exact and fast on ints and NumPy arrays.

    Raises ConvcostError with one line of text for what is not there; MeasurementError where the model cannot be
    run, or what it does depends on the values of its sizes.
    """
    return report_of(derivation(model, inputs=inputs, symbols=symbols, arguments=arguments, **options))


def report_of(checkable: Checkable, per: str = "total", points: Sequence[Mapping[str, int]] = ()) -> DerivationReport:
    """The report of a derivation, with its values at some sizes."""
    from convcost.explore.evaluated import evaluate, own_input
    from convcost.report.derivation import DerivationReport

    return DerivationReport(checkable.derived, per, evaluate(checkable, points, per), own_input(checkable))


def derivation(
    model: str | nn.Module,
    *,
    inputs: Any = None,
    symbols: Sequence[str] | None = None,
    arguments: Mapping[str, Any] | None = None,
    **options: object,
) -> Checkable:
    """The same, with the model at hand for checks at single sizes."""
    from convcost.trace.derive import Checkable

    if isinstance(model, str):
        real, own = loaded(model, arguments, options)
    else:
        real, own = model, None
    given = own if inputs is None else inputs
    if given is None:
        raise DomainError(f"{called(model)} does not say what it takes; give an input's shape, such as B,3,H,W")
    return Checkable.of(real, given, symbols, called(model))
