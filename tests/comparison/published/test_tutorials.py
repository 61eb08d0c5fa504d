"""What lecture notes repeat: each number by hand, each verdict, and the reason that a false one is shown with."""

from fractions import Fraction
from pathlib import Path

import pytest

import convcost
from convcost.cli.main import run
from convcost.comparison.published.claim import claims
from convcost.comparison.published.count import count
from convcost.comparison.published.notation import ClaimError, NamedCost
from convcost.comparison.published.reading import PLAIN
from convcost.comparison.published.verdict import Checked, check_all
from convcost.report.claims import ClaimsReport, explanation

HOLDS = {
    "1728": 3 * 64 * 9,
    "219": 3 * 9 + 3 * 64,
    "1728-219": Fraction(1728, 219),  # 7.89, "about 8"
    "19-10-stride": 400,  # (19 + 2 - 3) // 2 + 1 = 10 positions a side, 4 channels
    "19-10-kernel": 400,  # 19 - 10 + 1 = 10 positions a side
    "819200": 25 * 128 * 256,
    "208896": 128 * 32 + 25 * 32 * 256,
    "25": 5 * 5,
    "18": 2 * 3 * 3,
    "12": 4 * 3,
    "18-field": 5,  # two pixels more on each side of the middle one
    "28-percent": 28,  # 1 - 18/25
    "52-percent": 52,  # 1 - 12/25
    "33-percent": Fraction(100, 3),  # 1 - 6/9
    "groups-648": 9 * 12 * 6,
    "groups-216": 3 * 9 * 4 * 2,  # three convolutions of 4 channels to 2
    "groups-third": Fraction(1, 3),
    "groups-third-macs": Fraction(1, 3),
    "dilation-field": 5,  # taps at -2, 0 and 2
    "dilation-params": 0,
    "dilation-macs": 0,
    "hybridsn-1": 8 * 24 * 23 * 23,  # 30 - 6 bands, 25 - 2 pixels
    "hybridsn-2": 16 * 20 * 21 * 21,
    "hybridsn-3": 32 * 18 * 19 * 19,
    "hybridsn-reshape": 576 * 19 * 19,  # 32·18 channels
    "hybridsn-4": 64 * 17 * 17,
    "hybridsn-18496": 18_496,  # 64·17·17
    "hybridsn-18496-weights": 18_496,
    "95-percent": Fraction(539_492_352 * 100, 568_740_352),  # Howard et al. 2017, Table 2: 94.86 %
    "75-percent": Fraction(3_139_584 * 100, 4_209_088),  # Table 2: 74.59 %
    "8-to-9-n72": 8,  # 1/72 + 1/9 = 9/72
    "8-to-9-n512": Fraction(9 * 512, 512 + 9),
    "1-7-params": None,  # Table 4: 29.3 and 4.2 million
    "1-9-macs": None,  # Table 4: 4,866 and 569 million
    "rho-macs": Fraction(128 * 128, 224 * 224),
    "option-b-params": 64 * 128 + 128 * 256 + 256 * 512,
    "option-b-macs": Fraction(3 * 64 * 128 * 28 * 28, 10**6),  # a quarter of the pixels, four times the weights
    "gap-free": 0,
    "gap-49": 49,  # 7·7 pixels become one
    "gap-vgg": Fraction(7 * 7 * 512 * 4096, 10**6),
}
REFUTED = {
    "204800": (208_896, "128·32 = 4,096 weights of its own"),
    "819200-4-times": (Fraction(819_200, 208_896), "128·32 = 4,096 weights of its own"),
    "8-to-9-n64": (Fraction(9 * 64, 64 + 9), "above 1/8 for fewer than 72 filters"),
    "option-a-same": (3 * 64 * 128 * 28 * 28, "pads with zeros for nothing"),
    "folklore-rho-params": (1, "no weight depends on the image's size"),
    # 9·256·256 against 256·64 + 9·64·256.
    "folklore-1x1-reduction-4-all": (Fraction(18, 5), "the reduction itself has to be paid for"),
}
ELSEWHERE = {"folklore-1x1-reduction-4"}


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Checked]:
    return {checked.claim.id.removeprefix("tutorials-"): checked for checked in check_all(claims("tutorials"))}


def test_nothing_else_is_claimed(verdicts: dict[str, Checked]) -> None:
    assert verdicts.keys() == HOLDS.keys() | REFUTED.keys() | ELSEWHERE


@pytest.mark.parametrize("name", HOLDS)
def test_what_holds(verdicts: dict[str, Checked], name: str) -> None:
    checked = verdicts[name]
    assert checked.verdict == "holds"
    assert HOLDS[name] in (None, checked.computed)
    assert explanation(checked) == ""


@pytest.mark.parametrize("name", REFUTED)
def test_what_does_not_hold_is_shown_with_its_reason(verdicts: dict[str, Checked], name: str) -> None:
    checked = verdicts[name]
    computed, reason = REFUTED[name]
    assert (checked.verdict, checked.computed) == ("refuted", computed)
    assert reason in explanation(checked)


def test_every_claim_says_which_paper_the_notes_quote(verdicts: dict[str, Checked]) -> None:
    assert all("repeated in tutorials of" in checked.claim.source for checked in verdicts.values())
    assert not any(checked.claim.verified for checked in verdicts.values())


def test_the_command_shows_the_false_ones_and_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["claims", "tutorials", "--failed"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "with a 1×1 reduction to 32 channels it 204,800 (?) 208,896 refuted" in said
    assert "the reduction to 32 channels has 128·32 = 4,096 weights of its own" in said
    assert f"{len(REFUTED)} claims: {len(REFUTED)} refuted." in said


def test_reasons_are_in_the_page(verdicts: dict[str, Checked], tmp_path: Path) -> None:
    page = ClaimsReport(tuple(verdicts.values())).to_markdown(tmp_path / "claims.md")
    assert all(reason in page for _, reason in REFUTED.values())


def test_activations_of_a_network_are_those_of_its_convolutions_and_linear_layers() -> None:
    # The ReLU behind the convolution, and the flattening, write none that papers count.
    written = count(NamedCost("hybridsn", (), "conv2d_1"), "activations", "written", PLAIN)
    assert written == 64 * 17 * 17


@pytest.mark.parametrize("name", ["two_3x3", "linear", "hybridsn"])
def test_a_field_is_known_of_a_formula_with_windows_alone(name: str) -> None:
    values = {"two_3x3": {"N": "1", "D_F": "1"}, "linear": {"N": "1", "M": "1", "K": "1"}}.get(name, {})
    with pytest.raises(ClaimError):
        count(NamedCost(name, tuple(values.items())), "field", "extent", PLAIN)


def test_four_asymmetric_convolutions_cost_12_of_25() -> None:
    at = {"N": 3, "D_F": 7}
    cost = convcost.cost("two_asymmetric_3x3", **at)
    assert (cost.parameters, cost.macs) == (12 * 9, 12 * 9 * 49)
    assert cost.macs * 25 == convcost.cost("convolution_5x5", **at).macs * 12
