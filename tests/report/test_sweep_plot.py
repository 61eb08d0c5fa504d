"""What the colour bar of a sweep's heat map says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import convcost
from tests.report.pictures import SVG, Picture

UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}


def bar(picture: Picture) -> list[str]:
    """The texts beside the colour bar, from below."""
    (group,) = (g for g in picture.tree.iter(f"{SVG}g") if g.get("id") == "colour-bar")
    return [text.text or "" for text in group.iter(f"{SVG}text")]


def amount(label: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(?: ([kMGTP]))?", label)
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
