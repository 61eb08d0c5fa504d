"""What a user types for models, settings, arguments and inputs."""

from __future__ import annotations

import pytest
import torch

from convcost.core.errors import ConvcostError
from convcost.core.parsing import ReferenceKind, parse_arguments, parse_model, parse_reference, parse_value
from convcost.core.spec import DTYPES, FileSpec, GivenValue, InputsFrom, TensorSpec, parse_input, parse_inputs


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
        ("1x3x224x224", None, TensorSpec((1, 3, 224, 224))),
        ("1 × 3 × 224 × 224", None, TensorSpec((1, 3, 224, 224))),
        ("[1,3,224,224]", None, TensorSpec((1, 3, 224, 224))),
        ("(1, 3, 224, 224)", None, TensorSpec((1, 3, 224, 224))),
        ("(77,)", None, TensorSpec((77,))),
        ("1,3,224,", None, TensorSpec((1, 3, 224))),
        ("ids = int64:[1, 77]", "ids", TensorSpec((1, 77), "int64")),
    ],
)
def test_input_is_read(text: str, name: str | None, spec: TensorSpec) -> None:
    assert parse_input(text) == (name, spec)


BAD = [
    *(
        "",
        ",",
        "1,,2",
        "1x3,224",
        "1x",
        "1 3 224",
        "1,3,,",
        "1,3,-1",
        "1,2.5",
        "a,b",
        "1e3",
        "=1,2",
        "1,2=x",
        "a=",
        "int64:",
        "int64:a",
    ),
    *(
        "1a=2",
        "x y=1",
        "(1,3",
        "[1, 3)",
        "[1,3; 2",
        "{1,3}",
        "{a=1; a=2}",
        "[]",
        "full:1,3",
        "full(seven):1,3",
        "rand:ones:1,3",
        "int64:int32:1,3",
        "rand(3):1,3",
        "value(open('x'))",
        "@1",
        "((1,3))",
        "(1,3),(1,3)",
        "__import__('os')",
        "1,3\n4",
        "١,٢",
        "0,3",
        "1,0",
        "float:1",
        "Int64:1",
    ),
    *("9999999999", "999999999,999999999", "a=b=1", "a:b:1"),
]


@pytest.mark.parametrize("text", BAD)
def test_input_that_is_none_says_so_in_one_line(text: str) -> None:
    with pytest.raises(ConvcostError) as raised:
        parse_input(text)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "what"),
    [("1,,3", "a size is missing"), ("1,3,22.5,22", "'22.5' is no size"), ("1 3 24", "'1 3 24' is no size")],
)
def test_what_is_wrong_with_an_input_is_said(text: str, what: str) -> None:
    with pytest.raises(ConvcostError, match=f"cannot read the input '{text}': {what}; write sizes such as 1,3,224,224"):
        parse_input(text)


def test_every_dtype_is_one_of_torch() -> None:
    assert all(isinstance(getattr(torch, name), torch.dtype) for name in DTYPES)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("()", TensorSpec(())),
        ("full(7):()", TensorSpec((), fill=7)),
        ("full(-0.5):1,3", TensorSpec((1, 3), fill=-0.5)),
        ("rand:1,3", TensorSpec((1, 3), fill="rand")),
        ("ones:int64:1,3", TensorSpec((1, 3), "int64", 1)),
        ("int64:zeros:1,3", TensorSpec((1, 3), "int64", 0)),
        ("x.npy", FileSpec("x.npy")),
        ("my folder/x=1.PT", FileSpec("my folder/x=1.PT")),
        ("[1,3; int64:2]", [TensorSpec((1, 3)), TensorSpec((2,), "int64")]),
        ("[1,3;]", [TensorSpec((1, 3))]),
        ("(1,3; x.json)", (TensorSpec((1, 3)), FileSpec("x.json"))),
        (
            "[[1,3; 2]; {a=(4; 5)}]",
            [[TensorSpec((1, 3)), TensorSpec((2,))], {"a": (TensorSpec((4,)), TensorSpec((5,)))}],
        ),
        ("{image = 1,3; flag = true}", {"image": TensorSpec((1, 3)), "flag": GivenValue(True)}),
        ("None", GivenValue(None)),
        ("value(7)", GivenValue(7)),
        ("value('a; b')", GivenValue("a; b")),
    ],
)
def test_forms_of_an_input(text: str, form: object) -> None:
    assert parse_input(text) == (None, form)
    assert parse_input(f"name={text}") == ("name", form)


def test_input_again_is_one_tensor() -> None:
    one = TensorSpec((1, 7, 16), shared="1")
    assert parse_inputs(["1,7,16", "@1", "3", "@1"]) == (one, one, TensorSpec((3,)), one)
    named = FileSpec("x.npy", "query")
    assert parse_inputs(["query=x.npy", "key=@query"]) == {"query": named, "key": named}
    with pytest.raises(ConvcostError, match="there is no input '2' before it"):
        parse_inputs(["1,3", "@2"])


def test_function_that_gives_all_inputs() -> None:
    reference = parse_model("net.py:Net --inputs-from data.py:make")
    assert parse_inputs(reference.inputs) == InputsFrom("data.py:make")
    assert parse_model(str(reference)) == reference
    with pytest.raises(ConvcostError, match=r"data\.py:make gives all inputs; leave out the others"):
        parse_model("net.py:Net --inputs-from data.py:make --input 1,3")


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
        ("true", True),
        ("FALSE", False),
        ("none", None),
        ("'false'", "false"),
        ("truth", "truth"),
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


@pytest.mark.parametrize(("text", "value"), [("none", "none"), ("true", "true"), ("None", None), ("3", 3)])
def test_a_word_is_itself_where_a_text_is_taken(text: str, value: object) -> None:
    assert parse_value(text, wants_text=True) == value


def test_arguments_are_read_by_key() -> None:
    assert parse_arguments(["num_classes=10", "act=a=b"]) == {"num_classes": "10", "act": "a=b"}


@pytest.mark.parametrize("texts", [["depth"], ["=3"], ["a b=3"], ["a=1", "a=2"], ["--depth=3"]])
def test_argument_that_is_none_says_so_in_one_line(texts: list[str]) -> None:
    with pytest.raises(ConvcostError) as raised:
        parse_arguments(texts)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "kind", "place", "name", "revision"),
    [
        ("mobilenet_v1", ReferenceKind.NETWORK, "", "mobilenet_v1", ""),
        ("torchvision:resnet18", ReferenceKind.LIBRARY, "torchvision", "resnet18", ""),
        ("timm:test_resnet.r160_in1k", ReferenceKind.LIBRARY, "timm", "test_resnet.r160_in1k", ""),
        ("package.module:Names.Inner", ReferenceKind.MODULE, "package.module", "Names.Inner", ""),
        ("my nets/net.py:Net", ReferenceKind.FILE, "my nets/net.py", "Net", ""),
        ("C:/nets/net.py:Net", ReferenceKind.FILE, "C:/nets/net.py", "Net", ""),
        ("net.py@HEAD~3:Net", ReferenceKind.FILE, "net.py", "Net", "HEAD~3"),
    ],
)
def test_reference_is_read(text: str, kind: ReferenceKind, place: str, name: str, revision: str) -> None:
    found = parse_reference(text)
    assert (found.kind, found.place, found.name, found.revision) == (kind, place, name, revision)
    assert found.text == text
    assert parse_model(str(found)) == found


@pytest.mark.parametrize(
    "line",
    [
        "mobilenet_v1 --alpha 0.75 --resolution=192",
        "pnasnet --penultimate-filters 1056",
        "net.py:Net --arg width=8 --arg 'act=a b' --input 1,3,64,64 --input mask=bool:1,7",
    ],
)
def test_line_of_a_model_is_read_and_said_again(line: str) -> None:
    if "mask" in line:
        with pytest.raises(ConvcostError, match="give all inputs by name"):
            parse_model(line)
        line = line.replace("--input 1,", "--input x=1,")
    found = parse_model(line)
    assert parse_model(str(found)) == found
    assert hash(parse_model(str(found))) == hash(found)
    if found.is_network:
        assert found.settings in ({"alpha": "0.75", "resolution": "192"}, {"penultimate_filters": "1056"})
    else:
        assert (found.arguments, found.inputs) == ({"width": "8", "act": "a b"}, ("x=1,3,64,64", "mask=bool:1,7"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "cannot read ''; write a network or a model, then its options"),
        ("--alpha 1 mobilenet_v1", "cannot read '--alpha 1 mobilenet_v1'; write a network or a model, then"),
        ("mobilenet_v1 resnet", "cannot read 'mobilenet_v1 resnet': unexpected 'resnet'; options are written --opt"),
        ("mobilenet_v1 -a 1", "cannot read 'mobilenet_v1 -a 1': unexpected '-a'"),
        ("mobilenet_v1 --alpha", "cannot read 'mobilenet_v1 --alpha': --alpha needs a value: --alpha VALUE"),
        ("vgg --depth 16 --depth=19", "--depth is given twice; give it once"),
        ("vgg 'x", 'cannot read "vgg \'x": no closing quotation'),
        ("net.py --arg a=1", "net.py names no factory; write net.py:FACTORY, a class, a function or a module"),
        ("net.py:", "net.py names no factory; write net.py:FACTORY"),
        ("folder/net:Net", "cannot read the reference 'folder/net:Net'; write package.module:factory or"),
        (
            "net.py:Net --alpha 1",
            "net.py:Net is a model and takes no --alpha; a model takes --arg KEY=VALUE and --input",
        ),
    ],
)
def test_line_that_is_no_model_says_so_in_one_line(line: str, message: str) -> None:
    with pytest.raises(ConvcostError) as raised:
        parse_model(line)
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)
