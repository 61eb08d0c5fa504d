"""On every one-operator model the formulas are right, and each counter's number is the predicted one."""

from __future__ import annotations

from collections import defaultdict

import pytest

from convcost.comparison.refereeing.terms import FAULT
from convcost.trace.counters import counters
from tests.comparison.refereeing import printed
from tests.comparison.refereeing.cases import CASES
from tests.comparison.refereeing.predicted import judged

TABLE: dict[str, list[printed.Row]] = defaultdict(list)
for _row in printed.rows():
    TABLE[_row.case].append(_row)


def test_there_are_enough() -> None:
    assert len(CASES) >= 100
    measured = {(row.case, row.counter) for rows in TABLE.values() for row in rows}
    wanted = {(case, counter) for case in CASES for counter in counters()}
    assert measured == wanted, "python -m tests.comparison.refereeing measures what is not in printed.csv yet"


@pytest.mark.parametrize("name", CASES)
def test_formulas_are_right_and_counters_are_predicted(name: str) -> None:
    found = judged(name, TABLE[name])
    assert found.core == CASES[name].truth
    assert found.unknown == {}
    assert {a.counter: a.unexplained for a in found.explanations if a.unexplained} == {}
    assert {a.counter for a in found.explanations} == set(counters())


def test_what_prints_nothing_says_why() -> None:
    failed = {(row.case, row.counter): row.failed for rows in TABLE.values() for row in rows if row.printed is None}
    # calflops asks the first parameter for its device, which a model without any does not have.
    own = {key: reason for key, reason in failed.items() if not reason.startswith("StopIteration")}
    assert {counter for _, counter in set(failed) - set(own)} == {"calflops", "calflops-flops"}
    assert own == {
        (
            "matmul, matrix and vector",
            "fvcore",
        ): "its handle of aten::matmul raises IndexError: list index out of range",
        **{
            ("conv2d, unbatched", name): "AssertionError"
            for name in ("deepspeed", "deepspeed-flops", "calflops", "calflops-flops")
        },
    }


# Wrong counts that were found by hand before any of this was written, with the same versions.
KNOWN = [
    ("torch", "attention", 0),
    ("torch", "transformer encoder", 8_388_608),
    ("torch-nograd", "transformer encoder", 0),
    ("torch-meta", "transformer encoder", 9_437_184),
    ("torch", "torch.mv", 0),
    ("torch", "torch.dot", 0),
    ("torch", "lstm", 0),
    *((name, "conv2d, padding='same', even", 0) for name in ("fvcore", "mmengine", "torchprofile")),
    *((name, "matmul, left broadcast", 16_384) for name in ("fvcore", "mmengine", "ptflops", "deepspeed")),
    *((name, "matmul, matrix and vector", 131_072) for name in ("ptflops", "deepspeed")),
    ("fvcore", "einsum of a transpose", 100),
    ("fvcore", "einsum of elements", 100),
    ("fvcore", "global average pool", 3_136),
    ("fvcore", "mean over the image", 0),
    ("fvcore", "average pool as large as the image", 0),
    ("ptflops", "convolution and relu", 59_392),
    ("ptflops", "convolution and F.gelu, batch of 4", 63_488),
    ("ptflops", "conv2d, unbatched", 64_512),
    *((name, "class derived from conv2d", 0) for name in ("ptflops", "thop")),
    *((name, "conv2d, weight norm", 0) for name in ("ptflops", "thop")),
    *((name, "F.conv2d", 0) for name in ("ptflops", "thop", "ultralytics-thop")),
    *((name, "conv_transpose2d", 1_605_632) for name in ("thop", "torchinfo", "torchprofile")),
    ("torchscan", "conv_transpose2d", 1_605_632 + 8),
    ("torchprofile", "conv_transpose2d, grouped", 1_605_632),
    ("calflops", "conv_transpose2d, grouped", 25_088),
    ("calflops", "conv_transpose2d, depthwise", 0),
    ("thop", "conv2d in two places", 4 * 2 * 451_584),
    *((name, "conv2d in two places", 2 * 2 * 451_584) for name in ("ptflops", "calflops")),
    ("torchinfo", "linear on tokens, no bias", 4_096),
    ("torchinfo", "linear on a vector", 65_536 + 1_024),
    ("torchinfo", "embedding", 12_800),
    *((name, "conv2d, padding='same', even", 1_384_448) for name in ("deepspeed",)),
    ("deepspeed", "lstm", 0),
    ("deepspeed-flops", "lstm", 172_200),
    ("deepspeed-flops", "F.interpolate to a size", 196),
    ("torchscan", "max pool", 1_568),
    *(("ultralytics-thop", name, 0) for name in ("torch.mm", "torch.addmm", "torch.baddbmm")),
]


@pytest.mark.parametrize(("counter", "case", "number"), KNOWN)
def test_known_wrong_counts_are_printed(counter: str, case: str, number: int) -> None:
    row = next(row for row in TABLE[case] if row.counter == counter)
    assert row.printed == number


def test_a_wrong_number_is_not_explained() -> None:
    rows = [printed.Row(r.case, r.counter, r.version, (r.printed or 0) + 1, "") for r in TABLE["conv2d"]]
    assert [account.unexplained for account in judged("conv2d", rows).explanations] == [1] * len(rows)


def test_faults_and_conventions_are_told_apart() -> None:
    found = judged("conv_transpose2d with bias", TABLE["conv_transpose2d with bias"])
    # 2 samples of 4 channels, 7×9 positions, 3×3 taps to 6 channels; the output has 14×18 positions.
    right, wrong, biases = 2 * 7 * 9 * 4 * 6 * 9, 2 * 14 * 18 * 4 * 6 * 9, 2 * 14 * 18 * 6
    assert (found.explanation("thop").convention, found.explanation("thop").fault) == (0, wrong - right)
    assert (found.explanation("ptflops-aten").convention, found.explanation("ptflops-aten").fault) == (biases, 0)
    assert {term.kind for term in found.explanation("thop").terms} == {FAULT}
