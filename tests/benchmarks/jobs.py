"""The twelve things that people most often ask a counter, as each tool's own documentation has them typed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.finding import Finding, Findings, same
from tests.benchmarks.processes import CONVCOST, pair, printed
from tests.benchmarks.processes import TORCHVISION as _TORCHVISION

TITLE = "The twelve commonest jobs"
ROUNDS = 3
AIM = "no more lines, and faster"

NET = """
import torch
from torch import nn


class Net(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(3, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10, bias=False),
        )
        self[0].weight.requires_grad_(False)


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Linear(8, 16, bias=False), nn.Linear(8, 16, bias=False)

    def forward(self, x, y):
        return self.left(x) + self.right(y)


class Unknown(nn.Module):
    def forward(self, x):
        return torch.linalg.det(x @ x)


class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(64, 4, batch_first=True)

    def forward(self, x):
        return self.attention(x, x, x)[0]
"""
"""What stands in net.py."""

FVCORE = "from fvcore.nn import FlopCountAnalysis, flop_count_table, parameter_count\n"
PTFLOPS = "from ptflops import get_model_complexity_info\n"
CALFLOPS = "from calflops import calculate_flops\n"


@dataclass(frozen=True)
class Job:
    """What is asked, what is typed for it in convcost and in each tool that can answer, and the answer if it is one.

    A script of one word after another is Python; one that begins with `convcost` is typed in a shell.
    """

    name: str
    ours: str
    peers: dict[str, str] = field(default_factory=dict)
    answer: str = ""


# 3·32·9 products at 32·32 positions, 32·64·9 at 16·16, 64·10
MACS = 3 * 32 * 9 * 32 * 32 + 32 * 64 * 9 * 16 * 16 + 64 * 10
# and as many weights, two per channel of a batch norm
PARAMETERS = 3 * 32 * 9 + 32 * 64 * 9 + 64 * 10 + 2 * (32 + 64)

JOBS = (
    Job(
        "totals of my module",
        "import convcost, net\nprint(*convcost.count(net.Net(), (1, 3, 32, 32)))",
        {
            "torchinfo": "import torchinfo, net\nfound = torchinfo.summary(net.Net(), (1, 3, 32, 32), verbose=0)\n"
            "print(found.total_mult_adds, found.total_params)",
            "ptflops": PTFLOPS
            + "import net\nprint(*get_model_complexity_info(net.Net(), (3, 32, 32), as_strings=False, "
            "print_per_layer_stat=False))",
            "fvcore": FVCORE + "import torch, net\nmodel = net.Net()\n"
            "print(FlopCountAnalysis(model, torch.randn(1, 3, 32, 32)).total(), parameter_count(model)[''])",
            "calflops": CALFLOPS
            + "import net\nprint(*calculate_flops(net.Net(), (1, 3, 32, 32), output_as_string=False, "
            "print_results=False)[1:])",
        },
        f"{MACS} {PARAMETERS}",
    ),
    Job(
        "a printed table",
        "import convcost, net\nprint(convcost.summary(net.Net(), (1, 3, 32, 32)))",
        {
            "torchinfo": "import torchinfo, net\ntorchinfo.summary(net.Net(), (1, 3, 32, 32))",
            "ptflops": PTFLOPS + "import net\nget_model_complexity_info(net.Net(), (3, 32, 32))",
            "fvcore": FVCORE + "import torch, net\n"
            "print(flop_count_table(FlopCountAnalysis(net.Net(), torch.randn(1, 3, 32, 32))))",
            "calflops": CALFLOPS + "import net\ncalculate_flops(net.Net(), (1, 3, 32, 32))",
        },
    ),
    Job("from a shell", "convcost count net.py:Net --input 1,3,32,32"),
    Job(
        "the tree of my modules",
        "convcost summary net.py:Net --input 1,3,32,32 --depth 2",
        {
            "torchinfo": "import torchinfo, net\ntorchinfo.summary(net.Net(), (1, 3, 32, 32), depth=2)",
            "fvcore": FVCORE + "import torch, net\n"
            "print(flop_count_table(FlopCountAnalysis(net.Net(), torch.randn(1, 3, 32, 32)), max_depth=2))",
        },
    ),
    Job(
        "a model of several inputs",
        "import convcost, net\nprint(*convcost.count(net.Two(), ((4, 8), (4, 8))))",
        {
            "torchinfo": "import torchinfo, net\nfound = torchinfo.summary(net.Two(), [(4, 8), (4, 8)], verbose=0)\n"
            "print(found.total_mult_adds, found.total_params)",
            "ptflops": PTFLOPS
            + "import torch, net\ndef make(shape): return {'x': torch.ones(4, 8), 'y': torch.ones(4, 8)}\n"
            "print(*get_model_complexity_info(net.Two(), (4, 8), input_constructor=make, as_strings=False, "
            "print_per_layer_stat=False))",
            "fvcore": FVCORE + "import torch, net\nmodel = net.Two()\n"
            "print(FlopCountAnalysis(model, (torch.ones(4, 8), torch.ones(4, 8))).total(), parameter_count(model)[''])",
        },
        # 4·8·16 products twice
        f"{2 * 4 * 8 * 16} {2 * 8 * 16}",
    ),
    Job(
        "which operators are not counted",
        "import convcost, net\nprint(convcost.count(net.Unknown(), (4, 4)).not_counted)",
        {
            "fvcore": FVCORE + "import torch, net\n"
            "found = FlopCountAnalysis(net.Unknown(), torch.ones(4, 4))\n"
            "found.total()\nprint(found.unsupported_ops())",
        },
    ),
    Job(
        "megabytes, and what is trained",
        "import convcost, net\nprint(convcost.count(net.Net(), (1, 3, 32, 32)).frame)",
        {"torchinfo": "import torchinfo, net\ntorchinfo.summary(net.Net(), (1, 3, 32, 32), depth=0)"},
    ),
    Job(
        "attention counted whole",
        "import convcost, net\nprint(convcost.count(net.Heads(), (1, 16, 64)).macs)",
        # in and out 16·64·256, queries by keys and weights by values 16·16·64 each
        answer=str(16 * 64 * 256 + 2 * 16 * 16 * 64),
    ),
    Job(
        "MACs and FLOPs, said which is which",
        "import convcost, net\nfound = convcost.count(net.Net(), (1, 3, 32, 32))\nprint(found.macs, found.flops)",
        {
            "calflops": CALFLOPS
            + "import net\nprint(*calculate_flops(net.Net(), (1, 3, 32, 32), output_as_string=False, "
            "print_results=False)[:2])"
        },
    ),
    Job("what a pull request changes", "convcost diff net.py@HEAD:Net net.py:Net --input 1,3,32,32"),
    Job("a budget in CI", "convcost check"),
    Job(
        "every width and resolution",
        "convcost sweep mobilenet_v1 --alpha 0.25:1:0.25 --resolution 128:224:32",
        {
            "fvcore": FVCORE + "import torch\nfrom convcost.models.mobilenet import MobileNetV1\n"
            "for alpha in (0.25, 0.5, 0.75, 1):\n"
            "    for side in (128, 160, 192, 224):\n"
            "        image = torch.randn(1, 3, side, side)\n"
            "        print(alpha, side, FlopCountAnalysis(MobileNetV1(alpha).eval(), image).total())",
            "torchinfo": "import torchinfo\nfrom convcost.models.mobilenet import MobileNetV1\n"
            "for alpha in (0.25, 0.5, 0.75, 1):\n"
            "    for side in (128, 160, 192, 224):\n"
            "        found = torchinfo.summary(MobileNetV1(alpha), (1, 3, side, side), verbose=0)\n"
            "        print(alpha, side, found.total_mult_adds)",
        },
    ),
)

PROJECT = """
[tool.convcost.budgets.net]
model = "net.py:Net"
input = "1,3,32,32"
max-macs = "10M"
"""


def findings(runs: int) -> Findings:
    """Lines to type and time of each job, against each tool that can do it."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            _prepare(Path(folder))
            for job in JOBS:
                yield from _job(job, runs)
        finally:
            os.chdir(before)


def _prepare(folder: Path) -> None:
    (folder / "net.py").write_text(NET, encoding="utf-8")
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "a net")):
        subprocess.run(["git", *words], check=True)  # noqa: S607


def _command(script: str) -> list[str]:
    if script.startswith("convcost "):
        return [*CONVCOST, *script.split()[1:]]
    before = _TORCHVISION if "ptflops" in script else ""  # which imports torchvision
    return [sys.executable, "-W", "ignore", "-c", f"{before}import sys\nsys.path.insert(0, '.')\n{script}"]


def _job(job: Job, runs: int) -> Findings:
    lines = len(job.ours.splitlines())
    said = printed(_command(job.ours))
    if job.answer:
        same(said.split(), job.answer.split(), f"convcost's answer to {job.name}")
    if not job.peers:
        yield Finding(job.name, "no other of the four does it", f"{lines} {'line' if lines == 1 else 'lines'}")
    for tool, script in job.peers.items():
        theirs = len(script.splitlines())
        if importlib.util.find_spec(tool) is None:
            yield Finding(job.name, tool, f"lines {lines} / {theirs}; not installed, not measured")
            continue
        found = pair(_command(job.ours), _command(script), runs)
        yield Finding(job.name, tool, f"lines {lines} / {theirs}; {found}", AIM, lines <= theirs and found.seconds < 1)
