"""A sweep as a picture: a heat map of MACs over two options, and MACs against parameters with named points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from convcost.core.errors import ConvcostError
from convcost.explore.sweep import GridAxis, Sweep
from convcost.report import text
from convcost.report.plot import BLACK, FAINT, GREY, SMALL, TEXT, TITLE, inches, save_figure, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.transforms import Bbox

# Inches: the panels, and what is left around and between them.
_WIDTH = 4.4
_HEIGHT = 3.4
_BOTTOM = 0.55
_LEFT = 0.75
_GAP = 0.95  # between the heat map's colour bar and the other panel
_TOP = 0.55
_RIGHT = 0.25
_MOST_WIDTH = 7.2  # of a heat map
_CELL = 0.45  # the least width of a cell of a heat map
_BAR_WIDTH = 0.13  # of the colour bar
_BAR_GAP = 0.08  # between heat map and colour bar
_BAR_TEXT = 0.55  # the numbers beside the colour bar
_SPACE = 0.08  # between two labels, and around a number in its cell
_NEAR = 0.06  # between a point and its name
_APART = 0.03  # between two names on a line
_CLEAR = 0.025  # between a name and a line
# Numbers: more than these are not told apart, not seen or not read.
_MOST_TICKS = 8
_LEAST_TICKS = 3
_MOST_LABELS = 40  # labels along an axis
_MOST_LINES = 24
_MOST_POINTS = 400  # points on a line
_MOST_MARKS = 40  # points with a marker on a line
_MOST_NAMES = 16
_MOST_LED = 8  # names that lines may lead to
_DECADE = 30  # a narrower range has too few powers of ten for a logarithmic scale
_MAP = "cividis"  # even to every kind of eye, and on grey paper
_DARK = 0.75  # lines take their colours from this part of the map: its light end is not seen on white


def save(title: str, sweep: Sweep, path: Path) -> None:
    """Draw a sweep, as .svg, .pdf or .png by the file's ending; raises ConvcostError as `save_figure` does.

    The heat map needs two options that vary; its cells hold their numbers where these have room. In the other picture
    a line follows the last option, one line a value of those before it; of many lines and points some are drawn,
    spread evenly. Where no setting changes the parameters, MACs are drawn over the last option.
    """
    if not len(sweep.axes):
        raise ConvcostError("there is one point and nothing to plot; give an option several values")
    varied = _varied(sweep)
    single = [f"; {_setting(axis, 0)}" for axis in sweep.axes if axis not in varied.axes]
    save_figure(path, lambda: _figure(title + "".join(single), varied))


def _varied(sweep: Sweep) -> Sweep:
    """Return the sweep without the options of one value, but for one option at the least."""
    axes = tuple(axis for axis in sweep.axes if len(axis) > 1) or sweep.axes[:1]
    shape = [len(axis) for axis in axes]
    counts = {name: count.reshape(shape) for name, count in sweep.counts.items()}
    return replace(sweep, axes=axes, counts=counts, refused=sweep.refused.reshape(shape))


def _figure(title: str, sweep: Sweep) -> Figure:
    from matplotlib.figure import Figure

    left, wide, trade = _LEFT, 0.0, _LEFT
    if len(sweep.axes) == 2:
        down, across = (_labels(axis) for axis in sweep.axes)
        left = max(_LEFT, 0.45 + max(map(inches, down.values())))
        named = max(map(inches, across.values())) + 2 * _SPACE if sweep.axes[1].numbers is None else 0
        wide = max(_WIDTH, max(_CELL, named) * len(sweep.axes[1]))
        wide = wide if wide <= _MOST_WIDTH else _WIDTH
        trade = left + wide + _BAR_GAP + _BAR_WIDTH + _BAR_TEXT + _GAP
    width, height = trade + _WIDTH + _RIGHT, _BOTTOM + _HEIGHT + _TOP
    figure = Figure(figsize=(width, height))
    figure.text(0.12 / width, 1 - 0.1 / height, title, size=TITLE, weight="bold", va="top")

    def panel(left: float, wide: float = _WIDTH) -> Axes:
        return figure.add_axes((left / width, _BOTTOM / height, wide / width, _HEIGHT / height))

    if wide:
        _draw_heat_map(panel(left, wide), panel(left + wide + _BAR_GAP, _BAR_WIDTH), sweep, wide)
    _draw_trade(panel(trade), sweep)
    return figure


def _draw_heat_map(axes: Axes, bar: Axes, sweep: Sweep, wide: float) -> None:
    """Draw MACs over the two options, refused points left white."""
    from matplotlib.colors import LogNorm

    shown = np.ma.masked_array(sweep.counts["macs"].astype(float), sweep.refused)
    down, across = sweep.axes
    drawn = axes.imshow(
        shown, origin="lower", aspect="auto", cmap=_MAP, interpolation="nearest", norm=LogNorm(), gid="heat-map"
    )
    white = "; white: cannot be built" if sweep.refused.any() else ""
    axes.set(xlabel=_name(across), ylabel=_name(down))
    axes.set_title(f"MACs{white}", size=TEXT)
    columns, rows = _labels(across), _labels(down)
    axes.set_xticks(*_fitting(columns, wide / (max(map(inches, columns.values())) + _SPACE)))
    axes.set_yticks(*_fitting(rows, _HEIGHT / (1.5 * TEXT / 72)))
    marks = _marks(float(shown.min()), float(shown.max()))
    side = axes.figure.colorbar(drawn, cax=bar, ticks=marks, format=short)
    side.minorticks_off()  # their labels are formulas
    bar.set_gid("colour-bar")
    _draw_numbers(axes, sweep, drawn, wide)


def _draw_numbers(axes: Axes, sweep: Sweep, drawn: AxesImage, wide: float) -> None:
    """Write each cell's MACs in it, black or white, whatever reads better; none if cells have no room for theirs."""
    rows, columns = sweep.shape
    if rows * _SPACE > _HEIGHT or columns * _SPACE > wide:
        return
    colours = drawn.to_rgba(sweep.counts["macs"].astype(float))
    places = [(y, x) for y, x in product(range(rows), range(columns)) if not sweep.refused[y, x]]
    numbers = {place: text.scaled(int(sweep.counts["macs"][place]), 3) for place in places}
    for size in (9.0, TEXT, SMALL, 6.0):
        widest, high = max(inches(number, size) for number in set(numbers.values())), size / 72
        if widest + _SPACE <= wide / columns and high + _SPACE <= _HEIGHT / rows:
            for (y, x), number in numbers.items():
                colour = readable(colours[y, x])
                axes.text(x, y, number, size=size, color=colour, ha="center", va="center", gid=f"cell-{y}-{x}")
            return


def contrast_with_white(colour: Sequence[float]) -> float:
    """Return the contrast ratio of a colour with white, (1 + 0.05) / (L + 0.05) as WCAG 2 defines it: 21 for black."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def readable(colour: Sequence[float]) -> str:
    """Return black or white, whichever has more contrast with a colour; the two ratios give 21 multiplied."""
    return "#ffffff" if contrast_with_white(colour) ** 2 >= 21 else BLACK


def _marks(least: float, most: float) -> list[float]:
    """Return round numbers from least to most: powers of ten, 2 and 5 times these too, or evenly spread ones."""
    from matplotlib.ticker import MaxNLocator

    powers = range(int(np.floor(np.log10(least))), int(np.ceil(np.log10(most))) + 1)
    even = MaxNLocator(_LEAST_TICKS + 2).tick_values(least, most)
    for found in ([10.0**p for p in powers], [k * 10.0**p for p in powers for k in (1, 2, 5)], map(float, even)):
        within = [mark for mark in found if least <= mark <= most]
        if len(within) >= _LEAST_TICKS:
            return within[:: -(-len(within) // _MOST_TICKS)]
    return sorted({least, most})


def _labels(axis: GridAxis) -> dict[int, str]:
    """Return the values of an option by their places, of many some."""
    return {place: text.plain(axis.value(place)) for place in range(0, len(axis), -(-len(axis) // _MOST_LABELS))}


def _fitting(labels: Mapping[int, str], room: float) -> tuple[list[int], list[str]]:
    """Return every label, or every second, third …, so that there is room for them."""
    step = max(int(np.ceil(len(labels) / room)), 1)
    return list(labels)[::step], list(labels.values())[::step]


def _spread(length: int, most: int) -> list[int]:
    """Return at most so many numbers below a length, spread evenly, the first and the last among them."""
    if length <= most:
        return list(range(length))
    return [i * (length - 1) // (most - 1) for i in range(most)]


def _name(axis: GridAxis) -> str:
    return f"{axis.option.symbol} ({axis.option.name})" if axis.option.symbol else axis.option.name


def _setting(axis: GridAxis, place: int) -> str:
    """Return a setting as α 0.75 or depth 50; a word says by itself what it is."""
    value = axis.value(place)
    return value if isinstance(value, str) else f"{axis.option.symbol or axis.option.name} {text.plain(value)}"


@dataclass(frozen=True)
class _Line:
    """Points along the last option: their places on it, and where they are drawn."""

    name: str
    places: Sequence[int]
    points: Sequence[tuple[float, float]]


def _lines(sweep: Sweep, over: str) -> tuple[list[_Line], int]:
    """Return the lines that are drawn, and how many there are; `over` names what goes to the right."""
    *before, last = sweep.axes
    shape = sweep.shape[:-1]
    number = prod(shape)
    along = _spread(len(last), _MOST_POINTS)
    lines = []
    for flat in _spread(number, _MOST_LINES):
        place = tuple(map(int, np.unravel_index(flat, shape))) if before else ()
        kept = [i for i in along if not sweep.refused[(*place, i)]]
        right = _positions(last, kept) if over != "parameters" else sweep.counts[over][place][kept].astype(float)
        points = list(zip(map(float, right), map(float, sweep.counts["macs"][place][kept]), strict=True))
        name = ", ".join(_setting(axis, i) for axis, i in zip(before, place, strict=True))
        lines += [_Line(name, kept, points)] if kept else []
    return lines, number


def _positions(axis: GridAxis, places: Sequence[int]) -> list[float]:
    """Return the values of an option that is a number, else their places in the list."""
    return [float(place) if axis.numbers is None else float(axis.value(place)) for place in places]


def _draw_trade(axes: Axes, sweep: Sweep) -> None:
    """Draw MACs against parameters, or over the last option where parameters are the same everywhere."""
    from matplotlib import colormaps
    from matplotlib.ticker import MaxNLocator

    *before, last = sweep.axes
    parameters = sweep.counts["parameters"][~sweep.refused]
    constant = int(parameters.min()) == int(parameters.max())
    lines, number = _lines(sweep, "" if constant else "parameters")
    for place, line in enumerate(lines):
        colour = colormaps[_MAP](_DARK * place / max(len(lines) - 1, 1))
        marked = _spread(len(line.points), _MOST_NAMES) if len(line.points) > _MOST_MARKS else None
        style: dict[str, Any] = {"linewidth": 0.9, "markersize": 3, "marker": "o", "markevery": marked}
        style["gid"] = f"line-{place}"
        axes.plot(*zip(*line.points, strict=True), color=colour, **style)
    along = f", along {_name(last)}" if before else ""
    some = f"; {len(lines)} of {number:,} lines" if len(lines) < number else ""
    same = f"; {text.scaled(int(parameters[0]), 3)} parameters everywhere"
    axes.set_title(
        f"MACs over {_name(last)}{same}{some}" if constant else f"MACs against parameters{along}{some}", size=TEXT
    )
    axes.set(xlabel=_name(last) if constant else "parameters", ylabel="MACs")
    axes.margins(0.14)
    _scale(axes, "y", [y for line in lines for _, y in line.points])
    if not constant:
        _scale(axes, "x", [x for line in lines for x, _ in line.points])
    elif last.numbers is None:
        axes.set_xticks(*_fitting(_labels(last), _MOST_LABELS))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=not last.option.decimal))
    axes.grid(color=FAINT, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())  # what is drawn from here on moves nothing
    _draw_names(axes, lines, last)


def _scale(axes: Axes, side: str, counts: Sequence[float]) -> None:
    """Set a scale for counts: logarithmic where they are far apart, from 0 at the least."""
    from matplotlib.ticker import MaxNLocator

    axis = axes.xaxis if side == "x" else axes.yaxis
    if max(counts) > _DECADE * min(counts) > 0:
        axes.set(**{f"{side}scale": "log"})
        axis.set_ticks(_marks(min(counts), max(counts)))
        axis.set_minor_formatter("")
    else:
        least, most = axis.get_view_interval()
        axes.set(**{f"{side}lim": (max(least, 0), most)})
        axis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10], integer=True))
    axis.set_major_formatter(short)


_Sides = tuple[tuple[int, int], ...]
_BESIDE: _Sides = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
_ABOVE: _Sides = ((0, 1), *(side for side in _BESIDE if side != (0, 1)))


def _draw_names(axes: Axes, lines: Sequence[_Line], last: GridAxis) -> None:
    """Write names of lines and points, each where it is on nothing else; of names without such a place none is drawn.

    A line has its name at its end with the most MACs; the points of the last line have theirs, and stand for those of
    all.
    """
    inch = [((axes.transData.transform(line.points) - axes.bbox.min) / axes.figure.dpi).tolist() for line in lines]
    named: list[tuple[str, tuple[float, float], _Sides]] = []
    for place in _ends_first(len(lines)) if len(lines) > 1 else []:
        end = max(0, -1, key=lambda i: lines[place].points[i][1])
        named.append((lines[place].name, inch[place][end], _ABOVE))
    named += [(_setting(last, lines[-1].places[i]), inch[-1][i], _BESIDE) for i in _ends_first(len(inch[-1]))]
    # Lines that lead to names would cross where there are many.
    gaps = (_NEAR, 2 * _NEAR, 4 * _NEAR) if len(named) <= _MOST_LED else (_NEAR,)
    taken: list[Bbox] = []
    for name, point, sides in named:
        for gap, box in _around(point, inches(name, SMALL), SMALL / 72, gaps, sides):
            if _free(box, taken, inch):
                taken.append(box)
                _draw_name(axes, name, point, box, led=gap > _NEAR)
                break


def _ends_first(length: int) -> list[int]:
    """Return which of so many have a name, the ends first: the range is said even if nothing between has room."""
    *others, last = _spread(length, _MOST_NAMES)
    return [last, *others]


def _draw_name(axes: Axes, name: str, point: tuple[float, float], box: Bbox, *, led: bool) -> None:
    scale = np.array([_WIDTH, _HEIGHT])
    x, y = np.mean([box.min, box.max], axis=0) / scale
    style: dict[str, Any] = {"size": SMALL, "color": GREY, "ha": "center", "va": "center", "gid": "name"}
    axes.text(x, y, name, transform=axes.transAxes, **style)
    if led:
        nearest = np.clip(point, box.min, box.max) / scale
        axes.plot(*zip(point / scale, nearest, strict=True), color=GREY, linewidth=0.4, transform=axes.transAxes)


def _around(
    point: tuple[float, float], width: float, height: float, gaps: Sequence[float], sides: _Sides
) -> Iterator[tuple[float, Bbox]]:
    """Yield how far from a point, and where, a name can stand beside it, the best place first."""
    from matplotlib.transforms import Bbox

    for gap, (across, up) in product(gaps, sides):
        x, y = point[0] + across * (gap + width / 2), point[1] + up * (gap + height / 2)
        yield gap, Bbox.from_extents(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _free(box: Bbox, taken: Sequence[Bbox], tracks: Iterable[Any]) -> bool:
    """Return whether a name would be within the panel, and on no other name, point or line."""
    from matplotlib.path import Path as Track
    from matplotlib.transforms import Bbox

    panel = Bbox.from_extents(_NEAR / 2, _NEAR / 2, _WIDTH + _RIGHT - _NEAR, _HEIGHT)
    within = panel.contains(box.x0, box.y0) and panel.contains(box.x1, box.y1)
    if not within or box.padded(_APART, 0).count_overlaps(taken):
        return False
    area = box.padded(_CLEAR)
    return not any(Track(track).intersects_bbox(area, filled=False) for track in tracks)
