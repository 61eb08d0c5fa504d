"""reports/referee.*: each number of every counter on fifteen nets is explained; a sample is counted anew."""

from __future__ import annotations

from collections import Counter

import pytest

from convcost.report.conventions import ConventionsReport
from convcost.trace.counters import counters
from tests.golden.referee import NETS, REPORTS, accounts, measured, page, rows, table

ROWS = rows()


def test_every_number_is_the_formulas_and_its_terms() -> None:
    found = accounts(ROWS)
    wanted = {(f"torchvision:{net}", counter) for net in NETS for counter in counters()}
    assert set(found) == wanted, (
        "reports/referee.csv has not all counters and nets of tests/golden/referee.py: make referee"
    )
    for key, terms in found.items():
        core, printed = int(terms[0]["core"]), int(terms[0]["printed"])
        assert printed == core + sum(int(term["amount"]) for term in terms), key
        assert {term["kind"] for term in terms} <= {"convention", "fault", ""}
    # Billions of multiply-accumulates as torchvision publishes them with its weights.
    published = {"alexnet": "0.714", "vgg16": "15.470", "resnet18": "1.814", "resnet50": "4.089", "vit_b_16": "17.564"}
    cores = {row["model"]: int(row["core"]) for row in ROWS}
    assert {net: f"{cores[f'torchvision:{net}'] / 10**9:.3f}" for net in published} == published


def test_numbers_that_others_have_measured() -> None:
    # Taken by hand before this was written, with the same versions.
    printed = {
        "fvcore": 314_193_216,
        "torch": 601_548_544,
        "thop": 327_486_720,
        "ultralytics-thop": 327_486_720,
        "torchprofile": 307_453_664,
    }
    mobilenet = accounts(row for row in ROWS if row["model"] == "torchvision:mobilenet_v2")
    assert {c: int(mobilenet["torchvision:mobilenet_v2", c][0]["printed"]) for c in printed} == printed
    fvcore = [(t["term"], int(t["amount"])) for t in mobilenet["torchvision:mobilenet_v2", "fvcore"]]
    assert fvcore == [
        ("batch norm: 2 per output element", 13_356_224),
        ("adaptive avg pool2d: 1 per input element", 62_720),
    ]


def test_the_page_is_of_the_rows() -> None:
    assert (REPORTS / "referee.md").read_text(encoding="utf-8") == page(ROWS), "make referee"
    assert (REPORTS / "referee.csv").read_text(encoding="utf-8") == table(ROWS), "make referee"


def test_a_net_counted_anew_gives_the_same_rows() -> None:
    again = ("fvcore", "torch-meta", "torch", "torchinfo", "torchprofile", "torchscan", "torchscan-flops")
    found = measured("squeezenet1_1", again)
    old = [row for row in ROWS if row["model"] == "torchvision:squeezenet1_1" and row["counter"] in again]
    assert Counter(tuple(sorted(row.items())) for row in found) == Counter(tuple(sorted(row.items())) for row in old)


def test_conventions_are_up_to_date(request: pytest.FixtureRequest) -> None:
    content = ConventionsReport.of().to_markdown()
    file = REPORTS / "conventions.md"
    if request.config.getoption("--regenerate"):
        file.write_text(content, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == content, "conventions.md is out of date: make reports"
