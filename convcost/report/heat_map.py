"""A sweep as a picture: a heat map of MACs over two options, and MACs against parameters."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from convcost.core.errors import ConvcostError
from convcost.explore.sweep import GridAxis
from convcost.report import text
from convcost.report.plot import save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from convcost.report.sweep import SweepReport

# Inches.
_WIDTH, _HEIGHT, _BOTTOM, _LEFT, _GAP, _TOP, _RIGHT = 4.2, 3.4, 0.55, 0.75, 1.7, 0.5, 0.25
_MOST_TICKS = 8
_LEAST_TICKS = 3
# More lines than these are not told apart, and more points on one are not seen.
_MOST_LINES, _MOST_POINTS = 24, 400
# A narrower range has too few powers of ten for a logarithmic scale.
_DECADE = 30
_MAP = "cividis"  # even to every kind of eye, and on grey paper


def save(report: SweepReport, path: Path) -> None:
    """Draw a sweep, as .svg, .pdf or .png by the file's ending; raises ConvcostError as `plot.save` does.

    The heat map needs two options that vary. In the other picture a line follows the last option, one line a value
    of those before it; of many lines and points some are drawn, spread evenly.
    """
    if not len(report.sweep.axes):
        raise ConvcostError("there is one point and nothing to plot; give an option several values")
    save_figure(path, lambda: _figure(report))


def _figure(report: SweepReport) -> Figure:
    from matplotlib.figure import Figure

    panels = 2 if report.sweep.refused.ndim == 2 else 1
    width = _LEFT + panels * _WIDTH + (panels - 1) * _GAP + _RIGHT
    height = _BOTTOM + _HEIGHT + _TOP
    figure = Figure(figsize=(width, height))

    def panel(number: int) -> Axes:
        left = (_LEFT + number * (_WIDTH + _GAP)) / width
        return figure.add_axes((left, _BOTTOM / height, _WIDTH / width, _HEIGHT / height))

    if panels == 2:
        _heat_map(figure, panel(0), report)
    _trade(panel(panels - 1), report)
    figure.text(0.1 / width, 1 - 0.1 / height, report.content().title, size=10, weight="bold", va="top")
    return figure


def _heat_map(figure: Figure, axes: Axes, report: SweepReport) -> None:
    """MACs over the two options, refused points left white."""
    from matplotlib.colors import LogNorm
    from matplotlib.ticker import EngFormatter

    sweep = report.sweep
    shown = np.ma.masked_array(sweep.counts["macs"].astype(float), sweep.refused)
    down, across = sweep.axes
    drawn = axes.imshow(
        shown, origin="lower", aspect="auto", cmap=_MAP, interpolation="nearest", norm=LogNorm(), gid="heat-map"
    )
    axes.set(xlabel=_name(across), ylabel=_name(down), title="MACs")
    axes.set_xticks(*_ticks(across))
    axes.set_yticks(*_ticks(down))
    marks = _marks(float(shown.min()), float(shown.max()))
    bar = figure.colorbar(drawn, ax=axes, ticks=marks, format=EngFormatter(), pad=0.03, fraction=0.05)
    bar.minorticks_off()  # their labels are formulas
    bar.ax.set_gid("colour-bar")


def _marks(least: float, most: float) -> list[float]:
    """Round numbers from least to most: powers of ten, 2 and 5 times these too, or evenly spread where they are few."""
    from matplotlib.ticker import MaxNLocator

    powers = range(int(np.floor(np.log10(least))), int(np.ceil(np.log10(most))) + 1)
    even = MaxNLocator(_LEAST_TICKS + 2).tick_values(least, most)
    for found in ([10.0**p for p in powers], [k * 10.0**p for p in powers for k in (1, 2, 5)], map(float, even)):
        within = [mark for mark in found if least <= mark <= most]
        if len(within) >= _LEAST_TICKS:
            return within[:: -(-len(within) // _MOST_TICKS)]
    return sorted({least, most})


def _ticks(axis: GridAxis) -> tuple[list[int], list[str]]:
    places = _spread(len(axis), _MOST_TICKS)
    return places, [text.plain(axis.value(place)) for place in places]


def _spread(length: int, most: int) -> list[int]:
    """At most so many numbers below a length, spread evenly, the first and the last among them."""
    if length <= most:
        return list(range(length))
    return [i * (length - 1) // (most - 1) for i in range(most)]


def _name(axis: GridAxis) -> str:
    return f"{axis.option.symbol} ({axis.option.name})" if axis.option.symbol else axis.option.name


def _trade(axes: Axes, report: SweepReport) -> None:
    """MACs against parameters, a line along the last option."""
    from matplotlib import colormaps
    from matplotlib.ticker import EngFormatter

    sweep = report.sweep
    places = list(product(*(range(len(axis)) for axis in sweep.axes[:-1])))
    chosen = [places[i] for i in _spread(len(places), _MOST_LINES)]
    along = _spread(len(sweep.axes[-1]), _MOST_POINTS)
    for number, place in enumerate(chosen):
        kept = [i for i in along if not sweep.refused[(*place, i)]]
        if not kept:
            continue
        values = {name: sweep.counts[name][place][kept].astype(float) for name in ("parameters", "macs")}
        label = ", ".join(
            f"{axis.option.symbol or axis.option.name} = {text.plain(axis.value(i))}"
            for axis, i in zip(sweep.axes, place, strict=False)
        )
        colour = colormaps[_MAP](number / max(len(chosen) - 1, 1))
        marker = "o" if len(kept) < 40 else ""
        style: dict[str, Any] = {"linewidth": 0.9, "markersize": 2.5, "marker": marker, "gid": f"line-{number}"}
        axes.plot(values["parameters"], values["macs"], color=colour, **style)
        if label and (number in (0, len(chosen) - 1)):
            at = float(values["parameters"][-1]), float(values["macs"][-1])
            axes.annotate(label, at, (0, 5), textcoords="offset points", size=7, ha="center")
    axes.set(xlabel="parameters", ylabel="MACs")
    names = _name(sweep.axes[-1])
    axes.set_title(f"MACs against parameters, along {names}" if len(sweep.axes) > 1 else "MACs against parameters")
    for name, side in (("parameters", axes.xaxis), ("macs", axes.yaxis)):
        counts = sweep.counts[name][~sweep.refused]
        if int(counts.max()) > _DECADE * int(counts.min()) > 0:
            scaled = axes.set_xscale if side is axes.xaxis else axes.set_yscale
            scaled("log")
            side.set_minor_formatter("")
        side.set_major_formatter(EngFormatter())
    axes.grid(color="#e0e0e0", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(0.08, 0.12)
