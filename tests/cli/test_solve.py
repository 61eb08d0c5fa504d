"""`convcost solve` on a terminal."""

from __future__ import annotations

from typing import Any

import pytest

import convcost as package
from tests.shell import convcost


def _rows(out: str) -> dict[str, list[str]]:
    """Cells behind the first by the first, which is two blanks before them."""
    cells = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in out.splitlines()]
    return {row[0]: row[1:] for row in cells if len(row) > 1}


def test_solution_and_neighbour() -> None:
    outcome = convcost("solve", "mobilenet_v1", "--max-macs", "150M", "--resolution", "160")
    assert (outcome.code, outcome.err) == (0, "")
    rows = _rows(outcome.out)
    fits, beyond = (package.cost("mobilenet_v1", alpha=a, resolution=160) for a in ("0.7", "0.75"))
    # fvcore's ActivationCountAnalysis of the model at α = 0.7 and 160 pixels.
    assert rows["fits"] == ["0.7", *(f"{n:,}" for n in (fits.macs, fits.parameters, 1_786_550))]
    assert rows["next α"][1] == f"{beyond.macs:,}"
    assert fits.macs <= 150_000_000 < beyond.macs
    text = " ".join(outcome.out.split())
    assert f"Next α = 0.75: over by {beyond.macs - 150_000_000:,} MACs." in text
    # √(150 000 000 / 568 740 352) = 0.51356…
    assert "Rule of thumb, MACs ≈ α²ρ²·568,740,352: αρ = 0.5135 for 150,000,000." in text


def test_the_lattice_ends() -> None:
    out = convcost("solve", "mobilenet_v1", "--max-params", "1T", "--alpha", "0.5,1", "--resolution", "32,64").out
    assert "Next α: the lattice ends here." in out
    assert "Next R: the lattice ends here." in out
    assert "Largest that fits: α = 1, R = 64." in out


def test_nothing_fits_is_an_answer() -> None:
    outcome = convcost("solve", "mobilenet_v2", "--max-macs", "3K", "--max-params", "3.5M", "--step", "224")
    assert (outcome.code, outcome.err) == (1, "")
    text = " ".join(outcome.out.split())
    least = package.cost("mobilenet_v2", alpha="0.05", resolution=224)
    assert "Nothing fits." in text
    assert f"The fewest MACs there are: {least.macs:,} at α = 0.05, R = 224, {least.macs - 3000:,} too many." in text
    assert f"The fewest parameters there are: {least.parameters:,} at α = 0.05, R = 224, which would fit alone." in text


@pytest.mark.parametrize("columns", ["60", "80"])
def test_frontier_and_narrow_terminals(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    arguments = ("--max-macs", "300M", "--max-params", "3.5M", "--alpha", "0.25:1.5:0.25", "--resolution", "96:288:32")
    outcome = convcost("solve", "mobilenet_v2", *arguments, "--frontier")
    assert outcome.code == 0
    assert max(len(line.rstrip()) for line in outcome.out.splitlines()) <= int(columns)
    report = package.solve(
        "mobilenet_v2", max_macs="300M", max_params="3.5M", alpha="0.25:1.5:0.25", resolution="96:288:32"
    )
    assert f"{len(report.frame)} largest settings" in outcome.out
    for macs in report.frame["macs"]:
        assert f"{macs:,}" in outcome.out


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--max-macs", "many"),
        ("--max-macs", "1M", "--step", "0"),
        ("--max-macs", "1M", "--prefer", "depth"),
        ("--max-macs", "1M", "--depth", "50"),
        ("--max-macs", "1M", "--alpha", "1", "--resolution", "224"),
    ],
    ids=str,
)
def test_bad_input_is_one_line(arguments: tuple[str, ...]) -> None:
    outcome = convcost("solve", "mobilenet_v1", *arguments)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give a budget: --max-macs, --max-params or --max-activations"),
        (("--max-macs", "many"), "--max-macs is 'many', but must be a number such as 300M"),
        (("--max-macs", "1M", "--step", "0"), "--step is '0', but must be a whole number above 0"),
        (("--max-macs", "1M", "--alpha-step", "x"), "--alpha-step is 'x', but must be a decimal above 0"),
    ],
)
def test_errors_name_the_option_that_was_typed(arguments: tuple[str, ...], message: str) -> None:
    assert message in convcost("solve", "mobilenet_v1", *arguments).err


def test_notebooks_and_repr() -> None:
    grid: dict[str, Any] = {"alpha": "0.5,1", "resolution": "128,224"}
    report = package.solve("mobilenet_v1", max_macs="600M", **grid)
    assert repr(report) == "<MobileNet V1 within 600,000,000 MACs: α = 1, R = 224>"
    assert "<table" in report._repr_html_()
    assert repr(package.solve("mobilenet_v1", max_macs=1, **grid)).endswith(": nothing fits>")
