"""What runs in a process of its own: plain fvcore, which may die there, and models that cannot be copied."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import convcost
from convcost.trace import fvcore as witness
from convcost.trace.capture import capture
from convcost.trace.fvcore import trace_fvcore

from .modules import Written
from .plain import plain, with_ancestors

FORKS = pytest.mark.skipif(sys.platform != "linux", reason="where nothing forks, fvcore would end this very process")

# 4 filters of 3·3·3 weights at 6·7 positions, twice for a batch of two.
IMAGE, PRODUCTS = (2, 3, 8, 9), 2 * 4 * 27 * 42


def _while_traced(act: Callable[[], object]) -> nn.Module:
    """A model that acts only where fvcore runs it for real: a number is read there, so that there is a doubt."""

    def forward(m: Any, x: Tensor) -> Tensor:
        if torch._C._get_tracing_state() is not None:
            act()
        return m.conv(x) * float(m.one.item())  # type: ignore[no-any-return]

    model = Written(forward, conv=nn.Conv2d(3, 4, 3))
    model.register_buffer("one", torch.tensor([1.0]))
    return model


@FORKS
@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_fvcore_that_dies_is_a_sentence_and_the_formulas_stand(number: signal.Signals) -> None:
    report = convcost.compare(_while_traced(lambda: os.kill(os.getpid(), number)), IMAGE)
    assert (report.totals.macs_formula, report.totals.fvcore_total) == (PRODUCTS, None)
    assert report.comparison.fvcore_failed == f"ended by {number.name}"
    assert f"fvcore gives no number: ended by {number.name}" in str(report)


@FORKS
def test_fvcore_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness, "SECONDS", 0.5)
    never = threading.Event()
    assert trace_fvcore(_while_traced(never.wait), IMAGE).failed == "stopped after 0.5 seconds"


def test_a_number_taken_from_a_tensor_that_the_model_keeps() -> None:
    """With a dispatch mode active in the trace, this ended the process by a signal."""

    def forward(m: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        return m.conv(x), torch.full((2, 1), m.strides[0])

    model = Written(forward, conv=nn.Conv2d(3, 4, 3))
    model.register_buffer("strides", torch.tensor([8.0, 16.0]))
    found = trace_fvcore(model, IMAGE, capture(model, IMAGE))
    assert (found.total, found.device) == (PRODUCTS, "cpu")


_SIZES: dict[str, Callable[[Any, Tensor], Tensor]] = {
    "padding": lambda m, x: nn.functional.conv2d(x, m.conv.weight, padding=m.conv.weight.shape[-1] // 2),
    "a range": lambda m, x: m.conv(x) * torch.arange(x.shape[-1] - 2),
    "a shape": lambda m, x: m.conv(x).reshape(x.shape[0], x.shape[1] + 1, -1),
    "a loop": lambda m, x: torch.stack([m.conv(x[i : i + 1]) for i in range(len(x))]),
    "a scale": lambda m, x: m.conv(x) / x.numel() ** 0.5,
}


@pytest.mark.parametrize("name", _SIZES)
def test_sizes_that_become_numbers_as_plain_fvcore(name: str) -> None:
    model = Written(_SIZES[name], conv=nn.Conv2d(3, 4, 3, bias=False))
    assert with_ancestors(trace_fvcore(model, IMAGE, capture(model, IMAGE))) == plain(model, IMAGE)


def _patched() -> nn.Module:
    """Its forward was replaced by a closure over the old one."""
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).train()
    old = model.forward
    model.forward = lambda x: old(x) * 2  # type: ignore[method-assign, no-untyped-call]
    return model


def _wrapped_twice() -> nn.Module:
    model = _patched()
    inner = model.forward
    model.forward = lambda x: inner(x)
    return model


def _hooked_by_another() -> nn.Module:
    """A hook of the first layer keeps the whole model."""
    norm = nn.BatchNorm2d(4)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), norm).train()

    def counting(*_: object) -> None:
        norm.get_buffer("num_batches_tracked").add_(1)

    model[0].register_forward_hook(counting)
    return model


def _locked() -> nn.Module:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).train()
    model.lock = threading.Lock()  # type: ignore[assignment]
    return model


def _pooled() -> nn.Module:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).train()
    model.pool = ThreadPoolExecutor(1)  # type: ignore[assignment]
    return model


@FORKS
@pytest.mark.parametrize("make", [_patched, _wrapped_twice, _hooked_by_another, _locked, _pooled])
def test_model_that_cannot_be_copied_counts_and_is_untouched(make: Callable[[], nn.Module]) -> None:
    model = make()
    before = {name: tensor.tolist() for name, tensor in model.state_dict().items()}
    report = convcost.compare(model, IMAGE)
    assert (report.totals.macs_formula, report.verdict) == (PRODUCTS, "agree")
    assert {name: tensor.tolist() for name, tensor in model.state_dict().items()} == before
    assert all(module.training for module in model.modules())


def test_a_check_that_sees_what_running_the_model_changes() -> None:
    model = _patched()
    before = model.state_dict()["1.num_batches_tracked"].item()
    model(torch.zeros(IMAGE))
    assert model.state_dict()["1.num_batches_tracked"].item() == before + 1


class _Checkpointed(nn.Module):
    def __init__(self, reentrant: bool) -> None:
        super().__init__()
        self.a, self.b, self.reentrant = nn.Linear(5, 6), nn.Linear(6, 7), reentrant

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = checkpoint(self.b, self.a(x), use_reentrant=self.reentrant)
        return found


@pytest.mark.parametrize("reentrant", [False, True])
def test_checkpointed_layers_count_once(reentrant: bool) -> None:
    # 3·5·6 and 3·6·7.
    assert convcost.count(_Checkpointed(reentrant), (3, 5)).macs == 90 + 126


def test_gradients_in_the_forward_pass_are_products_too() -> None:
    """Forces from energies: each linear layer's product, and that of its input's gradient."""

    def forward(m: Any, x: Tensor) -> Tensor:
        x = x.detach().requires_grad_(True)
        return torch.autograd.grad(m.net(x).sum(), x, create_graph=True)[0]

    model = Written(forward, net=nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1)))
    assert convcost.count(model, (4, 6)).macs == 2 * 4 * (6 * 16 + 16)


def test_vmapped_product() -> None:
    # As x @ w of 4×5 and 5×7.
    model = Written(lambda m, x: torch.func.vmap(lambda row: row @ m.fc.weight.T)(x), fc=nn.Linear(5, 7))
    assert convcost.count(model, (4, 5)).macs == 4 * 5 * 7


def test_one_tensor_given_twice_stays_one() -> None:
    seen = []

    def forward(_: Any, pair: tuple[Tensor, Tensor]) -> Tensor:
        seen.append(pair[0] is pair[1])
        return pair[0] @ pair[1].T

    x = torch.zeros(3, 5)
    convcost.count(Written(forward), ((x, x),))
    assert seen == [True]
    convcost.count(Written(forward), ((x, x.clone()),))
    assert seen == [True, False]


def test_plain_witness_is_the_same_number() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    auto, forced = (convcost.compare(model, IMAGE, witness=way) for way in ("auto", "plain"))
    assert (auto.comparison.device, forced.comparison.device) == ("meta", "cpu")
    assert auto.totals == forced.totals


_NO_TRACER = "import sys, torch; del torch.jit._get_trace_graph; from convcost.cli.main import main; main()"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("compare mobilenet_v1 --resolution 32", "fvcore gives no number: it cannot run on torch"),
        ("count mobilenet_v1", "568,740,352"),
        ("prove mobilenet_v1 --alpha 0.25", "Verdict: proved"),
    ],
)
def test_without_the_tracer_of_torch_jit_the_formulas_stand(arguments: str, said: str) -> None:
    command = [sys.executable, "-c", _NO_TRACER, *arguments.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "200"})
    assert (done.returncode, done.stderr) == (0, "")
    assert said in done.stdout
