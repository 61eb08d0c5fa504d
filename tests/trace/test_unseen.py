"""What a capture cannot see is said: a model whose work is elsewhere never agrees, and one that is seen whole does."""

from __future__ import annotations

import copy
import ctypes
import functools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from multiprocessing.pool import ThreadPool
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.utils._python_dispatch import _disable_current_modes

import convcost
from convcost.trace.capture import capture
from tests.trace.modules import SMALL, Case, Written

SHAPE = (3, 5)
MACS = 3 * 5 * 6  # of one linear layer of 5 to 6 on three rows


def model(forward: Callable[[Any, Tensor], Any]) -> nn.Module:
    """Two linear layers, and a weight that no layer has."""
    return Written(forward, a=nn.Linear(5, 6), b=nn.Linear(5, 6), w=torch.ones(5, 6))


def macs(module: nn.Module) -> int:
    return capture(module, SHAPE).macs


def unseen(module: nn.Module) -> tuple[str, ...]:
    return tuple(map(str, capture(module, SHAPE).unseen))


# Thread pools: what is submitted runs at once, where the capture sees it.


def pooled(m: Any, x: Tensor) -> Any:
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(lambda layer: layer(x), (m.a, m.b)))


def submitted(m: Any, x: Tensor) -> Any:
    with ThreadPoolExecutor() as pool:
        first, second = pool.submit(m.a, x), pool.submit(lambda of, scale: m.b(of) * scale, x, scale=2)
        return first.result() + second.result()


def nested(m: Any, x: Tensor) -> Any:
    with ThreadPoolExecutor(1) as outer, ThreadPoolExecutor(1) as inner:
        return outer.submit(lambda: inner.submit(m.a, x).result()).result() + m.b(x)


class KeepsPool(nn.Module):
    """Its pool has threads before it is captured, and cannot be copied."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.pool = nn.Linear(5, 6), nn.Linear(5, 6), ThreadPoolExecutor(2)
        list(self.pool.map(abs, (1, 2)))

    def forward(self, x: Tensor) -> Any:
        futures: list[Future[Any]] = [self.pool.submit(layer, x) for layer in (self.a, self.b)]
        return sum(future.result() for future in futures)


@pytest.mark.parametrize("made", [partial(model, pooled), partial(model, submitted), partial(model, nested), KeepsPool])
def test_what_a_pool_of_threads_computes_is_counted(made: Callable[[], nn.Module]) -> None:
    module = made()
    assert (macs(module), unseen(module)) == (2 * MACS, ())


def test_an_error_on_a_pool_reaches_who_waits_for_it() -> None:
    def forward(m: Any, x: Tensor) -> Any:
        with ThreadPoolExecutor(1) as pool:
            failing: Future[Any] = pool.submit(lambda: 1 / 0)
            assert isinstance(failing.exception(), ZeroDivisionError)
            return m.a(x)

    assert macs(model(forward)) == MACS


def test_pools_and_threads_are_themselves_again_afterwards() -> None:
    before = ThreadPoolExecutor.submit, threading.Thread.start
    macs(model(pooled))
    assert (ThreadPoolExecutor.submit, threading.Thread.start) == before


# Work that no capture sees.


def threaded(m: Any, x: Tensor) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(m.a(x)))
    thread.start()
    thread.join()
    return found[0]


def threaded_in_place(m: Any, x: Tensor) -> Any:
    found = torch.zeros(3, 6, device=x.device)
    thread = threading.Thread(target=lambda: found.copy_(x @ m.w))
    thread.start()
    thread.join()
    return found


def threads_of_a_process_pool(m: Any, x: Tensor) -> Any:
    with ThreadPool(2) as pool:
        return sum(pool.map(lambda layer: layer(x), (m.a, m.b)))


_ASKED: queue.Queue[tuple[Callable[[], Any], queue.Queue[Any]]] = queue.Queue()


def _work() -> None:
    while True:
        function, answers = _ASKED.get()
        answers.put(function())


threading.Thread(target=_work, daemon=True).start()


def _by_worker(function: Callable[[], Any]) -> Any:
    answers: queue.Queue[Any] = queue.Queue()
    _ASKED.put((function, answers))
    return answers.get()


def worked(m: Any, x: Tensor) -> Any:
    return _by_worker(lambda: F.linear(x, m.w.T))


def worked_in_place(m: Any, x: Tensor) -> Any:
    found = torch.zeros(3, 6, device=x.device)
    _by_worker(lambda: found.copy_(m.a(x)))
    return found


def worked_into_nothing(m: Any, x: Tensor) -> Any:
    found = torch.empty(3, 6, device=x.device)
    _by_worker(lambda: found.copy_(x @ m.w))
    return torch.relu(found)


def numpys(m: Any, x: Tensor) -> Any:
    return torch.from_numpy(x.detach().numpy() @ m.w.detach().numpy())


def numpys_copied(m: Any, x: Tensor) -> Any:
    return torch.tensor(np.dot(np.asarray(x.detach()), np.asarray(m.w.detach())))


def numpys_in_place(m: Any, x: Tensor) -> Any:
    found = torch.zeros(3, 6)
    np.matmul(x.detach().numpy(), m.w.detach().numpy(), out=found.numpy())
    return found


def numpys_returned(m: Any, x: Tensor) -> Any:
    return m.a(x).detach().numpy() @ m.w.detach().numpy().T


def exchanged(m: Any, x: Tensor) -> Any:
    arrays: list[Any] = [np.from_dlpack(tensor.detach()) for tensor in (x, m.w)]
    return torch.utils.dlpack.from_dlpack(arrays[0] @ arrays[1])


def in_lists(m: Any, x: Tensor) -> Any:
    left, right = x.tolist(), m.w.T.tolist()
    return torch.tensor([[sum(map(float.__mul__, row, column)) for column in right] for row in left])


def number_by_number(m: Any, x: Tensor) -> Any:
    rows = ([sum(x[i, k].item() * m.w[k, j].item() for k in range(5)) for j in range(6)] for i in range(3))
    return torch.tensor(list(rows))


def by_pointer(m: Any, x: Tensor) -> Any:
    found = torch.zeros(3, 5)
    ctypes.memmove(found.data_ptr(), x.contiguous().data_ptr(), 3 * 5 * 4)
    return found


def by_pointer_into_nothing(m: Any, x: Tensor) -> Any:
    found = torch.empty(3, 5)
    ctypes.memmove(found.data_ptr(), x.contiguous().data_ptr(), 3 * 5 * 4)
    return F.linear(found, m.w.T)


def undispatched(m: Any, x: Tensor) -> Any:
    with _disable_current_modes():
        return x @ m.w


def undispatched_in_place(m: Any, x: Tensor) -> Any:
    found = m.a(x)
    with torch._C._DisableTorchDispatch():
        found.addmm_(x, m.w)
    return found


def undispatched_module(m: Any, x: Tensor) -> Any:
    with torch._C._DisableTorchDispatch():
        found = m.a(x)
    return torch.relu(found)


@functools.lru_cache
def _table(rows: int) -> Tensor:
    return torch.ones(rows, 7) @ torch.ones(7, 6)


_table(5)


def cached(m: Any, x: Tensor) -> Any:
    return x @ _table(5).to(x.device)


_TABLES = {5: torch.ones(5, 7) @ torch.ones(7, 6)}


def cached_by_hand(m: Any, x: Tensor) -> Any:
    return x @ _TABLES[5].to(x.device)


class InNumPy(torch.autograd.Function):
    """A function of a user's own that computes with arrays."""

    @staticmethod
    def forward(context: Any, x: Tensor, w: Tensor) -> Tensor:
        return x.new_tensor(x.detach().cpu().numpy() @ w.detach().cpu().numpy())


def own_function(m: Any, x: Tensor) -> Any:
    apply: Any = InNumPy.apply
    return apply(x, m.w)


THREAD, OUTSIDE, HIDDEN = "computes on another thread", "computes outside PyTorch", "where no capture sees it"
NOT_MADE, NOT_WRITTEN = "that no call of this run has made", "uses elements that no call has written"
HERE = "test_unseen.py:"

UNSEEN: dict[Callable[[Any, Tensor], Any], tuple[str, int]] = {
    threaded: (THREAD, 0),
    threaded_in_place: (THREAD, 0),
    threads_of_a_process_pool: (THREAD, 0),
    worked: (NOT_MADE, 0),
    worked_in_place: (THREAD, 0),
    worked_into_nothing: (NOT_WRITTEN, 0),
    numpys: (OUTSIDE, 0),
    numpys_copied: (OUTSIDE, 0),
    numpys_in_place: (OUTSIDE, 0),
    numpys_returned: (OUTSIDE, MACS),
    exchanged: (OUTSIDE, 0),
    in_lists: (OUTSIDE, 0),
    number_by_number: (OUTSIDE, 0),
    by_pointer: (OUTSIDE, 0),
    by_pointer_into_nothing: (OUTSIDE, 3 * 5 * 6),
    undispatched: (HIDDEN, 0),
    undispatched_in_place: (HIDDEN, MACS),
    undispatched_module: (HIDDEN, 0),
    cached: (NOT_MADE, 3 * 5 * 6),
    cached_by_hand: (NOT_MADE, 3 * 5 * 6),
    own_function: (OUTSIDE, 0),
}


@pytest.mark.parametrize("forward", UNSEEN, ids=lambda forward: forward.__name__)
def test_work_that_is_not_seen_is_said_with_its_place(forward: Callable[[Any, Tensor], Any]) -> None:
    said, counted = UNSEEN[forward]
    module = model(forward)
    found = unseen(module)
    assert (any(said in work for work in found), macs(module)) == (True, counted), found
    assert any(HERE in work for work in found) or forward in (worked, exchanged), found


@pytest.mark.parametrize("forward", [threaded_in_place, numpys, in_lists, undispatched_in_place, cached, own_function])
def test_a_model_that_is_not_seen_whole_never_agrees(forward: Callable[[Any, Tensor], Any]) -> None:
    report = convcost.compare(model(forward), inputs=SHAPE)
    assert (report.verdict, report.ok) == ("unknown", False)
    assert "at least" in report.text(200)
    said, counted = UNSEEN[forward]
    found = convcost.count(model(forward), SHAPE)
    assert f"at least {counted} MACs" in repr(found)
    assert "Not counted whole: the model" in found.text(200)
    assert said in found.unseen[0]


class KeepsProduct(nn.Module):
    """A product of its layer, as the first run of a lazy cache leaves it."""

    def __init__(self, keep: Callable[[Tensor], Any], get: Callable[[Any], Tensor]) -> None:
        super().__init__()
        self.a, self.get = nn.Linear(5, 5), get
        self.kept = keep(self.a(torch.ones(5, 5)))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.get(self.kept)


KEEPS: dict[str, tuple[Callable[[Tensor], Any], Callable[[Any], Tensor]]] = {
    "attribute": (lambda x: x, lambda x: x),
    "dictionary": (lambda x: {5: x}, lambda x: x[5]),
    "list": (lambda x: [(x, 5)], lambda x: x[0][0]),
    "a view of it": (lambda x: x, lambda x: x.T),
}


@pytest.mark.parametrize("kind", KEEPS)
def test_a_product_of_an_earlier_run_is_said(kind: str) -> None:
    module = KeepsProduct(*KEEPS[kind])
    assert [work.what for work in capture(module, SHAPE).unseen] == ["uses a tensor that no call of this run has made"]
    assert macs(module) == 3 * 5 * 5


class Lazy(nn.Module):
    """Computes its table when it first runs."""

    _known: dict[int, Tensor] = {}  # noqa: RUF012

    def forward(self, x: Tensor) -> Tensor:
        if 5 not in self._known:
            self._known[5] = torch.ones(5, 7, device=x.device) @ torch.ones(7, 6, device=x.device)
        return x @ self._known[5]


def test_what_one_capture_leaves_in_a_cache_the_next_does_not_take_for_a_constant() -> None:
    Lazy._known.clear()
    capture(Lazy(), SHAPE)
    second = capture(Lazy(), SHAPE)
    assert (second.macs, [work.what for work in second.unseen]) == (
        3 * 5 * 6,
        ["uses a tensor that no call of this run has made"],
    )


# What is seen whole.

MEAN, LEVELS = torch.tensor([0.1, 0.2, 0.3, 0.4, 0.5]), np.ones(5, dtype="float32")


def constants(m: Any, x: Tensor, shift: Tensor = torch.ones(5)) -> Any:  # noqa: B008
    levels = torch.from_numpy(LEVELS) + torch.as_tensor(np.eye(5, dtype="float32"))[0]
    return m.a((x - MEAN + shift) * levels + torch.tensor([1.0, 2, 3, 4, 5]) / torch.tensor(2.5))


def logged(m: Any, x: Tensor) -> Any:
    found = m.a(x)
    print(found.detach().numpy().mean(), found.tolist(), found[0, 0].item())
    return F.relu(found)


def allocated(m: Any, x: Tensor) -> Any:
    mask = torch.empty(5, device=x.device).fill_(1.0).bool()
    buffer = torch.empty(1, 3, 6, device=x.device)
    padded = torch.zeros(3, 7, device=x.device)
    padded[:, :5] = x.masked_fill(mask, 0.0)
    return torch.baddbmm(buffer, x[None], m.w[None], beta=0)[0] + m.a(padded[:, :5])


def copied(m: Any, x: Tensor) -> Any:
    return copy.deepcopy(m.a)(copy.deepcopy(x)) + nn.Parameter(x) @ m.w


def detached(m: Any, x: Tensor) -> Any:
    return m.a(x.data) + F.linear(x.detach(), m.b.weight.data)


def mapped(m: Any, x: Tensor) -> Any:
    return torch.vmap(m.a)(x) + m.b(x)


def returns_what_it_gets(m: Any, x: Tensor) -> Any:
    return m.a(x), x, m.w, torch.arange(3), [m.b.weight[0]], {"b": m.b(x)}


WHOLE: dict[Callable[[Any, Tensor], Any], int] = {
    constants: MACS,
    logged: MACS,
    allocated: 2 * MACS,
    copied: 2 * MACS,
    detached: 2 * MACS,
    mapped: 2 * MACS,
    returns_what_it_gets: 2 * MACS,
}


@pytest.mark.parametrize("forward", WHOLE, ids=lambda forward: forward.__name__)
def test_constants_copies_and_logs_are_no_unseen_work(forward: Callable[[Any, Tensor], Any]) -> None:
    module = model(forward)
    assert (unseen(module), macs(module)) == ((), WHOLE[forward])


class Holder:
    """An object of a user's own that holds a tensor."""

    def __init__(self) -> None:
        self.tables = {"shift": (torch.ones(5),)}


class Keeps(nn.Module):
    """Keeps constants wherever Python can: attributes, classes, lists, objects, closures, hooks and hidden modules."""

    scale = torch.ones(5)

    def __init__(self) -> None:
        super().__init__()
        self.a, self.held, self.rows, self.hidden = nn.Linear(5, 6), Holder(), [torch.ones(5)], [nn.Linear(5, 5)]
        closed = torch.ones(5)
        self.shift: Any = lambda x: x + closed
        self.a.register_forward_pre_hook(lambda _, args: (args[0] * closed,))

    def forward(self, x: Tensor) -> Any:
        x = self.shift(x * self.scale) + self.held.tables["shift"][0] + self.rows[0]
        return self.a(self.hidden[0](x))


def test_a_model_keeps_constants_wherever_it_likes() -> None:
    assert (unseen(Keeps()), macs(Keeps())) == ((), 3 * 5 * 5 + MACS)


@pytest.mark.parametrize(
    "normalised", [nn.utils.weight_norm, nn.utils.spectral_norm, nn.utils.parametrizations.weight_norm]
)
@pytest.mark.filterwarnings("ignore")  # that the first is old
def test_a_weight_that_every_run_computes_anew_is_seen(normalised: Callable[[nn.Module], Any]) -> None:
    layer: nn.Module = normalised(nn.Linear(5, 6))
    assert unseen(nn.Sequential(layer, nn.ReLU())) == ()


@pytest.mark.parametrize("name", SMALL)
def test_small_models_are_seen_whole(name: str) -> None:
    make, shape = SMALL[name]
    assert capture(make(), shape).unseen == ()


@pytest.mark.parametrize("name", ["resnet18", "googlenet", "vit_b_16", "swin_t", "maxvit_t"])
def test_torchvisions_nets_are_seen_whole(name: str) -> None:
    from convcost.core.parsing import parse_model
    from convcost.models.loading import load

    loaded = load(parse_model(f"torchvision:{name}"))
    assert capture(loaded.module, loaded.inputs).unseen == ()


def test_where_a_user_s_tensors_stand_is_not_changed() -> None:
    closed = torch.ones(5)
    case: Case = (lambda: Written(lambda m, x: m.a(x * closed * MEAN), a=nn.Linear(5, 6)), SHAPE)
    module = case[0]()
    assert unseen(module) == ()
    assert [vars(tensor) for tensor in (closed, MEAN, *module.parameters())] == [{}] * 4
