"""`convcost prove` on a terminal, its file and its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

import convcost as package
from convcost.core.architecture import Architecture
from convcost.core.registry import find
from tests.shell import convcost


def test_proved() -> None:
    outcome = convcost("prove", "resnet", "--depth", "18")
    assert (outcome.code, outcome.err) == (0, "")
    lines = [line.rstrip() for line in outcome.out.splitlines()]
    assert "MACs: proved for all B ≥ 1, H ≥ 32, W ≥ 32." in lines
    assert "parameters: proved for all B ≥ 1, H ≥ 32, W ≥ 32." in lines
    # 11,689,512: the constant that torchvision prints for resnet18.
    assert "  11,689,512" in lines
    assert lines[-1] == "Verdict: proved."


def test_every_width_multiplier_of_the_paper() -> None:
    outcome = convcost("prove", "mobilenet_v1")
    assert outcome.code == 0
    assert outcome.out.count("MACs: proved for all B ≥ 1, H ≥ 32, W ≥ 32.") == 4
    # Table 6: 4.2, 2.6, 1.3 and 0.5 million parameters.
    for alpha, parameters in (("1", "4,231,976"), ("0.75", "2,585,560"), ("0.5", "1,331,592"), ("0.25", "470,072")):
        assert f"At alpha = {alpha}:" in outcome.out
        assert f"  {parameters}" in outcome.out


@pytest.mark.parametrize("columns", [80, 160])
def test_a_residual_with_its_reason(columns: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    page = tmp_path / "proof.md"
    outcome = convcost("prove", "resnet", "--model", "torchvision:resnet50", "--markdown", str(page))
    assert (outcome.code, outcome.err) == (1, "")
    assert max(cell_len(line) for line in outcome.out.splitlines()) <= columns
    text = " ".join(outcome.out.split())
    assert "Smallest counterexample: B = 1, H = 32, W = 32: 80,740,352 in the formula, 85,458,944 in the model." in text
    assert "conv3_x.block1.conv1 and 2 more: stride is (2, 2) in the formula, (1, 1) in the model." in text
    assert "parameters: proved" in text
    assert text.endswith("Verdict: not equal.")
    written = page.read_text(encoding="utf-8")
    assert "80,740,352 in the formula" in written
    assert "| conv5\\_x | +524288·B·⌈H/16⌉·⌈W/16⌉ - 524288·B·⌈H/32⌉·⌈W/32⌉" in written


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["resnt"], "unknown network 'resnt'; did you mean resne"),
        (["resnet", "--batch", "2"], "batch is left open here"),
        (["mobilenet_v1", "--rho", "0.5"], "rho is left open here"),
        (["resnet", "--depth", "19"], "depth is '19'"),
        (["resnet", "--model", "torchvision:resnt50"], "unknown torchvision model 'resnt50'"),
    ],
)
def test_what_cannot_run_is_one_line(arguments: list[str], sentence: str) -> None:
    outcome = convcost("prove", *arguments)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert sentence in outcome.err


def test_a_module_of_ones_own() -> None:
    from convcost import models

    half = find(Architecture, "mobilenet_v1", "network").settings({"alpha": "0.5"})
    module = models.build("mobilenet_v1", half)
    assert package.prove("mobilenet_v1", alpha="0.5", model=module).ok
    report = package.prove("mobilenet_v1", model=module)
    assert (len(report.cases), report.verdict) == (1, "not equal")


def test_from_python() -> None:
    report = package.prove("mobilenet_v2", alpha="1.4")
    assert report.ok
    assert repr(report) == "<MobileNet V2 for every batch, height and width: proved>"
    assert report.proof.words == "B ≥ 1, H ≥ 32, W ≥ 32"
    # Table 4: 585 million MACs at 224 pixels, 6.9 million parameters.
    macs, parameters = report.proof.totals
    at = {symbol: 224 if str(symbol) in "HW" else 1 for symbol in macs.expression.free_symbols}
    assert macs.expression.subs(at) // 10**6 in (582, 585)
    assert parameters.expression == 6108776


FAR = """
import torch
from torchvision.models import resnet18

class Far(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.net = resnet18()

    def forward(self, x):
        return self.net(x if x.shape[-1] <= 1000 else x[..., :500])
"""


def test_a_proof_on_some_sizes_does_not_end_as_one_for_all(tmp_path: Path) -> None:
    (tmp_path / "far.py").write_text(FAR)
    outcome = convcost("prove", "resnet", "--depth", "18", "--model", f"{tmp_path}/far.py:Far")
    assert "MACs: proved for all B ≥ 1, H ≥ 32, 32 ≤ W ≤ 1000." in outcome.out
    assert outcome.out.splitlines()[-1] == "Verdict: proved, for no other sizes than those above."
