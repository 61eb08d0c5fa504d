"""What `solve` finds is what trying every point of the lattice, one net at a time, finds."""

from __future__ import annotations

import random
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import pytest

import convcost
from convcost.core.architecture import Architecture
from convcost.core.errors import ConvcostError, DomainError
from convcost.core.parsing import parse_amount
from convcost.core.registry import find, records
from convcost.explore.sweep import typed
from convcost.explore.unrounded import compound_scaling

MULTIPLIED = sorted(
    name for name, net in records(Architecture).items() if any(option.name == "alpha" for option in net.options)
)
ALPHAS = [Fraction(n, 20) for n in (1, 2, 3, 5, 8, 9, 13, 20, 21, 27)]
Lattice = dict[tuple[Fraction, int], dict[str, int]]


def test_there_are_multipliers() -> None:
    assert MULTIPLIED == ["efficientnet", "mobilenet_v1", "mobilenet_v1_cifar", "mobilenet_v1_keras", "mobilenet_v2"]


def _sides(name: str) -> list[int]:
    if name == "efficientnet":  # five hundred lines each
        return [33, 96, 224]
    return [17, 32, 33, 48] if name.endswith("cifar") else [32, 33, 64, 96, 224, 256]


@cache
def lattice(name: str) -> Lattice:
    """Every point drawn alone, in Python's ints."""
    net = find(Architecture, name, "network")
    table = {}
    for alpha, side in product(ALPHAS, _sides(name)):
        counts = net.network(net.settings({"alpha": typed(alpha), "resolution": side})).counts
        table[alpha, side] = {metric: int(count) for metric, count in counts.items()}
    return table


def _preferred(point: tuple[Fraction, int], prefer: str, default: int) -> tuple[Any, ...]:
    alpha, side = point
    if prefer == "alpha":
        return alpha, side
    if prefer == "resolution":
        return side, alpha
    rho = Fraction(side, default)
    return min(alpha, rho), max(alpha, rho), alpha


@pytest.mark.parametrize("prefer", ["alpha", "resolution", "balanced"])
@pytest.mark.parametrize("name", MULTIPLIED)
def test_brute_force_over_the_whole_lattice(name: str, prefer: str) -> None:
    table = lattice(name)
    default = next(int(o.default or 0) for o in find(Architecture, name, "network").options if o.name == "resolution")
    pick = random.Random(f"{name} {prefer}")  # noqa: S311
    grid: dict[str, Any] = {"alpha": ",".join(map(typed, ALPHAS)), "resolution": ",".join(map(str, _sides(name)))}
    found = 0
    for _ in range(12):
        limits: dict[str, Any] = {}
        for option, count in (("max_macs", "macs"), ("max_params", "parameters"), ("max_activations", "activations")):
            if pick.random() < 0.6 or (option == "max_activations" and not limits):
                # At a point's own cost, or one off it, so that each side of the limit is tried.
                limits[option] = pick.choice(list(table.values()))[count] + pick.choice((-1, 0, 1))
        names = {"max_macs": "macs", "max_params": "parameters", "max_activations": "activations"}
        fits = {p for p, cost in table.items() if all(cost[names[n]] <= limit for n, limit in limits.items())}
        report = convcost.solve(name, prefer=prefer, **limits, **grid)
        assert report.ok == bool(fits)
        if not fits:
            assert report.settings is None
            for count, point in report.solution.smallest.items():
                assert point.costs is not None
                assert point.costs[count] == min(cost[count] for cost in table.values())
            continue
        found += 1
        best = max(fits, key=lambda p: _preferred(p, prefer, default))
        assert report.settings is not None
        assert (report.settings["alpha"], report.settings["resolution"]) == best
        assert report.costs == table[best]
        above = {p for p in fits if not any(q != p and q[0] >= p[0] and q[1] >= p[1] for q in fits)}
        assert {(p.options["alpha"], p.options["resolution"]) for p in report.solution.largest} == above
        up, right = report.solution.neighbours
        for neighbour, index in ((up, (1, 0)), (right, (0, 1))):
            i, j = ALPHAS.index(best[0]) + index[0], _sides(name).index(best[1]) + index[1]
            if i == len(ALPHAS) or j == len(_sides(name)):
                assert neighbour.point is None
                continue
            assert (ALPHAS[i], _sides(name)[j]) not in fits
            assert neighbour.point is not None
            assert neighbour.point.costs == table[ALPHAS[i], _sides(name)[j]]
            assert neighbour.point.over
    assert found >= 3


def test_the_lattice_without_options() -> None:
    report = convcost.solve("mobilenet_v1", max_macs="569M", prefer="resolution", alpha_step="0.25", step=112)
    assert [len(axis) for axis in report.solution.sweep.axes] == [64, 585]
    # α = 0.25, 0.5 … 16; 112, 224 … 65520 pixels.
    first, last = (report.solution.sweep.given(index) for index in ((0, 0), (63, 584)))
    assert (first, last) == ({"alpha": Fraction(1, 4), "resolution": 112}, {"alpha": 16, "resolution": 65_520})


def test_the_papers_own_net_is_the_largest_within_its_own_cost() -> None:
    # Table 4 of MobileNet V1 gives 569 million; the exact count is in reports/, measured by fvcore.
    report = convcost.solve("mobilenet_v1", max_macs=568_740_352)
    assert report.settings is not None
    assert (report.settings["alpha"], report.settings["resolution"]) == (1, 224)
    less = convcost.solve("mobilenet_v1", max_macs=568_740_351)
    assert less.settings != report.settings
    # Nothing is rounded at α = ρ = 1, so that α = 1 fits to the last unit, and not one below.
    found = [convcost.solve("mobilenet_v1", max_macs=n, resolution=224).unrounded for n in (568_740_352, 568_740_351)]
    assert [solution.alpha for (solution,) in found] == [1, Fraction(9999, 10_000)]


def test_networks_without_a_multiplier_have_an_image() -> None:
    report = convcost.solve("resnet", max_macs="4.09G", depth="18,34,50", step=1)
    assert report.settings is not None
    net = find(Architecture, "resnet", "network")
    side = report.settings["resolution"]
    found, above = (net.network(net.settings({"depth": 50, "resolution": r})).cost.macs for r in (side, side + 1))
    assert found <= 4_090_000_000 < above
    # The default depth fits at the default image, 3.86 G; no shallower one keeps both at their defaults.
    assert report.settings["depth"] == 50
    assert side >= 224


def test_unrounded_solutions_just_fit() -> None:
    report = convcost.solve("mobilenet_v2", max_macs="300M", max_params="3.5M")
    net = find(Architecture, "mobilenet_v2", "network")
    alone = next(item for item in report.unrounded if item.name == "α")
    assert report.settings is not None
    rho = Fraction(report.settings["resolution"], 224)
    assert alone.rho == rho
    for width, fits in ((alone.alpha, True), ((alone.alpha or 0) + Fraction(1, 10_000), False)):
        settings = {**report.settings, "alpha": width}
        macs = net.unrounded_macs(settings, rho)
        parameters = net.network(settings, rounding=False).cost.parameters
        assert (macs <= 300_000_000 and parameters <= 3_500_000) is fits
    both = next(item for item in report.unrounded if item.name == "α = ρ")
    assert both.alpha == both.rho


def test_nothing_unrounded_where_nothing_is_scaled() -> None:
    assert convcost.solve("hybridsn", max_macs="300M", bands="13:30:1").unrounded == ()


def test_compound_scaling() -> None:
    # Tan & Le 2019, equation 3: depth, width and image grow by 1.2^φ, 1.1^φ and 1.15^φ. With the 385,814,752 MACs of
    # B0 as the unit, (1.2·1.1²·1.15²)^φ = 1.92027^φ of them fit a budget: one unit more is φ = 1.
    grid: dict[str, Any] = {"alpha": "1,1.1", "resolution": "224,256"}
    for unit, phi in (("385814752", "0"), ("740867920", "0.99"), ("740869000", "1"), ("1.4226687G", "2")):
        found = compound_scaling(convcost.solve("efficientnet", max_macs=unit, **grid).solution)
        assert found is not None
        assert found.phi == Fraction(phi)
        for value, base in ((found.depth, "1.2"), (found.width, "1.1"), (found.side / 224, "1.15")):
            # To four places, rounded down: compared as hundredth powers, which are whole.
            assert value**100 <= Fraction(base) ** int(100 * found.phi) < (value + Fraction(1, 10_000)) ** 100
    assert compound_scaling(convcost.solve("efficientnet", max_macs="380M", **grid).solution) is None
    assert compound_scaling(convcost.solve("efficientnet", max_params="380M", **grid).solution) is None
    assert compound_scaling(convcost.solve("mobilenet_v2", max_macs="380M", **grid).solution) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("300M", 300_000_000),
        ("3.5M", 3_500_000),
        ("1.2g", 1_200_000_000),
        ("0.1T", 10**11),
        (" 12 K ", 12_000),
        ("1e9", 10**9),
        ("3.5E6", 3_500_000),
        ("3504872", 3_504_872),
        ("3,504,872", 3_504_872),
        (7, 7),
        ("1.2345K", 1234),
        ("0.000000001G", 1),
    ],
)
def test_amounts(text: object, value: int) -> None:
    assert int(parse_amount("max_macs", text)) == value


@pytest.mark.parametrize("text", ["", "M", "-1", "1e-3", "3.5.1M", "3 MM", "nan", "1/2", None, "3,5M", "1_000", "5P"])
def test_amounts_that_are_none(text: object) -> None:
    with pytest.raises(DomainError, match=r"^max_macs is .*, but must be a number such as 300M"):
        parse_amount("max_macs", text)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "give a budget: max_macs, max_params or max_activations"),
        ({"max_macs": "1M", "alpha": 1, "resolution": 224}, "every option of mobilenet_v1 is fixed"),
        ({"max_macs": "1M", "prefer": "depth"}, "cannot prefer 'depth'; choose one of balanced, alpha, resolution"),
        ({"max_macs": "1M", "alpha": 1, "prefer": "alpha"}, "choose one of balanced, resolution"),
        ({"max_macs": "1M", "step": 0}, "step is '0', but must be a whole number above 0"),
        ({"max_macs": "1M", "step": "1.5"}, "step is '1.5', but must be a whole number above 0"),
        ({"max_macs": "1M", "alpha_step": "x"}, "alpha_step is 'x', but must be a decimal above 0"),
        ({"max_macs": "1M", "step": 70_000}, "resolution has no multiple of 70000 in its domain"),
        ({"max_macs": "1M", "step": 1, "alpha_step": "0.01"}, "take wider steps"),
        ({"max_macs": "1M", "rho": "0.5,1", "resolution": 32}, "give rho or resolution, not both"),
        ({"max_macs": "1M", "widht": "1,2"}, "no option 'widht'"),
    ],
    ids=str,
)
def test_bad_questions_are_one_line(options: dict[str, Any], text: str) -> None:
    with pytest.raises(DomainError) as caught:
        convcost.solve("mobilenet_v1", **options)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_numeric_option_counts_in_the_balance() -> None:
    # He et al. 2015, Table 1: depth 50 at 224 pixels is 3.8 G FLOPs, which is the paper's own; depth 18 at 320 pixels,
    # 18/50 of the depth, fits 4 G as well.
    found = convcost.solve("resnet", max_macs="4G", depth=[18, 34, 50], resolution=[224, 256, 288, 320])
    assert found.solution.best is not None
    assert found.solution.best.options == {"depth": 50, "resolution": 224}


def test_what_no_limit_depends_on_stays_at_its_default() -> None:
    # Howard et al. 2017, Table 6: 0.5 MobileNet has 1.3 million parameters, 0.25 MobileNet 0.5 million, at any image.
    solution = convcost.solve("mobilenet_v1", max_params="1M").solution
    assert [option.name for option in solution.kept] == ["resolution"]
    assert solution.best is not None
    assert solution.best.settings["resolution"] == 224
    assert list(solution.best.options) == ["alpha"]
    both = convcost.solve("mobilenet_v1", max_params="1M", max_macs="100M").solution
    assert both.kept == ()
    given = convcost.solve("mobilenet_v1", max_params="1M", resolution=[128, 160]).solution
    assert given.kept == ()


def test_limits_that_depend_on_nothing_are_one_line() -> None:
    with pytest.raises(ConvcostError) as caught:
        convcost.solve("resnet", max_params="30M")
    assert str(caught.value) == "the parameters of resnet do not depend on resolution; limit the MACs too"


def test_what_stays_at_its_default_cannot_be_preferred() -> None:
    with pytest.raises(ConvcostError, match="cannot prefer resolution: no limit depends on it"):
        convcost.solve("mobilenet_v1", max_params="3M", prefer="resolution")
