"""`convcost derive` loads neither torch's compiler nor SymPy, which take longer than the trace."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["derive", "--help"], {"torch", "sympy", "numpy", "pandas"}),
        (["derive", "mobilenet_v1", "--at", "H=0"], {"torch", "sympy", "numpy", "pandas"}),
        (["derive", "torchvision:resnet18"], {"torch._dynamo", "sympy", "pandas"}),
    ],
    ids=["help", "wrong input", "a model of torchvision"],
)
def test_not_imported(arguments: list[str], absent: set[str]) -> None:
    code = "import sys; from convcost.cli.main import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.splitlines()[-1].split())
    assert "convcost.cli.derive" in loaded
    assert loaded & absent == set()
