"""The file itself: the same each time, whole or not at all, asking for nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import convcost
from convcost.report.page.document import PageReport
from tests.browsers import NEEDED
from tests.shell import convcost as command

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page() -> PageReport:
    return convcost.page(["mobilenet_v1 --alpha 0.75 --rho 0.857", "torchvision:alexnet"], unit="macs")


def test_same_bytes_in_another_process(page: PageReport, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    names = ["mobilenet_v1 --alpha 0.75 --rho 0.857", "torchvision:alexnet"]
    code = f"import convcost; convcost.page({names!r}).save({str(path)!r})"
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, cwd=tmp_path)
    assert path.read_text(encoding="utf-8") == page.to_html()


def test_other_documents_have_a_heading_and_the_verdict_of_each_network(page: PageReport) -> None:
    assert page.to_latex() == (
        "The cost of MobileNet V1, torchvision:alexnet.\n\n"
        "\\paragraph{MobileNet V1, $\\alpha$ = 0.75, R = 192: input 1$\\times$3$\\times$192$\\times$192}\n\n"
        "Verdict: agree (28 of 28 layers agree).\n\n"
        "\\paragraph{torchvision:alexnet: input 1$\\times$3$\\times$224$\\times$224}\n\n"
        "Verdict: agree (8 of 8 layers agree).\n"
    )


def test_nothing_is_asked_for(page: PageReport) -> None:
    html = page.to_html()
    assert re.findall(r"""(?:src|href|action)=["']?([^"'\s>]+)""", html.partition('<script type="appl')[0]) == [
        "#content",
        "#network-1",
        "#network-2",
    ]
    assert not re.search(r"@import|url\(|fetch\(|XMLHttp|innerHTML|eval\(", html)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy[1]


def test_overview(page: PageReport) -> None:
    rows = re.findall(r'<tr><th scope="row"><a href="#network-\d">(.*?)</tr>', page.to_html())
    assert [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows] == [
        "MobileNet V1, α = 0.75, R = 192: input 1×3×192×192 239,273,472 239,273,472 0 2,585,560 2,585,560 agree",
        # 61,100,840: the constant that torchvision prints for alexnet.
        "torchvision:alexnet: input 1×3×224×224 714,188,480 714,188,480 0 61,100,840 61,100,840 agree",
    ]


def test_data_cannot_end_its_element(page: PageReport) -> None:
    data = page.to_html().partition('id="data">')[2].partition("</script>")[0]
    assert "<" not in data
    assert [network["id"] for network in json.loads(data)] == ["network-1", "network-2"]


def test_command(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    outcome = command("page", "resnet", "--depth", "18", "--html", str(path))
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines()[0] == "ResNet, depth = 18: input 1×3×224×224"
    assert "<h1>The cost of ResNet</h1>" in path.read_text(encoding="utf-8")
    assert command("page", "resnet", "--model", "torchvision:resnet50", "--html", str(path)).code == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["resnt"], "unknown network 'resnt'; did you mean resne"),
        (["resnet", "--depth", "19"], "--depth is '19'"),
        (["resnet", "--alpha", "1"], "resnet has no option --alpha"),
        (["mobilenet_v1", "--alpha", "0.33333"], "alpha is 0.33333, but a page has steps of 1/10000; round it"),
        (["'resnet"], 'cannot read "\'resnet"'),
        (["--alpha", "1"], "give a network's name"),
        (["net.py:Net", "--alpha", "1"], "net.py:Net is a model and takes no --alpha"),
    ],
)
def test_bad_input_is_one_line_and_leaves_no_file(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    outcome = command("page", *arguments, "--html", str(path))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"error: {sentence}")
    assert outcome.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_model_without_sliders_says_why() -> None:
    """Swin pads images that its windows do not divide, and was derived for larger ones than its own."""
    html = convcost.page("torchvision:swin_t").to_html()
    assert (
        "Without sliders: what was derived holds for B ≥ 1, H ≥ 228, W ≥ 228, not at the input that was measured."
        in html
    )
    assert json.loads(html.partition('id="data">')[2].partition("</script>")[0])[0]["program"]["sliders"] == []


@pytest.mark.parametrize("required", [False, True])
def test_it_is_said_that_there_is_no_browser(required: bool, tmp_path: Path) -> None:
    """Left out and said so; an error where the browser is required."""
    environment = {key: value for key, value in os.environ.items() if key not in ("CI", "CONVCOST_BROWSER")}
    environment |= {"PATH": str(tmp_path), **({"CONVCOST_BROWSER": "1"} if required else {})}
    test = "tests/page/test_behaviour.py::test_no_page_is_wider_than_its_screen"
    arguments = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test, "tests/core/test_recorded.py"]
    done = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert NEEDED in done.stdout
    assert (done.returncode, "deselected" in done.stdout) == ((1, False) if required else (0, True))
