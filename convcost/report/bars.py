"""Counts as bars: the MACs and parameters of every layer, coloured by kind, with what was measured beside them."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convcost.comparison.formula_count import Branch, FormulaCount, last_branches
from convcost.comparison.result import Comparison, Group, Row, Verdict, grouped, known_sum
from convcost.report import text
from convcost.report.plot import BLACK, FAINT, GREY, SMALL, TEXT, TITLE, inches, save_figure, short

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Inches: a row is half as high again as its text, so labels keep apart however many there are.
_ROW = 0.165
_PANEL = 2.7  # the width of a panel
_GAP = 0.35  # between the panels
_MARGIN = 0.12  # around everything
_SPACE = 0.08  # between a bar and its words
_LEAST_LABEL = 0.9  # the least width of the labels
_VERDICT = 1.0  # the width of the verdicts
_TITLE_LINE = 0.2  # the height of a line of the title
_NOTE = 0.2  # the height of the note below it
_LEGEND = 0.2  # the height of a line of the legend
_SIGN = 0.44  # what a legend's sign and the gaps around it take
_TICKS = 0.4  # the height of a scale above the bars
_FOOT = 0.5  # the height of the scale below them
# Numbers.
_MOST_ROWS = 60  # a page has room for as many
_LEAST_ROWS = 8  # fewer would hide the network in its outermost modules
_TALL = 40  # with more rows than these the scale is repeated above the bars
_LONGEST_LABEL = 60  # characters
# Told apart by every kind of eye (Okabe and Ito); more kinds than there are colours share one grey.
_COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#0072b2", "#cc79a7", "#f0e442")
_OTHER = "#8c8c8c"
_NO_PRODUCT = "#d0d0d0"
_BAD = "#b84a00"
_DIFFERS: dict[str, Any] = {"hatch": "//////", "edgecolor": BLACK, "linewidth": 0}
_MEASURED: dict[str, Any] = {"color": BLACK, "linewidth": 1.1, "solid_capstyle": "butt"}


@dataclass(frozen=True)
class Part:
    """Holds what one layer has of a bar, or all operators without products: their kind is empty. None is unknown."""

    kind: str
    macs: int | None
    params: int | None
    differs: bool = False


@dataclass(frozen=True)
class Bar:
    """One row of a chart; where something was measured, its MACs and parameters, and the verdict."""

    label: str
    parts: tuple[Part, ...]
    macs_measured: int | None = None
    params_measured: int | None = None
    verdict: Verdict | None = None

    @property
    def differs(self) -> bool:
        """Whether formula and model are not the same thing."""
        return self.verdict is not None and not self.verdict.ok


@dataclass(frozen=True)
class Chart:
    """Bars from top to bottom.

    title  the answer in one line
    per    what a row stands for
    counts what the first panel counts: MACs or FLOPs
    note   how layers were put together; empty where each has its row
    """

    title: str
    bars: tuple[Bar, ...]
    per: str = "layer"
    counts: str = "MACs"
    note: str = ""


def of_comparison(title: str, comparison: Comparison, per: str) -> Chart:
    """Return the layers, blocks or kinds of a comparison with what was measured."""
    rows = comparison.per(per)
    places, note = folded([row.layer for row in rows], per)
    shown = [grouped([rows[i] for i in found], name) if len(found) > 1 else rows[found[0]] for name, found in places]
    bars = (
        Bar(label, tuple(_parts(row)), row.macs_measured, row.params_measured, row.verdict)
        for (label, _), row in zip(places, shown, strict=True)
    )
    return Chart(title, tuple(bars), "row" if note else per, "MACs" if comparison.unit == "macs" else "FLOPs", note)


def _parts(row: Row) -> Iterator[Part]:
    for one in row.rows if isinstance(row, Group) else ():
        yield from _parts(one)
    if not isinstance(row, Group):
        kind = row.kind if row.call.is_product or row.macs_formula is None else ""
        yield Part(kind, row.macs_formula, row.params_formula, not row.verdict.ok)


def of_count(title: str, count: FormulaCount) -> Chart:
    """Return the layers that a count is the sum of."""
    products = [call for call in count.calls if call.is_product]
    places, note = folded([call.path or count.name for call in products], "layer")
    bars = (
        Bar(label, tuple(Part(products[i].kind, int(products[i].macs), int(products[i].parameters)) for i in found))
        for label, found in places
    )
    return Chart(title, tuple(bars), "row" if note else "layer", "MACs", note)


def of_summary(title: str, count: FormulaCount, branches: Sequence[Branch]) -> Chart:
    """Return the last of the modules that are shown, each with all that is in it."""
    last = [branch for branch in last_branches(branches) if branch.macs or branch.parameters]
    names = [(branch.module.path or count.name) + (" (its own)" if branch.own else "") for branch in last]
    places, note = folded(names, "module")
    bars = (Bar(label, tuple(part for i in found for part in _held(last[i]))) for label, found in places)
    empty = "Modules with neither MACs nor parameters are left out." if len(last) < len(last_branches(branches)) else ""
    return Chart(title, tuple(bars), "row" if note else "module", "MACs", " ".join(filter(None, (note, empty))))


def _held(branch: Branch) -> Iterator[Part]:
    """Yield a branch's products, and the parameters that are no product's."""
    parts = [Part(call.kind, int(call.macs), int(call.parameters)) for call in branch.calls if call.is_product]
    rest = branch.parameters - sum(part.params or 0 for part in parts)
    if rest < 0:  # a weight that is used here belongs to another module
        parts, rest = [Part(part.kind, part.macs, 0) for part in parts], branch.parameters
    yield from parts
    if rest:
        yield Part("", None, rest)


_Groups = list[tuple[str, list[int]]]


def folded(names: Sequence[str], per: str) -> tuple[_Groups, str]:
    """Put rows together until a page has room: by the modules that their names say they are in, or neighbours.

    Returns a label and the rows' places for each that is left, no label twice, and how it was done.
    """
    groups, note = [(name, [i]) for i, name in enumerate(names)], ""
    if len(names) > _MOST_ROWS:
        deepest = max(name.count(".") for name in names) + 1
        cuts = [_cut(names, depth) for depth in range(deepest, 0, -1)]
        groups = next((cut for cut in cuts if len(cut) <= _MOST_ROWS), [])
        how = "by the modules that they are in"
        finer = next((cut for cut in reversed(cuts) if len(cut) > _MOST_ROWS), None)
        if len(groups) < _LEAST_ROWS and finer:
            groups, how = _neighbours(finer), "each of neighbours"
        note = f"{len(names)} {per}s in {text.plural(len(groups), 'row')}, {how}."
    labels = [_label(f"{name} ({len(at)} {per}s)" if len(at) > 1 else name) for name, at in groups]
    return list(zip(_unique(labels), (at for _, at in groups), strict=True)), note


def _cut(names: Sequence[str], depth: int) -> _Groups:
    """Return the places of the names that begin with the same parts, by this beginning."""
    found: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        found.setdefault(".".join(name.split(".")[:depth]), []).append(i)
    return list(found.items())


def _neighbours(groups: _Groups) -> _Groups:
    size = -(-len(groups) // _MOST_ROWS)
    runs = [groups[start : start + size] for start in range(0, len(groups), size)]
    return [(_between([name for name, _ in run]), [i for _, at in run for i in at]) for run in runs]


def _between(run: Sequence[str]) -> str:
    """Return the first and the last name, what both begin with once: features.0 … 4."""
    within = run[0].rpartition(".")[0]
    return run[0] if len(run) == 1 else f"{run[0]} … {run[-1].removeprefix(f'{within}.')}"


def _unique(labels: Sequence[str]) -> list[str]:
    """Return labels that stand once; where one comes several times, each has its number."""
    times, seen = Counter(labels), Counter[str]()
    found = []
    for label in labels:
        seen[label] += 1
        found.append(f"{label} #{seen[label]}" if times[label] > 1 else label)
    return found


def _label(name: str) -> str:
    """Return a name on one line: what cannot be printed (or be in an SVG) as its escape, and no long middle."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
    half = _LONGEST_LABEL // 2
    return shown if len(shown) <= _LONGEST_LABEL else f"{shown[: half - 1]}…{shown[-half:]}"


def save(chart: Chart, path: Path) -> None:
    """Draw a chart, as .svg, .pdf or .png by the file's ending.

    Bars are the formula's numbers, markers fvcore's counts and the model's parameters. The file is the same, byte
    for byte, each time, and appears whole or not at all. Raises ConvcostError for another ending, for a place that
    cannot be written to, and if matplotlib is not installed.
    """
    save_figure(path, lambda: _figure(chart))


def _figure(chart: Chart) -> Figure:
    """Draw the chart, sized by the number of its rows and its longest label."""
    from matplotlib.figure import Figure

    bars = chart.bars
    measured = any(bar.verdict is not None for bar in bars)
    left = _MARGIN + max([_LEAST_LABEL, *(inches(bar.label, bold=True) for bar in bars)]) + _SPACE
    width = left + 2 * _PANEL + _GAP + (_VERDICT if measured else 0.35)
    edge = _MARGIN / width
    title = _wrapped(chart.title, 0.95 * (width - 2 * _MARGIN))  # a viewer may have a wider font
    colours = _colours(bars)
    legend = list(_flow(_kinds(chart, colours), width - 2 * _MARGIN)) + ([_marks(chart)] if measured else [])
    head = _MARGIN + len(title) * _TITLE_LINE
    start = head + (_NOTE if chart.note else 0)
    tall = len(bars) > _TALL
    rows = max(len(bars), 1) * _ROW
    height = start + len(legend) * _LEGEND + 0.1 + (_TICKS if tall else 0) + rows + _FOOT

    drawn = Figure(figsize=(width, height))
    drawn.text(edge, 1 - _MARGIN / height, "\n".join(title), size=TITLE, weight="bold", va="top")
    if chart.note:
        drawn.text(edge, 1 - (head + 0.03) / height, chart.note, color=GREY, va="top")
    for number, line in enumerate(legend):
        _draw_legend(drawn, [sign for sign, _ in line], (edge, 1 - (start + number * _LEGEND) / height))
    first, second = (
        drawn.add_axes((at / width, _FOOT / height, _PANEL / width, rows / height))
        for at in (left, left + _PANEL + _GAP)
    )
    for axes, name, field in ((first, chart.counts, "macs"), (second, "parameters", "params")):
        _draw_panel(axes, f"{name} per {chart.per}", chart, field, colours)
    for y, bar in enumerate(bars):
        colour, weight = (_BAD, "bold") if bar.differs else (BLACK, "normal")
        style: dict[str, Any] = {"va": "center", "weight": weight}
        place = first.get_yaxis_transform(), second.get_yaxis_transform()
        first.text(-_SPACE / _PANEL, y, bar.label, ha="right", color=colour, transform=place[0], **style)
        if bar.verdict is not None:
            colour = _BAD if bar.differs else GREY
            second.text(1 + _SPACE / _PANEL, y, str(bar.verdict), ha="left", color=colour, transform=place[1], **style)
    return drawn


def _wrapped(title: str, width: float) -> list[str]:
    """Return the title in lines that are no wider than this many inches."""
    most = len(title)
    while any(inches(line, TITLE, bold=True) > width for line in textwrap.wrap(title, most)):
        most -= 1
    return textwrap.wrap(title, most)


def _draw_panel(axes: Axes, name: str, chart: Chart, field: str, colours: Mapping[str, str]) -> None:
    """Draw bars and markers from top to bottom; each has an id in the SVG: macs-formula-0-0, macs-measured-0."""
    from matplotlib.ticker import MaxNLocator

    bars, unit = chart.bars, name.split()[0].lower()
    count = attrgetter(field)
    pairs = [(known_sum(map(count, bar.parts)), getattr(bar, f"{field}_measured")) for bar in bars]
    known = [[number for number in (formula, measured) if number is not None] for formula, measured in pairs]
    unsure = [None in pair and bar.verdict is not None for pair, bar in zip(pairs, bars, strict=True)]
    # Room for the words behind an unknown count.
    room = 1.4 if any(unsure) else 1.05
    axes.set(xlabel=name, xlim=(0, max([1, *map(max, filter(None, known))]) * room), yticks=[])
    axes.set_ylim(max(len(bars), 1) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10], integer=True))
    axes.xaxis.set_major_formatter(short)
    tall = len(bars) > _TALL
    axes.tick_params(axis="x", width=0.6, top=tall, labeltop=tall)
    if tall:
        axes.set_title(name, size=TEXT, pad=6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    # A hairline leads the eye from the label to both bars.
    whole = axes.get_yaxis_transform()
    axes.hlines(range(len(bars)), 0, 1, color=FAINT, linewidth=0.4, zorder=0.6, transform=whole)
    for y, (bar, (formula, measured)) in enumerate(zip(bars, pairs, strict=True)):
        start = 0
        for number, ((kind, differs), length) in enumerate(_stacked(bar.parts, field)):
            style = {"facecolor": colours[kind], "edgecolor": "none"} | (_DIFFERS if differs else {})
            axes.barh(y, float(length), 0.68, left=float(start), gid=f"{unit}-formula-{y}-{number}", **style)
            start += length
        if measured is not None:
            ends = (y - 0.46, y + 0.46)
            axes.plot([float(measured)] * 2, ends, gid=f"{unit}-measured-{y}", clip_on=False, **_MEASURED)
        if unsure[y]:
            which = "" if formula is measured else "formula " if formula is None else "measured "
            at, behind = (formula or measured or 0, y), (3, 0)
            words: dict[str, Any] = {"va": "center", "size": SMALL, "color": _BAD if bar.differs else GREY}
            axes.annotate(which + text.UNKNOWN, at, behind, textcoords="offset points", **words)


def _stacked(parts: Iterable[Part], field: str) -> Iterable[tuple[tuple[str, bool], int]]:
    """Return what each kind has of a bar, those that differ apart, in the order of their first layers."""
    found: dict[tuple[str, bool], int] = {}
    for part in parts:
        if (count := getattr(part, field)) is not None:
            found[part.kind, part.differs] = found.get((part.kind, part.differs), 0) + count
    return found.items()


def _totals(bars: Iterable[Bar]) -> list[tuple[str, int]]:
    """Return the MACs of each kind, the most first; those that make no products last."""
    found = Counter[str]()
    for part in (part for bar in bars for part in bar.parts):
        found[part.kind] += part.macs or 0
    return sorted(found.items(), key=lambda item: (not item[0], -item[1]))


def _colours(bars: Iterable[Bar]) -> dict[str, str]:
    kinds = [kind for kind, _ in _totals(bars)]
    found = {kind: _COLOURS[i] if i < len(_COLOURS) else _OTHER for i, kind in enumerate(kinds)}
    return found | {"": _NO_PRODUCT}


_Signs = list[tuple["Artist", str]]


def _kinds(chart: Chart, colours: Mapping[str, str]) -> _Signs:
    """Return a patch for each kind with its part of all MACs; kinds that share the grey have one."""
    from matplotlib.patches import Patch

    totals = _totals(chart.bars)
    whole = sum(count for _, count in totals)
    named: dict[str, tuple[str, int]] = {}
    others = [kind for kind, _ in totals if colours[kind] == _OTHER]
    for kind, count in totals:
        several = colours[kind] == _OTHER and len(others) > 1
        name = f"{len(others)} other kinds" if several else kind or "no product (norms and the like)"
        named[colours[kind]] = name, named.get(colours[kind], ("", 0))[1] + count
    signs: _Signs = []
    for colour, (name, count) in named.items():
        part = f" {_percent(Fraction(count, whole))}" if whole and colour != _NO_PRODUCT else ""
        label = name + part + (f" of {chart.counts}" if part and not signs else "")
        signs.append((Patch(facecolor=colour, label=label), label))
    return signs


def _percent(value: Fraction) -> str:
    """Return 94.9 %; neither something nor almost all is rounded to nothing or all."""
    least = Fraction(1, 1000)
    if value in (0, 1):
        return f"{value * 100} %"
    return "< 0.1 %" if value < least else "> 99.9 %" if value > 1 - least else f"{text.decimal(value * 100, 1)} %"


def _marks(chart: Chart) -> _Signs:
    """Return what markers and hatches stand for, as far as there are such."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    measured = f"measured ({chart.counts}: fvcore, parameters: the model); bars: the formula"
    shown: list[Artist] = [
        Line2D([], [], marker="|", markersize=9, markeredgewidth=1.1, color=BLACK, ls="none", label=measured)
    ]
    names = [measured]
    if any(part.differs for bar in chart.bars for part in bar.parts):
        names.append("model differs")
        shown.append(Patch(facecolor="#ffffff", label=names[-1], **_DIFFERS))
    return list(zip(shown, names, strict=True))


def _flow(signs: _Signs, width: float) -> Iterator[_Signs]:
    """Yield the signs in lines that are no wider than this many inches."""
    line: _Signs = []
    used = 0.0
    for sign in signs:
        needed = _SIGN + inches(sign[1])
        if line and used + needed > width:
            yield line
            line, used = [], 0.0
        line.append(sign)
        used += needed
    if line:
        yield line


def _draw_legend(drawn: Figure, handles: Sequence[Artist], corner: tuple[float, float]) -> None:
    drawn.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=corner,
        ncols=len(handles),
        frameon=False,
        borderaxespad=0,
        borderpad=0.3,
        handlelength=1.6,
        columnspacing=1.5,
    )
