"""Matrix products, attention and recurrent layers."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from convcost.core.spec import TensorSpec
from tests.comparison.refereeing.case import Case, case, linear, made_of, of, product

PRODUCTS: dict[str, Case] = {
    "@": product(lambda x, y: x @ y, (32, 64), (64, 24)),
    "@ of batches": product(lambda x, y: x @ y, (2, 3, 5), (2, 5, 4)),
    "torch.matmul, its name taken before": product(torch.matmul, (2, 3, 5), (2, 5, 4)),
    "torch.matmul": product(lambda x, y: torch.matmul(x, y), (2, 3, 5), (2, 5, 4)),
    "Tensor.matmul": product(lambda x, y: x.matmul(y), (2, 3, 5), (2, 5, 4)),
    "matmul, left broadcast": product(lambda x, y: torch.matmul(x, y), (8, 64), (5, 64, 32)),
    "matmul, right broadcast": product(lambda x, y: torch.matmul(x, y), (5, 8, 64), (64, 32)),
    "matmul, matrix and vector": product(lambda x, y: torch.matmul(x, y), (32, 64), (64,)),
    "matmul, vector and matrix": product(lambda x, y: torch.matmul(x, y), (64,), (64, 24)),
    "torch.mm": product(lambda x, y: torch.mm(x, y), (32, 64), (64, 24)),
    "torch.bmm": product(lambda x, y: torch.bmm(x, y), (2, 3, 5), (2, 5, 4)),
    "Tensor.bmm": product(lambda x, y: x.bmm(y), (2, 3, 5), (2, 5, 4)),
    "torch.mv": product(lambda x, y: torch.mv(x, y), (32, 64), (64,)),
    "torch.dot": product(lambda x, y: torch.dot(x, y), (64,), (64,)),
    "torch.addmm": case(
        of(lambda a, x, y: torch.addmm(a, x, y)), (3, 4), (3, 5), (5, 4), probes=((torch.mm, (3, 5), (5, 4)),)
    ),
    "torch.baddbmm": case(
        of(lambda a, x, y: torch.baddbmm(a, x, y)),
        (2, 3, 4),
        (2, 3, 5),
        (2, 5, 4),
        probes=((torch.bmm, (2, 3, 5), (2, 5, 4)),),
    ),
    "einsum of scores": product(lambda q, k: torch.einsum("bhid,bhjd->bhij", q, k), (1, 16, 77, 64), (1, 16, 77, 64)),
    "einsum of a product": product(lambda x, y: torch.einsum("ij,jk->ik", x, y), (12, 13), (13, 14)),
    "einsum of a transpose": case(of(lambda x: torch.einsum("ij->ji", x)), (10, 20)),
    "einsum of elements": product(lambda x, y: torch.einsum("ij,ij->ij", x, y), (10, 20), (10, 20)),
}
_Q = (2, 4, 8, 16)


def _attended(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return F.scaled_dot_product_attention(q, k, v)


def _scores(queries: tuple[int, ...], keys: tuple[int, ...], values: tuple[int, ...]) -> tuple[tuple[object, ...], ...]:
    """The two products of attention, without its softmax."""
    rows = (*queries[:-1], keys[-2])
    return (torch.matmul, queries, (*keys[:-2], keys[-1], keys[-2])), (torch.matmul, rows, values)


_EIGHT = ((2, 4, 32, 16), (2, 4, 32, 16), (2, 4, 32, 16))
ATTENTION: dict[str, Case] = {
    "attention": case(of(_attended), *_EIGHT, probes=_scores(*_EIGHT)),
    "attention, longer keys": case(
        of(_attended), _Q, (2, 4, 9, 16), (2, 4, 9, 16), probes=_scores(_Q, (2, 4, 9, 16), (2, 4, 9, 16))
    ),
    "attention, wider values": case(
        of(_attended), _Q, (2, 4, 9, 16), (2, 4, 9, 5), probes=_scores(_Q, (2, 4, 9, 16), (2, 4, 9, 5))
    ),
    "attention of one head": case(
        of(_attended), (3, 8, 16), (3, 9, 16), (3, 9, 16), probes=_scores((3, 8, 16), (3, 9, 16), (3, 9, 16))
    ),
    "attention, causal": case(
        of(lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True)), *_EIGHT, probes=_scores(*_EIGHT)
    ),
    "multi-head attention": case(
        made_of(
            lambda m, x: m.attention(x, x, x, need_weights=False)[0],
            attention=lambda: nn.MultiheadAttention(64, 4, batch_first=True),
        ),
        (2, 10, 64),
        probes=(linear(20, 64, 192), *_scores((2, 4, 10, 16), (2, 4, 10, 16), (2, 4, 10, 16)), linear(20, 64, 64)),
    ),
    "multi-head attention with weights": case(
        made_of(lambda m, x: m.attention(x, x, x)[0], attention=lambda: nn.MultiheadAttention(64, 4, batch_first=True)),
        (2, 10, 64),
        probes=(linear(20, 64, 192), *_scores((2, 4, 10, 16), (2, 4, 10, 16), (2, 4, 10, 16)), linear(20, 64, 64)),
    ),
    "multi-head attention, other keys": case(
        made_of(
            lambda m, q, k, v: m.attention(q, k, v, need_weights=False)[0],
            attention=lambda: nn.MultiheadAttention(64, 4, kdim=40, vdim=24, batch_first=True),
        ),
        (2, 10, 64),
        (2, 12, 40),
        (2, 12, 24),
        probes=(
            linear(20, 64, 64),
            linear(24, 40, 64),
            linear(24, 24, 64),
            *_scores((2, 4, 10, 16), (2, 4, 12, 16), (2, 4, 12, 16)),
            linear(20, 64, 64),
        ),
    ),
    "transformer encoder": case(
        lambda: nn.TransformerEncoder(
            nn.TransformerEncoderLayer(64, 4, 128, batch_first=True), 2, enable_nested_tensor=False
        ),
        (2, 32, 64),
        probes=(
            linear(64, 64, 192),
            *_scores(*_EIGHT),
            *(linear(64, 64, 64), linear(64, 64, 128), linear(64, 128, 64)),
        )
        * 2,
    ),
}
RECURRENT: dict[str, Case] = {
    "lstm": case(lambda: nn.LSTM(20, 30), (2, 7, 20), probes=(linear(14, 20, 120), linear(14, 30, 120))),
    "lstm, batch first": case(
        lambda: nn.LSTM(20, 30, batch_first=True), (2, 7, 20), probes=(linear(14, 20, 120), linear(14, 30, 120))
    ),
    "lstm, two layers, both ways": case(
        lambda: nn.LSTM(5, 6, num_layers=2, bidirectional=True),
        (4, 3, 5),
        probes=(linear(12, 5, 24), linear(12, 6, 24), linear(12, 12, 24), linear(12, 6, 24)) * 2,
    ),
    "lstm without bias": case(
        lambda: nn.LSTM(5, 6, bias=False), (4, 3, 5), probes=(linear(12, 5, 24), linear(12, 6, 24))
    ),
    "gru": case(lambda: nn.GRU(5, 6), (4, 3, 5), probes=(linear(12, 5, 18), linear(12, 6, 18))),
    "lstm cell": case(
        made_of(lambda m, x: m.cell(x)[0], cell=lambda: nn.LSTMCell(5, 6)),
        (3, 5),
        probes=(linear(3, 5, 24), linear(3, 6, 24)),
    ),
    "gru cell": case(
        made_of(lambda m, x: m.cell(x), cell=lambda: nn.GRUCell(5, 6)),
        (3, 5),
        probes=(linear(3, 5, 18), linear(3, 6, 18)),
    ),
    "rnn cell": case(
        made_of(lambda m, x: m.cell(x), cell=lambda: nn.RNNCell(5, 6)),
        (3, 5),
        probes=(linear(3, 5, 6), linear(3, 6, 6)),
    ),
    "embedding": case(lambda: nn.Embedding(100, 64), TensorSpec((2, 7), "int64")),
    "rnn": case(lambda: nn.RNN(5, 6), (4, 3, 5), probes=(linear(12, 5, 6), linear(12, 6, 6))),
}
