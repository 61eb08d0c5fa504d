"""What a user writes for inputs and arguments."""

from __future__ import annotations

import pytest
import torch

from convcost.core.errors import ConvcostError
from convcost.core.parsing import DTYPES, parse_arguments, parse_input, parse_inputs, parse_value
from convcost.core.spec import TensorSpec


@pytest.mark.parametrize(
    ("text", "name", "spec"),
    [
        ("1,3,224,224", None, TensorSpec((1, 3, 224, 224))),
        (" 1, 3 ,224,224 ", None, TensorSpec((1, 3, 224, 224))),
        ("7", None, TensorSpec((7,))),
        ("7,", None, TensorSpec((7,))),
        ("int64:1,77", None, TensorSpec((1, 77), "int64")),
        ("tokens=int64:1,77", "tokens", TensorSpec((1, 77), "int64")),
        ("image_1=2,3,8,9", "image_1", TensorSpec((2, 3, 8, 9))),
    ],
)
def test_input_is_read(text: str, name: str | None, spec: TensorSpec) -> None:
    assert parse_input(text) == (name, spec)


BAD = [
    *("", ",", "1,,2", "1x3x224", "1,3,-1", "1,2.5", "a,b", "1e3", "=1,2", "1,2=x", "a=", "int64:", "int64:a"),
    *("1a=2", "x y=1", "(1,3)", "[1, 3]", "__import__('os')", "1,3\n4", "١,٢", "0,3", "1,0", "float:1", "Int64:1"),
    *("9999999999", "999999999,999999999", "a=b=1", "a:b:1"),
]


@pytest.mark.parametrize("text", BAD)
def test_input_that_is_none_says_so_in_one_line(text: str) -> None:
    with pytest.raises(ConvcostError) as raised:
        parse_input(text)
    assert "\n" not in str(raised.value)


def test_every_dtype_is_one_of_torch() -> None:
    assert all(isinstance(getattr(torch, name), torch.dtype) for name in DTYPES)


def test_misspelt_dtype_has_the_near_one() -> None:
    with pytest.raises(ConvcostError, match="unknown dtype 'int46'; did you mean int64"):
        parse_input("int46:1,77")


def test_inputs_are_positional_in_order_and_by_name() -> None:
    assert parse_inputs([]) is None
    assert parse_inputs(["1,3", "int64:1"]) == (TensorSpec((1, 3)), TensorSpec((1,), "int64"))
    assert parse_inputs(["mask=bool:1,7", "ids=2"]) == {"mask": TensorSpec((1, 7), "bool"), "ids": TensorSpec((2,))}
    with pytest.raises(ConvcostError, match=r"give all inputs by name \(NAME=1,77\), or none"):
        parse_inputs(["1,3", "mask=bool:1,7"])


def test_input_given_twice_is_refused() -> None:
    with pytest.raises(ConvcostError, match="the input mask is given twice"):
        parse_inputs(["mask=1", "mask=2"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-0.5", -0.5),
        ("True", True),
        ("None", None),
        ("(1, 2)", (1, 2)),
        ("[3, 4, 6, 3]", [3, 4, 6, 3]),
        ("'7'", "7"),
        ("{'a': 1}", {"a": 1}),
        ("avg", "avg"),
        ("true", "true"),
        ("1+1", "1+1"),
        ("__import__('os').getcwd()", "__import__('os').getcwd()"),
        ("{[]: 1}", "{[]: 1}"),
        ("(" * 5000, "(" * 5000),
        ("9" * 5000, "9" * 5000),
        ("", ""),
        ("\0", "\0"),
    ],
)
def test_value_is_a_literal_or_the_text_itself(text: str, value: object) -> None:
    read = parse_value(text)
    assert (type(read), read) == (type(value), value)


def test_arguments_are_read_by_key() -> None:
    assert parse_arguments(["num_classes=10", "act=a=b"]) == {"num_classes": "10", "act": "a=b"}


@pytest.mark.parametrize("texts", [["depth"], ["=3"], ["a b=3"], ["a=1", "a=2"], ["--depth=3"]])
def test_argument_that_is_none_says_so_in_one_line(texts: list[str]) -> None:
    with pytest.raises(ConvcostError) as raised:
        parse_arguments(texts)
    assert "\n" not in str(raised.value)
