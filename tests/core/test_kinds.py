"""An argument that is none is one line: what is given, what is wrong with it, and what to give."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from torch import nn

import convcost
from convcost.core.errors import ConvcostError, UnknownNameError

PUBLIC: Any = convcost  # what is given here is wrong on purpose
NET = nn.Conv2d(3, 4, 3)
SHAPE = (1, 3, 32, 32)

WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "prove a module": (lambda: PUBLIC.prove(NET), "name is a Conv2d, but must be the name of a network"),
    "diff of modules": (lambda: PUBLIC.diff(NET, NET), "before is a Conv2d, but must be a text, as on the command"),
    "diff on a shape": (
        lambda: PUBLIC.diff("torchvision:resnet18", "torchvision:resnet18", inputs=SHAPE),
        "inputs is (1, 3, 32, 32), but must be texts in a list, one per input: ['1,3,224,224']",
    ),
    "page of a module": (lambda: PUBLIC.page([NET]), "a model is a Conv2d, but must be a text"),
    "page of a number": (lambda: PUBLIC.page(3), "names is 3, but must be a text"),
    "page on a shape": (lambda: PUBLIC.page("torchvision:resnet18", inputs=SHAPE), "inputs is (1, 3, 32, 32), but"),
    "compare a number": (lambda: PUBLIC.compare(3), "name is 3, but must be a module of PyTorch, or a text such as"),
    "compare a class": (
        lambda: PUBLIC.compare(nn.Linear, inputs=SHAPE),
        "name is the class Linear (an instance is Linear(…)), but must be a module of PyTorch",
    ),
    "compare in a counter": (lambda: PUBLIC.compare(NET, inputs=SHAPE, unit="torch"), "unit is 'torch', but must be"),
    "compare on a text": (
        lambda: PUBLIC.compare(NET, inputs="1,3,32,32"),
        "inputs is '1,3,32,32', but must be a shape such as (1, 3, 224, 224), a tensor, several of these, or a dict",
    ),
    "compare with arguments": (
        lambda: PUBLIC.compare(NET, inputs=SHAPE, arguments={"width": 8}),
        "Conv2d is a model and takes no option arguments",
    ),
    "compare an option twice": (
        lambda: PUBLIC.compare("mobilenet_v1 --alpha 0.5", alpha=0.75),
        "alpha is given twice, in 'mobilenet_v1 --alpha 0.5' and beside it; give it once",
    ),
    **{
        f"{function} with {name}": (
            partial(getattr(PUBLIC, function), NET, **{name: SHAPE}),
            f"{function} has no argument {name}; did you mean inputs=?",
        )
        for function in ("compare", "count", "summary", "derive", "referee")
        for name in ("input", "input_size", "input_shape")
    },
    **{
        f"count with {name}": (
            partial(PUBLIC.count, "net.py:Net", SHAPE, **{name: {"width": 8}}),
            f"count has no argument {name}; did you mean arguments=?",
        )
        for name in ("arg", "args")
    },
    "count on a number": (lambda: PUBLIC.count(NET, 5), "inputs is 5, but must be a shape such as (1, 3, 224, 224)"),
    "derive on a text": (lambda: PUBLIC.derive(NET, inputs="1,3,32,32"), "inputs is '1,3,32,32', but must be a shape"),
    "derive by a text": (lambda: PUBLIC.derive(NET, inputs=SHAPE, symbols="B,H,W"), "symbols is 'B,H,W', but must be"),
    "audit a number": (lambda: PUBLIC.audit(3), "models is 3, but must be a library ('torchvision', 'timm', "),
    "audit numbers": (lambda: PUBLIC.audit([3]), "a model is 3, but must be a text"),
    "audit by a text": (lambda: PUBLIC.audit(["net.py:Net"], jobs="2"), "jobs is '2', but must be a whole number"),
    "verify a number": (lambda: PUBLIC.verify(3, 2), "report is 3, but must be a report of sweep"),
    "referee in the past": (
        lambda: PUBLIC.referee(NET, inputs=SHAPE, time_limit=-1),
        "time_limit is -1, but must be a number above 0",
    ),
    "referee by a text": (
        lambda: PUBLIC.referee(NET, inputs=SHAPE, counters="fvcore"),
        "counters is 'fvcore', but must be names of counters or functions in a list",
    ),
    "cost of a number": (lambda: PUBLIC.cost(3), "name is 3, but must be the name of a network or a formula"),
    "capture a number": (lambda: PUBLIC.capture(3, SHAPE), "model is 3, but must be a module of PyTorch"),
    "probe a number": (lambda: PUBLIC.ones_probe(3), "operator is 3, but must be a module, or a function"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_argument_is_one_line_of_the_librarys_own(name: str) -> None:
    call, said = WRONG[name]
    with pytest.raises(ConvcostError) as caught:
        call()
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_inputs_are_the_second_argument_as_other_counters_have_it() -> None:
    # 32 − 3 + 1 = 30 positions along both axes, 3·4·3·3 products at each
    macs = 30 * 30 * 3 * 4 * 3 * 3
    assert convcost.compare(NET, SHAPE).totals.macs_measured == macs
    assert convcost.count(NET, SHAPE).macs == convcost.summary(NET, SHAPE).count.macs == macs
    assert convcost.derive(NET, SHAPE).function("macs")(B=1, H=32, W=32) == macs
    assert convcost.referee(NET, SHAPE, counters=["fvcore"]).ok


def test_a_name_may_have_its_options_with_it() -> None:
    assert convcost.count("resnet --depth 18").macs == convcost.count("resnet", depth=18).macs


def test_a_default_and_what_is_left_out_are_right() -> None:
    assert convcost.compare(NET, inputs=SHAPE, model=None, arguments=None).ok


def test_names_unlike_what_was_typed_are_not_suggested() -> None:
    # "erf" shares two of seven letters with "bert": 4/7 = 0.57 of them, under difflib's own threshold of 0.6.
    with pytest.raises(UnknownNameError, match="unknown formula 'bert'; known: "):
        convcost.cost("bert")
    with pytest.raises(UnknownNameError, match="unknown formula 'con2d'; did you mean conv2d"):
        convcost.cost("con2d")
