"""A picture's file: the same bytes each time, no half of one, and any name drawn."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import pytest
from matplotlib.figure import Figure

from convcost.core.errors import ConvcostError
from convcost.report import plot
from convcost.report.comparison import ComparisonReport
from tests.report.pictures import SVG, draw, of_rows


@pytest.mark.parametrize("ending", ["svg", "png", "SVG", "PNG"])
def test_the_same_bytes_each_time_whatever_the_users_style(
    small: ComparisonReport, ending: str, tmp_path: Path
) -> None:
    first, second = tmp_path / f"1.{ending}", tmp_path / f"2.{ending}"
    small.to_plot(first)
    mine: Any = {"font.size": 30.0, "text.usetex": True, "svg.fonttype": "path", "svg.hashsalt": "x", "savefig.dpi": 9}
    with matplotlib.rc_context(mine):
        small.to_plot(second)
        assert [matplotlib.rcParams[name] for name in mine] == list(mine.values())
    assert first.read_bytes() == second.read_bytes()
    assert matplotlib.__version__.encode() not in first.read_bytes()


def test_another_process_without_a_display_writes_the_same(small: ComparisonReport, tmp_path: Path) -> None:
    script = (
        "import sys, convcost\n"
        "report = convcost.compare('mobilenet_v1', alpha='0.25', resolution=64)\n"
        "assert 'matplotlib' not in sys.modules\n"
        "for path in sys.argv[1:]: report.to_plot(path)\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    paths = [tmp_path / "other.svg", tmp_path / "other.png", tmp_path / "other.pdf"]
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment |= {"MPLBACKEND": "tkagg", "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "86400", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", script, *map(str, paths)], env=environment, check=True)
    for path in paths:
        small.to_plot(tmp_path / f"own{path.suffix}")
        assert path.read_bytes() == (tmp_path / f"own{path.suffix}").read_bytes()


def test_a_png_of_the_size_that_its_rows_need(small: ComparisonReport, tmp_path: Path) -> None:
    sizes = {}
    for count in (1, 28):
        of_rows(small, list(small.rows[:count])).to_plot(tmp_path / "chart.png")
        data = (tmp_path / "chart.png").read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        assert b"tEXt" not in data
        sizes[count] = struct.unpack(">II", data[16:24])
    assert sizes[1][0] == sizes[28][0]
    # 0.165 inches a row, 200 dots an inch.
    assert sizes[28][1] - sizes[1][1] == 27 * 33


@pytest.mark.parametrize("name", ["chart.svgz", "chart.jpg", "chart", "chart.", ".svg"])
def test_another_ending_is_one_line_and_no_file(small: ComparisonReport, name: str, tmp_path: Path) -> None:
    with pytest.raises(ConvcostError) as caught:
        small.to_plot(tmp_path / name)
    assert str(caught.value).startswith(f"cannot plot to {tmp_path / name}: ")
    assert str(caught.value).endswith("; use .svg, .pdf or .png")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_left_as_it_was(
    small: ComparisonReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConvcostError, match="there is no folder"):
        small.to_plot(tmp_path / "no" / "chart.svg")
    # Root may write anywhere, so the system's answer is replaced.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ConvcostError, match="is not writable"):
        small.to_plot(tmp_path / "chart.svg")
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
        small.to_plot(tmp_path / "chart.png")
    assert [path.name for path in tmp_path.iterdir()] == ["chart.png"]
    assert (tmp_path / "chart.png").read_text() == "mine"


def test_without_matplotlib_it_says_what_to_install(
    small: ComparisonReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    target = tmp_path / "chart.svg"
    acts: list[Callable[[], None]] = [lambda: small.to_plot(target), lambda: plot.check(target)]
    for act in acts:
        with pytest.raises(ConvcostError) as caught:
            act()
        assert str(caught.value) == "plotting needs matplotlib: pip install matplotlib"
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
    hostile.to_plot(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes()[-8:-4] == b"IEND"
