"""Questions that formulas answer alone: costs, closed forms, sweeps, budgets, published numbers."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from convcost.core.architecture import Architecture
from convcost.core.cost import Cost
from convcost.core.errors import DomainError
from convcost.core.kinds import ArgumentKind, checked
from convcost.core.registry import find, lookup

if TYPE_CHECKING:
    from convcost.report.claims import ClaimsReport
    from convcost.report.solution import SolutionReport
    from convcost.report.sweep import SweepReport, VerifiedReport


@checked()
def cost(name: str, **values: Any) -> Cost:
    """Calculate the cost of a formula or a network at these values, exactly.

    A formula also takes NumPy arrays, for many values at once.

    Raises UnknownNameError for a name that is not in the registry, DomainError for a value outside the domain.
    """
    record = lookup(name)
    if isinstance(record, Architecture):
        return record.network(record.settings(values)).cost
    return record.cost(values)


@checked()
def closed_form(name: str, **values: Any) -> Cost:
    """Return the cost of a formula or a network as SymPy expressions in the symbols that `values` do not fix.

    A network gives the MACs of its convolutions and linear layers and its parameters.
    """
    from convcost.symbolic import closed_form as closed

    record = lookup(name)
    if isinstance(record, Architecture):
        return closed.network_form(record, values).plain
    record.check_names(values)
    return closed.closed_form(record, values)


@checked()
def sweep(name: str, /, *, progress: Callable[[int], None] | None = None, **options: Any) -> SweepReport:
    """Calculate the cost of a network on a whole grid of settings, from its formula, exactly.

    name      a network of the registry ("mobilenet_v1")
    options   its own, each one value, "START:STOP:STEP" (STOP is included if a step lands on it), "a,b,c", or
              anything that can be iterated over
    progress  is called with how many more points are done

    Points at which the network cannot be built are left out, and the report says how many. Raises UnknownNameError
    for a name that is not in the registry, DomainError for an option or a value that the network does not have, for a
    grid of too many points, and where it can be built at none of them.
    """
    from convcost.explore.sweep import sweep as swept
    from convcost.report.sweep import SweepReport

    return SweepReport(swept(find(Architecture, name, "network"), options, progress))


_SWEPT = ArgumentKind("a report of sweep", lambda given: hasattr(given, "sweep"))


@checked(report=_SWEPT)
def verify(report: SweepReport, number: int, progress: Callable[[], None] = lambda: None) -> VerifiedReport:
    """Compare points of a sweep, picked at random (the same each time), with fvcore and the real model.

    `progress` is called after each. Raises MeasurementError where a model cannot be built or run.
    """
    from convcost.api.models import compare
    from convcost.explore.sweep import typed
    from convcost.report.sweep import Verified, VerifiedReport

    if number < 1:
        raise DomainError(f"cannot verify {number} points; give a number from 1")
    known = {option.name: option for option in report.sweep.architecture.options}
    found = []
    for flat in sorted(random.Random(0).sample(report.built, min(number, len(report)))):  # noqa: S311
        index = report.sweep.index(flat)
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


@checked()
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
    """Find the largest settings of a network that fit a budget, exactly, on a lattice of settings.

    name        a network of the registry
    max_*       the most there may be: a whole number, or a text such as "300M", "3.5M", "1.2G"
    prefer      the option to make largest before the others, or "balanced"
    step        of the image's side, in pixels; alpha_step of the width multiplier
    options     its own: one value fixes an option, several (as `sweep` takes them) are its lattice

    Raises UnknownNameError for a name that is not in the registry, DomainError for what cannot be read or is outside
    its domain, and where nothing is left to choose.
    """
    from convcost.core.parsing import parse_amount, parse_step
    from convcost.explore.solve import solve as solved
    from convcost.explore.sweep import COUNTS
    from convcost.explore.unrounded import compound_scaling, rule_of_thumb, unrounded_solutions
    from convcost.report.solution import SolutionReport

    architecture = find(Architecture, name, "network")
    most = {"max_macs": max_macs, "max_params": max_params, "max_activations": max_activations}
    limits = {
        name: int(parse_amount(what, text))
        for name, (what, text) in zip(COUNTS, most.items(), strict=True)
        if text is not None
    }
    side, width = parse_step("step", step, whole=True), parse_step("alpha_step", alpha_step)
    found = solved(architecture, limits, options, prefer=prefer, step=int(side), alpha_step=width, progress=progress)
    return SolutionReport(found, unrounded_solutions(found), rule_of_thumb(found), compound_scaling(found))


@checked()
def claims(paper: str | None = None) -> ClaimsReport:
    """Recompute the numbers that papers print: all of them, or those of one file of `formulas/published`.

    Raises UnknownNameError for a paper there is no file of, with the near names.
    """
    from convcost.comparison.published.claim import claims as published
    from convcost.comparison.published.verdict import check_all
    from convcost.report.claims import ClaimsReport

    return ClaimsReport(tuple(check_all(published(paper))))
