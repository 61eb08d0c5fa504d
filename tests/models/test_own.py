"""Models of the user: a factory of a package or of a file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from convcost.core.errors import ConvcostError, MeasurementError
from convcost.core.spec import TensorSpec
from convcost.models.loading import load

NET = """
import torch
from torch import nn
from layers import WIDTH

class Net(nn.Sequential):
    def __init__(self, depth=1, *, width=WIDTH, **others):
        super().__init__(*[nn.Linear(width, width) for _ in range(depth)])
        self.others = others

def make(classes, pretrained=True):
    from layers import WIDTH
    return nn.Linear(WIDTH, classes)

class Example(nn.Linear):
    example_input_array = torch.zeros(2, 3, dtype=torch.float64)

class Two(nn.Bilinear):
    example_input_array = (torch.zeros(2, 3), torch.zeros(2, 4, dtype=torch.int64))

class Sized(nn.Linear):
    default_cfg = {"input_size": (3, 32, 31)}

class Flags(nn.Linear):
    def __init__(self, bias=True, norm=None, padding: str = "zeros", activation="relu"):
        super().__init__(3, 4, bias)
        self.seen = bias, norm, padding, activation

class Names:
    Inner = Net

ready = nn.Linear(WIDTH, 2).train()
number = 7

def wrong():
    return {"model": 1}

def raises():
    raise KeyError("first line\\nsecond line")

def leaves():
    raise SystemExit(3)
"""


@pytest.fixture
def net(tmp_path: Path) -> str:
    (tmp_path / "net.py").write_text(NET)
    (tmp_path / "layers.py").write_text("WIDTH = 5\n")
    return str(tmp_path / "net.py")


def test_class_of_a_file_is_built_without_weights(net: str) -> None:
    loaded = load(f"{net}:Net", {"depth": "2", "width": "7", "drop": "0.1", "mode": "same"})
    assert [tuple(p.shape) for p in loaded.module.parameters()] == [(7, 7), (7,), (7, 7), (7,)]
    assert all(p.is_meta for p in loaded.module.parameters())
    assert not loaded.module.training
    assert loaded.module.others == {"drop": 0.1, "mode": "same"}
    assert loaded.name == f"{net}:Net"


def test_arguments_are_read_as_people_type_them(net: str) -> None:
    given = {"bias": "false", "norm": "none", "padding": "none", "activation": "None"}
    model = load(f"{net}:Flags", given).module
    assert model.seen == (False, None, "none", None)
    assert model.bias is None


def test_function_and_nested_name_are_factories(net: str) -> None:
    assert load(f"{net}:make", {"classes": 3}).module.out_features == 3
    assert len(load(f"{net}:Names.Inner", {"depth": 4}).module) == 4  # type: ignore[arg-type]


def test_module_instance_is_left_as_it_is(net: str) -> None:
    module = load(f"{net}:ready").module
    assert module.training
    assert {p.device.type for p in module.parameters()} == {"cpu"}


def test_initialised_model_has_values(net: str) -> None:
    assert {p.device.type for p in load(f"{net}:Net", initialised=True).module.parameters()} == {"cpu"}


def test_models_own_example_is_its_input(net: str) -> None:
    assert load(f"{net}:Example", {"in_features": 3, "out_features": 2}).inputs == (TensorSpec((2, 3)),)
    two = load(f"{net}:Two", {"in1_features": 3, "in2_features": 4, "out_features": 2}).inputs
    assert two == (TensorSpec((2, 3)), TensorSpec((2, 4), "int64"))
    assert load(f"{net}:Sized", {"in_features": 31, "out_features": 2}).inputs == (TensorSpec((1, 3, 32, 31)),)


def test_model_without_an_example_asks_for_its_input(net: str) -> None:
    loaded = load(f"{net}:Net")
    assert loaded.inputs is None
    assert (
        loaded.note
        == f"{net}:Net declares no input: give --input 1,3,224,224, or --input int64:1,77 for whole numbers "
        "(from Python inputs=(1, 3, 224, 224))"
    )


def test_path_of_imports_and_random_state_are_kept(net: str) -> None:
    path, random = list(sys.path), torch.get_rng_state()
    load(f"{net}:Net")
    load(f"{net}:make", {"classes": 2})
    with pytest.raises(MeasurementError):
        load(f"{net}:raises")
    assert sys.path == path
    assert torch.equal(torch.get_rng_state(), random)


def test_neighbours_of_one_name_are_each_files_own(tmp_path: Path) -> None:
    for folder, width in (("a", 3), ("b", 4)):
        (tmp_path / folder / "parts").mkdir(parents=True)
        (tmp_path / folder / "net.py").write_text(
            "from torch import nn\nfrom parts.size import W\ndef make(): return nn.Linear(W, W)\n"
        )
        (tmp_path / folder / "parts" / "size.py").write_text(f"W = {width}\n")
    widths = [load(f"{tmp_path}/{folder}/net.py:make").module.in_features for folder in ("a", "b", "a")]
    assert widths == [3, 4, 3]
    assert "parts" not in sys.modules


def test_file_changed_within_a_second_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's kept translation is told from the file by its size and second, which are the same here."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "kept"))
    file = tmp_path / "net.py"
    for width in (5, 7):
        file.write_text(f"from torch import nn\ndef net():\n    return nn.Linear(3, {width})\n")
        os.utime(file, (1_700_000_000, 1_700_000_000))
        assert load(f"{file}:net", {}).module.weight.shape == (width, 3)


def test_package_of_the_current_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "somebodys_nets"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "small.py").write_text(
        "from .width import W\nfrom torch import nn\ndef make(): return nn.Linear(W, 2)\n"
    )
    (package / "width.py").write_text("W = 6\n")
    monkeypatch.chdir(tmp_path)
    try:
        assert load("somebodys_nets.small:make").module.in_features == 6
        with pytest.raises(MeasurementError, match=r"^there is no module somebodys_nets\.big$"):
            load("somebodys_nets.big:make")
        assert load(f"{package}/small.py:make").module.in_features == 6
    finally:
        for name in [name for name in sys.modules if name.startswith("somebodys_nets")]:
            del sys.modules[name]


def test_file_that_imports_torchvision_first_is_imported(tmp_path: Path) -> None:
    """Beside a torch that its operators were not built for, torchvision needs help to be imported."""
    (tmp_path / "net.py").write_text("import torchvision\nmake = torchvision.models.squeezenet1_1\n")
    code = "from convcost.models.loading import load; print(type(load('net.py:make').module).__name__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "SqueezeNet\n"), done.stderr


def test_class_of_torch_itself_is_a_reference() -> None:
    loaded = load("torch.nn:Conv2d", {"in_channels": "3", "out_channels": "8", "kernel_size": "(3, 5)"})
    assert isinstance(loaded.module, nn.Conv2d)
    assert loaded.module.kernel_size == (3, 5)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("Nett", {}, "unknown factory of {file} 'Nett'; did you mean Net"),
        ("Names.Outer", {}, "unknown factory of {file} 'Names.Outer'; "),
        ("make", {}, "{file}:make needs a value for 'classes': give the argument classes=VALUE"),
        ("make", {"class": "3"}, "{file}:make takes no argument 'class'; it takes classes, pretrained"),
        ("raises", {"x": "3"}, "{file}:raises takes no argument 'x'"),
        ("raises", {}, "{file}:raises cannot be built: KeyError: 'first line"),
        ("leaves", {}, "{file}:leaves cannot be built: SystemExit: 3"),
        (
            "Net",
            {"depth": "deep"},
            "{file}:Net cannot be built: TypeError: 'str' object cannot be interpreted as an integer",
        ),
        ("wrong", {}, "{file}:wrong made a dict, but must make an nn.Module"),
        ("number", {}, "{file}:number is of type int, but must be a class, a function or an nn.Module"),
        ("ready", {"depth": "3"}, "{file}:ready is a module and takes no argument 'depth'"),
        ("", {}, "{file} names no factory; write {file}:FACTORY, a class, a function or a module"),
        ("Net()", {}, "{file} names no factory; write {file}:FACTORY, a class, a function or a module"),
    ],
)
def test_bad_factory_says_so_in_one_line(net: str, name: str, arguments: dict[str, str], message: str) -> None:
    with pytest.raises(ConvcostError) as raised:
        load(f"{net}:{name}", arguments)
    assert str(raised.value).startswith(message.format(file=net))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import nowhere_at_all", "cannot be imported: ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("x = (", "cannot be imported: SyntaxError: '(' was never closed"),
        ("raise ValueError('one\\ntwo')", "cannot be imported: ValueError: one"),
        ("import sys; sys.exit('bye')", "cannot be imported: SystemExit: bye"),
        ("", "has no 'make', and no class or function of its own"),
    ],
)
def test_file_that_cannot_be_imported_says_so_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "bad.py"
    file.write_text(text)
    with pytest.raises(MeasurementError) as raised:
        load(f"{file}:make")
    assert str(raised.value).startswith(f"{file} {message}")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("helper", "message"),
    [
        ("\nx = 1/0", "ZeroDivisionError: division by zero (helper.py:2)"),
        ("\n\nprint(nobody)", "NameError: name 'nobody' is not defined (helper.py:3)"),
        ("import nowhere_at_all", "ModuleNotFoundError: No module named 'nowhere_at_all' (helper.py:1)"),
        ("\nx = (", "SyntaxError: '(' was never closed (helper.py:2)"),
    ],
)
def test_an_import_that_fails_says_where(
    tmp_path: Path, helper: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "helper.py").write_text(helper)
    (tmp_path / "uses.py").write_text("import helper\n")
    monkeypatch.chdir(tmp_path)
    for name in ("uses.py:make", "uses:make"):
        with pytest.raises(MeasurementError) as raised:
            load(name)
        assert str(raised.value) == f"{name.removesuffix(':make')} cannot be imported: {message}"


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("no/such/file.py:Net", "there is no file no/such/file.py"),
        ("net.py", "net.py names no factory; write net.py:FACTORY, a class, a function or a module"),
        ("torchvison:resnet50", "unknown library or module 'torchvison'; did you mean torchvision"),
        ("no_package.at_all:Net", "there is no module no_package"),
        ("folder/file:Net", "cannot read the reference 'folder/file:Net'; write package.module:factory or "),
        (":Net", "cannot read the reference ':Net'; write package.module:factory or path/to/file.py:factory"),
        ("mobilenet", "unknown network 'mobilenet'; did you mean mobilenet_v"),
    ],
)
def test_bad_reference_says_so_in_one_line(reference: str, message: str) -> None:
    with pytest.raises(ConvcostError) as raised:
        load(reference)
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)
