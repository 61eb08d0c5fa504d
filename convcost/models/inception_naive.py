"""The Inception module of Szegedy et al. 2014 (arXiv 1409.4842), Figure 2, as a PyTorch module."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def _conv(inputs: int, outputs: int, kernel_size: int) -> list[nn.Module]:
    # A number: fvcore has no handle for padding="same".
    return [nn.Conv2d(inputs, outputs, kernel_size, padding=(kernel_size - 1) // 2), nn.ReLU(inplace=True)]


class InceptionModule(nn.Module):
    """Feature maps (N, M, H, W) to the maps of all branches, side by side.

    Figure 2(a); with `reductions` (before 3×3, before 5×5, after the pooling) Figure 2(b).
    """

    def __init__(
        self, inputs: int, filters: tuple[int, int, int], reductions: tuple[int, int, int] | None = None
    ) -> None:
        super().__init__()
        one, three, five = filters
        depth3, depth5 = (inputs, inputs) if reductions is None else reductions[:2]
        before3, before5, projection = (
            ([], [], []) if reductions is None else (_conv(inputs, width, 1) for width in reductions)
        )
        self.branches = nn.ModuleList(
            [
                nn.Sequential(*_conv(inputs, one, 1)),
                nn.Sequential(*before3, *_conv(depth3, three, 3)),
                nn.Sequential(*before5, *_conv(depth5, five, 5)),
                nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), *projection),
            ]
        )

    def forward(self, x: Tensor) -> Tensor:
        """All branches of the same input, concatenated along the channels."""
        return torch.cat([branch(x) for branch in self.branches], dim=1)


def inception_naive(
    *,
    channels: int,
    filters1: int,
    filters3: int,
    filters5: int,
    reduce3: int,
    reduce5: int,
    project: int,
    variant: str,
    **_: object,
) -> nn.Module:
    """Build the model; resolution and batch are the input's."""
    reductions = (reduce3, reduce5, project) if variant == "reduced" else None
    return InceptionModule(channels, (filters1, filters3, filters5), reductions)
