"""A model as the tree of its modules, with what each returns, holds and costs."""

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from convcost.comparison.formula_count import Branch, FormulaCount, branches, last_branches
from convcost.core.errors import DomainError
from convcost.report import text
from convcost.report.content import Block, Column, Content, Sentence, Table
from convcost.report.count import heading, totals
from convcost.report.report import PlottedReport, Records

ORDERS = ("tree", "macs", "params")


@dataclass(frozen=True)
class SummaryReport(PlottedReport):
    """What `convcost.summary` returns.

    depth  how deep the tree is shown; what is deeper is in the numbers of the modules that it is in
    sort   "tree", or "macs" or "params": the last modules of the tree, the largest first
    top    how many rows are shown at most; all by default
    """

    count: FormulaCount
    depth: int = 3
    sort: str = "tree"
    top: int | None = None

    def __post_init__(self) -> None:
        if self.sort not in ORDERS:
            raise DomainError(f"sort is {self.sort!r}, but must be one of {', '.join(ORDERS)}")

    def __repr__(self) -> str:
        return f"<{heading(self.count)}>"

    @property
    def branches(self) -> list[Branch]:
        """The modules that are shown."""
        found = branches(self.count, self.depth)
        if self.sort != "tree":
            key = {"macs": lambda b: -b.macs, "params": lambda b: -b.parameters}[self.sort]
            found = sorted(last_branches(found), key=key)
        return found[: self.top]

    def records(self) -> Records:
        """One row per module that is shown, whole numbers as they are."""
        found = self.branches
        data: dict[str, list[object]] = {
            "module": [b.module.path for b in found],
            "class": [b.module.kind for b in found],
            "depth": [b.depth for b in found],
            "own": [b.own for b in found],
            "output": ["x".join(map(str, b.module.output or ())) for b in found],
            "params": [b.parameters for b in found],
            "macs": [b.macs for b in found],
            "runs": [b.module.runs for b in found],
            "same_as": [b.module.same_as for b in found],
            "not_counted": [_missing(b) for b in found],
        }
        return Records(data, ("params", "macs", "runs", "depth"))

    def content(self) -> Content:
        """The answer in one line, the tree, the totals, and what could not be counted.

        A document has whole paths, as not every format keeps blanks at the start of a cell.
        """
        return self._content(indented=False)

    def screen(self) -> Content:
        """The same, the modules of the tree indented."""
        return self._content(indented=self.sort == "tree")

    def _content(self, indented: bool) -> Content:
        blocks: list[Block] = [self._tree(indented)]
        if self.top is not None and len(self.branches) == self.top:
            blocks.append(Sentence(f"The first {self.top} rows of {len(replace(self, top=None).branches)}."))
        if self._meant_the_network():
            name = self.count.name
            blocks.append(
                Sentence(
                    f"{self.depth} is the depth of the tree; for the network's own type '{name} --depth {self.depth}'."
                )
            )
        return Content(heading(self.count), "", [*blocks, *totals(self.count)])

    def _meant_the_network(self) -> bool:
        """Whether the depth of the tree could have been meant as that of the network."""
        options = () if self.count.paper is None else self.count.paper.architecture.options
        return any(option.name == "depth" and self.depth in option.choices for option in options)

    def to_plot(self, path: str | Path) -> None:
        """Bars of MACs and parameters per module, coloured by kind, as .svg, .pdf or .png. Needs the extra `plot`."""
        from convcost.report import bars

        bars.save(bars.of_summary(heading(self.count), self.count, self.branches), Path(path))

    def _tree(self, indented: bool) -> Table:
        rows = [self._row(branch, indented) for branch in self.branches]
        columns = [
            *(Column("module", "name"), Column("class", "name", 3), Column("output", rank=4)),
            *(Column("params", "number", 1), Column("MACs", "number"), Column("share", "number", 2)),
            Column("note", "words"),
        ]
        kept = [place for place, column in enumerate(columns) if column.header != "note" or any(r[place] for r in rows)]
        return Table(columns, rows, everything="--csv").only(kept)

    def _row(self, branch: Branch, indented: bool) -> list[str]:
        run = branch.module
        whole = self.count.macs
        path = run.path or self.count.name
        if indented:
            last = run.path.rpartition(".")[2] or path
            name = "  " * branch.depth + ("(its own)" if branch.own else last)
        else:
            name = f"{path} (its own)" if branch.own else path
        shared = bool(run.same_as)
        return [
            name,
            "" if branch.own else run.kind,
            "" if branch.own else text.shape(run.output),
            "" if shared else text.number(branch.parameters),
            "" if shared else text.number(branch.macs),
            "" if shared or not whole else text.percent(Fraction(branch.macs, whole)),
            _note(branch),
        ]


def _note(branch: Branch) -> str:
    """What is special about a module: shared, run several times or never, with operators that have no formula."""
    run, missing = branch.module, _missing(branch)
    if run.same_as:
        return f"is {run.same_as}, counted there"
    times = "" if branch.own else f"runs {run.runs} times" if run.runs > 1 else "" if branch.used else "never runs"
    return "; ".join(filter(None, (times, f"not counted: {missing}" if missing else "")))


def _missing(branch: Branch) -> str:
    return ", ".join(f"{name} × {times}" for name, times in branch.not_counted)
