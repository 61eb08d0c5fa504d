"""What a network or a model costs by the formulas alone: its totals."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from convcost.comparison.formula_count import FormulaCount
from convcost.report import text
from convcost.report.content import Block, Column, Content, Sentence, Table, not_whole, numbers
from convcost.report.number_notes import number_notes
from convcost.report.report import PlottedReport, Records

MEANING = (
    "By the operators' formulas; no counter is asked. A FLOP is one operation: two per multiply-accumulate, one for "
    "anything else. Activations are the elements that convolutions, linear layers and other products write, outputs "
    "those that all operators write. 1 kB is 10³ bytes, 1 MB is 10⁶."
)

MOST = 5
"""Of how many shared parameters the names are shown."""


@dataclass(frozen=True)
class CountReport(PlottedReport):
    """What `convcost.count` returns; it unpacks to two whole numbers: `macs, params = convcost.count(...)`."""

    count: FormulaCount

    def __repr__(self) -> str:
        return f"<{heading(self.count)}>"

    def __iter__(self) -> Iterator[int]:
        return iter((self.macs, self.params))

    @property
    def macs(self) -> int:
        """Multiply-accumulates of all products."""
        return self.count.macs

    @property
    def flops(self) -> int:
        """Two operations per multiply-accumulate, and one for each other operation."""
        return self.count.flops

    @property
    def params(self) -> int:
        """Parameters, shared ones once."""
        return self.count.parameters

    @property
    def trainable(self) -> int:
        """The parameters that are trained."""
        return self.count.trainable

    @property
    def frozen(self) -> int:
        """The parameters that are not."""
        return self.count.frozen

    @property
    def activations(self) -> int:
        """Elements that convolutions, linear layers and other products write."""
        return self.count.activations

    @property
    def outputs(self) -> int:
        """Elements that all operators write."""
        return self.count.outputs

    @property
    def not_counted(self) -> dict[str, int]:
        """Operators without a formula, and how often each is called: they are in no number here."""
        return self.count.not_counted

    @property
    def unseen(self) -> tuple[str, ...]:
        """What the model does on other threads, outside PyTorch or before this run: it is in no number here."""
        return self.count.unseen

    def records(self) -> Records:
        """One row per count, whole numbers as they are; bytes are <NA> of what takes none."""
        return Records.of(("what", "count", "bytes"), _rows(self.count), ("count", "bytes"))

    def content(self) -> Content:
        """The answer in one line, the totals, and what could not be counted."""
        return Content(heading(self.count), "", [*totals(self.count)])

    def to_plot(self, path: str | Path) -> None:
        """Bars of MACs and parameters per layer, coloured by kind, as .svg, .pdf or .png. Needs the extra `plot`."""
        from convcost.report import bars

        bars.save(bars.of_count(heading(self.count), self.count), Path(path))


def heading(count: FormulaCount) -> str:
    """torchvision:resnet50, 1×3×224×224: 4.09 G MACs, 25.56 M parameters."""
    given = " and ".join(map(str, count.inputs)) or "no input"
    least = "" if count.whole else "at least "
    name = count.name if count.paper is None else text.network_title(count.paper)
    return f"{name}, {given}: {least}{text.scaled(count.macs)} MACs, {text.scaled(count.parameters)} parameters"


def totals(count: FormulaCount) -> list[Block]:
    """The totals with their sizes, what the words mean, and the operators that could not be counted."""
    rows = [
        [what, text.number(found), "" if size is None else text.size_in_bytes(size)]
        for what, found, size in _rows(count)
    ]
    blocks: list[Block] = [Table([Column("total"), *numbers("count", "size")], rows), Sentence(MEANING, "dim")]
    if tied := [pair for run in count.modules for pair in run.tied]:
        more = f" and {len(tied) - MOST} more" if len(tied) > MOST else ""
        shared = ", ".join(f"{name} is {first}" for name, first in tied[:MOST])
        blocks.append(Sentence(f"{shared}{more}; counted once."))
    if count.dependence:
        blocks.append(Sentence(text.dependence(count.dependence, count.inputs), "bold yellow"))
    blocks += not_whole(count.unseen)
    blocks += map(Sentence, number_notes(count.calls))
    missing = count.not_counted
    if missing:
        blocks.append(Sentence(f"Not counted, as there is no formula for this use: {text.times(missing)}.", "bold red"))
    return blocks


def _rows(count: FormulaCount) -> list[tuple[str, int, int | None]]:
    """What is counted, the count, and its bytes."""
    return [
        ("MACs", count.macs, None),
        ("FLOPs", count.flops, None),
        ("parameters", count.parameters, count.parameter_bytes),
        ("trainable", count.trainable, None),
        ("frozen", count.frozen, None),
        ("activations", count.activations, None),
        ("outputs", count.outputs, count.output_bytes),
        ("input", sum(spec.elements for spec in count.inputs), count.input_bytes),
    ]
