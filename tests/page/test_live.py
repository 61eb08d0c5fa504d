"""Wherever its sliders stand, a page shows what the network costs that is built there of plain numbers."""

from __future__ import annotations

import random
import shlex
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

import pytest

import convcost
from convcost.core.architecture import Architecture, Network
from convcost.core.errors import DomainError
from convcost.core.registry import find
from convcost.explore.network_program import Slider
from convcost.explore.programs import network_program
from convcost.report.page.document import PageReport
from tests.page.conftest import Open
from tests.page.reading import count, read, section, turn

pytestmark = pytest.mark.browser

NETS = (
    "mobilenet_v1 --alpha 0.75 --rho 0.857",
    "mobilenet_v2",
    "mobilenet_v1_keras",
    "efficientnet",
    "resnet --depth 18",
    "nasnet_mobile",
    "hybridsn",
    "inception_naive",
)
TIMES = 12


@pytest.fixture(scope="module")
def page_report() -> PageReport:
    return convcost.page(NETS)


@pytest.fixture(scope="module")
def file(page_report: PageReport, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "page.html"
    page_report.save(path)
    return path


def _typed(slider: Slider, numerator: int) -> str:
    return str(numerator) if slider.denominator == 1 else f"{numerator / slider.denominator:.2f}"


@pytest.mark.parametrize("number", range(1, len(NETS) + 1), ids=NETS)
def test_random_settings(number: int, page_report: PageReport, file: Path, opened: Open) -> None:
    pick = random.Random(number)  # noqa: S311
    report = page_report.reports[number - 1]
    architecture, settings = report.comparison.network.architecture, report.comparison.network.settings
    sliders = page_report.sections[number - 1].program.sliders
    page = opened(file)
    section(page, number).get_by_label("all operators").check()
    built = 0
    for time in range(TIMES):
        point = {}
        for slider in sliders:
            step = 24 if slider.name == "penultimate_filters" and time % 3 else 1
            numerator = pick.choice(
                (slider.low, slider.high, *(pick.randint(slider.low, slider.high) for _ in range(4)))
            )
            numerator = max(slider.low, numerator // step * step)
            turn(page, number, slider.name, _typed(slider, numerator), numerator, by_slider=bool(time % 2))
            point[slider.name] = slider.value(numerator)
        shown = read(page, number)
        for slider in sliders:
            assert f"{slider.symbol} = {_plain(point[slider.name])}" in shown.settings.split(", ")
        network, refused = _built(architecture, {**settings, **point})
        if network is None:
            assert shown.notice == f"The network cannot be built at these settings. {refused}"
            assert (shown.totals, shown.bars) == (["–"] * 3, 0)
            continue
        built += 1
        cost = network.cost
        written = sum(line.cost.activations for line in network.core)
        assert list(map(count, shown.totals)) == [cost.macs, cost.parameters, written]
        assert shown.column("layer") == [line.path for line in network.calls]
        assert shown.column("output") == ["×".join(map(str, line.output)) for line in network.calls]
        assert list(map(count, shown.column("parameters"))) == [line.cost.parameters for line in network.calls]
        macs = zip(shown.column("MACs"), network.calls, strict=True)
        assert all(count(text) == line.cost.macs for text, line in macs if line.is_product)
        assert set(shown.column("verdict")) == set(shown.column("fvcore")) == {"–"}
        assert shown.bars == len(network.core)
        assert shown.notice.startswith("Not measured at these settings.")
    assert built > TIMES // 3


def _built(architecture: Architecture, settings: dict[str, Any]) -> tuple[Network | None, str]:
    try:
        return architecture.network(settings), ""
    except DomainError as error:
        return None, str(error)


def _plain(value: Any) -> str:
    return str(value) if value == int(value) else f"{float(Fraction(value)):.2f}".rstrip("0")


def test_the_command_measures_what_the_page_shows(file: Path, opened: Open) -> None:
    page = opened(file)
    turn(page, 1, "alpha", "0.33", 33, by_slider=False)
    turn(page, 1, "resolution", "97", 97, by_slider=True)
    turn(page, 1, "classes", "7", 7, by_slider=False)
    shown = read(page, 1)
    command = shown.notice.rpartition(": ")[2]
    assert command == "convcost compare mobilenet_v1 --alpha 0.33 --resolution 97 --classes 7"
    words = shlex.split(command)[3:]
    options: dict[str, Any] = dict(zip([w.removeprefix("--") for w in words[::2]], words[1::2], strict=True))
    report = convcost.compare("mobilenet_v1", **options)
    assert list(map(count, shown.column("MACs"))) == [row.macs_measured for row in report.rows]
    assert count(shown.totals[0]) == report.totals.macs_measured


def test_measured_counts_come_and_go(page_report: PageReport, file: Path, opened: Open) -> None:
    page, report = opened(file), page_report.reports[0]
    before = read(page)
    assert before.settings == "variant = paper, α = 0.75, R = 192, B = 1, K = 1000"
    # 239,273,472 and 2,585,560: the README's main job, whose layers a test of its own adds up.
    assert before.totals[:2] == ["239,273,472", "2,585,560"]
    assert list(map(count, before.column("fvcore"))) == [row.macs_measured for row in report.rows]
    assert list(map(count, before.column("measured"))) == [row.params_measured for row in report.rows]
    assert before.column("verdict") == ["agree"] * 28
    turn(page, 1, "alpha", "0.76", 76, by_slider=True)
    assert set(read(page).column("fvcore")) == set(read(page).column("measured")) == {"–"}
    verdict = section(page).get_by_text("28 of 28 layers agree")
    assert not verdict.is_visible()
    section(page).get_by_role("button", name="Back to the measured settings").click()
    assert read(page) == before
    assert verdict.is_visible()


def test_counts_that_no_float_holds(tmp_path: Path, opened: Open) -> None:
    """At 65,473 pixels every map has an odd side, so that the total has few factors of two."""
    path = tmp_path / "page.html"
    written = convcost.page("mobilenet_v1 --resolution 65473 --batch 65535")
    written.save(path)
    shown = read(opened(path))
    exact = written.reports[0].totals.macs_measured or 0
    assert exact != int(float(exact))
    assert shown.totals[0] == f"{exact:,}"
    assert shown.others[0] == f"measured {exact:,}, difference 0"
    assert shown.foot[shown.heads.index("fvcore")] == f"{exact:,}"


def test_a_step_is_no_float(file: Path, opened: Open) -> None:
    """0.57·100 is 56.99999999999999 in a float; ⌊32·0.57⌋ = ⌊18.24⌋ = 18 channels, 18·3·9 weights."""
    page = opened(file)
    turn(page, 1, "alpha", "0.57", 57, by_slider=False)
    shown = read(page)
    assert "α = 0.57" in shown.settings
    assert shown.column("parameters")[0] == "486"


def test_a_number_outside_its_domain_is_refused_with_words(file: Path, opened: Open) -> None:
    page = opened(file)
    before = read(page)
    turn(page, 1, "alpha", "2.5", 250, by_slider=False)
    hint = section(page).locator("#network-1-alpha-hint")
    assert hint.text_content() == "α goes from 0.01 to 2 in steps of 0.01."
    assert read(page) == before


def test_every_program_on_the_page_is_the_networks(page_report: PageReport) -> None:
    for found in page_report.sections:
        network = found.report.comparison.network
        architecture = find(Architecture, network.architecture.name, "network")
        assert found.program == network_program(architecture, found.report.given)


MODELS = ("torchvision:resnet18", "torchvision:googlenet", "timm:convnext_atto", "torchvision:vit_b_16")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "models.html"
    convcost.page(MODELS).save(path)
    return path


@pytest.mark.parametrize("number", range(1, len(MODELS) + 1), ids=MODELS)
def test_a_model_at_other_inputs_is_what_is_compared_there(number: int, models: Path, opened: Open) -> None:
    """The page's own command, run: every row that the sliders made is the formula's on the model's real calls."""
    pick = random.Random(number)  # noqa: S311
    page = opened(models)
    section(page, number).get_by_label("all operators").check()
    for time in range(3):
        for name, low, high in (("B", 2, 5), ("H", 64, 300), ("W", 64, 300)):
            if section(page, number).locator(f"#network-{number}-{name}").count():
                size = pick.randint(low, high)
                turn(page, number, name, str(size), size, by_slider=bool(time % 2))
        shown = read(page, number)
        words = shlex.split(shown.notice.rpartition(": ")[2])
        assert words[:4] == ["convcost", "compare", MODELS[number - 1], "--input"]
        report = convcost.compare(MODELS[number - 1], inputs=tuple(map(int, words[4].split(","))))
        assert shown.column("layer") == [row.layer for row in report.all_rows]
        assert list(map(count, shown.column("MACs"))) == [row.macs_formula for row in report.all_rows]
        assert shown.column("output") == ["×".join(map(str, row.output_shape or ())) for row in report.all_rows]
        written = sum(prod(row.output_shape or ()) for row in report.rows)
        assert list(map(count, shown.totals)) == [report.totals.macs_formula, report.totals.params_measured, written]


def test_outside_of_a_derived_domain(models: Path, opened: Open) -> None:
    page = opened(models)
    turn(page, 2, "H", "9", 9, by_slider=True)
    assert read(page, 2).notice == (
        "The network cannot be built at these settings. The formula holds for B ≥ 1, H ≥ 15, W ≥ 15."
    )
