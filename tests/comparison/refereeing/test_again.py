"""The committed numbers are what the installed counters print: a few cases, counted anew in processes of their own."""

from __future__ import annotations

import pytest

from convcost.comparison.refereeing.run import prepare
from convcost.trace.counters import counters
from convcost.trace.counters.sandbox import run
from tests.comparison.refereeing import printed
from tests.comparison.refereeing.cases import CASES

AGAIN = ("conv_transpose2d with bias", "multi-head attention with weights")
INSTALLED = [counter for counter in counters().values() if counter.version() is not None]
ROWS = {(row.case, row.counter): row for row in printed.rows()}


def test_the_extra_is_installed() -> None:
    names = {"fvcore", "torch", "torch-meta", "torch-nograd", "ptflops", "ptflops-aten"}
    names |= {"torchinfo", "torchprofile", "torchscan", "torchscan-flops"}
    assert names <= {counter.name for counter in INSTALLED}


@pytest.mark.parametrize("name", AGAIN)
def test_counters_print_the_same_again(name: str) -> None:
    prepare(INSTALLED)
    for ran in run(INSTALLED, CASES[name].make(), CASES[name].inputs):
        assert not ran.failed
        assert ran.printed is not None
        assert ran.printed.total == ROWS[name, ran.counter.name].printed, ran.counter.name
