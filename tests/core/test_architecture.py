"""The settings of an architecture: exact numbers or words, refused outside their domain in one line."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from convcost.core.architecture import Architecture, Builder, Option
from convcost.core.errors import DomainError
from convcost.core.registry import find


def mobilenet() -> Architecture:
    return find(Architecture, "mobilenet_v1", "architecture")


DEFAULTS = {"alpha": 1, "resolution": 224, "batch": 1, "classes": 1000, "variant": "paper"}


def test_defaults() -> None:
    assert mobilenet().settings({}) == DEFAULTS


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"alpha": "0.75"}, {"alpha": Fraction(3, 4)}),
        ({"alpha": 0.1}, {"alpha": Fraction(1, 10)}),
        ({"alpha": " 16 "}, {"alpha": Fraction(16)}),
        ({"alpha": "0.000000000000000001"}, {"alpha": Fraction(1, 10**18)}),
        ({"resolution": "32", "batch": 65_536}, {"resolution": 32, "batch": 65_536}),
        ({"classes": 1_000_000, "variant": "full-conv"}, {"classes": 1_000_000, "variant": "full-conv"}),
    ],
    ids=str,
)
def test_what_is_given_is_read_exactly(given: dict[str, object], read: dict[str, object]) -> None:
    settings = mobilenet().settings(given)
    assert settings == {**DEFAULTS, **read}
    assert not any(isinstance(value, float) for value in settings.values())


# Table 7 of MobileNet V1: the images behind the resolution multipliers 6/7, 5/7 and 4/7, which it prints to 3 places.
@pytest.mark.parametrize(("rho", "side"), [("1", 224), ("0.857", 192), ("0.714", 160), ("0.571", 128)])
def test_resolution_multiplier(rho: str, side: int) -> None:
    assert mobilenet().settings({"rho": rho}) == {**DEFAULTS, "resolution": side}


@pytest.mark.parametrize(
    ("rho", "side"),
    # 0.5·224 = 112; a side of 100.5 rounds up, just below it down: 100.5/224 = 0.448660714285714285714...
    [("0.5", 112), ("0.448660714285714286", 101), ("0.448660714285714285", 100), ("2", 448)],
)
def test_resolution_is_rounded_half_up(rho: str, side: int) -> None:
    assert mobilenet().settings({"rho": rho})["resolution"] == side


def test_the_exact_factor_is_what_was_given_or_what_the_image_makes_it() -> None:
    net = mobilenet()
    (rho,) = (option for option in net.options if option.scales)
    for given, factor in (({"rho": "0.857"}, Fraction(857, 1000)), ({"resolution": 192}, Fraction(6, 7)), ({}, 1)):
        assert net.factor(rho, net.settings(given), given) == factor


def test_multiplier_and_resolution_together_are_refused() -> None:
    for given in ({"rho": 1, "resolution": 224}, {"resolution": 224, "rho": 1}):
        with pytest.raises(DomainError, match=r"^give rho or resolution, not both$"):
            mobilenet().settings(given)


def test_multiplier_that_makes_the_image_too_small_is_refused() -> None:
    with pytest.raises(DomainError, match=r"^resolution is 22, but must be a whole number from 32 to 65536$"):
        mobilenet().settings({"rho": "0.1"})


def test_unknown_option_lists_the_known_ones() -> None:
    with pytest.raises(DomainError) as caught:
        mobilenet().settings({"widht": 1})
    text = "mobilenet_v1 has no option 'widht'; it has alpha, rho, resolution, batch, classes, variant"
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        *((name, value, "a decimal above 0 and at most 16") for name in ("alpha", "rho") for value in ("nan", "inf")),
        *(
            ("alpha", value, "a decimal above 0 and at most 16")
            for value in (0, "0.0", -1, "1e3", "0.5.5", "16.000001", 17, "", "1/2", "half", None, True, 1e-7, "1_0")
        ),
        *(
            ("resolution", value, "a whole number from 32 to 65536")
            for value in (31, 65_537, "224.0", 224.5, 0, -224, "1e2", "nan", "", "9" * 400)
        ),
        *(("batch", value, "a whole number from 1 to 65536") for value in (0, -1, 65_537, "0.5")),
        *(("classes", value, "a whole number from 1 to 1000000") for value in (0, 1_000_001, "1,000")),
        *(("variant", value, "one of paper, shallow, full-conv") for value in ("thin", "", "Paper", 0)),
    ],
)
def test_value_outside_the_domain(name: str, value: object, text: str) -> None:
    with pytest.raises(DomainError) as caught:
        mobilenet().settings({name: value})
    message = str(caught.value)
    assert message.startswith(f"{name} is ")
    assert message.endswith(f", but must be {text}")
    assert "\n" not in message


def test_a_factor_is_not_a_setting_of_the_net() -> None:
    def write(builder: Builder, **settings: Any) -> None:
        assert set(settings) == {"side"}
        builder.image(1, 3, settings["side"])

    options = (Option("side", "R", "side", 7), Option("zoom", "z", "zoom", 1, low=0, decimal=True, scales="side"))
    net = Architecture("net", "A net", write, options, mobilenet().source)
    assert net.network(net.settings({"zoom": "1.5"})).input_shape == (1, 3, 11)


def test_architecture_without_a_source_cannot_exist() -> None:
    with pytest.raises(TypeError, match="architecture 'net' has no source"):
        Architecture("net", "A net", lambda builder: builder.image(1), (), None)  # type: ignore[arg-type]
