"""`convcost formula` and `convcost list`."""

from __future__ import annotations

import re

import pytest

from convcost.core.convention import Convention
from convcost.core.record import Formula
from convcost.core.registry import find, registry
from convcost.explore.formula_values import formula_values
from convcost.report.formula import FormulaReport
from tests.shell import convcost


def test_separable_beside_standard_with_their_ratio() -> None:
    out = convcost("formula", "depthwise_separable").out
    # Equations 2 and 5 of the paper, and the ratio printed below equation 5.
    assert "D_K²·M·N·D_F²" in out
    assert "D_K²·M·D_F² + M·N·D_F²" in out
    assert "standard_convolution: 1/N + 1/D_K²" in out


def test_values_and_their_ratio() -> None:
    out = convcost("formula", "depthwise_separable", *_set(D_K=3, M=512, N=512, D_F=14)).out
    # 9·512·512·196 and 9·512·196 + 512·512·196; 1/512 + 1/9 = 0.113064.
    assert "462,422,016" in out
    assert "52,283,392" in out
    assert "0.113064, that is 8.845 times fewer" in out


def test_a_narrow_terminal_keeps_the_formula_that_was_asked_for() -> None:
    """Of 60 columns, which have room for one formula, not for the one it is compared with."""
    report = FormulaReport(
        formula_values(find(Formula, "depthwise_separable", "formula"), {"D_K": "3", "M": "512", "N": "512"})
    )
    lines = report.text(60).splitlines()
    assert "Closed form          depthwise_separable" in lines
    assert "Not shown at this width: standard_convolution (a wider" in lines


def test_decimals_stay_exact() -> None:
    values = _set(D_K=3, M=512, N=512, D_F=14, alpha="0.75", rho="0.857")
    out = convcost("formula", "depthwise_separable_alpha_rho", *values).out
    # 9·384·(0.857·14)² + 384²·(0.857·14)² = 150,912 · 143.952004
    assert "21,724,084.827648" in out


def test_some_values_leave_a_formula_in_the_others() -> None:
    out = convcost("formula", "depthwise_separable", *_set(D_K=3)).out
    assert "M·N·D_F² + 9·M·D_F²" in out


def test_network_is_one_closed_form() -> None:
    out = convcost("formula", "mobilenet_v1").out
    assert "B·⌈R/2⌉²  36·c32 + c32·c64" in out  # 27 and 9 on the first map, and 1×1 to the next width
    assert "c1024 = max(⌊1024·α⌋, 8)" in " ".join(out.split())


def test_network_at_given_options() -> None:
    out = convcost("formula", "mobilenet_v1", *_set(alpha=1, resolution=224, batch=1, classes=1000)).out
    assert "MACs: 568,740,352" in out


@pytest.mark.parametrize("name", [name for name, record in registry().items() if not isinstance(record, Convention)])
def test_every_record_prints_and_has_latex(name: str) -> None:
    outcome = convcost("formula", name)
    assert (outcome.code, outcome.err) == (0, "")
    assert "Source: " in outcome.out
    assert max(len(line) for line in outcome.out.splitlines()) <= 80
    latex = convcost("formula", name, "--latex", "-")
    assert (latex.code, latex.err) == (0, "")
    environments = re.findall(r"\\(begin|end)\{aligned\}", latex.out)
    assert environments in ([], ["begin", "end"])  # in math mode as it is, long or short
    assert latex.out.count("\n") == 1 or environments


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["depthwise_seperable"], "unknown formula 'depthwise_seperable'; did you mean depthwise_separable"),
        (["depthwise_separable", "--set", "Q=1"], "has no symbol 'Q'; it has D_K, M, N, D_F"),
        (["depthwise_separable", "--set", "M"], "--set is 'M', but must be SYMBOL=VALUE"),
        (["depthwise_separable", "--set", "M=1.5"], "M is '1.5', but must be a whole number"),
        (["depthwise_separable", "--set", "M=__import__"], "M is '__import__', but must be a whole number"),
        (["depthwise_separable", "--set", "M=1", "--set", "M=2"], "--set gives M twice"),
        (
            ["depthwise_separable", *["--set=D_K=3", "--set=M=0", "--set=N=1", "--set=D_F=1"]],
            "M is 0, but must be a whole number of at least 1",
        ),
        (["conv2d", *["--set=C_in=4", "--set=C_out=6", "--set=G=4"]], None),
        (["mobilenet_v1", "--set", "depth=3"], "mobilenet_v1 has no option --depth; it has --alpha, --rho"),
        (["mobilenet_v1", "--set", "alpha=0"], "alpha is 0, but must be a decimal above 0"),
    ],
)
def test_wrong_input_is_one_line(arguments: list[str], message: str | None) -> None:
    outcome = convcost("formula", *arguments)
    if message is None:  # open symbols leave the condition undecided
        assert outcome.code == 0
        return
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert message in outcome.err


def test_list_holds_every_record_and_model() -> None:
    out = convcost("list").out
    words = set(out.replace(",", " ").replace(";", " ").split())
    assert set(registry()) - {"macs", "flops"} <= words  # these two are units, which --unit takes
    assert "torchvision:NAME" in words
    assert max(len(line) for line in out.splitlines()) <= 80


def _set(**values: object) -> list[str]:
    return [argument for name, value in values.items() for argument in ("--set", f"{name}={value}")]
