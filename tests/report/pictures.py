"""Reading back what a chart shows."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from convcost.comparison.result import Row
from convcost.report import plot
from convcost.report.comparison import ComparisonReport

SMALL: dict[str, Any] = {"alpha": "0.25", "resolution": 64}
SVG = "{http://www.w3.org/2000/svg}"
BLUE, ORANGE = "#56b4e9", "#b84a00"


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
