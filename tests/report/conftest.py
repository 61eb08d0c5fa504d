"""A comparison that agrees, one of a tampered model, and where the texts of a picture are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from torch import nn

import convcost
from convcost.models.mobilenet import MobileNetV1
from convcost.report.comparison import ComparisonReport
from convcost.report.report import Report
from tests.report.pictures import SMALL, Layout


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


@pytest.fixture
def layout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Report], Layout]:
    def measure(report: Report) -> Layout:
        found: list[Layout] = []

        def savefig(figure: Figure, *_: object, **__: object) -> None:
            canvas: Any = FigureCanvasAgg(figure)
            drawn: list[Text] = []
            # An axis has labels beyond its ends that are never drawn.
            monkeypatch.setattr(Text, "draw", lambda text, *_: drawn.append(text))
            canvas.draw()
            shown = [text for text in drawn if text.get_text() and text.get_visible()]
            boxes = [text.get_window_extent(canvas.get_renderer()) for text in shown]
            found.append(Layout(figure, list(zip(shown, boxes, strict=True))))

        monkeypatch.setattr(Figure, "savefig", savefig)
        report.save(tmp_path / "chart.svg")
        return found[0]

    return measure
