"""The files in reports/ are what the comparison gives today, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

import convcost
from convcost.published.claim import claims as published
from convcost.report import grid
from tests.golden.audits import LIBRARIES
from tests.golden.systems import SYSTEMS
from tests.published.rates import measured

REPORTS = Path(__file__).parents[2] / "reports"


@pytest.mark.parametrize("name", SYSTEMS)
def test_report_is_up_to_date(name: str, request: pytest.FixtureRequest) -> None:
    reports = [convcost.compare(name, **settings) for settings in SYSTEMS[name]]
    first = " ".join(f"--{option} {value}" for option, value in SYSTEMS[name][0].items())
    contents = {
        f"{name}.md": grid.page(reports, f"convcost compare {name} {first}".strip()),
        f"{name}.csv": grid.csv(reports),
    }
    if request.config.getoption("--regenerate"):
        for file, content in contents.items():
            (REPORTS / file).write_bytes(content.encode())
    for file, content in contents.items():
        assert (REPORTS / file).read_bytes() == content.encode(), f"{file} is out of date: make reports"


def test_claims_are_up_to_date(request: pytest.FixtureRequest) -> None:
    content = convcost.claims().to_markdown(rates=measured()).encode()
    if request.config.getoption("--regenerate"):
        (REPORTS / "claims.md").write_bytes(content)
    assert (REPORTS / "claims.md").read_bytes() == content, "claims.md is out of date: make reports"
    text = content.decode()
    titles = [text.index(f"## {title}") for title in ("Refuted", "Explained", "Truncated", "Holds", "Not computed")]
    assert titles == sorted(titles)
    assert "the same search explains" in text
    assert sum(f"| {claim.id} " in text for claim in published()) == len(published())


def test_nothing_else_is_in_reports() -> None:
    written_by_hand = {"benchmarks.md"}
    expected = {f"{name}.{ending}" for name in (*SYSTEMS, *LIBRARIES) for ending in ("md", "csv")} | {"claims.md"}
    assert {path.name for path in REPORTS.iterdir()} - written_by_hand == expected
