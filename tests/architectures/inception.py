"""What the tests of the Inception family share."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import convcost
from convcost.core.architecture import Architecture, Network
from convcost.core.registry import find
from convcost.report.comparison import ComparisonReport


def formulas(name: str) -> ModuleType:
    """The module of the book that draws a network, to tamper with its tables."""
    return importlib.import_module(f"convcost.formulas.architectures.{name}")


def drawn(name: str, **options: Any) -> Network:
    """The network as the book draws it, without any model."""
    architecture = find(Architecture, name, "architecture")
    return architecture.network(architecture.settings(options))


def macs(name: str, **options: Any) -> int:
    """The formula's multiply-accumulates of convolutions and linear layers."""
    return sum(int(line.cost.macs) for line in drawn(name, **options).core)


def agreed(name: str, layers: int, options: dict[str, Any] | None = None, model: str | None = None) -> ComparisonReport:
    """The comparison, once every layer, every operator and every total of it was found equal."""
    report = convcost.compare(name, model=model, **(options or {}))
    assert len(report.rows) == layers
    assert {row.verdict for row in report.rows} == {"agree"}
    assert {row.verdict for row in report.all_rows} <= {"agree", "convention", "uncounted"}
    assert report.totals.equal
    assert report.ok
    return report


def first_wrong(name: str, **options: Any) -> tuple[str, str]:
    """Name and reason of the first layer that does not agree; all is not well with the whole."""
    report = convcost.compare(name, **options)
    assert not report.ok
    wrong = next(row for row in report.rows if row.verdict != "agree")
    return wrong.layer, wrong.reason
