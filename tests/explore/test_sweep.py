"""A sweep is at every point what the network drawn at that point costs, however large the numbers."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

import convcost
from convcost.core.architecture import Architecture
from convcost.core.errors import DomainError, UnknownNameError
from convcost.core.registry import find, records
from convcost.explore.sweep import COUNTS, Sweep, sweep

NETS = sorted(records(Architecture))


def swept(name: str, **options: Any) -> Sweep:
    return sweep(find(Architecture, name, "network"), options)


def check(result: Sweep) -> int:
    """Every point against the same network drawn at plain numbers; how many could be drawn."""
    for index in np.ndindex(result.shape):
        try:
            counts = result.architecture.network(result.settings(index)).counts
        except DomainError:
            assert result.refused[index]
            continue
        assert not result.refused[index]
        assert {name: int(result.counts[name][index]) for name in COUNTS} == counts
    return int((~result.refused).sum())


def _values(option: Any, pick: random.Random) -> str:
    """Two or three values of an option, near its default and at the ends of its domain."""
    if option.choices:
        return ",".join(map(str, pick.sample(option.choices, min(2, len(option.choices)))))
    if option.decimal:
        return ",".join(sorted({f"0.{pick.randrange(4, 99):02d}" for _ in range(2)} | {"1.4"}))
    base = int(option.default or 224)
    around = [option.low, base, base + 1, base + pick.randrange(1, 9), pick.randrange(option.low, 2 * base + 2)]
    inside = {n for n in around if option.low <= n <= option.high}
    return ",".join(map(str, pick.sample(sorted(inside), min(2, len(inside)))))


@pytest.mark.parametrize("name", NETS)
def test_every_network_on_random_grids(name: str) -> None:
    pick = random.Random(name)  # noqa: S311
    options = [o for o in find(Architecture, name, "network").options if o.scales is None]
    for _ in range(2):
        varied = pick.sample(options, min(3, len(options)))
        grid = {option.name: _values(option, pick) for option in varied}
        if not any(_drawn(name, dict(zip(grid, point, strict=True))) for point in product(*_split(grid))):
            with pytest.raises(DomainError):
                swept(name, **grid)
            continue
        result = swept(name, **grid)
        assert result.shape == tuple(len(values) for values in _split({n: grid[n] for n in _order(name, grid)}))
        check(result)


def _split(grid: dict[str, str]) -> list[list[str]]:
    return [text.split(",") for text in grid.values()]


def _order(name: str, grid: dict[str, str]) -> list[str]:
    return [option.name for option in find(Architecture, name, "network").options if option.name in grid]


def _drawn(name: str, point: dict[str, str]) -> bool:
    net = find(Architecture, name, "network")
    try:
        net.network(net.settings(point))
    except DomainError:
        return False
    return True


def test_widths_that_meet_only_at_some_points() -> None:
    # Below α ≈ 0.1 the bottlenecks of MobileNet V2 with 64 and with 96 channels both have 8: a shortcut more.
    assert check(swept("mobilenet_v2", alpha="0.02:0.42:0.04", resolution="32,33")) == 22


def test_options_that_change_the_structure() -> None:
    assert check(swept("resnet", depth="18,50", variant="v1,v1.5", resolution="33:97:32")) == 12
    assert check(swept("nasnet_mobile", repeats="1:3:1", resolution="33,64")) == 6
    assert check(swept("hybridsn", bands="13:17:1", variant="paper,se")) == 10


def test_no_number_is_too_large() -> None:
    result = swept("mobilenet_v1", alpha="0.1,16", resolution="32,65536", batch="1,65536", classes="1,1000000")
    assert check(result) == 16
    assert result.counts["macs"].dtype == object
    assert int(result.counts["macs"].max()) > 2**63
    assert result.counts["parameters"].dtype == np.int64


def test_points_that_cannot_be_drawn_are_left_out() -> None:
    # The filters of NASNet's penultimate layer must be a multiple of 24.
    result = swept("nasnet_mobile", penultimate_filters="1056:1104:16", repeats=1, resolution="32,64")
    assert check(result) == 4
    assert result.refused.tolist() == [[False] * 2, [True] * 2, [True] * 2, [False] * 2]
    assert result.reason.endswith("(penultimate_filters = 1072)")
    report = convcost.sweep("nasnet_mobile", penultimate_filters="1056:1104:16", repeats=1, resolution=32)
    assert (len(report), report.refused) == (2, 2)
    assert report.frame["penultimate_filters"].tolist() == [1056, 1104]


def test_drawn_nowhere_is_an_error() -> None:
    with pytest.raises(DomainError, match="multiple of 24"):
        swept("nasnet_mobile", penultimate_filters="1057,1058", resolution="32,64")


def test_decimal_steps_do_not_drift() -> None:
    (axis,) = swept("mobilenet_v1", alpha="0.25:1.4:0.05", resolution=32).axes
    values = [axis.value(i) for i in range(len(axis))]
    assert values == [Fraction(n, 100) for n in range(25, 141, 5)]
    (axis,) = swept("mobilenet_v1", alpha="0.1:0.99:0.3", resolution=32).axes
    assert [axis.value(i) for i in range(len(axis))] == [Fraction(1, 10), Fraction(4, 10), Fraction(7, 10)]
    (axis,) = swept("mobilenet_v1", alpha="0.000000000000000001:16:15.5", resolution=32).axes
    assert [axis.value(i) for i in range(2)] == [Fraction(1, 10**18), Fraction(155, 10) + Fraction(1, 10**18)]


def test_resolution_multiplier_is_rounded_as_everywhere() -> None:
    # 0.857 of 224 is 191.968 pixels, 0.5 of it 112.
    result = swept("mobilenet_v1", rho="0.5,0.857,1", alpha="0.5,1")
    assert [result.settings((0, i))["resolution"] for i in range(3)] == [112, 192, 224]
    assert check(result) == 6
    frame = convcost.sweep("mobilenet_v1", rho="0.5,0.857").frame
    assert frame["resolution"].tolist() == [112, 192]
    assert [str(value) for value in frame["rho"]] == ["0.5", "0.857"]


def test_values_from_python() -> None:
    texts = swept("mobilenet_v1", alpha="0.5,0.75", resolution="128:192:32")
    values = swept("mobilenet_v1", alpha=[0.5, "0.75"], resolution=range(128, 193, 32))
    assert (texts.counts["macs"] == values.counts["macs"]).all()
    alone = swept("mobilenet_v1", alpha="0.5")
    assert (alone.shape, int(alone.counts["macs"])) == ((), convcost.cost("mobilenet_v1", alpha="0.5").macs)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"alpha": "0.5:1"}, "alpha is '0.5:1', but must be START:STOP:STEP, such as 96:288:32"),
        ({"alpha": "a:b:c"}, "alpha is 'a:b:c', but must be START:STOP:STEP, such as 96:288:32"),
        ({"alpha": "1:0.5:0.1"}, "STOP no less than START"),
        ({"alpha": "0.5:1:0"}, "STEP must be above 0"),
        ({"alpha": "0:1:0.5"}, "alpha is 0, but must be a decimal above 0 and at most 16"),
        ({"alpha": "1:20:1"}, "alpha is 20, but must be a decimal above 0 and at most 16"),
        ({"alpha": "0.5,0.5"}, "alpha gives 0.5 twice; give it once"),
        ({"alpha": "0.5,"}, "alpha is '', but must be a decimal"),
        ({"alpha": []}, "alpha has no value"),
        ({"resolution": "32:64:0.5"}, "STEP must be a whole number"),
        ({"resolution": "31:64:1"}, "resolution is 31, but must be"),
        ({"variant": "paper,thin"}, "variant is 'thin', but must be one of"),
        ({"variant": "1:2:1"}, "variant is '1:2:1', but must be one of"),
        ({"rho": "0.5,1", "resolution": "32,64"}, "give rho or resolution, not both"),
        ({"rho": "0.5,1", "resolution": 32}, "give rho or resolution, not both"),
        ({"rho": 1, "resolution": "32,64"}, "give rho or resolution, not both"),
        ({"rho": "0.1,1"}, "resolution is 22, but must be"),
        ({"widht": "1,2"}, "mobilenet_v1 has no option 'widht'"),
        ({"alpha": "0.000000001:16:0.000000001"}, "take wider steps"),
        ({"alpha": "0.001:16:0.001", "resolution": "32:65536:1"}, "take wider steps"),
    ],
    ids=str,
)
def test_bad_grids_are_one_line(options: dict[str, Any], text: str) -> None:
    with pytest.raises(DomainError) as caught:
        convcost.sweep("mobilenet_v1", **options)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_network() -> None:
    with pytest.raises(UnknownNameError, match="did you mean mobilenet_v1"):
        convcost.sweep("mobilnet_v1", alpha="0.5,1")


def test_paper_table_6() -> None:
    # Howard et al. 2017, Table 6: α from 1 to 0.25 has 569, 325, 149 and 41 million mult-adds, 4.2, 2.6, 1.3 and
    # 0.5 million parameters.
    frame = convcost.sweep("mobilenet_v1", alpha="1,0.75,0.5,0.25").frame
    assert [round(int(n), -6) // 10**6 for n in frame["macs"]] == [569, 325, 149, 41]
    assert [round(int(n), -5) // 10**5 for n in frame["parameters"]] == [42, 26, 13, 5]


def test_every_combination_is_there_once() -> None:
    frame = convcost.sweep("mobilenet_v1", alpha="1,0.5", resolution="64,32", classes=10).frame
    rows = [(str(a), int(r)) for a, r in zip(frame["alpha"], frame["resolution"], strict=True)]
    assert rows == list(product(("1", "0.5"), (64, 32)))
    assert set(frame["classes"]) == {10}
