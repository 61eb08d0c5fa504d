"""What a model prints is heard once."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import convcost
from convcost.core.prints import heard_if_done, silent


class _Talking(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        print("forward")
        return self.conv(x)  # type: ignore[no-any-return]


class _Deciding(_Talking):
    """Needs values, so that it runs on the CPU after the meta device has failed."""

    def forward(self, x: Tensor) -> Tensor:
        found = super().forward(x)
        return found + 1 if found.sum().item() >= 0 else found


@pytest.mark.parametrize("model", [_Talking, _Deciding])
def test_compare_lets_a_model_print_once(model: type[nn.Module], capsys: pytest.CaptureFixture[str]) -> None:
    convcost.compare(model(), inputs=(1, 3, 9, 9))
    assert capsys.readouterr().out == "forward\n"


def test_referee_lets_a_model_print_once(capsys: pytest.CaptureFixture[str]) -> None:
    convcost.referee(_Talking(), inputs=torch.zeros(1, 3, 9, 9), counters=["fvcore", "torch"])
    assert capsys.readouterr().out == "forward\n"


def test_silence_ends(capsys: pytest.CaptureFixture[str]) -> None:
    with silent():
        print("nobody")
    with pytest.raises(ValueError, match="ends"), heard_if_done():
        int(str(print("nobody either")) + " ends")
    with heard_if_done():
        print("all")
    assert capsys.readouterr().out == "all\n"
