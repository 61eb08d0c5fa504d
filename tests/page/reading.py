"""What a page shows of a network, read as a person would: from its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_READ = """section => {
  const text = (node) => node.textContent.trim();
  const part = (name) => section.querySelector(`[data-part="${name}"]`);
  return {
    totals: [...part("totals").querySelectorAll(".value")].map(text),
    others: [...part("totals").querySelectorAll(".other")].map(text),
    rows: [...part("table").tBodies[0].rows].map((row) => [...row.cells].map(text)),
    heads: [...part("table").tHead.rows[0].cells].map(text),
    foot: [...part("table").tFoot.rows[0].cells].map(text),
    settings: text(part("settings")),
    notice: part("notice").hidden ? "" : text(part("notice")),
    bars: part("chart").querySelectorAll("rect").length,
  };
}"""
_CHART = """host => ({
  axes: [...host.querySelectorAll("text.axis")].map((text) => text.textContent),
  marks: [...host.querySelectorAll("text[text-anchor=end]:not(.axis)")].map((text) => text.textContent),
  heights: [...host.querySelectorAll("rect")].map((bar) => bar.height.baseVal.value),
  ghosts: [...host.querySelectorAll(".ghost")].map((path) => path.getAttribute("d")),
  curves: [...host.querySelectorAll(".curve")].map((path) => path.textContent),
  legend: [...host.closest("figure").querySelectorAll(".legend li")].map((item) => item.textContent),
})"""


@dataclass(frozen=True)
class Shown:
    """A network's section at one moment."""

    totals: list[str]
    others: list[str]
    rows: list[list[str]]
    heads: list[str]
    foot: list[str]
    settings: str
    notice: str
    bars: int

    def column(self, head: str, nth: int = 0) -> list[str]:
        place = [i for i, name in enumerate(self.heads) if name == head][nth]
        return [row[place] for row in self.rows]


@dataclass(frozen=True)
class Chart:
    """A chart at one moment: the names and the marks of its axes, its bars, its curves, and what stands behind them."""

    axes: list[str]
    marks: list[str]
    heights: list[float]
    ghosts: list[str]
    curves: list[str]
    legend: list[str]


def chart(page: Any, owner: str) -> Chart:
    """Read the chart of #network-1, or of #overview-chart."""
    read(page)
    return Chart(**page.locator(f'#{owner} [data-part="chart"]').evaluate(_CHART))


def section(page: Any, number: int = 1) -> Any:
    return page.locator(f"#network-{number}")


def read(page: Any, number: int = 1) -> Shown:
    # What a slider changes is drawn with the next frame of the screen.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return Shown(**section(page, number).evaluate(_READ))


def count(text: str) -> int | None:
    return None if text in ("?", "–") else int(text.replace(",", ""))


def turn(page: Any, number: int, name: str, text: str, numerator: int, by_slider: bool) -> None:
    """Set a slider, by dragging it or by the number beside it."""
    slider = section(page, number).locator(f"#network-{number}-{name}")
    if by_slider:
        slider.fill(str(numerator))
    else:
        slider.locator("xpath=following-sibling::input").fill(text)
