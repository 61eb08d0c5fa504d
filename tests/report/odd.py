"""Names of layers that would do harm in one output or another, and reports that have them."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import nn

import convcost

# What a page, a spreadsheet, Markdown, LaTeX and a terminal would act on.
NAMES = (
    "<script>alert(1)</script>",
    "=cmd()",
    "+1+cmd()",
    "-2+cmd()",
    "@SUM(1)",
    "\t=cmd()",
    "\r=cmd()",
    "a|b *c* `d` ~~e~~ $f$ &lt; [g](h)",
    "line\nVerdict: agree",
    "[red]r[/red]",
    "a_b & c\\input{x}",
    "100% #1 $x^2$ ~ {",
    "\x1b[31mcolour",
    "\u202eesrever",
    "中文 é α²",
)


class Odd(nn.Module):
    """One convolution a name, each a little wider than the one before."""

    def __init__(self, extra: int = 0) -> None:
        super().__init__()
        for place, name in enumerate(NAMES):
            self.add_module(name, nn.Conv2d(1 + place, 2 + place, 1 + extra, padding=extra, bias=False))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        for layer in self.children():
            image = layer(image)
        return image


INPUT = (1, 1, 4, 4)
# A 1×1 convolution from p to p + 1 channels on 4×4 positions.
MACS = [16 * p * (p + 1) for p in range(1, len(NAMES) + 1)]


@cache
def reports() -> dict[str, Any]:
    """Everything that Python hands out for a model with these names."""
    before, after = (convcost.compare(Odd(extra), inputs=INPUT) for extra in (0, 2))
    return {
        "compare": before,
        "diff": convcost.diff(before, after),
        "referee": convcost.referee(Odd(), inputs=INPUT, counters=["fvcore", "torch"]),
        "derive": convcost.derive(Odd(), inputs=("B", 1, "H", "W")),
    }
