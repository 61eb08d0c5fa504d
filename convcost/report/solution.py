"""A solution of a budget: its table for the terminal, data frames and notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convcost.core.architecture import Option, Settings
from convcost.explore.solve import Neighbour, Point, Solution
from convcost.explore.sweep import COUNTS, typed
from convcost.explore.unrounded import (
    DIGITS,
    UnroundedSolution,
    compound_scaling,
    rule_of_thumb,
    unrounded_solutions,
)
from convcost.report import text
from convcost.report.sheet import Sheet, Shown, Table, write_latex
from convcost.report.sweep import other_settings

if TYPE_CHECKING:
    import pandas as pd

NAMES = {"macs": "MACs", "parameters": "parameters", "activations": "activations"}


@dataclass(frozen=True, eq=False)
class SolutionReport(Shown):
    """What `convcost.solve` returns."""

    solution: Solution

    def __repr__(self) -> str:
        best = self.solution.best
        found = ", ".join(assignments(self.solution, best)) if best else "nothing fits"
        return f"<{heading(self)}: {found}>"

    @property
    def ok(self) -> bool:
        """Whether anything fits."""
        return self.solution.best is not None

    @property
    def settings(self) -> Settings | None:
        """The settings that were found, None if nothing fits."""
        return self.solution.best.settings if self.solution.best else None

    @property
    def costs(self) -> dict[str, int] | None:
        """MACs, parameters and activations of what was found, None if nothing fits."""
        return self.solution.best.costs if self.solution.best else None

    @cached_property
    def unrounded(self) -> tuple[UnroundedSolution, ...]:
        """The solutions with nothing rounded."""
        return unrounded_solutions(self.solution)

    @property
    def frame(self) -> pd.DataFrame:
        """All largest settings: those that fit while nothing larger does, a row each."""
        import pandas as pd

        rows: list[dict[str, Any]] = [
            {name: _cell(value) for name, value in point.options.items()} | (point.costs or {})
            for point in self.solution.largest
        ]
        return pd.DataFrame(rows)

    def sheet(self, frontier: bool = False) -> Sheet:
        """What fits, what is next to it and the unrounded solutions beside it; all largest settings if wanted."""
        solution = self.solution
        origin = f"Lattice: {lattice(solution)}. Formula: {solution.sweep.architecture.source}."
        if solution.best is None:
            return Sheet(heading(self), f"{origin} Nothing fits.", [], smallest(solution))
        headers, cells = rows(self)
        tables = [Table([headers[0], *(f">{header}" for header in headers[1:])], cells)]
        if frontier:
            columns = [f">{header}" for header in headers[1:]]
            largest = largest_rows(solution.largest, solution)
            tables.append(Table(columns, largest, title="all largest settings: nothing larger fits"))
        best = ", ".join(assignments(solution, solution.best))
        return Sheet(heading(self), origin, tables, [*notes(self), f"Largest that fits: {best}."])

    def latex(self, path: str | Path | None = None, frontier: bool = False) -> str:
        """Its tables for a paper (booktabs); written to `path` if given, whole or not at all."""
        return write_latex(self.sheet(frontier), path)


def _cell(value: Any) -> Any:
    from decimal import Decimal

    return Decimal(typed(value)) if isinstance(value, Fraction) else value


def heading(report: SolutionReport) -> str:
    """MobileNet V1 within 300,000,000 MACs and 3,500,000 parameters."""
    limits = [f"{limit:,} {NAMES[name]}" for name, limit in report.solution.budget.limits.items()]
    return f"{report.solution.sweep.architecture.title} within {' and '.join(limits)}"


def lattice(solution: Solution) -> str:
    """α 0.05 … 16 (320 values), R 32 … 65536 (2,048); 655,360 settings."""
    parts = []
    for axis in solution.sweep.axes:
        ends = [typed(axis.value(0)), typed(axis.value(len(axis) - 1))]
        parts.append(f"{symbol(axis.option)} {' … '.join(dict.fromkeys(ends))} ({len(axis):,})")
    settings = solution.sweep.refused.size
    fixed = "".join(f"; {other}" for other in other_settings(solution.sweep))
    return f"{', '.join(parts)}: {settings:,} setting{'s' if settings != 1 else ''}{fixed}"


def symbol(option: Option) -> str:
    """The letter of an option, or its name."""
    return option.symbol or option.name


def assignments(solution: Solution, point: Point) -> list[str]:
    """α = 0.7, R = 160."""
    axes = solution.sweep.axes
    return [f"{symbol(axis.option)} = {typed(point.options[axis.option.name])}" for axis in axes]


def rows(report: SolutionReport) -> tuple[list[str], list[list[str]]]:
    """Headers and cells: what fits, its neighbours that do not, and the unrounded solutions."""
    solution, best = report.solution, report.solution.best
    axes = solution.sweep.axes
    headers = ["", *(symbol(axis.option) for axis in axes), *(NAMES[name] for name in COUNTS)]
    cells = [["fits", *_point_cells(solution, best)]] if best else []
    for neighbour in solution.neighbours:
        if neighbour.point is not None:
            cells.append([f"next {symbol(neighbour.option)}", *_point_cells(solution, neighbour.point)])
    for item in report.unrounded:
        options = []
        for axis in axes:
            shown = {"alpha": item.alpha, "rho": item.rho, "resolution": item.side}.get(axis.option.name)
            if shown is None:
                options.append(typed(best.options[axis.option.name]) if best else "")
            else:
                options.append(text.decimal(shown, 1 if axis.option.name == "resolution" else DIGITS))
        counts = [text.decimal(item.macs, 0), text.decimal(item.parameters, 0), ""]
        cells.append([f"unrounded {item.name}", *options, *counts])
    return headers, cells


def _point_cells(solution: Solution, point: Point) -> list[str]:
    options = [typed(point.options[axis.option.name]) for axis in solution.sweep.axes]
    return [*options, *(text.number(point.costs[name] if point.costs else None) for name in COUNTS)]


def notes(report: SolutionReport) -> list[str]:
    """What is over the budget beside the solution, where the lattice ends, and the rule of thumb."""
    solution = report.solution
    found = [_neighbour(neighbour) for neighbour in solution.neighbours]
    rule = rule_of_thumb(solution)
    if rule is not None:
        whole, product = rule
        limit = solution.budget.limits["macs"]
        found.append(f"Rule of thumb, MACs ≈ α²ρ²·{whole:,}: αρ = {text.decimal(product, DIGITS)} for {limit:,}.")
    scaling = compound_scaling(solution)
    if scaling is not None:
        depth, width = (text.decimal(factor, DIGITS) for factor in (scaling.depth, scaling.width))
        found.append(
            f"Compound scaling, MACs ≈ M·(1.2·1.1²·1.15²)^φ: φ = {text.decimal(scaling.phi, 2)}, which is depth "
            f"{depth}, width {width} and an image of {text.decimal(scaling.side, 1)}."
        )
    return found


def _neighbour(neighbour: Neighbour) -> str:
    name = symbol(neighbour.option)
    if neighbour.point is None:
        return f"Next {name}: the lattice ends here."
    shown = typed(neighbour.point.options[neighbour.option.name])
    if neighbour.point.costs is None:
        return f"Next {name} = {shown}: the net cannot be drawn there."
    over = [f"{excess:,} {NAMES[what]}" for what, excess in neighbour.point.over.items()]
    return f"Next {name} = {shown}: over by {' and '.join(over)}."


def smallest(solution: Solution) -> list[str]:
    """Why nothing fits: the least cost there is of each limited count."""
    lines = []
    for name, point in solution.smallest.items():
        least = (point.costs or {})[name]
        limit = solution.budget.limits[name]
        verdict = f"{least - limit:,} too many" if least > limit else "which would fit alone"
        at = ", ".join(assignments(solution, point))
        lines.append(f"The fewest {NAMES[name]} there are: {least:,} at {at}, {verdict}.")
    return lines


def largest_rows(points: Sequence[Point], solution: Solution) -> list[list[str]]:
    """Cells of all largest settings."""
    return [_point_cells(solution, point) for point in points]
