"""What a person does with a page: sort, filter, type, tab, print, turn the lights off, open it on a phone."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import convcost
from tests.page.conftest import Open
from tests.page.reading import chart, count, read, section, turn

pytestmark = pytest.mark.browser

# A child of a module may be called anything without a dot.
HOSTILE = """
from torch import nn

NAME = "<script>alert(1)<\\\\/script><img src=x onerror=alert(2)>"

def net():
    inner = nn.Sequential()
    inner.add_module(NAME.replace(chr(92), ""), nn.Conv2d(3, 4, 3))
    return inner
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "page.html"
    names = ["mobilenet_v1 --alpha 0.25 --resolution 128", "resnet --depth 50"]
    convcost.page(["torchvision:resnet18", *names]).save(path)
    return path


@pytest.fixture(scope="module")
def differing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """He et al.'s ResNet-50 against torchvision's: strides in other convolutions."""
    path = tmp_path_factory.mktemp("page") / "page.html"
    convcost.page("resnet --depth 50", model="torchvision:resnet50").save(path)
    return path


def test_sort(file: Path, opened: Open) -> None:
    page = opened(file)
    table = section(page, 2).locator("table.layers")
    order = read(page, 2).rows
    heads = {name: table.get_by_role("columnheader", name=name, exact=True) for name in ("MACs", "layer")}
    for direction, sign in (("descending", -1), ("ascending", 1)):
        heads["MACs"].get_by_role("button").click()
        counts = [count(text) or 0 for text in read(page, 2).column("MACs")]
        assert all(sign * a <= sign * b for a, b in pairwise(counts))
        assert len(set(counts)) > 2
        assert heads["MACs"].get_attribute("aria-sort") == direction
        assert heads["layer"].get_attribute("aria-sort") == "none"
    heads["MACs"].get_by_role("button").click()
    assert read(page, 2).rows == order
    heads["layer"].get_by_role("button").click()
    names = read(page, 2).column("layer")
    assert names[:4] == ["block1.dw", "block1.pw", "block2.dw", "block2.pw"]  # block10 after block9
    assert names[-2:] == ["conv1", "fc"]


def test_filter(differing: Path, opened: Open) -> None:
    page = opened(differing)
    network, everything = section(page), read(page)
    assert len(everything.rows) == 54
    network.get_by_label("Verdict").select_option("disagree")
    shown = read(page)
    # Three stages begin with a stride of 2: in the first convolution, in the second, and a projection alike.
    assert len(shown.rows) == 6
    assert all("stride is" in text for text in shown.column("verdict"))
    assert shown.foot[0] == "Sum of 6 rows"
    for head in ("MACs", "fvcore"):
        assert count(shown.foot[shown.heads.index(head)]) == sum(count(text) or 0 for text in shown.column(head))
    network.get_by_label("Filter").fill("conv3_x")
    assert len(read(page).rows) == 2
    network.get_by_label("Filter").fill("no such layer")
    assert read(page).rows == [["No layer fits the filter."]]
    network.get_by_label("Filter").fill("")
    network.get_by_label("Verdict").select_option("")
    assert read(page) == everything
    network.get_by_label("all operators").check()
    assert len(read(page).rows) > 150


def test_differences_and_reasons(differing: Path, opened: Open) -> None:
    shown = read(opened(differing))
    differences = [int(text.replace(",", "")) for text in shown.column("difference")]
    # torchvision's three strides later cost 231,211,008 MACs more (README).
    assert sum(differences) == 231_211_008
    assert shown.column("verdict").count("agree") == 48


def test_the_axis_stays_and_what_was_measured_stands_behind(file: Path, opened: Open) -> None:
    page = opened(file)
    before = chart(page, "network-3")
    assert before.ghosts == []
    turn(page, 3, "resolution", "112", 112, by_slider=True)
    half = chart(page, "network-3")
    # Half of a side is a quarter of the positions; 7×7 ones become 4×4, 16 of 49; the last layer has no positions.
    ratios = [round(a / b, 2) for a, b in zip(half.heights, before.heights, strict=True)]
    assert ratios == [*[0.25] * 43, *[0.33] * 10, 1]
    assert (half.marks, half.axes) == (before.marks, before.axes)
    assert half.ghosts[0].count("M") == 54
    assert half.legend[-1] == "at the measured settings3.86 G in all"
    turn(page, 3, "resolution", "448", 448, by_slider=True)
    double = chart(page, "network-3")
    assert max(double.heights) > max(half.heights)
    assert double.marks != before.marks
    section(page, 3).get_by_role("button", name="Back to the measured settings").click()
    assert chart(page, "network-3") == before


def test_axes_have_names_and_units(file: Path, opened: Open) -> None:
    page = opened(file)
    along = "number of the layer, in the network’s order"
    assert chart(page, "network-3").axes == ["MACs per layer, M = 10⁶", along]
    section(page, 3).get_by_label("Bars").select_option("params")
    # 2,359,296 = 512·512·9 weights are the most of a layer.
    assert chart(page, "network-3").axes == ["parameters per layer, M = 10⁶", along]
    assert chart(page, "overview-chart").axes == ["MACs up to the layer, G = 10⁹", "layers passed, in per cent"]


def test_networks_in_one_chart_which_follows_the_sliders(file: Path, opened: Open) -> None:
    page = opened(file)
    first = chart(page, "overview-chart")
    totals = [read(page, number).totals[0] for number in (1, 2, 3)]
    names = ["torchvision:resnet18", "MobileNet V1", "ResNet"]
    assert first.curves == [f"{name}: {total} MACs" for name, total in zip(names, totals, strict=True)]
    assert first.ghosts == []
    turn(page, 3, "resolution", "160", 160, by_slider=True)
    second = chart(page, "overview-chart")
    assert second.curves == [*first.curves[:2], f"ResNet: {read(page, 3).totals[0]} MACs"]
    assert (second.marks, len(second.ghosts)) == (first.marks, 1)
    assert second.legend[2].startswith("ResNetdepth = 50, variant = v1, shortcut = B, R = 160")
    page.get_by_label("Curves").select_option("params")
    assert chart(page, "overview-chart").curves[2] == "ResNet: 25,557,032 parameters"


def test_totals_in_few_digits_too(file: Path, opened: Open) -> None:
    page = opened(file)
    shown = [section(page, number).locator(".scaled").all_text_contents() for number in (1, 3)]
    # 1,814,073,344 and 11,689,512 of ResNet-18; 3,857,973,248 and 25,557,032 of ResNet-50, rounded by hand.
    assert [texts[:2] for texts in shown] == [["1.81 G", "11.69 M"], ["3.86 G", "25.56 M"]]


def test_keyboard(file: Path, opened: Open) -> None:
    """With no mouse: to the first slider, turn it, on to the number, to a column's head, and sort."""
    page = opened(file)
    slider = section(page, 2).get_by_label("width multiplier").first
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "network-2-alpha":
            break
    page.keyboard.press("ArrowRight")
    assert "α = 0.26" in read(page, 2).settings
    assert slider.get_attribute("aria-valuetext") == "α = 0.26"
    page.keyboard.press("Home")
    assert "α = 0.01" in read(page, 2).settings
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "number"
    page.keyboard.press("ArrowUp")
    assert "α = 0.02" in read(page, 2).settings
    assert slider.input_value() == "2"
    seen: list[str] = []
    while len(seen) < 60 and not any("MACs" in text for text in seen):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.closest('th')?.textContent ?? ''"))
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    head = section(page, 2).get_by_role("columnheader", name="MACs", exact=True)
    assert head.get_attribute("aria-sort") == "descending"


def test_every_control_has_a_name(file: Path, opened: Open) -> None:
    page = opened(file)
    page.wait_for_selector("table.layers tbody tr")
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("input, select, button")]
        .filter((c) => !c.textContent.trim() || c.matches("select"))
        .filter((c) => !c.labels?.length && !c.getAttribute("aria-label")).length"""
    )
    assert unnamed == 0


def test_a_hostile_name_is_a_name(tmp_path: Path, opened: Open) -> None:
    (tmp_path / "hostile.py").write_text(HOSTILE, encoding="utf-8")
    path = tmp_path / "page.html"
    convcost.page(f"{tmp_path / 'hostile.py'}:net", inputs=["1,3,8,8"]).save(path)
    page = opened(path)
    assert read(page).column("layer") == ["<script>alert(1)</script><img src=x onerror=alert(2)>"]
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2


def test_nothing_but_the_pages_own_script_runs(file: Path, tmp_path: Path, browser: Any) -> None:
    """An element that somebody adds is refused by the page's own policy."""
    whole = file.read_text(encoding="utf-8")
    added = whole.replace("<main", "<script>document.title = 'mine'</script><style>main { color: red }</style><main")
    assert added != whole
    path = tmp_path / "added.html"
    path.write_text(added, encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(path.as_uri())
    assert page.title() == "The cost of torchvision:resnet18, MobileNet V1, ResNet"
    assert len(refused) == 2
    assert all("Content Security Policy" in text for text in refused)
    context.close()


@pytest.mark.parametrize("width", [375, 320, 768, 1280])
def test_no_page_is_wider_than_its_screen(width: int, differing: Path, file: Path, opened: Open) -> None:
    for path in (file, differing):
        page = opened(path, viewport={"width": width, "height": 700})
        for box in page.get_by_label("all operators").all():
            box.check()
        for summary in page.locator("summary").all():
            summary.click()
        read(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        table = section(page).locator(".scroll").first
        assert table.evaluate("node => node.clientWidth") < width


_CONTRAST = """() => {
  const channel = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = (rgb) => rgb.match(/[\\d.]+/g).slice(0, 3).map(Number).map(channel)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const found = getComputedStyle(node).backgroundColor;
      if (!/, 0\\)$/.test(found)) return found;
    }
  };
  return [...document.querySelectorAll("main *, header *, footer *")]
    .filter((node) => [...node.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim()))
    .filter((node) => node.checkVisibility() && !node.closest("svg, :disabled, math"))
    .map((node) => {
      const [a, b] = [light(getComputedStyle(node).color), light(behind(node))].sort((x, y) => y - x);
      return [(a + 0.05) / (b + 0.05), node.outerHTML.slice(0, 90)];
    }).filter(([ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize(("scheme", "paper"), [("light", "rgb(253, 253, 251)"), ("dark", "rgb(20, 23, 27)")])
def test_light_and_dark_can_be_read(scheme: str, paper: str, differing: Path, file: Path, opened: Open) -> None:
    """Every text has the contrast of 4.5 to 1 that WCAG 2.2 asks for (1.4.3), verdicts and reasons among them."""
    for path in (file, differing):
        page = opened(path, color_scheme=scheme)
        for box in page.get_by_label("all operators").all():
            box.check()
        read(page)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper
        assert page.evaluate(_CONTRAST) == []


def test_print_has_all_rows_and_no_controls(file: Path, opened: Open) -> None:
    page = opened(file)
    page.emulate_media(media="print", color_scheme="dark")
    read(page, 2)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    controls = page.locator("input, select, form button")
    assert controls.count() > 10
    assert not any(control.is_visible() for control in controls.all())
    boxes = page.locator(".scroll").all()
    assert all(box.evaluate("node => node.scrollHeight <= node.clientHeight + 1") for box in boxes)


def test_formulas_are_typeset(file: Path, opened: Open) -> None:
    """Text that the browser drew from MathML: a fraction is two lines high."""
    page = opened(file)
    fraction = section(page, 2).locator("math mfrac").first
    number = section(page, 2).locator("math mfrac > :first-child").first
    assert fraction.bounding_box()["height"] > 1.5 * number.bounding_box()["height"]
    assert section(page, 3).locator("table.formula tbody tr").count() == 6


def test_a_notebook_shows_the_page_in_a_frame(tmp_path: Path, opened: Open) -> None:
    found = convcost.page("mobilenet_v1 --alpha 0.25 --resolution 128")
    path = tmp_path / "notebook.html"
    path.write_text(f'<!DOCTYPE html><meta charset="utf-8">{found._repr_html_()}', encoding="utf-8")
    frame = opened(path).frames[1]
    frame.locator("#network-1-alpha").fill("50")
    frame.get_by_text("Not measured at these settings. This measures them").wait_for()
    # It runs by itself, and the notebook's own page is out of its reach.
    assert frame.evaluate("self.origin") == "null"
