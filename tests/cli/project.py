"""A small project with budgets, whose net's counts are arithmetic."""

from __future__ import annotations

from pathlib import Path

# At 3 kernel taps a side and width 8 on 12×12: a convolution of 3·8·9 weights on 10×10 positions, a classifier of 8·10.
MACS = 216 * 100 + 80
PARAMS = 216 + 90
ACTIVATIONS = 800 + 10
# At width 9: 3·9·9 on 10×10, 9·10.
WIDER = (243 * 100 + 90, 243 + 100, 910)

NET = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=8, kernel=3):
        super().__init__()
        self.stem = nn.Conv2d(3, width, kernel, bias=False)
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        return self.head(self.stem(x).mean((2, 3)))


class Sorted(Net):
    def forward(self, x):
        return torch.i0(super().forward(x))


class Ordered(Net):
    def forward(self, x):
        return super().forward(x).sort(1)[0].topk(3)[0]


class InNumPy(Net):
    def forward(self, x):
        scores = super().forward(x).detach()
        return torch.from_numpy(scores.numpy() @ scores.numpy().T)
"""


def project(folder: Path, **budgets: str) -> Path:
    """A folder with a net and a pyproject.toml; each budget is the lines of its table below model and input."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "net.py").write_text(NET)
    rewrite(folder, **budgets)
    return folder


def rewrite(folder: Path, **budgets: str) -> None:
    """Other budgets in the same folder; a table of them may have a model of its own."""
    own = 'model = "net.py:Net"\ninput = "1,3,12,12"\n'
    tables = [
        f"[tool.convcost.budgets.{name}]\n{'' if 'model' in lines else own}{lines}\n" for name, lines in budgets.items()
    ]
    (folder / "pyproject.toml").write_text('[project]\nname = "user"\n' + "".join(tables))


def widen(folder: Path) -> None:
    """The net becomes wider."""
    net = folder / "net.py"
    net.write_text(net.read_text().replace("width=8", "width=9"))
