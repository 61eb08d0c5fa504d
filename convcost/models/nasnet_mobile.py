"""NASNet-A (4 @ 1056): NASNet-A with other defaults."""

from __future__ import annotations

from convcost.models.nasnet import build

__all__ = ["build"]
