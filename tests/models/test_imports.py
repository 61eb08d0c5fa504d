"""Imports as people write them: files of a repository, and torchvision wherever it is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import convcost
from convcost.core.errors import MeasurementError
from convcost.models.loading import load
from tests.shell import convcost as shell

_NET = """
from torch import nn
{imports}


class Net(nn.Module):
    def __init__(self, width=6):
        super().__init__()
        self.fc = nn.Linear(5, {width})

    def forward(self, x):
        return self.fc(x)
"""


def _repository(folder: Path, net: str, imports: str, width: str, **files: str) -> str:
    """Write a repository; the first of its files is the net, and the others hold what it imports."""
    for name, text in {net: _NET.format(imports=imports, width=width), **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return f"{folder / net}:Net"


# Every Net has 5 inputs and takes its number of outputs, which is 7, from another file: 35 products.
_CASES = {
    "package at the root": ("models/net.py", "from models.blocks import SIZE", {"models/blocks.py": "SIZE = 7"}),
    "file called as its package": (
        "models/models.py",
        "from models.blocks import SIZE",
        {"models/blocks.py": "SIZE = 7"},
    ),
    "another package of the root": ("models/net.py", "from utils.sizes import SIZE", {"utils/sizes.py": "SIZE = 7"}),
    "deeper": ("src/lib/nets/net.py", "import lib.sizes as sizes\nSIZE = sizes.SIZE", {"src/lib/sizes.py": "SIZE = 7"}),
    "neighbour of the same name": (
        "models/net.py",
        "from utils import SIZE",
        {"models/utils.py": "OTHER = 1", "utils.py": "SIZE = 7"},
    ),
    "two roots": (
        "src/lib/net.py",
        "from lib.sizes import A\nfrom tools.sizes import B\nSIZE = A + B",
        {"src/lib/sizes.py": "A = 3", "tools/sizes.py": "B = 4"},
    ),
    "relative": ("models/net.py", "from .blocks import SIZE", {"models/blocks.py": "SIZE = 7"}),
    "relative, in a package": (
        "models/net.py",
        "from .blocks import SIZE",
        {"models/blocks.py": "SIZE = 7", "models/__init__.py": ""},
    ),
    "relative to what is above": (
        "lib/nets/net.py",
        "from ..sizes import SIZE",
        {"lib/sizes.py": "SIZE = 7", "lib/__init__.py": "", "lib/nets/__init__.py": ""},
    ),
    "relative above, no packages": ("lib/nets/net.py", "from ..sizes import SIZE", {"lib/sizes.py": "SIZE = 7"}),
    "relative and the root's": (
        "lib/net.py",
        "from .sizes import A\nfrom lib.sizes import B\nSIZE = A + B",
        {"lib/sizes.py": "A = 3\nB = 4", "lib/__init__.py": ""},
    ),
}


@pytest.mark.parametrize("case", _CASES)
def test_file_of_a_repository(case: str, tmp_path: Path) -> None:
    net, imports, files = _CASES[case]
    before = set(sys.modules), list(sys.path)
    for repository in ("first", "second"):  # a second one with the same names is not taken for the first
        other = {name: text if repository == "first" else text.replace("7", "9") for name, text in files.items()}
        reference = _repository(tmp_path / repository, net, imports, "SIZE", **other)
        size = 9 if other != files else 7
        assert convcost.count(reference, (1, 5)).macs == 5 * size
    assert sys.path == before[1]
    assert not {name for name in set(sys.modules) - before[0] if name.partition(".")[0] in ("models", "lib", "utils")}


def test_what_is_nowhere_is_one_line(tmp_path: Path) -> None:
    for imports in ("from models.blocks import SIZE", "from .blocks import SIZE", "from ....blocks import SIZE"):
        reference = _repository(tmp_path, "models/net.py", imports, "7")
        with pytest.raises(MeasurementError, match=r"net\.py cannot be imported: ") as raised:
            load(reference)
        assert "\n" not in str(raised.value)


def test_class_function_and_instance(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    made = "\n\ndef make(*, width, deep=False):\n    return Net(width)\n\n\nnet = Net(4)\n"
    file.write_text(_NET.format(imports="", width="width") + made)
    for typed, macs in (
        ("Net", 30),
        ("Net --arg width=3", 15),
        ("make --arg width=2 --arg deep=true", 10),
        ("net", 20),
    ):
        assert convcost.count(f"{file}:{typed} --input 1,5").macs == macs
    outcome = shell("count", f"{file}:make", "--input", "1,5")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "give the argument width=VALUE" in outcome.err


_LATE = """
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(5, 7)

    def forward(self, x):
        from torchvision.ops import {name}
        return self.fc(x)
"""


@pytest.mark.parametrize("name", ["nms", "RoIAlign", "StochasticDepth"])
@pytest.mark.parametrize("by_name", [True, False])
def test_torchvision_imported_in_forward(tmp_path: Path, name: str, by_name: bool) -> None:
    """In a process of its own, as torchvision is imported once."""
    (tmp_path / "net.py").write_text(_LATE.format(name=name))
    net = "'net.py:Net'" if by_name else "__import__('net').Net()"
    code = f"import convcost; print(convcost.compare({net}, (1, 5)).totals.fvcore_total)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "35\n"), done.stderr
