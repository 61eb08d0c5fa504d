"""What fvcore's FlopCountAnalysis counts with its default handles."""

from __future__ import annotations

from convcost.core.convention import Convention, Rule
from convcost.core.record import Source

from ._fvcore_faults import FAULTS
from ._operators import unused

_CONVOLUTIONS = tuple(f"{kind}{rank}d" for kind in ("conv", "conv_transpose") for rank in (1, 2, 3))
_FREE = (
    *("relu", "concat", "flatten", "dropout", "masked_fill", "clamp", "floor", "floor_divide", "remainder"),
    *("eq", "ge", "gt", "max", "pairwise_max", "bitwise_not", "and_operator"),
)
_NORMS = ("layer_norm", "group_norm", "instance_norm")

RECORDS = (
    Convention(
        name="fvcore",
        title="fvcore 0.1.5, FlopCountAnalysis with default handles",
        rules=(
            Rule(
                _CONVOLUTIONS,
                None,
                "fvcore has no handle for padding given as a word (aten::_convolution_mode)",
                {"padding": ("same", "valid")},
            ),
            Rule(
                (*_CONVOLUTIONS, "linear", "addmm"),
                {"macs": 1},
                "fvcore ignores the bias",
            ),
            Rule(("matmul", "mm", "bmm", "einsum"), {"macs": 1}, "fvcore counts the products only"),
            Rule(
                ("batch_norm",),
                {"activations": 5},
                "fvcore counts 5 per element of a batch norm in training",
                {"training": (True,), "affine": (True,)},
            ),
            Rule(
                ("batch_norm",),
                {"activations": 4},
                "fvcore counts 4 per element of a batch norm in training without scale and shift",
                {"training": (True,), "affine": (False,)},
            ),
            Rule(
                ("batch_norm",),
                {"activations": 1},
                "fvcore counts 1 per element of a batch norm without scale and shift",
                {"affine": (False,)},
            ),
            Rule(("batch_norm",), {"activations": 2}, "fvcore counts 2 per element of a batch norm"),
            Rule(
                _NORMS,
                {"activations": 4},
                "fvcore counts 4 per element of a norm without scale and shift",
                {"affine": (False,)},
            ),
            Rule(_NORMS, {"activations": 5}, "fvcore counts 5 per element of a norm"),
            Rule(
                ("adaptive_avg_pool2d",), {"inputs": 1}, "fvcore counts 1 per input element of an adaptive average pool"
            ),
            Rule(
                ("upsample_nearest2d",),
                {"activations": 1},
                "fvcore counts 1 per output element of a nearest interpolation",
            ),
            Rule(
                ("upsample_bilinear2d",),
                {"activations": 4},
                "fvcore counts 4 per output element of a bilinear interpolation",
            ),
            Rule(
                ("grid_sample",),
                {"activations": 4},
                "fvcore counts 4 per output element of a grid sample, whatever the mode and the axes",
            ),
            Rule(_FREE, {}, "fvcore holds this operator to be free"),
        ),
        source=Source("fvcore 0.1.5.post20221221", "fvcore/nn/flop_count.py and fvcore/nn/jit_handles.py"),
        faults=(unused("fvcore 0.1.5.post20221221"), *FAULTS),
    ),
)
