"""Where PyTorch runs attention and encoder layers as one native operator of its own, wherever gradients are off."""

from __future__ import annotations

from typing import Any

from torch import nn

from convcost.core.op_call import NATIVE_ATTENTION, NATIVE_LAYER

ENCODER_LAYER: Any = nn.TransformerEncoderLayer


def attention(module: nn.MultiheadAttention, query: Any, key: Any = None, value: Any = None, *_: Any, **__: Any) -> str:
    """Return NATIVE_ATTENTION for a call that takes the native path, else the plain name of the function."""
    native = (
        query.dim() == 3
        and query is key
        and key is value
        and module.in_proj_weight is not None
        and not module.training
        and module.num_heads % 2 == 0
        and module.batch_first
        and module.bias_k is None
        and module.bias_v is None
        and not module.add_zero_attn
    )
    return NATIVE_ATTENTION if native else "MultiheadAttention.forward"


def encoder_layer(module: Any, src: Any, *_: Any, **__: Any) -> str:
    """NATIVE_LAYER for a call that takes the native path where nothing is hooked, else the function's plain name."""
    inner = module.self_attn
    native = (
        src.dim() == 3
        and not module.training
        and inner.batch_first
        and inner.in_proj_bias is not None
        and inner.in_proj_weight is not None
        and bool(module.activation_relu_or_gelu)
        and module.norm1.eps == module.norm2.eps
        and inner.num_heads % 2 == 0
    )
    return NATIVE_LAYER if native else "TransformerEncoderLayer.forward"
