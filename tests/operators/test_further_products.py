"""Products of kept entries and Fourier transforms against their definitions, and how models spell them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.attention.flex_attention import flex_attention

import convcost
from convcost.trace.capture import capture
from tests.trace.modules import Written

from .strategies import SOME
from .strategies_further_products import FEW, sparse
from .witness import disagreements, observe


@pytest.mark.parametrize("name", FEW)
@SOME
@given(data=st.data())
def test_operator(name: str, data: st.DataObject) -> None:
    observed = observe(data.draw(FEW[name]))
    assert (disagreements(observed.record, observed), observed.call.name) == ([], name)
    assert observed.record.is_product is (observed.cost.macs > 0)


def model(function: Callable[..., Any], **buffers: Tensor) -> nn.Module:
    made = Written(lambda m, *x: function(m, *x))
    for name, buffer in buffers.items():
        made.register_buffer(name, buffer)
    return made


FOUR = torch.eye(4)
FOUR[0, 3] = 1
# A model, its input's shape, and its multiply-accumulates.
SPELLED: dict[str, tuple[nn.Module, tuple[int, ...], int]] = {
    # The 5 entries of a 4×4 matrix meet 6 columns.
    "coo": (model(lambda m, x: m.a @ x, a=sparse(FOUR, torch.sparse_coo)), (4, 6), 30),
    "sparse.mm": (model(lambda m, x: torch.sparse.mm(m.a, x), a=sparse(FOUR, torch.sparse_csr)), (4, 6), 30),
    "mv": (model(lambda m, x: torch.mv(m.a, x), a=sparse(FOUR, torch.sparse_csr)), (4,), 5),
    # 2 blocks of 2×2 hold 8 entries, zeros among them.
    "blocks": (model(lambda m, x: m.a @ x, a=sparse(torch.eye(4), torch.sparse_bsr, blocksize=(2, 2))), (4, 6), 48),
    # In its square the entries (0, 0) and (0, 3) of the first column meet rows 0 and 3 of 2 and 1; then 5·6.
    "sparse times sparse": (model(lambda m, x: (m.a @ m.a) @ x, a=sparse(FOUR, torch.sparse_coo)), (4, 6), 6 + 30),
    # 4 rows of 8-bit whole numbers: 4·16·8.
    "whole numbers": (
        model(lambda m, x: torch._int_mm(x.to(torch.int8), m.a), a=torch.zeros(16, 8, dtype=torch.int8)),
        (32, 16),
        32 * 16 * 8,
    ),
    # Queries, keys and values of 2×3×4×8: 2·3·4·4·8 for the scores and as many for the sums.
    "attention of the CPU": (
        model(lambda m, x: torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(x, x, x)[0]),
        (2, 3, 4, 8),
        2 * 768,
    ),
    "attention of a GPU": (
        model(lambda m, x: torch.ops.aten._scaled_dot_product_flash_attention(x, x, x)[0]),
        (2, 3, 4, 8),
        2 * 768,
    ),
    "efficient attention": (
        model(lambda m, x: torch.ops.aten._scaled_dot_product_efficient_attention(x, x, x, None, False)[0]),
        (2, 3, 4, 8),
        2 * 768,
    ),
    # As the dense attention of the same shapes, whatever the function makes of the scores.
    "flex attention": (
        model(lambda m, x: flex_attention(x, x, x, score_mod=lambda score, b, h, q, k: score * 2)),
        (2, 3, 16, 8),
        2 * 2 * 3 * 16 * 16 * 8,
    ),
    "flex attention with shared keys": (
        model(lambda m, x: flex_attention(x, x[:, :2], x[:, :2], enable_gqa=True)),
        (2, 4, 16, 8),
        2 * 2 * 4 * 16 * 16 * 8,
    ),
    # Of each of 3 pairs every element with every other.
    "vmapped outer products": (model(lambda m, x: torch.vmap(torch.outer)(x, x[:, :2])), (3, 5), 3 * 5 * 2),
    "vmapped twice": (
        model(lambda m, x: torch.vmap(torch.vmap(lambda a, b: a.outer(b)))(x, x[..., :2])),
        (4, 3, 5),
        4 * 3 * 5 * 2,
    ),
    "one vector with all": (
        model(lambda m, x: torch.vmap(torch.outer, in_dims=(0, None))(x, x[0])),
        (3, 5),
        3 * 5 * 5,
    ),
    "vmapped inner products": (model(lambda m, x: torch.vmap(torch.dot)(x, x)), (3, 5), 15),
    "vecdot as einsum": (model(lambda m, x: torch.linalg.vecdot(x, x)), (4, 7), 28),
    "three operands": (model(lambda m, x: torch.einsum("ij,jk,kl->il", x, x.mT, x)), (3, 5), 3 * 5 * 3 + 3 * 3 * 5),
}


@pytest.mark.parametrize("name", SPELLED)
def test_products_in_every_spelling(name: str) -> None:
    made, shape, macs = SPELLED[name]
    assert sum(call.macs for call in capture(made, shape).calls) == macs


def test_entries_that_are_kept_are_known_of_a_file_of_the_users_too(tmp_path: Any) -> None:
    path = tmp_path / "graph.py"
    path.write_text(
        "import torch\n"
        "class Net(torch.nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.register_buffer('adjacency', torch.eye(5).to_sparse())\n"
        "        self.layer = torch.nn.Linear(6, 7)\n"
        "    def forward(self, x):\n"
        "        return self.layer(self.adjacency @ x)\n"
    )
    report = convcost.compare(f"{path}:Net", inputs=(5, 6))
    # 5 entries meet 6 columns; then 5·6·7.
    assert [row.macs_formula for row in report.rows if row.call.is_product] == [30, 210]


# Of a real row of 16 numbers in 4 stages: 5·16·4/2 operations.
SPECTRA: dict[str, tuple[Callable[[Tensor], Any], tuple[int, ...], int]] = {
    "rfft": (torch.fft.rfft, (3, 16), 3 * 160),
    "fft of real numbers": (torch.fft.fft, (3, 16), 3 * 160),
    "there and back": (lambda x: torch.fft.irfft(torch.fft.rfft(x)), (3, 16), 2 * 3 * 160),
    "hfft": (lambda x: torch.fft.hfft(x, n=16), (3, 9), 3 * 160),
    # (64 - 16)/4 + 1 = 13 frames of 16.
    "stft": (lambda x: torch.stft(x, 16, center=False, return_complex=True), (64,), 13 * 160),
    "two axes": (lambda x: torch.fft.rfft2(x), (8, 16), 5 * 8 * 16 * (3 + 4) // 2),
}


@pytest.mark.parametrize("name", SPECTRA)
def test_transforms_are_no_multiply_accumulates(name: str) -> None:
    function, shape, operations = SPECTRA[name]
    calls = [call for call in capture(Written(lambda _, x: function(x)), shape).calls if call.name.endswith("fft")]
    assert sum(call.cost.elementwise for call in calls) == operations
    assert sum(call.macs for call in calls) == 0


def test_a_global_filter_has_a_formula_for_every_operator() -> None:
    def forward(m: Any, x: Tensor) -> Any:
        x = torch.fft.rfft2(x, dim=(1, 2), norm="ortho")
        return torch.fft.irfft2(x * torch.view_as_complex(m.weight), s=(14, 14), dim=(1, 2), norm="ortho")

    report = convcost.compare(Written(forward, weight=torch.zeros(14, 8, 32, 2)), inputs=(2, 14, 14, 32))
    assert (str(report.verdict), report.totals.params_formula, report.totals.macs_formula) == ("agree", 7168, 0)
