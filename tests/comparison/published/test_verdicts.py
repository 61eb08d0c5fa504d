"""The verdicts that the papers' own numbers must get, from the search itself."""

from __future__ import annotations

from fractions import Fraction

import pytest

from convcost.comparison.published.claim import Claim, claims, papers
from convcost.comparison.published.count import count
from convcost.comparison.published.verdict import Checked, ClaimVerdict, check, check_all


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Checked]:
    return {checked.claim.id: checked for checked in check_all(claims())}


def _of(verdicts: dict[str, Checked], *prefixes: str) -> dict[str, str]:
    return {name: str(c.verdict) for name, c in verdicts.items() if name.startswith(prefixes)}


# Rows of each table that were transcribed before anything was computed.
TRANSCRIBED = {
    "alexnet": 1,
    "dilation": 4,
    "googlenet": 26,
    "hybridsn": 8,
    "inception_v3": 10,
    "mobilenet_v1": 105,
    "mobilenet_v1_slim": 32,
    "mobilenet_v2": 12,
    "nasnet_slim": 4,
    "pnasnet": 4,
    "resnet": 14,
    "resnext": 5,
    "senet": 23,
    "squeezenet": 11,
    "torchvision": 5,
    "tutorials": 47,
    "vgg": 5,
    "xception": 2,
}


def test_every_row_has_a_verdict(verdicts: dict[str, Checked]) -> None:
    found = {name: len(claims(name)) for name in papers()}
    assert found == TRANSCRIBED, (
        "say how many rows a CSV has in TRANSCRIBED of tests/comparison/published/test_verdicts.py"
    )
    assert len(verdicts) == sum(TRANSCRIBED.values())
    silent = [name for name, c in verdicts.items() if c.computed is None]
    assert sorted(silent) == sorted(name for name, c in verdicts.items() if c.verdict is ClaimVerdict.NOT_COMPUTED)
    # What the book has no formula for is said so in the file; a wrong name is an error, not a verdict.
    assert all(verdicts[name].claim.about.startswith("? ") for name in silent)
    assert len(silent) == 18


TRUNCATED = {
    "v1-t7-1.0-160-macs",  # 290,675,200
    "resnet-t1-resnet-50-macs",  # 3,857,973,248
}


def test_tables_that_hold(verdicts: dict[str, Checked]) -> None:
    tables = _of(verdicts, *(f"v1-t{table}-" for table in (2, 3, 4, 5, 6, 7)), "resnet-t1-", "hybridsn-")
    assert len(tables) == 8 + 8 + 4 + 4 + 4 + 6 + 5 + 8
    otherwise = {name: verdict for name, verdict in tables.items() if verdict != "holds"}
    assert otherwise == {
        "v1-t2-conv-3x3-macs": "explained",
        "v1-t4-conv-224-macs": "explained",
        **dict.fromkeys(TRUNCATED, "truncated"),
    }


@pytest.mark.parametrize(
    "name",
    [
        "v1-t6-0.5-224-macs",
        "senet-eq5-se-resnet-50-extra-params",
        "senet-eq5-formula",
        "inception-v3-s3.1-25-9",
        "inception-v3-s3.1-5x5-vs-3x3",
        "inception-v3-s3.1-two-3x3-for-5x5-saving",
        "inception-v3-s3.2-3x1-1x3-saving",
        "inception-v3-s3.2-two-2x2-saving",
        "xception-t3-params",
        "v1-s3.2-95-time",
        "v1-s3.2-75-params",
        "v1-s3.1-8-to-9-net",
        "v1-s3.3-alpha-net-remainder",
        "v1-s3.3-alpha-remainder",
        "v1-s3.4-rho-net",
        "v1-s3.4-rho-params",
        "folklore-1x1-reduction-4",
        "dilation-macs-2",
        "dilation-params-4",
    ],
)
def test_words_and_exact_figures_hold(verdicts: dict[str, Checked], name: str) -> None:
    assert verdicts[name].verdict is ClaimVerdict.HOLDS


@pytest.mark.parametrize(
    ("name", "sentence", "value"),
    [
        ("v1-t2-conv-3x3-macs", "a misprint, two digits swapped: 1.91", None),
        ("v1-t4-conv-224-macs", "without the classifier", Fraction("4866.269184")),
        ("v1-t9-squeezenet-227-macs", "its last zeros rounded and 2 per MAC", None),
        ("v1-t8-vgg-16-224-macs", "its last zeros rounded and without fully connected layers", None),
        ("v1-t14-0.75-160-macs", "an image of 160", None),
        ("v1-t10-1.0-120cls-224-macs", "1000 classes", Fraction("568.740352")),
        (
            "googlenet-t1-conv1-7x7-macs",
            "a separable 7×7 first convolution with depth multiplier 8",
            Fraction("34.019328"),
        ),
        (
            "googlenet-t1-conv1-7x7-params",
            "weights and biases and a separable 7×7 first convolution with depth multiplier 8",
            Fraction(2776, 1024),
        ),
        ("resnet-s4.1-vgg-16-macs", "without fully connected layers", None),
    ],
)
def test_explanations(verdicts: dict[str, Checked], name: str, sentence: str, value: Fraction | None) -> None:
    checked = verdicts[name]
    assert checked.verdict is ClaimVerdict.EXPLAINED
    best = checked.found[0]
    assert best.reading.sentence == sentence
    assert value in (None, best.value)


@pytest.mark.parametrize(
    ("name", "computed"),
    [
        ("folklore-rho-params", 1),
        ("v1-s3.1-8-to-9-n64", Fraction(576, 73)),
        ("folklore-1x1-reduction-4-all", Fraction(18, 5)),
        ("xception-t3-inception-v3-params", 23_834_568),
        ("v2-t4-mobilenetv2-1.4-params", None),
        ("googlenet-t1-4c-params", Fraction("497.5")),
    ],
)
def test_what_nothing_makes_hold(verdicts: dict[str, Checked], name: str, computed: Fraction | int | None) -> None:
    checked = verdicts[name]
    assert checked.verdict is ClaimVerdict.REFUTED
    assert computed in (None, checked.computed)
    assert len(checked.found) == 1


def claim(subject: str, text: str, metric: str = "macs", unit: str = "M", counting: str = "macs") -> Claim:
    return Claim("paper", "id", "Table 1", subject, metric, text, unit, counting, True, "", "a paper", True)


@pytest.mark.parametrize(
    ("text", "verdict", "sentence"),
    [
        ("569", "holds", ""),
        ("568", "truncated", ""),
        ("568.74", "holds", ""),
        ("1137", "explained", "2 per MAC"),
        ("568.75", "refuted", ""),
        ("567.7", "explained", "without the classifier"),
        ("570", "explained", "its last zeros rounded"),
        ("600.00", "refuted", ""),
        ("586.7", "explained", "a misprint, two digits swapped: 568.7"),
        ("583.3", "refuted", None),
        ("1.1", "refuted", None),
    ],
)
def test_a_wrong_number_does_not_hold(text: str, verdict: str, sentence: str | None) -> None:
    checked = check(claim("mobilenet_v1", text))
    assert str(checked.verdict) == verdict
    if sentence:
        assert checked.found[0].reading.sentence == sentence


def test_a_mutated_formula_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convcost.comparison.published.verdict.count", lambda *args: count(*args) + 1)
    assert [c for c in claims("hybridsn") if check(c).verdict is ClaimVerdict.HOLDS] == []


def test_no_float_is_involved(verdicts: dict[str, Checked]) -> None:
    values = [found.value for c in verdicts.values() for found in c.found]
    values += [c.computed for c in verdicts.values() if c.computed is not None]
    assert {type(value) for value in values} == {Fraction}
