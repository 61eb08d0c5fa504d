"""The picture of a sweep: numbers in the cells of its heat map and beside its colour bar, and named points."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

import convcost
from convcost.report.heat_map import contrast_with_white, readable
from convcost.report.report import Report
from tests.report.pictures import SVG, Layout, Picture

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}


def bar(picture: Picture) -> list[str]:
    """The texts beside the colour bar, from below."""
    (group,) = (g for g in picture.tree.iter(f"{SVG}g") if g.get("id") == "colour-bar")
    return [text.text or "" for text in group.iter(f"{SVG}text")]


def amount(label: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(?: ([KMGTP]))?", label)
    assert found, label
    return float(found[1]) * UNITS[found[2] or ""]


@pytest.mark.parametrize(
    ("alpha", "resolution", "shown"),
    [
        ("0.25:1:0.25", "128:224:32", ["20 M", "50 M", "100 M", "200 M", "500 M"]),
        ("1,1.01", "224,225", None),
        ("0.5,1", "160,192,224", ["100 M", "200 M", "500 M"]),
        ("0.1,1,16", "32,224,8192,65536", None),
    ],
    ids=["two decades", "narrow", "one decade", "wide"],
)
def test_numbers_are_written_out(alpha: str, resolution: str, shown: list[str] | None, tmp_path: Path) -> None:
    report = convcost.sweep("mobilenet_v1", alpha=alpha, resolution=resolution)
    report.to_plot(tmp_path / "s.svg")
    picture = Picture((tmp_path / "s.svg").read_text(encoding="utf-8"))
    assert not [text for text in picture.texts() if "mathdefault" in text or "$" in text]
    labels = bar(picture)
    values = [amount(label) for label in labels]
    assert 3 <= len(labels) <= 8
    assert values == sorted(set(values))
    macs = report.sweep.counts["macs"]
    assert int(macs.min()) <= values[0] < values[-1] <= int(macs.max())
    assert shown is None or labels == shown


def test_one_number_everywhere_is_that_number(tmp_path: Path) -> None:
    report = convcost.sweep("mobilenet_v1", alpha="1,1.0001", resolution="223,224")
    assert set(report.sweep.counts["macs"].ravel().tolist()) == {568_740_352}
    report.to_plot(tmp_path / "s.svg")
    assert bar(Picture((tmp_path / "s.svg").read_text(encoding="utf-8"))) == ["568.74 M"]


GRID: dict[str, Any] = {"alpha": "0.25,0.5,0.75,1", "rho": "1,0.857,0.714,0.571"}


def cells(layout: Layout) -> dict[tuple[int, int], Any]:
    """The texts in the cells of the heat map, by row and column."""
    found = [(text.get_gid() or "", text) for text, _ in layout.texts]
    return {(int(y), int(x)): text for gid, text in found if gid[:5] == "cell-" for y, x in [gid[5:].split("-")]}


def names(layout: Layout) -> list[str]:
    return [text.get_text() for text, _ in layout.texts if text.get_gid() == "name"]


def test_the_numbers_stand_in_the_cells(layout: Callable[[Report], Layout]) -> None:
    found = layout(convcost.sweep("mobilenet_v1", **GRID))
    shown = {place: text.get_text() for place, text in cells(found).items()}
    assert len(shown) == 16
    # Howard et al. 2017, Table 6: millions of MACs at α = 0.25, 0.5, 0.75, 1, and Table 7: at 192 and 128 pixels.
    assert [shown[y, 0] for y in range(4)] == ["41 M", "149 M", "325 M", "569 M"]
    assert (shown[3, 1], shown[3, 3]) == ("418 M", "186 M")
    for (y, x), text in cells(found).items():
        assert text.get_position() == (x, y)
    found.check()


def test_numbers_can_be_read_on_dark_and_on_light_cells(layout: Callable[[Report], Layout]) -> None:
    found = layout(convcost.sweep("mobilenet_v1", **GRID))
    shown = cells(found)
    (image,) = found.figure.axes[0].get_images()
    colours = image.to_rgba(np.asarray(image.get_array()))
    assert (shown[0, 3].get_color(), shown[3, 0].get_color()) == ("#ffffff", "#000000")  # the least and the most
    assert {place: text.get_color() for place, text in shown.items()} == {p: readable(colours[p]) for p in shown}


@pytest.mark.parametrize(
    ("colour", "ratio"),
    [
        ("#000000", 21.0),  # WCAG 2.2, "contrast ratio": ranges from 1 to 21
        ("#ffffff", 1.0),
        ("#767676", 4.54),  # WebAIM, "Contrast and Color Accessibility": the lightest grey that passes 4.5 on white
        ("#949494", 3.03),  # the lightest that passes 3
        ("#0000ff", 8.59),
        ("#ff0000", 4.0),
    ],
)
def test_contrast_with_white_is_that_of_the_w3c(colour: str, ratio: float) -> None:
    assert round(contrast_with_white(to_rgb(colour)), 2) == ratio


@pytest.mark.parametrize(("colour", "text"), [("#767676", "#000000"), ("#757575", "#ffffff"), ("#ff0000", "#000000")])
def test_what_reads_better(colour: str, text: str) -> None:
    # WebAIM's ratios with white: 4.54, 4.61, 4.00; with black they are 21 / 4.54 = 4.63, 4.56 and 5.25.
    assert readable(to_rgb(colour)) == text


@pytest.mark.parametrize(("columns", "shown"), [(13, True), (16, True), (17, False)])
def test_cells_without_room_have_no_numbers(columns: int, shown: bool, layout: Callable[[Report], Layout]) -> None:
    resolutions = [32 * (n + 1) for n in range(columns)]
    found = layout(convcost.sweep("mobilenet_v1", alpha="0.25:1:0.05", resolution=resolutions))
    assert len(cells(found)) == (16 * columns if shown else 0)
    found.check()


def test_a_point_that_cannot_be_built_is_white_and_said(tmp_path: Path) -> None:
    report = convcost.sweep("nasnet_mobile", penultimate_filters="1056:1104:16", repeats=1, resolution="32,64")
    assert report.refused == 4  # filters are divided by 48
    report.to_plot(tmp_path / "s.svg")
    picture = Picture((tmp_path / "s.svg").read_text(encoding="utf-8"))
    assert "MACs; white: cannot be built" in picture.texts()
    drawn = [g for g in picture.tree.iter(f"{SVG}g") if g.get("id", "").startswith("cell-")]
    assert len(drawn) == 8 - 4


@pytest.mark.parametrize(
    ("network", "settings", "expected"),
    [
        ("mobilenet_v1", {"alpha": "0.25,0.5,0.75,1"}, ["α 0.25", "α 0.5", "α 0.75", "α 1"]),
        ("resnet", {"depth": "18,34,50,101,152"}, ["depth 101", "depth 152", "depth 18", "depth 34", "depth 50"]),
        ("vgg", {"variant": "A,B,C,D,E"}, ["A", "B", "C", "D", "E"]),
        ("mobilenet_v1", GRID, ["α 0.25", "α 0.5", "α 0.75", "α 1", "ρ 0.571", "ρ 0.714", "ρ 0.857", "ρ 1"]),
    ],
    ids=["alpha", "depth", "variant", "grid"],
)
def test_points_have_the_name_of_their_setting(
    network: str, settings: dict[str, Any], expected: list[str], layout: Callable[[Report], Layout]
) -> None:
    assert sorted(names(layout(convcost.sweep(network, **settings)))) == sorted(expected)


@pytest.mark.parametrize(
    ("network", "settings"),
    [
        ("mobilenet_v1", {"alpha": "0.25:1:0.01"}),
        ("mobilenet_v1", {"alpha": "0.1:1:0.1", "resolution": "96:288:16"}),
        ("mobilenet_v1", {"alpha": "0.25:1:0.01", "resolution": "128:224:4"}),
        ("mobilenet_v1", {"alpha": "0.5,1", "resolution": "128,192", "classes": "10,1000"}),
        ("resnet", {"depth": "18,34,50,101,152"}),
        ("hybridsn", {"bands": "15:40:5", "window": "11:31:2"}),
        ("alexnet", {"variant": "ungrouped,one-weird-trick,single-tower,paper", "resolution": "227,259"}),
    ],
)
def test_names_are_unique_and_on_no_line_point_axis_or_other_text(
    network: str, settings: dict[str, Any], layout: Callable[[Report], Layout]
) -> None:
    found = layout(convcost.sweep(network, **settings))
    assert len(names(found)) == len(set(names(found))) >= 4
    found.check()
    axes: Axes = found.figure.axes[-1]
    drawn = [line for line in axes.get_lines() if (line.get_gid() or "").startswith("line-")]
    assert drawn
    for line in drawn:
        ends = axes.transData.transform(np.column_stack([np.asarray(data, float) for data in line.get_data()]))
        steps = np.linspace(0, 1, 200)[:, None]
        track = np.concatenate([ends[:1], *(a + (b - a) * steps for a, b in itertools.pairwise(ends))])
        for text, box in found.texts:
            if text.get_gid() == "name":
                inside = (track > (box.x0, box.y0)) & (track < (box.x1, box.y1))
                assert not inside.all(axis=1).any(), (text.get_text(), line.get_gid())
                assert box.x0 > axes.bbox.x0
                assert box.y0 > axes.bbox.y0


@pytest.mark.parametrize("settings", [{"resolution": "128,160,192"}, {"resolution": "128,160,192", "alpha": ["0.5"]}])
def test_where_parameters_are_the_same_macs_are_drawn_over_the_option(
    settings: dict[str, Any], layout: Callable[[Report], Layout]
) -> None:
    report = convcost.sweep("mobilenet_v1", **settings)
    found = layout(report)
    (axes,) = found.figure.axes
    (line,) = (line for line in axes.get_lines() if line.get_gid() == "line-0")
    assert axes.get_xlabel() == "R (resolution)"
    assert np.asarray(line.get_xdata()).tolist() == [128, 160, 192]
    assert np.asarray(line.get_ydata()).tolist() == report.sweep.counts["macs"].ravel().tolist()
    # Howard et al. 2017, Table 6: 4.2 and 1.3 million parameters.
    millions = "1.33 M" if "alpha" in settings else "4.23 M"
    assert axes.get_title() == f"MACs over R (resolution); {millions} parameters everywhere"
    title = next(text.get_text() for text, _ in found.texts if text.get_fontweight() == "bold")
    assert title.endswith("; α 0.5") is ("alpha" in settings)


def test_how_many_lines_are_left_out_is_said(layout: Callable[[Report], Layout]) -> None:
    found = layout(convcost.sweep("mobilenet_v1", alpha="0.25:1:0.01", resolution="128,192"))
    assert found.figure.axes[-1].get_title().endswith("; 24 of 76 lines")
