"""A counter that fails, hangs or dies is a line of text; one that lies is caught, and the layer named."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from convcost.comparison.refereeing.explanation import referee
from convcost.trace.call_sites import capture_call_sites
from convcost.trace.counters import Counter, Printout, counter, fvcore, torchinfo
from convcost.trace.counters.sandbox import CounterRun, run

SHAPE = (1, 3, 8, 9)


def net() -> nn.Module:
    inner = nn.Sequential(nn.Conv2d(4, 5, 1), nn.ReLU())
    return nn.Sequential(nn.Conv2d(3, 4, 3), inner, nn.Flatten(), nn.Linear(5 * 6 * 7, 2))


def adding(seven: int, path: str) -> Callable[..., Printout]:
    def count(model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Printout:
        honest = fvcore.count(model, args, kwargs)
        modules = dict(honest.modules or {})
        return Printout(honest.total + seven, {**modules, path: modules[path] + seven})

    return count


def run_one(count: Callable[..., Printout], limit: float = 3600.0) -> CounterRun:
    (ran,) = run([replace(counter("fvcore"), count=count)], net(), SHAPE, limit)
    return ran


def test_an_unknown_fault_is_caught_and_its_layer_named() -> None:
    ran = run_one(adding(7, "1.0"))
    (explanation,) = referee(capture_call_sites(net(), SHAPE).calls, [ran], 1).explanations
    assert explanation.unexplained == 7
    assert [(odd.path, odd.printed - odd.expected) for odd in explanation.odd] == [("1.0", 7)]


def test_an_honest_counter_has_nothing_odd() -> None:
    report = referee(capture_call_sites(net(), SHAPE).calls, [run_one(adding(0, "1.0"))], 1)
    assert report.ok
    assert report.explanations[0].odd == ()


def _raise(*_: Any) -> Printout:
    raise ValueError("no such thing\nsecond line")


def _die(*_: Any) -> Printout:
    os._exit(3)


def _hang(*_: Any) -> Printout:
    while True:
        time.sleep(60)


def test_what_goes_wrong_is_one_line() -> None:
    assert run_one(_raise).failed == "ValueError: no such thing"
    assert run_one(_die).failed == "its process ended with code 3"
    assert run_one(_hang, limit=0.2).failed == "stopped after 0.2 seconds"


def test_a_missing_counter_is_a_line() -> None:
    absent = Counter("thop", ("there-is-no-such-package",), "there_is_none", "macs", _die)
    (ran,) = run([absent], net(), SHAPE)
    assert ran.version is None
    assert ran.failed == "not installed: pip install there-is-no-such-package"


def test_the_model_is_left_as_it_was() -> None:
    model = net().train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    list(run([counter("ptflops"), counter("torchinfo")], model, SHAPE))
    assert model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert not any(module._forward_hooks or hasattr(module, "__flops__") for module in model.modules())
    assert not hasattr(torch.matmul, "op")


def test_a_counter_gets_zeros_where_a_model_has_no_elements() -> None:
    class Indexed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Linear(4, 6)
            self.register_buffer("index", torch.tensor([5, 0]))

        def forward(self, x: torch.Tensor) -> Any:
            return self.table(x)[:, self.index]

    with torch.device("meta"):
        model = Indexed()
    (ran,) = run([counter("torchinfo")], model, (2, 4))
    assert ran.printed is not None
    assert ran.printed.total == 2 * (4 * 6 + 6)


def _package(folder: Path, distribution: str, text: str) -> None:
    (folder / "twice").mkdir(exist_ok=True)
    (folder / "twice" / "__init__.py").write_text(text)
    info = folder / f"{distribution.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (info / "RECORD").write_text(f"twice/__init__.py,,{len(text)}\n")


def test_two_packages_of_one_name_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    _package(tmp_path / "one", "first-of-two", "a = 1\n")
    _package(tmp_path / "two", "second-of-two", "b = 22\n")
    pair = [Counter(name, (name,), "twice", "macs", _die) for name in ("first-of-two", "second-of-two")]
    for order, expected in ((("one", "two"), ["1.0", None]), (("two", "one"), [None, "1.0"])):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "path", [*(str(tmp_path / name) for name in order), *sys.path])
            assert [one.version() for one in pair] == expected


def test_of_two_packages_in_one_folder_the_later_one_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _package(tmp_path, "first-of-two", "a = 1\n")
    _package(tmp_path, "second-of-two", "b = 22\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    pair = [Counter(name, (name,), "twice", "macs", _die) for name in ("first-of-two", "second-of-two")]
    assert [one.version() for one in pair] == [None, "1.0"]


def test_adapters_import_their_counters_only_when_counting() -> None:
    assert torchinfo.COUNTERS[0].version() is not None
    assert "ultralytics" not in sys.modules
    assert not {"thop", "deepspeed", "calflops", "mmengine"} & set(sys.modules)
