"""Pictures: the house's style, the same bytes each time, and what their ending says."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convcost.core.errors import ConvcostError
from convcost.report import files
from convcost.report.text import scaled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Points.
TEXT, SMALL, TITLE = 8.0, 7.0, 10.0
BLACK, GREY, FAINT = "#000000", "#595959", "#e0e0e0"
# Dots an inch of a PNG, and the most dots along a side that every release of matplotlib can draw.
_DPI, _MOST_DOTS = 200.0, 65_000
_STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana"],  # the first comes with matplotlib, the second is as wide
    "font.size": TEXT,
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


def save_figure(path: Path, drawn: Callable[[], Figure]) -> None:
    """Write a figure in the house's style, the same each time, whole or not at all.

    Raises ConvcostError for another ending, for a place that cannot be written to, and if matplotlib is not installed.
    """
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


def short(number: float, _: object = None) -> str:
    """Return what an axis says of a number, as matplotlib asks for it."""
    return scaled(round(number), 6)


def inches(text: str, size: float = TEXT, *, bold: bool = False) -> float:
    """Return the width of a line of text."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=size, weight="bold" if bold else "normal")
    width: float = text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]
    return width / 72
