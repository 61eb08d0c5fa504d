"""Design questions from Python: sweep a network's settings, verify some, solve for a budget, tell what changed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from convcost.core.architecture import Architecture
from convcost.core.errors import DomainError
from convcost.core.registry import find

if TYPE_CHECKING:
    from convcost.report.comparison import ComparisonReport
    from convcost.report.difference import DifferenceReport
    from convcost.report.solution import SolutionReport
    from convcost.report.sweep import SweepReport, VerifiedReport


def sweep(name: str, /, *, progress: Callable[[int], None] | None = None, **options: Any) -> SweepReport:
    """The cost of a network of the book on a whole grid of settings, from its formula, exact.

    name      a network of the book ("mobilenet_v1")
    options   its own, each one value, "START:STOP:STEP" (STOP is in it where the steps meet it), "a,b,c", or
              anything that can be iterated over
    progress  told how many points more are done

    Points at which the network cannot be drawn are left out, and the report says how many. Raises UnknownNameError
    for a name that is not in the book, DomainError for an option or a value that the network does not have, for a
    grid of too many points, and where it can be drawn at none of them.
    """
    from convcost.explore.sweep import sweep as swept
    from convcost.report.sweep import SweepReport

    return SweepReport(swept(find(Architecture, name, "network"), options, progress))


def verify(report: SweepReport, number: int, progress: Callable[[], None] = lambda: None) -> VerifiedReport:
    """Hold points of a sweep, picked at random (the same each time), against fvcore and the real model.

    `progress` is called after each. Raises MeasurementError where a model cannot be built or run.
    """
    from convcost.api.compare import compare
    from convcost.explore.axis import typed
    from convcost.report.sweep import Verified, VerifiedReport

    if number < 1:
        raise DomainError(f"cannot verify {number} points; give a number from 1")
    known = {option.name: option for option in report.sweep.architecture.options}
    found = []
    for flat in sorted(random.Random(0).sample(report.built, min(number, len(report)))):  # noqa: S311
        index = report.index(flat)
        settings = report.sweep.settings(index)
        options: dict[str, Any] = {
            name: typed(value) for name, value in settings.items() if value != known[name].default
        }
        comparison = compare(report.sweep.architecture.name, **options)
        counts = {name: int(report.sweep.counts[name][index]) for name in ("macs", "parameters")}
        totals = comparison.totals
        measured = {"macs": totals.macs_measured, "parameters": totals.params_measured}
        found.append(Verified(report.sweep.given(index), counts, measured, comparison.ok))
        progress()
    return VerifiedReport(tuple(found))


def solve(
    name: str,
    /,
    *,
    max_macs: object = None,
    max_params: object = None,
    max_activations: object = None,
    prefer: str = "balanced",
    step: object = 32,
    alpha_step: object = "0.05",
    progress: Callable[[int], None] | None = None,
    **options: Any,
) -> SolutionReport:
    """The largest settings of a network of the book that fit a budget, exact on a lattice of settings.

    name        a network of the book
    max_*       the most there may be: a whole number, or a text such as "300M", "3.5M", "1.2G"
    prefer      the option that is to be largest before the others, or "balanced"
    step        of the image's side, in pixels; alpha_step of the width multiplier
    options     its own: one value fixes an option, several (as `sweep` takes them) are its lattice

    Raises UnknownNameError for a name that is not in the book, DomainError for what cannot be read or is outside
    its domain, and where nothing is left to choose.
    """
    from convcost.explore.budget import Budget, amount, step_of
    from convcost.explore.continuous import compound, continuous, rule_of_thumb
    from convcost.explore.solve import solve as solved
    from convcost.report.solution import SolutionReport

    architecture = find(Architecture, name, "network")
    limits = {"max_macs": max_macs, "max_params": max_params, "max_activations": max_activations}
    budget = Budget(*(None if text is None else amount(what, text) for what, text in limits.items()))
    side, width = step_of("step", step, whole=True), step_of("alpha_step", alpha_step)
    found = solved(architecture, budget, options, prefer=prefer, step=int(side), alpha_step=width, progress=progress)
    return SolutionReport(found, continuous(found), rule_of_thumb(found), compound(found))


def diff(
    before: str | ComparisonReport, after: str | ComparisonReport, *, inputs: Sequence[str] = ()
) -> DifferenceReport:
    """What changed from one network to another, layer by layer, in the formulas' counts.

    Each is a text as on the command line of `convcost compare` ("mobilenet_v1 --alpha 0.75", "torchvision:resnet18",
    "net.py:Net --arg width=8 --input 1,3,64,64"; "net.py@REV:Net" is the file at a revision of git, and naming a
    module of yours runs its code), or a report that `compare` returned. `inputs` are those of a model whose text
    gives none.

    Raises ConvcostError for what cannot be read or is not there, MeasurementError where a model cannot be run.
    """
    from convcost.api.sides import side
    from convcost.comparison.difference import difference
    from convcost.report.difference import DifferenceReport

    return DifferenceReport(difference(side(before, inputs), side(after, inputs)))
