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
