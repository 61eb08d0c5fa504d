"""Random models: fvcore's number is plain fvcore's in a fresh process, and no product is left out unsaid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest
import torch
from hypothesis import Phase, given, settings
from torch import Tensor, nn

from convcost.core.errors import MeasurementError
from convcost.trace.capture import Capture, capture
from convcost.trace.fvcore import trace_fvcore
from convcost.trace.process import in_process

from .definition import by_definition
from .modules import Written
from .plain import plain_of
from .random_models import MAKES, Built, Description, Step, build, descriptions
from .witness import Answer, Witness, ours


@pytest.fixture(scope="module")
def witness() -> Iterator[Witness]:
    """Plain fvcore, in a process that has never run anything else."""
    with Witness() as fresh:
        yield fresh


def printed(built: Built, found: Capture) -> Answer:
    """What convcost shows in fvcore's column."""
    return ours(trace_fvcore(built.model, built.inputs, found))


def models(number: int) -> settings:
    """So many random models, the same each time; the first that fails is printed, and `build` makes it again."""
    return settings(max_examples=number, derandomize=True, deadline=None, database=None, phases=[Phase.generate])


@models(150)
@given(descriptions)
def test_random_model_as_plain_fvcore(witness: Witness, description: Description) -> None:
    witness.ask(description.as_json())
    built = build(description)
    assert printed(built, capture(built.model, built.inputs)) == witness.answer()


@models(300)
@given(descriptions)
def test_random_model_by_definition(description: Description) -> None:
    built = build(description)
    with by_definition() as defined:
        built.model(*built.args, **built.kwargs)
    assert not defined.unknown
    assert sum(call.macs for call in capture(built.model, built.inputs).calls) == defined.macs


def one(kind: str, *numbers: int, around: str = "", shape: tuple[int, ...] = (2, 4, 6)) -> Description:
    """A model of one step, perhaps inside another."""
    a, b, c = (*numbers, 0, 0, 0)[:3]
    step = Step(kind, (a, b, c))
    return Description(shape, (Step(around, inner=(step,)) if around else step,))


@pytest.mark.parametrize("kind", sorted(MAKES))
def test_every_kind_of_step_fits_some_tensor(kind: str) -> None:
    shapes = (2, 4, 6), (2, 3, 4, 5)
    assert any(
        build(one(kind, a, shape=shape)).model.get_submodule("steps")._modules for a in (0, 1) for shape in shapes
    )


# Their count on the meta device is not the CPU's, or the trace there ends the process.
DOUBTFUL = {
    "frozen encoder without gradients": one("encoder", 4, 0, 1, around="no_grad"),
    "branch on the device": one("device", 0, 1),
    "number from a tensor": one("sizes_as_numbers", 2),
    "size of a loop": one("sizes_as_numbers", 0),
}


def undoubting(description: Description) -> Answer:
    """What would be shown if nothing were ever in doubt."""
    built = build(description)
    found = replace(capture(built.model, built.inputs), doubts=(), reads_sizes=False)
    return printed(built, found)


def test_the_harness_sees_a_model_that_was_not_doubted(witness: Witness) -> None:
    """Without doubts some models get another count, or end the process: each is then a difference."""
    differ = set()
    for name, description in DOUBTFUL.items():
        witness.ask(description.as_json())
        built, told = build(description), witness.answer()
        assert printed(built, capture(built.model, built.inputs)) == told, name
        try:
            mistaken: Answer = in_process(partial(undoubting, description), 60)
        except MeasurementError as died:
            mistaken = {"failed": str(died)}
        if mistaken != told:
            differ.add(name)
    assert differ == set(DOUBTFUL)


def test_a_process_that_dies_is_an_answer_and_another_starts(witness: Witness) -> None:
    witness.ask("no description")
    assert witness.answer() == {"failed": "ended with code 1"}
    witness.ask(one("linear", 4).as_json())
    # 2·4 rows of 6, each to 1 + 4 outputs.
    assert witness.answer()["total"] == 2 * 4 * 6 * 5


def test_the_definition_sees_a_product_that_is_left_out() -> None:
    built = build(one("product", 0))
    with by_definition() as defined:
        built.model(*built.args)
    # 2 matrices of 4·6 by 6·4.
    assert defined.macs == 2 * 4 * 6 * 4


# Settings of a convolution that are sizes: on the CPU they are numbers in the trace, and what led to them is not in it.
SIZED = {
    "groups": lambda m, x: m.conv(x.flatten(0, 1)[None], groups=x.shape[0] * x.shape[1]),
    "padding": lambda m, x: m.conv(x.flatten(0, 1)[None], groups=6, padding=(x.shape[0] * x.shape[1], 1)),
    "dilation": lambda m, x: m.conv(x.flatten(0, 1)[None], groups=6, dilation=(x.shape[0] - 1, x.shape[0] // 2)),
    "stride": lambda m, x: m.conv(x.flatten(0, 1)[None], groups=6, stride=[x.shape[0] + x.shape[1], 1]),
}


class _Convolved(nn.Module):
    def forward(self, x: Tensor, **settings: object) -> Tensor:
        return torch.conv2d(x, torch.ones(6, 1, 1, 2), **settings)  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize("name", SIZED)
def test_sizes_as_settings_of_a_convolution_leave_nothing_in_the_trace(name: str) -> None:
    model, x = Written(SIZED[name], conv=_Convolved()), torch.zeros(2, 3, 5, 6)
    traced = trace_fvcore(model, x, capture(model, x))
    assert traced.device == "meta"
    assert traced.unsupported == {} == plain_of(model.eval(), (x,)).unsupported


class _Where(nn.Module):
    """Multiplies on the CPU only, as code with a kernel of its own for other devices does."""

    def __init__(self, here: Callable[[Tensor], bool]) -> None:
        super().__init__()
        self.here, self.layer = here, nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x) if self.here(x) else x


@pytest.mark.parametrize(
    "here",
    [
        lambda x: x.device.type == "cpu",
        lambda x: x.is_cpu,
        lambda x: not x.is_meta,
        lambda x: x.device == torch.device("cpu"),
        lambda x: x.get_device() < 0 and "cpu" in str(x.device),
    ],
)
def test_products_that_are_made_on_the_cpu_alone_count(here: Callable[[Tensor], bool]) -> None:
    # 2 rows of 4, to 3 outputs each.
    assert sum(call.macs for call in capture(_Where(here), (2, 4)).calls) == 2 * 4 * 3


def test_a_model_that_cannot_be_copied_runs_on_tensors_of_the_users() -> None:
    # 6 rows of 2, to 5 outputs each; its process has ended when the parent reads what it found.
    patched = Description((6, 2), (Step("patched", inner=(Step("linear", (4, 0, 0)),)),))
    built = build(patched)
    assert capture(built.model, built.args).macs == 6 * 2 * 5
