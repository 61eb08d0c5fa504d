"""Exported programs, their files, compiled and scripted modules count as the model that they are made of."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import convcost
from convcost.core.errors import MeasurementError
from convcost.models.loading import load
from tests.shell import convcost as shell

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch.jit is, as it will be gone one day


def _small() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 4)).eval()


# 3·3·3 products for each of 4·6·6 outputs, and 144·4.
_MACS = 27 * 144 + 576


def _exported() -> Any:
    return torch.export.export(_small(), (torch.zeros(1, 3, 8, 8),))


@pytest.mark.parametrize("make", [lambda: torch.compile(_small()), _exported, lambda: _exported().module()])
def test_compiled_and_exported_agree_with_fvcore(make: Any) -> None:
    report = convcost.compare(make(), (1, 3, 8, 8))
    assert report.ok
    assert (report.totals.macs_formula, report.totals.macs_measured) == (_MACS, _MACS)
    assert tuple(convcost.count(make(), (1, 3, 8, 8))) == (_MACS, 112 + 580)


def test_scripted_is_counted_and_fvcore_refuses_in_its_own_words() -> None:
    scripted = torch.jit.script(_small())
    report = convcost.compare(scripted, (1, 3, 8, 8))
    assert report.ok
    assert report.totals.macs_formula == _MACS == 4464
    assert "is not supported on ScriptModules" in report.comparison.fvcore_failed
    torchs = convcost.referee(scripted, (1, 3, 8, 8), counters=["torch"])["torch"]
    assert torchs.printed == 2 * _MACS


class _Loop(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(5, 5)

    def forward(self, x: torch.Tensor, steps: int) -> torch.Tensor:
        for _ in range(steps):
            x = self.fc(x)
        return x


class _Branch(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(5, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if bool(x.sum() > 0):
            x = self.fc(x)
        return x


def test_scripted_loops_and_branches() -> None:
    assert convcost.count(torch.jit.script(_Loop()), (torch.ones(2, 5), 3)).macs == 3 * 2 * 25
    found = convcost.count(torch.jit.script(_Branch()), (2, 5))
    assert (found.macs, found.count.dependence is not None) == (0, True)
    assert found.count.dependence.other_macs == 50  # type: ignore[union-attr]


def test_trace_of_torch_jit_is_counted() -> None:
    traced = torch.jit.trace(_small(), torch.zeros(1, 3, 8, 8))  # type: ignore[no-untyped-call]
    assert convcost.count(traced, (1, 3, 8, 8)).macs == _MACS


_FILE = """
import torch
from torch import nn


def plain():
    return nn.Linear(5, 7)


def compiled():
    return torch.compile(plain())


def scripted():
    return torch.jit.script(plain())


def exported():
    return torch.export.export(plain(), (torch.zeros(2, 5),))


instance = torch.export.export(plain(), (torch.zeros(2, 5),))
"""


@pytest.mark.parametrize("name", ["plain", "compiled", "scripted", "exported", "instance"])
def test_factories_of_them(tmp_path: Path, name: str) -> None:
    (tmp_path / "net.py").write_text(_FILE)
    assert convcost.count(f"{tmp_path / 'net.py'}:{name}", (2, 5)).macs == 70


def test_file_of_an_exported_program_says_its_input(tmp_path: Path) -> None:
    file = tmp_path / "small.pt2"
    torch.export.save(_exported(), file)
    for command in ("compare", "count"):
        outcome = shell(command, str(file))
        assert (outcome.code, outcome.err) == (0, "")
        assert "4,464" in outcome.out
    assert load(str(file)).name == str(file)


def test_file_that_is_no_program_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "bad.pt2").write_bytes(b"no archive")
    for name, says in (("none.pt2", "there is no file"), ("bad.pt2", "cannot be read as an exported program: ")):
        outcome = shell("count", str(tmp_path / name))
        assert (outcome.code, outcome.err.count("\n")) == (2, 1)
        assert says in outcome.err


class _Hostile:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.path,)


def test_hostile_program_runs_nothing(tmp_path: Path) -> None:
    file, hostile, mark = tmp_path / "small.pt2", tmp_path / "hostile.pt2", tmp_path / "ran"
    torch.export.save(_exported(), file)
    torch.save(_Hostile(str(mark)), tmp_path / "pickle")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(hostile, "w") as new:
        for part in old.infolist():
            inputs = "sample_inputs" in part.filename and part.filename.endswith(".pt")
            new.writestr(part.filename, (tmp_path / "pickle").read_bytes() if inputs else old.read(part))
    with pytest.raises(MeasurementError):
        load(str(hostile))
    assert not mark.exists()
    with pytest.raises(Exception):  # noqa: B017, PT011
        torch.export.load(hostile)
    assert mark.exists()  # torch itself does run it
