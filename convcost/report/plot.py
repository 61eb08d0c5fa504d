"""A comparison as a chart: MACs and parameters of every row, formula against measurement."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convcost.comparison.result import Row
from convcost.core.errors import ConvcostError
from convcost.report import files
from convcost.report.text import UNKNOWN

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from convcost.report.comparison import ComparisonReport

# Inches. A row is half as high again as its text, so labels keep apart however many there are.
_ROW, _PANEL, _GAP, _MARGIN, _SPACE, _LEAST_LABEL, _VERDICT = 0.165, 2.7, 0.35, 0.12, 0.08, 0.9, 1.0
_TITLE_LINE, _LEGEND, _TICKS, _FOOT = 0.2, 0.3, 0.4, 0.5
# Points.
_TEXT, _SMALL, _TITLE = 8.0, 7.0, 10.0
# Dots an inch of a PNG, and the most dots along a side that every release of matplotlib can draw.
_DPI, _MOST_DOTS = 200.0, 65_000
# With more rows than these the scale is repeated above the bars.
_TALL = 40
_LONGEST_LABEL = 60
# Light blue against dark orange: told apart by every kind of eye, and on grey paper.
_GOOD, _BAD, _BLACK, _GREY, _FAINT = "#56b4e9", "#b84a00", "#000000", "#595959", "#e0e0e0"
_FORMULA: dict[bool, dict[str, Any]] = {
    True: {"facecolor": _GOOD, "edgecolor": "none"},
    False: {"facecolor": _BAD, "edgecolor": "#ffffff", "linewidth": 0, "hatch": "//////"},
}
_MEASURED: dict[str, Any] = {"color": _BLACK, "linewidth": 1.1, "solid_capstyle": "butt"}
_STYLE: Any = {
    "font.family": "sans-serif",  # the first of which, DejaVu, comes with matplotlib
    "font.size": _TEXT,
    "axes.linewidth": 0.6,
    "hatch.linewidth": 0.5,
    "text.parse_math": False,  # a name may hold $, _ and \\
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "convcost",
}
# None leaves out the date and the versions that would be filled in.
_METADATA: dict[str, dict[str, Any]] = {
    "pdf": {"CreationDate": None},
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
    "png": {"Software": None},
}


def save(report: ComparisonReport, path: Path, per: str = "layer") -> None:
    """Draw MACs (or FLOPs) and parameters per layer, block or operator, as .svg, .pdf or .png by the file's ending.

    Bars are the formula's numbers, markers fvcore's counts and the model's parameters. The file is the same, byte
    for byte, each time, and appears whole or not at all. Raises ConvcostError for another ending, for a place that
    cannot be written to, and if matplotlib is not installed.
    """
    save_figure(path, lambda: _figure(report, per))


def save_figure(path: Path, drawn: Callable[[], Figure]) -> None:
    """Write a figure in the house's style, the same each time, whole or not at all; raises ConvcostError as `save`."""
    check(path)
    files.check_writable(path)
    import matplotlib

    buffer, ending = io.BytesIO(), _ending(path)
    with matplotlib.rc_context(), warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box.
        warnings.filterwarnings("ignore", message="Glyph ")
        # A style of the user's own would make another picture of the same numbers.
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        figure = drawn()
        dots = min(_DPI, _MOST_DOTS / figure.get_figheight())
        figure.savefig(buffer, format=ending, dpi=dots, metadata=_METADATA[ending])
    files.write(path, buffer.getvalue())


def check(path: Path) -> None:
    """Raise ConvcostError if nothing can be plotted under this name, before any work is done for it."""
    if _ending(path) not in _METADATA:
        problem = f"{path.suffix} is no format of a plot" if path.suffix else "the name has no ending"
        raise ConvcostError(f"cannot plot to {path}: {problem}; use .svg, .pdf or .png")
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ConvcostError("plotting needs matplotlib: pip install matplotlib") from error


def _ending(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")


def _figure(report: ComparisonReport, per: str) -> Figure:
    """The chart sized by the number of its rows and its longest label."""
    from matplotlib.figure import Figure

    rows = report.comparison.per(per)
    labels = [_label(row.layer) for row in rows]
    left = _MARGIN + max([_LEAST_LABEL, *map(_inches, labels)]) + _SPACE
    width = left + 2 * _PANEL + _GAP + _VERDICT
    title = textwrap.wrap(report.content().title, int((width - 2 * _MARGIN) * 72 / (0.68 * _TITLE)))
    head = _MARGIN + len(title) * _TITLE_LINE
    bars = max(len(rows), 1) * _ROW
    height = head + _LEGEND + (_TICKS if len(rows) > _TALL else 0) + bars + _FOOT

    drawn = Figure(figsize=(width, height))
    first, second = (
        drawn.add_axes((start / width, _FOOT / height, _PANEL / width, bars / height))
        for start in (left, left + _PANEL + _GAP)
    )
    counts = "MACs" if report.comparison.unit == "macs" else "FLOPs"
    _draw_panel(first, f"{counts} per {per}", rows, [(row.macs_formula, row.macs_measured) for row in rows])
    _draw_panel(second, f"parameters per {per}", rows, [(row.params_formula, row.params_measured) for row in rows])
    for y, (row, label) in enumerate(zip(rows, labels, strict=True)):
        colours, weight = ((_BLACK, _GREY), "normal") if row.verdict.ok else ((_BAD, _BAD), "bold")
        for axes, x, text, side, colour in (
            (first, -_SPACE / _PANEL, label, "right", colours[0]),
            (second, 1 + _SPACE / _PANEL, str(row.verdict), "left", colours[1]),
        ):
            place = axes.get_yaxis_transform()
            axes.text(x, y, text, ha=side, va="center", color=colour, weight=weight, transform=place)
    edge = _MARGIN / width
    drawn.text(edge, 1 - _MARGIN / height, "\n".join(title), size=_TITLE, weight="bold", va="top")
    _draw_legend(drawn, rows, counts, (edge, 1 - head / height))
    return drawn


def _draw_panel(axes: Axes, name: str, rows: Sequence[Row], pairs: Sequence[tuple[int | None, int | None]]) -> None:
    """Bars and markers from top to bottom; each has an id in the SVG: macs-formula-0, macs-measured-0."""
    from matplotlib.ticker import EngFormatter, MaxNLocator

    tall, unit = len(rows) > _TALL, name.split()[0].lower()
    most = max([1, *(count for pair in pairs for count in pair if count is not None)])
    # Room for the words behind an unknown count.
    room = 1.4 if any(None in pair for pair in pairs) else 1.05
    axes.set(xlabel=name, xlim=(0, most * room), ylim=(max(len(rows), 1) - 0.5, -0.5), yticks=[])
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10], integer=True))
    axes.xaxis.set_major_formatter(EngFormatter())
    axes.tick_params(axis="x", width=0.6, top=tall, labeltop=tall)
    if tall:
        axes.set_title(name, size=_TEXT, pad=6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    axes.grid(axis="x", color=_FAINT, linewidth=0.6)
    for y, (row, (formula, measured)) in enumerate(zip(rows, pairs, strict=True)):
        # A hairline leads the eye from the label to both bars.
        axes.axhline(y, color=_FAINT, linewidth=0.4, zorder=0.6)
        if formula is not None:
            axes.barh(y, float(formula), 0.68, gid=f"{unit}-formula-{y}", **_FORMULA[row.verdict.ok])
        if measured is not None:
            ends = (y - 0.46, y + 0.46)
            axes.plot([float(measured)] * 2, ends, gid=f"{unit}-measured-{y}", clip_on=False, **_MEASURED)
        if formula is None or measured is None:
            which = "" if formula is measured else "formula " if formula is None else "measured "
            colour = _GREY if row.verdict.ok else _BAD
            at, behind = (formula or measured or 0, y), (3, 0)
            style: dict[str, Any] = {"va": "center", "size": _SMALL, "color": colour}
            axes.annotate(which + UNKNOWN, at, behind, textcoords="offset points", **style)


def _draw_legend(drawn: Figure, rows: Sequence[Row], counts: str, corner: tuple[float, float]) -> None:
    """What the bars and the marker are, as far as there are such."""
    from matplotlib.artist import Artist
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    found = {row.verdict.ok for row in rows}
    labels = {True: "formula", False: "formula, model differs"}
    shown: list[Artist] = [Patch(label=label, **_FORMULA[ok]) for ok, label in labels.items() if ok in found]
    measured = f"measured ({counts}: fvcore, parameters: the model)"
    shown.append(Line2D([], [], marker="|", markersize=9, markeredgewidth=1.1, color=_BLACK, ls="none", label=measured))
    drawn.legend(
        handles=shown,
        loc="upper left",
        bbox_to_anchor=corner,
        ncols=3,
        frameon=False,
        borderaxespad=0,
        borderpad=0.3,
        handlelength=1.6,
        columnspacing=1.5,
    )


def _label(name: str) -> str:
    """A name on one line: what cannot be printed (or stand in an SVG) as its escape, the middle of a long one cut."""
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
    half = _LONGEST_LABEL // 2
    return text if len(text) <= _LONGEST_LABEL else f"{text[: half - 1]}…{text[-half:]}"


def _inches(text: str) -> float:
    """Width of a label, bold as it may be."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=_TEXT, weight="bold")
    width: float = text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]
    return width / 72
