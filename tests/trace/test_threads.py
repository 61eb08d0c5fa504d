"""Several threads at once get what one alone gets: PyTorch's tracer, patches and hooks are the whole process's."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest
import torch
from torch import nn

import convcost
from tests.auditing.zoo import HERE

THREADS = 8
SHAPE = (1, 3, 16, 18)


class Net(nn.Module):
    """Pads by what is missing, as many do, and multiplies by a name that counters patch."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.stem, self.head = nn.Conv2d(3, width, 3), nn.Linear(width, width + 1)

    def forward(self, image: torch.Tensor) -> Any:
        x = nn.functional.relu(self.stem(nn.functional.pad(image, (0, max(2 - image.shape[-1] % 2, 0)))))
        x = torch.matmul(x.flatten(2), x.flatten(2).transpose(1, 2)).sum(2)
        return self.head(x)


def compared(width: int) -> Any:
    report = convcost.compare(Net(width), inputs=SHAPE)
    return report.rows, report.totals


def derived(width: int) -> Any:
    found = convcost.derive(Net(width), inputs=SHAPE)
    return str(found.macs), found.parameters, found.domain


def refereed(width: int) -> Any:
    report = convcost.referee(Net(width), inputs=SHAPE, counters=["fvcore", "torch-meta"])
    return [(a.printed, a.terms, a.unexplained, a.failed) for a in report.refereed.explanations]


def proved(width: int) -> Any:
    report = convcost.prove("mobilenet_v1", alpha=str(width / 16))
    return [case.proof for case in report.cases]


def loaded(width: int) -> Any:
    report = convcost.compare(f"{HERE}:Small", arguments={"width": width}, inputs=SHAPE)
    return report.rows, report.totals


def probed(width: int) -> Any:
    return convcost.ones_probe(torch.matmul, (width, 3), (3, 5))


WORKS: tuple[Callable[[int], Any], ...] = (compared, derived, refereed, proved, loaded, probed)
TASKS = [(work, width) for width in (4, 8, 12, 16) for work in WORKS]


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads take turns as often as Python can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty")
def test_every_public_function_on_eight_threads() -> None:
    alone = [work(width) for work, width in TASKS]
    start = threading.Barrier(THREADS)

    def run(number: int) -> dict[int, Any]:
        start.wait()
        order = [(number * 5 + step) % len(TASKS) for step in range(len(TASKS) // 3)]
        return {at: TASKS[at][0](TASKS[at][1]) for at in order}

    with ThreadPoolExecutor(THREADS) as pool:
        for found in pool.map(run, range(THREADS)):
            for at, result in found.items():
                assert result == alone[at], TASKS[at]


def test_a_second_thread_waits_and_then_counts_its_own() -> None:
    others: list[threading.Thread] = []
    found: list[Any] = []
    waiting: list[bool] = []

    class Outer(Net):
        def forward(self, image: torch.Tensor) -> Any:
            if not others:
                others.append(threading.Thread(target=lambda: found.append(convcost.capture(Net(5), SHAPE))))
                others[0].start()
                others[0].join(1)  # without a lock this is time enough on most machines, with one none is
                waiting.append(others[0].is_alive())
            return super().forward(image)

    outer = convcost.capture(Outer(4), SHAPE)
    others[0].join()
    assert waiting == [True]
    assert (outer.calls, found[0].calls) == tuple(convcost.capture(Net(width), SHAPE).calls for width in (4, 5))


def _count(pipe: Any) -> None:
    pipe.send(convcost.trace_fvcore(Net(4), SHAPE).total)


@pytest.mark.filterwarnings("ignore")  # that a process with threads is forked
def test_a_process_that_is_forked_meanwhile_can_count() -> None:
    here, there = get_context("fork").Pipe(duplex=False)
    entered = threading.Event()

    class Outer(Net):
        def forward(self, image: torch.Tensor) -> Any:
            entered.set()
            return super().forward(image)

    tracing = threading.Thread(target=lambda: convcost.capture(Outer(4), SHAPE))
    tracing.start()
    entered.wait()
    process = get_context("fork").Process(target=_count, args=(there,))
    process.start()
    there.close()
    assert here.recv() == convcost.trace_fvcore(Net(4), SHAPE).total
    process.join()
    tracing.join()
