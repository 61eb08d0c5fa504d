"""The chart: every row in it, in order, marked if it differs; the same bytes each time; no half of a file."""

from __future__ import annotations

import itertools
import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import BboxBase
from torch import nn

import convcost
from convcost.comparison.row import Row
from convcost.comparison.verdict import Verdict
from convcost.models.mobilenet_v1 import MobileNetV1
from convcost.report import plot
from convcost.report.comparison import ComparisonReport, heading
from convcost.theory.errors import ConvcostError

SMALL: dict[str, Any] = {"alpha": "0.25", "resolution": 64}
SVG = "{http://www.w3.org/2000/svg}"
BLUE, ORANGE = "#56b4e9", "#b84a00"


@pytest.fixture(scope="module")
def small() -> ComparisonReport:
    return convcost.compare("mobilenet_v1", **SMALL)


@pytest.fixture(scope="module")
def tampered() -> ComparisonReport:
    """One layer with other groups, one block missing, one layer too many."""
    with torch.device("meta"):
        model = MobileNetV1(alpha=0.25)
        model.get_submodule("features.4.0").add_module("0", nn.Conv2d(64, 64, 3, 1, 1, groups=32, bias=False))
        del model.features[10]
        model.add_module("classifier", nn.Sequential(nn.Linear(256, 1000), nn.Linear(1000, 1000)))
    return convcost.compare("mobilenet_v1", model=model, **SMALL)


def of_rows(report: ComparisonReport, rows: list[Row]) -> ComparisonReport:
    return ComparisonReport(replace(report.comparison, rows=tuple(rows)), report.given)


class Picture:
    """What an SVG holds: its texts as they are drawn, and by row the ends of each bar and marker."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tree = ElementTree.fromstring(source)  # noqa: S314 -- the tests' own file
        self._groups = {element.get("id", ""): element for element in self.tree.iter(f"{SVG}g")}
        self._texts = [(element.text or "", element.get("style", "")) for element in self.tree.iter(f"{SVG}text")]

    def texts(self, *style: str) -> list[str]:
        """All texts, or those whose style has these parts."""
        return [text for text, has in self._texts if all(part in has for part in style)]

    @property
    def labels(self) -> list[str]:
        """From top to bottom; nothing but labels is aligned to the right."""
        return self.texts("text-anchor: end")

    def rows(self, name: str) -> list[int]:
        """Which rows have such a shape, in the order they are drawn."""
        found = (re.fullmatch(rf"{name}-(\d+)", key) for key in self._groups)
        return [int(match[1]) for match in found if match]

    def path(self, name: str, row: int) -> ElementTree.Element:
        (path,) = self._groups[f"{name}-{row}"].iter(f"{SVG}path")
        return path

    def box(self, name: str, row: int) -> tuple[float, float, float, float]:
        """Left, top, right and bottom in points."""
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", self.path(name, row).get("d", ""))]
        return min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])


def draw(report: ComparisonReport, folder: Path, per: str = "layer") -> Picture:
    plot.save(report, folder / "chart.svg", per)
    return Picture((folder / "chart.svg").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("per", "count"), [("layer", 28), ("block", 15), ("operator", 4)])
def test_every_row_is_there_in_order(small: ComparisonReport, per: str, count: int, tmp_path: Path) -> None:
    picture, rows = draw(small, tmp_path, per), small.comparison.per(per)
    assert len(rows) == count
    assert picture.labels == [row.layer for row in rows]
    assert [text for text in picture.texts() if text in list(Verdict)] == [str(row.verdict) for row in rows]
    legend = ["formula", "measured (MACs: fvcore, parameters: the model)"]
    assert picture.texts()[-3:] == [heading(small.comparison), *legend]
    assert {f"MACs per {per}", f"parameters per {per}"} <= set(picture.texts())


@pytest.mark.parametrize(("unit", "field"), [("macs", "macs"), ("parameters", "params")])
def test_bars_and_markers_are_the_numbers_to_scale(
    unit: str, field: str, tampered: ComparisonReport, tmp_path: Path
) -> None:
    picture, ends = draw(tampered, tmp_path), []
    for side in ("formula", "measured"):
        name, counts = f"{unit}-{side}", [getattr(row, f"{field}_{side}") for row in tampered.rows]
        known = [(y, count) for y, count in enumerate(counts) if count is not None]
        assert picture.rows(name) == [y for y, _ in known]
        boxes = [picture.box(name, y) for y, _ in known]
        # From top to bottom, and no two of them touch.
        assert all(above[3] < below[1] for above, below in itertools.pairwise(boxes))
        ends += [(count, box[2]) for (_, count), box in zip(known, boxes, strict=True)]
    start, (most, end) = picture.box(f"{unit}-formula", 0)[0], max(ends)
    # The file has six decimals of a point; the fourth shows.
    wanted = [round(start + (end - start) * count / most, 4) for count, _ in ends]
    assert [round(at, 4) for _, at in ends] == wanted


def test_both_panels_share_their_rows_and_markers_stand_out_of_bars(small: ComparisonReport, tmp_path: Path) -> None:
    picture = draw(small, tmp_path)
    for y in range(28):
        _, top, _, bottom = picture.box("macs-formula", y)
        assert picture.box("parameters-formula", y)[1::2] == (top, bottom)
        assert picture.box("macs-measured", y)[1] < top < bottom < picture.box("macs-measured", y)[3]


def test_flops_are_called_flops(tmp_path: Path) -> None:
    picture = draw(convcost.compare("mobilenet_v1", unit="flops", **SMALL), tmp_path)
    assert {"FLOPs per layer", "measured (FLOPs: fvcore, parameters: the model)", "convention"} <= {*picture.texts()}
    assert picture.rows("flops-formula") == list(range(28))


def test_rows_that_differ_are_marked_by_colour_hatch_weight_and_word(
    tampered: ComparisonReport, tmp_path: Path
) -> None:
    picture = draw(tampered, tmp_path)
    wrong = [row for row in tampered.rows if not row.verdict.ok]
    labels, words = [row.layer for row in wrong], [str(row.verdict) for row in wrong]
    assert words == ["disagree", "not called", "not called", "no formula"]
    assert picture.texts(f"fill: {ORANGE}", "text-anchor: end") == labels
    assert [text for text in picture.texts(f"fill: {ORANGE}") if text in list(Verdict)] == words
    assert {*picture.texts("font-weight: 700")} == {*labels, *words, heading(tampered.comparison)}
    for y in picture.rows("macs-formula"):
        fill = re.search("fill: ([^;]*)", picture.path("macs-formula", y).get("style", ""))
        assert fill
        assert fill[1] == BLUE if tampered.rows[y].verdict.ok else fill[1].startswith("url(#")
    assert "formula, model differs" in picture.texts()
    # In both panels.
    assert (picture.texts().count("measured ?"), picture.texts().count("formula ?")) == (4, 2)


def test_what_is_wholly_unknown_is_a_question_mark(small: ComparisonReport, tmp_path: Path) -> None:
    rows = [replace(row, macs_formula=None, macs_measured=None) for row in small.rows[:2]]
    picture = draw(of_rows(small, rows), tmp_path)
    assert picture.texts().count("?") == 2
    assert picture.rows("macs-formula") == picture.rows("macs-measured") == []


def test_no_rows_and_nothing_but_noughts(small: ComparisonReport, tmp_path: Path) -> None:
    assert draw(of_rows(small, []), tmp_path).labels == []
    nought = replace(small.rows[0], macs_formula=0, macs_measured=0)
    picture = draw(of_rows(small, [nought]), tmp_path)
    left, _, right, _ = picture.box("macs-formula", 0)
    assert left == right == picture.box("macs-measured", 0)[0]
    # Counts are whole, so the scale has no thousandths.
    assert not any(text.endswith(" m") for text in picture.texts())


def test_counts_beyond_64_bits(small: ComparisonReport, tmp_path: Path) -> None:
    row = replace(small.rows[0], macs_formula=10**20, macs_measured=10**20)
    assert "100 E" in draw(of_rows(small, [row]), tmp_path).texts()


@pytest.mark.parametrize("ending", ["svg", "png", "SVG", "PNG"])
def test_the_same_bytes_each_time_whatever_the_users_style(
    small: ComparisonReport, ending: str, tmp_path: Path
) -> None:
    first, second = tmp_path / f"1.{ending}", tmp_path / f"2.{ending}"
    plot.save(small, first)
    mine: Any = {"font.size": 30.0, "text.usetex": True, "svg.fonttype": "path", "svg.hashsalt": "x", "savefig.dpi": 9}
    with matplotlib.rc_context(mine):
        plot.save(small, second)
        assert [matplotlib.rcParams[name] for name in mine] == list(mine.values())
    assert first.read_bytes() == second.read_bytes()
    assert matplotlib.__version__.encode() not in first.read_bytes()


def test_another_process_without_a_display_writes_the_same(small: ComparisonReport, tmp_path: Path) -> None:
    script = (
        "import sys, convcost; from pathlib import Path; from convcost.report import plot\n"
        "report = convcost.compare('mobilenet_v1', alpha='0.25', resolution=64)\n"
        "assert 'matplotlib' not in sys.modules\n"
        "plot.save(report, Path(sys.argv[1])); plot.save(report, Path(sys.argv[2]))\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    paths = [tmp_path / "other.svg", tmp_path / "other.png"]
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment |= {"MPLBACKEND": "tkagg", "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "86400", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", script, *map(str, paths)], env=environment, check=True)
    for path in paths:
        plot.save(small, tmp_path / f"own{path.suffix}")
        assert path.read_bytes() == (tmp_path / f"own{path.suffix}").read_bytes()


def test_a_png_of_the_size_that_its_rows_need(small: ComparisonReport, tmp_path: Path) -> None:
    sizes = {}
    for count in (1, 28):
        plot.save(of_rows(small, list(small.rows[:count])), tmp_path / "chart.png")
        data = (tmp_path / "chart.png").read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        assert b"tEXt" not in data
        sizes[count] = struct.unpack(">II", data[16:24])
    assert sizes[1][0] == sizes[28][0]
    # 0.165 inches a row, 200 dots an inch.
    assert sizes[28][1] - sizes[1][1] == 27 * 33


@pytest.mark.parametrize("name", ["chart.pdf", "chart.svgz", "chart.jpg", "chart", "chart.", ".svg"])
def test_another_ending_is_one_line_and_no_file(small: ComparisonReport, name: str, tmp_path: Path) -> None:
    with pytest.raises(ConvcostError) as caught:
        plot.save(small, tmp_path / name)
    assert str(caught.value).startswith(f"cannot plot to {tmp_path / name}: ")
    assert str(caught.value).endswith("; use .svg or .png")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_left_as_it_was(
    small: ComparisonReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConvcostError, match="there is no folder"):
        plot.save(small, tmp_path / "no" / "chart.svg")
    # Root may write anywhere, so the system's answer is replaced.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ConvcostError, match="is not writable"):
        plot.save(small, tmp_path / "chart.svg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("owner", "name"), [(os, "replace"), (Figure, "savefig")], ids=["rename", "render"])
def test_a_failure_on_the_way_keeps_the_old_file(
    owner: Any, name: str, small: ComparisonReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "chart.png").write_text("mine")
    monkeypatch.setattr(owner, name, fail)
    with pytest.raises((ConvcostError, OSError), match="No space left on device"):
        plot.save(small, tmp_path / "chart.png")
    assert [path.name for path in tmp_path.iterdir()] == ["chart.png"]
    assert (tmp_path / "chart.png").read_text() == "mine"


def test_without_matplotlib_it_says_what_to_install(
    small: ComparisonReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    target = tmp_path / "chart.svg"
    acts: list[Callable[[], None]] = [lambda: plot.save(small, target), lambda: plot.check(target)]
    for act in acts:
        with pytest.raises(ConvcostError) as caught:
            act()
        assert str(caught.value) == "plotting needs matplotlib: pip install 'convcost[plot]'"
    assert list(tmp_path.iterdir()) == []


SHOWN_AS_THEY_ARE = [
    "$x^2$",
    "$\\frac{",
    "a_b_{c}",
    "%d & \\input{x}",
    "<script>alert(1)</script>",
    '"/><g onload="x',
    "]]>--><!--",
    "&amp;&#0;",
    "_hidden",
    "層１",
]
SHOWN_ESCAPED = {
    "two\nlines\tand\x00\x1b[31m": "two\\nlines\\tand\\x00\\x1b[31m",
    "\ud800\ufffe\u202e": "\\ud800\\ufffe\\u202e",
    "x" * 30 + "y" * 31: "x" * 29 + "…" + "y" * 30,
}


@pytest.fixture
def hostile(small: ComparisonReport) -> ComparisonReport:
    return of_rows(small, [replace(small.rows[0], layer=name) for name in [*SHOWN_AS_THEY_ARE, *SHOWN_ESCAPED]])


def test_names_are_text_and_nothing_else(hostile: ComparisonReport, tmp_path: Path) -> None:
    picture = draw(hostile, tmp_path)
    assert picture.labels == [*SHOWN_AS_THEY_ARE, *SHOWN_ESCAPED.values()]
    assert "<script" not in picture.source
    elements = {element.tag.removeprefix(SVG) for element in picture.tree.iter()}
    assert elements == {"svg", "defs", "style", "g", "path", "use", "text", "clipPath", "rect"}
    assert not [name for element in picture.tree.iter() for name in element.attrib if name.startswith("on")]


def test_any_name_can_be_drawn(hostile: ComparisonReport, tmp_path: Path) -> None:
    plot.save(hostile, tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes()[-8:-4] == b"IEND"


@dataclass(frozen=True)
class Layout:
    """Boxes of all texts as they are drawn, and of the figure, in dots."""

    texts: Sequence[tuple[Text, BboxBase]]
    figure: BboxBase


@pytest.fixture
def layout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[ComparisonReport], Layout]:
    def measure(report: ComparisonReport) -> Layout:
        found: list[Layout] = []

        def savefig(figure: Figure, *_: object, **__: object) -> None:
            canvas: Any = FigureCanvasAgg(figure)
            drawn: list[Text] = []
            # An axis has labels beyond its ends that are never drawn.
            monkeypatch.setattr(Text, "draw", lambda text, *_: drawn.append(text))
            canvas.draw()
            shown = [text for text in drawn if text.get_text() and text.get_visible()]
            boxes = [text.get_window_extent(canvas.get_renderer()) for text in shown]
            found.append(Layout(list(zip(shown, boxes, strict=True)), figure.bbox))

        monkeypatch.setattr(Figure, "savefig", savefig)
        plot.save(report, tmp_path / "chart.svg")
        return found[0]

    return measure


@pytest.mark.parametrize("count", [1, 15, 41, 300])
def test_no_two_texts_overlap_and_none_leaves_the_figure(
    count: int, tampered: ComparisonReport, layout: Callable[[ComparisonReport], Layout]
) -> None:
    names = (f"{row.layer}.W{'g' * (y % 40)}" for y, row in enumerate(tampered.rows * 11))
    rows = [replace(row, layer=name) for row, name in zip(tampered.rows * 11, names, strict=True)][-count:]
    found = layout(of_rows(tampered, rows))
    assert len(found.texts) >= 2 * count
    for text, box in found.texts:
        assert float(text.get_fontsize()) >= 7
        assert found.figure.x0 <= box.x0 < box.x1 <= found.figure.x1, text.get_text()
        assert found.figure.y0 <= box.y0 < box.y1 <= found.figure.y1, text.get_text()
    for (text, box), (other, beside) in itertools.combinations(found.texts, 2):
        apart = box.y1 <= beside.y0 or beside.y1 <= box.y0 or box.x1 <= beside.x0 or beside.x1 <= box.x0
        assert apart, (text.get_text(), other.get_text())


def test_300_rows(small: ComparisonReport, tmp_path: Path) -> None:
    names = [f"layer{y}" for y in range(300)]
    report = of_rows(small, [replace(small.rows[y % 28], layer=name) for y, name in enumerate(names)])
    picture = draw(report, tmp_path)
    assert picture.labels == names
    assert picture.rows("macs-formula") == picture.rows("parameters-measured") == list(range(300))
    # So long a chart has its scales above as well.
    assert picture.texts().count("MACs per layer") == picture.texts().count("parameters per layer") == 2
    plot.save(report, tmp_path / "chart.png")
    width, height = struct.unpack(">II", (tmp_path / "chart.png").read_bytes()[16:24])
    assert height > 300 * 33 > width
