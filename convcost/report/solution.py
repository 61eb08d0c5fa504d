"""Solutions of a budget: what fits, what is next to it, and the unrounded solutions beside it, in every format."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from convcost.core.architecture import Option, Settings
from convcost.explore.solve import Neighbour, Point, Solution
from convcost.explore.sweep import COUNTS, typed
from convcost.explore.unrounded import DIGITS, CompoundScaling, UnroundedSolution
from convcost.report import text
from convcost.report.content import GAP, Block, Column, Content, Sentence, Table, numbers
from convcost.report.report import Records, Report
from convcost.report.sweep import other_settings, plain

_NOUNS = {"macs": "MAC", "parameters": "parameter", "activations": "activation"}


@dataclass(frozen=True, eq=False)
class SolutionReport(Report):
    """What `convcost.solve` returns.

    unrounded the solutions with nothing rounded
    rule      MACs of the whole net, and the αρ that MACs ≈ α²ρ² of it gives
    compound  compound scaling to the budget
    frontier  whether all largest settings are listed too
    """

    solution: Solution
    unrounded: tuple[UnroundedSolution, ...] = ()
    rule: tuple[int, Fraction] | None = None
    compound: CompoundScaling | None = None
    frontier: bool = False

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

    def view(self, frontier: bool = False) -> SolutionReport:
        """The same with or without all largest settings."""
        return replace(self, frontier=frontier)

    def records(self) -> Records:
        """All largest settings: those that fit while nothing larger does, one row each."""
        names = [axis.option.name for axis in self.solution.sweep.axes]
        rows = [[*map(plain, point.options.values()), *(point.costs or {}).values()] for point in self.solution.largest]
        return Records.of([*names, *COUNTS], rows)

    def content(self) -> Content:
        """The lattice, what fits, what is next to it, the unrounded solutions, and all largest settings if wanted."""
        solution = self.solution
        head = [f"Lattice: {lattice(solution)}.", f"Formula: {solution.sweep.architecture.source}."]
        blocks: list[Block] = [*map(Sentence, head)]
        if solution.best is None:
            blocks += [GAP, Sentence("Nothing fits.", "bold red"), *map(Sentence, smallest(solution))]
            return Content(heading(self), "", blocks)
        blocks += [self._found(), *map(Sentence, notes(self))]
        if self.frontier:
            largest = f"{text.plural(len(solution.largest), 'largest setting')}: nothing larger fits."
            blocks += [GAP, Sentence(largest, "bold"), self._largest()]
        return Content(heading(self), "", [*blocks, self._best()])

    def _found(self) -> Table:
        """What fits, its neighbours that do not, and the unrounded solutions."""
        solution, best = self.solution, self.solution.best
        cells = [["fits", *_point_cells(solution, best)]] if best else []
        for neighbour in solution.neighbours:
            if neighbour.point is not None:
                cells.append([f"next {symbol(neighbour.option)}", *_point_cells(solution, neighbour.point)])
        cells += [[f"unrounded {item.name}", *_unrounded_cells(solution, item)] for item in self.unrounded]
        return Table([Column(""), *_columns(solution)], cells, everything=_EVERYTHING)

    def _largest(self) -> Table:
        rows = [_point_cells(self.solution, point) for point in self.solution.largest]
        return Table(_columns(self.solution), rows, close=True, everything=_EVERYTHING)

    def _best(self) -> Sentence:
        best = self.solution.best
        found = "" if best is None else ", ".join(assignments(self.solution, best))
        return Sentence(f"Largest that fits: {found}.", "bold green")


_EVERYTHING = "convcost.solve(…).frame"


def _columns(solution: Solution) -> list[Column]:
    """The options, which are always shown, and the counts."""
    options = numbers(*(symbol(axis.option) for axis in solution.sweep.axes))
    return [*options, *numbers("MACs"), *numbers("parameters", "activations", rank=1)]


def _unrounded_cells(solution: Solution, item: UnroundedSolution) -> list[str]:
    found = []
    for axis in solution.sweep.axes:
        name = axis.option.name
        shown = {"alpha": item.alpha, "rho": item.rho, "resolution": item.side}.get(name)
        if shown is None:
            found.append(typed(solution.best.options[name]) if solution.best else "")
        else:
            found.append(text.decimal(shown, 1 if name == "resolution" else DIGITS))
    return [*found, text.decimal(item.macs, 0), text.decimal(item.parameters, 0), ""]


def heading(report: SolutionReport) -> str:
    """ResNet, depth = 50, within 300,000,000 MACs and 3,500,000 parameters."""
    limits = [text.plural(limit, _NOUNS[name]) for name, limit in report.solution.limits.items()]
    sweep = report.solution.sweep
    fixed = "".join(f"{other}, " for other in other_settings(sweep))
    return f"{sweep.architecture.title}{f', {fixed}' if fixed else ' '}within {' and '.join(limits)}"


def lattice(solution: Solution) -> str:
    """α 0.05 … 16 (320 values), R 32 … 65536 (2,048); 655,360 settings."""
    parts = []
    for axis in solution.sweep.axes:
        ends = [typed(axis.value(0)), typed(axis.value(len(axis) - 1))]
        parts.append(f"{symbol(axis.option)} {' … '.join(dict.fromkeys(ends))} ({len(axis):,})")
    settings = solution.sweep.refused.size
    return f"{', '.join(parts)}: {text.plural(settings, 'setting')}"


def symbol(option: Option) -> str:
    """The letter of an option, or its name."""
    return option.symbol or option.name


def assignments(solution: Solution, point: Point) -> list[str]:
    """α = 0.7, R = 160."""
    axes = solution.sweep.axes
    return [f"{symbol(axis.option)} = {typed(point.options[axis.option.name])}" for axis in axes]


def _point_cells(solution: Solution, point: Point) -> list[str]:
    options = [typed(point.options[axis.option.name]) for axis in solution.sweep.axes]
    return [*options, *(text.number(point.costs[name] if point.costs else None) for name in COUNTS)]


def notes(report: SolutionReport) -> list[str]:
    """What is over the budget beside the solution, where the lattice ends, and the rule of thumb."""
    solution = report.solution
    found = [_neighbour(neighbour) for neighbour in solution.neighbours]
    found += [
        f"No limit depends on {symbol(option)}: it stays at its default, {typed(option.default)}."
        for option in solution.kept
    ]
    if report.rule is not None:
        whole, product = report.rule
        limit = solution.limits["macs"]
        found.append(f"Rule of thumb, MACs ≈ α²ρ²·{whole:,}: αρ = {text.decimal(product, DIGITS)} for {limit:,}.")
    scaling = report.compound
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
        return f"Next {name} = {shown}: the net cannot be built there."
    over = [text.plural(excess, _NOUNS[what]) for what, excess in neighbour.point.over.items()]
    return f"Next {name} = {shown}: over by {' and '.join(over)}."


def smallest(solution: Solution) -> list[str]:
    """Why nothing fits: the least cost there is of each limited count."""
    lines = []
    for name, point in solution.smallest.items():
        least = (point.costs or {})[name]
        limit = solution.limits[name]
        verdict = f"{least - limit:,} too many" if least > limit else "which would fit alone"
        at = ", ".join(assignments(solution, point))
        lines.append(f"The fewest {_NOUNS[name]}s there are: {least:,} at {at}, {verdict}.")
    return lines
