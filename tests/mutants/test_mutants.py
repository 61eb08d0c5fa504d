"""Every wrong formula that we could think of is caught by the uneven probes, and most of them by no even one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from convcost.core.record import Operator
from convcost.core.registry import find, records
from tests.operators.case import Case
from tests.operators.strategies_elementwise import FUNCTIONS, PAIRS
from tests.operators.strategies_pointwise import ACTIVATIONS
from tests.operators.strategies_recurrent import NEVER_CALLED
from tests.operators.strategies_reduction import OVER_AN_AXIS, OVER_AXES, SCANS, SCATTERS
from tests.operators.witness import disagreements, observe

from . import convolutions, further, further_products, others, products, recurrent, reductions
from .mutation import Slip
from .probes import PROBES, WEAK

RANKS = (1, 2, 3)
CONVOLUTIONS = {f"conv{rank}d" for rank in RANKS}
# With one axis there is nothing to swap, and the kernel is its own square.
NEEDS_TWO_AXES = {
    *("kernel squared", "kernel axes swapped", "stride axes swapped", "padding axes swapped", "dilation axes swapped"),
    *("stride of the first axis for all", "output axes swapped", "factor of the last axis for all"),
}
SLIPS: dict[str, dict[str, Slip]] = {
    **{f"conv{rank}d": convolutions.CONVOLUTION for rank in RANKS},
    **{f"conv_transpose{rank}d": convolutions.TRANSPOSED for rank in RANKS},
    **{f"max_pool{rank}d": others.MAX_POOL for rank in RANKS},
    **{f"avg_pool{rank}d": others.AVG_POOL for rank in RANKS},
    **{f"adaptive_max_pool{rank}d": others.ADAPTIVE_MAX for rank in RANKS},
    **{f"adaptive_avg_pool{rank}d": others.ADAPTIVE_AVG for rank in RANKS},
    **dict.fromkeys((*ACTIVATIONS, *FUNCTIONS), others.POINTWISE),
    **dict.fromkeys(("add", "sub", "mul", "div", *PAIRS), others.BINARY),
    **dict.fromkeys(("add_scaled", "sub_scaled", "div_rounded"), others.BINARY),
    **dict.fromkeys((*OVER_AXES, *OVER_AN_AXIS), reductions.FOLD),
    **dict.fromkeys(
        ("var", "std", "var_mean", "std_mean", "logsumexp", "aminmax", "count_nonzero"), reductions.MEASURED
    ),
    "norm": reductions.NORM,
    **dict.fromkeys(SCANS, reductions.SCAN),
    **dict.fromkeys(SCATTERS, reductions.SCATTER),
    "log_softmax": reductions.LOG_SOFTMAX,
    "glu": reductions.GLU,
    **dict.fromkeys(("where", "masked_fill"), reductions.CHOICE),
    "lerp": reductions.THREE,
    **dict.fromkeys(("addcmul", "addcdiv"), reductions.PRODUCT_ADDED),
    "clamp": reductions.BOUNDS,
    "linear": convolutions.LINEAR,
    "lstm": recurrent.LSTM,
    "gru": recurrent.GRU,
    "rnn_tanh": recurrent.RNN,
    "rnn_relu": recurrent.RNN,
    "matmul": products.MATMUL,
    "mm": products.MATRICES,
    "bmm": products.BMM,
    "mv": products.PRODUCT,
    "dot": products.PRODUCT,
    "outer": products.OUTER,
    "kron": products.KRON,
    "multi_dot": products.CHAIN,
    **dict.fromkeys(("addmm", "baddbmm", "addmv"), products.SUM),
    "addbmm": products.ADDBMM,
    "addr": products.ADDR,
    "tensordot": products.TENSORDOT,
    "bilinear": products.BILINEAR,
    "einsum": products.EINSUM,
    "scaled_dot_product_attention": products.ATTENTION,
    "batch_norm": others.BATCH_NORM,
    "instance_norm": others.INSTANCE_NORM,
    "group_norm": others.GROUP_NORM,
    "layer_norm": others.LAYER_NORM,
    "local_response_norm": others.LOCAL_RESPONSE_NORM,
    "prelu": others.PRELU,
    "softmax": others.SOFTMAX,
    "concat": others.CONCAT,
    "mean": others.MEAN,
    "flatten": others.FLATTEN,
    "dropout": others.DROPOUT,
    **further.SLIPS,
    **further_products.SLIPS,
}


del SLIPS["float_power"]  # a power


def slips(operator: str) -> dict[str, Slip]:
    return {
        name: slip for name, slip in SLIPS[operator].items() if not (operator.endswith("1d") and name in NEEDS_TWO_AXES)
    }


def survivors(operator: str, probes: Sequence[Case]) -> set[str]:
    """The slips that no probe tells from the right formula."""
    formula = find(Operator, operator, "operator").function
    observed = [observe(case) for case in probes]
    return {
        name for name, slip in slips(operator).items() if not any(disagreements(slip.of(formula), o) for o in observed)
    }


def test_every_operator_has_probes() -> None:
    called = set(records(Operator)) - NEVER_CALLED
    assert called - set(PROBES) == set(), "add uneven settings of it to PROBES in tests/mutants/probes.py"
    assert set(PROBES) - called == set(), "no operator is called so: see PROBES in tests/mutants/probes.py"


def test_every_operator_has_mutants() -> None:
    called = set(records(Operator)) - NEVER_CALLED
    assert called - set(SLIPS) == set(), "add wrong formulas of it to SLIPS in tests/mutants/test_mutants.py"
    assert set(SLIPS) - called == set(), "no operator is called so: see SLIPS in tests/mutants/test_mutants.py"
    least = {name: 10 if name in CONVOLUTIONS else 3 for name in SLIPS}
    too_few = [name for name in SLIPS if len(slips(name)) < least[name]]
    assert too_few == [], "add more wrong formulas of it to its slips in tests/mutants/"


@pytest.mark.parametrize("operator", PROBES)
def test_the_formula_passes_every_probe(operator: str) -> None:
    assert [disagreements(find(Operator, operator, "operator"), observe(case)) for case in PROBES[operator]] == (
        [[]] * len(PROBES[operator])
    )


@pytest.mark.parametrize("operator", PROBES)
def test_no_mutant_survives(operator: str) -> None:
    assert survivors(operator, PROBES[operator]) == set()


def test_an_even_probe_lets_most_mutants_live() -> None:
    assert [disagreements(find(Operator, "conv2d", "operator"), observe(case)) for case in WEAK] == [[]]
    assert survivors("conv2d", WEAK) == {
        "input size for output size",
        "groups forgotten",
        "groups squared",
        "groups in the MACs but not in the parameters",
        "kernel squared",
        "kernel axes swapped",
        "stride axes swapped",
        "padding axes swapped",
        "dilation axes swapped",
        "rounded up",
        "batch forgotten",
        "batch squared",
        "batch in the parameters",
        "dilation multiplies the MACs",
        "dilation forgotten",
        "all elements a dilated kernel reaches over",
        "stride ignored",
        "stride of the first axis for all",
        "bias in the MACs",
        "bias once a channel",
        "bias of input channels",
        "bias not among the parameters",
        "input and output channels swapped",
        "outputs counted as inputs",
    }
