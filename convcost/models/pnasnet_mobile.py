"""PNASNet-5 (N = 3, F = 54): PNASNet-5 with other defaults."""

from __future__ import annotations

from convcost.models.pnasnet import build

__all__ = ["build"]
