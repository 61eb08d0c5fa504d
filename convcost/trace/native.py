"""Transformers on the path that shows their insides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch.backends.mha


@contextmanager
def without_native_attention() -> Iterator[None]:
    """While active, `nn.MultiheadAttention` and `nn.TransformerEncoderLayer` call the operators that they consist of.

    Without gradients on the CPU (a frozen model, `no_grad`) they would be one native operator each, which hides its
    products from whoever counts. On the meta device there is no such operator.
    """
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)
