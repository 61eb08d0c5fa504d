"""What needs no model imports no torch, and nothing loads what it does not use."""

from __future__ import annotations

import subprocess
import sys

import pytest

SEPARABLE = ["formula", "depthwise_separable", "--set", "D_K=3", "--set", "M=8", "--set", "N=9", "--set", "D_F=7"]


def _modules_after(arguments: list[str]) -> set[str]:
    code = "import sys; from convcost.cli.main import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--help"], {"torch", "fvcore", "sympy", "pandas", "numpy"}),
        (["compare", "--help"], {"torch", "fvcore", "sympy", "pandas", "numpy"}),
        (["audit", "--help"], {"torch", "fvcore", "sympy", "pandas", "numpy", "joblib", "psutil"}),
        (["conventions"], {"torch", "fvcore", "sympy", "pandas", "numpy", "convcost.models"}),
        (
            ["referee", "torchvision:alexnet", "--against", "a lot"],
            {"torch", "fvcore", "sympy", "pandas", "torchvision"},
        ),
        (["claims"], {"torch", "fvcore", "sympy", "pandas", "numpy", "convcost.models"}),
        (["sweep", "--help"], {"torch", "fvcore", "sympy", "pandas", "numpy"}),
        (["sweep", "mobilenet_v1", "--alpha", "0.5,1"], {"torch", "fvcore", "sympy", "pandas", "convcost.models"}),
        (["solve", "--help"], {"torch", "fvcore", "sympy", "pandas", "numpy"}),
        (
            ["solve", "mobilenet_v2", "--max-macs", "300M", "--resolution", "160"],
            {"torch", "fvcore", "sympy", "pandas", "convcost.models"},
        ),
        (["diff", "--help"], {"torch", "fvcore", "sympy", "pandas", "numpy"}),
        (["diff", "mobilenet_v1", "mobilenet_v1 --alpha 0.5"], {"fvcore", "torch", "sympy", "pandas", "numpy"}),
        (["page", "--help"], {"torch", "fvcore", "sympy", "pandas", "numpy"}),
        (["page", "resnt", "--html", "x.html"], {"torch", "fvcore", "sympy", "pandas"}),
        (["check", "--help"], {"torch", "fvcore", "sympy", "pandas", "numpy"}),
        (["check", "no/such/folder"], {"torch", "fvcore", "sympy", "pandas", "numpy"}),
        (["list"], {"torch", "fvcore", "sympy", "pandas", "numpy"}),
        (SEPARABLE, {"torch", "fvcore", "pandas", "numpy"}),
        (["formula", "mobilenet_v1"], {"torch", "fvcore", "pandas", "numpy"}),
        (["compare", "mobilenet_v1", "--alpha", "0"], {"torch", "fvcore", "sympy", "pandas", "numpy"}),
        (
            ["compare", "mobilenet_v1", "--resolution", "32"],
            {"pandas", "torchvision", "timm", "sympy", "torch._dynamo"},
        ),
        # Additions of residual blocks, and concatenations of an inception module.
        (["compare", "resnet_cifar"], {"pandas", "torchvision", "timm", "sympy", "torch._dynamo"}),
        (["compare", "inception_naive"], {"pandas", "torchvision", "timm", "torch._dynamo"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_not_imported(arguments: list[str], absent: set[str]) -> None:
    loaded = _modules_after(arguments)
    assert "convcost" in loaded
    assert loaded & absent == set()


def test_the_check_can_fail() -> None:
    assert "torch" in _modules_after(["compare", "mobilenet_v1", "--resolution", "32"])


def test_import_of_the_package_is_light() -> None:
    code = "import sys, convcost; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"torch", "fvcore", "sympy", "pandas", "numpy", "rich"} & set(done.stdout.split()) == set()
