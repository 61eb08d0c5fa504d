"""Reading back what a chart shows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import BboxBase

from convcost.comparison.result import Row
from convcost.report.comparison import ComparisonReport
from convcost.report.report import Report

SMALL: dict[str, Any] = {"alpha": "0.25", "resolution": 64}
SVG = "{http://www.w3.org/2000/svg}"
ORANGE = "#b84a00"


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
        """Which rows have such a shape, in the order they are drawn; a bar may have several, one beside the other."""
        found = (re.fullmatch(rf"{name}-(\d+)(-0)?", key) for key in self._groups)
        return [int(match[1]) for match in found if match]

    def paths(self, name: str, row: int) -> list[ElementTree.Element]:
        """The shapes of a row, from left to right."""
        keys = [key for key in self._groups if re.fullmatch(rf"{name}-{row}(-\d+)?", key)]
        return [path for key in keys for path in self._groups[key].iter(f"{SVG}path")]

    def fills(self, name: str, row: int) -> list[str]:
        """The colours of a row's shapes; those that are hatched have the name of a pattern."""
        found = (re.search("fill: ([^;]*)", path.get("style", "")) for path in self.paths(name, row))
        return [match[1] for match in found if match]

    def boxes(self, name: str, row: int) -> list[tuple[float, float, float, float]]:
        """Left, top, right and bottom of each shape of a row, in points."""
        found = []
        for path in self.paths(name, row):
            numbers = [float(number) for number in re.findall(r"-?[\d.]+", path.get("d", ""))]
            found.append((min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])))
        return found

    def box(self, name: str, row: int) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of a whole bar or marker."""
        left, top, right, bottom = zip(*self.boxes(name, row), strict=True)
        return min(left), min(top), max(right), max(bottom)


def draw(report: Report, folder: Path) -> Picture:
    report.save(folder / "chart.svg")
    return Picture((folder / "chart.svg").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Layout:
    """A figure, and the boxes of all texts as they are drawn, in dots."""

    figure: Figure
    texts: Sequence[tuple[Text, BboxBase]]

    def check(self) -> None:
        """No two texts are on each other, none leaves the figure, and none is too small to read."""
        whole = self.figure.bbox
        for text, box in self.texts:
            assert float(text.get_fontsize()) >= 6
            assert whole.x0 <= box.x0 < box.x1 <= whole.x1, text.get_text()
            assert whole.y0 <= box.y0 < box.y1 <= whole.y1, text.get_text()
        for (text, box), (other, beside) in itertools.combinations(self.texts, 2):
            apart = box.y1 <= beside.y0 or beside.y1 <= box.y0 or box.x1 <= beside.x0 or beside.x1 <= box.x0
            assert apart, (text.get_text(), other.get_text())
