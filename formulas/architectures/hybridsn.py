"""HybridSN, Table I row by row: three 3-D convolutions over a hyperspectral window, one 2-D, three dense layers.

The authors write (height, width, bands); here bands are the depth axis, (N, 1, B, S, S), and kernels 3×3×7
read 7×3×3. Nothing is padded. Dropout is the identity in evaluation and is not built.
"""

from convcost.core.architecture import Architecture, Builder, Map, Option
from convcost.core.numeric import Count
from convcost.core.record import Source

from . import _parts as parts

# Filters and taps along the bands of the 3-D convolutions; all have 3×3 taps in the window.
CONV_3D = ((8, 7), (16, 5), (32, 3))
CONV_2D = 64
DENSE = (256, 128)
# Hu et al. 2017, section 6.1: the reduction ratio of their networks.
REDUCTION = 16


def build(net: Builder, *, bands: Count, window: Count, classes: Count, batch: Count, variant: str) -> None:
    """Build Table I; variants put a batch norm after each convolution, or an SE block after the 2-D one.

    In the variant `no-bias` the 3-D convolutions leave their bias to the batch norm behind them.
    """

    def finish(x: Map, name: str) -> Map:
        if variant in ("batch-norm", "no-bias"):
            x = net.call(parts.BATCH_NORM, x, name=f"{name}.bn")
        return net.call(parts.RELU, x, name=f"{name}.relu")

    x = net.image(batch, 1, bands, window, window)
    for number, (filters, depth) in enumerate(CONV_3D, start=1):
        name = f"conv3d_{number}"
        hyper = {"out_channels": filters, "kernel_size": (depth, 3, 3), "bias": variant != "no-bias"}
        x = net.call(parts.CONV3D, x, name=name, **hyper)
        x = finish(x, name)
    # Every filter's every remaining band becomes a channel of its own.
    x = net.call(parts.FLATTEN, x, name="reshape", start_dim=1, end_dim=2)
    x = net.call(parts.CONV2D, x, name="conv2d_1", out_channels=CONV_2D, kernel_size=3, bias=True)
    x = finish(x, "conv2d_1")
    if variant == "se":
        x = _squeeze_and_excite(net, x)
    x = parts.dense(net, x, DENSE, classes, "dense_")
    net.call(parts.SOFTMAX, x)


def _squeeze_and_excite(net: Builder, x: Map) -> Map:
    """Build equations 2 to 4 of Hu et al. 2017, the two layers without bias."""
    names = ("squeeze", "reduce", "reduce.relu", "expand", "expand.sigmoid")
    with net.block("se"):
        gate = parts.excitation(net, x, x.shape[1] // REDUCTION, names, bias=False)
        return net.call(parts.MUL, x, gate, name="scale")


RECORDS = (
    Architecture(
        name="hybridsn",
        title="HybridSN",
        build=build,
        options=(
            Option("bands", "B", "spectral bands after PCA: Indian Pines 30, Pavia and Salinas 15", 30, 13, 4_096),
            Option("window", "S", "side of the square window, in pixels", 25, 9, 4_096),
            Option("classes", "C", "land-cover classes: Indian Pines and Salinas 16, Pavia 9", 16),
            Option("batch", "N", "windows per batch", 1, high=65_536),
            parts.choice(
                "variant",
                "the net of Table I; with batch norms, as taught without the biases of its 3-D convolutions; "
                "or with a squeeze-and-excitation block",
                "paper",
                "batch-norm",
                "no-bias",
                "se",
            ),
        ),
        source=Source(
            "Roy et al. 2019, HybridSN (arXiv 1902.06701; IEEE GRSL 17(2))",
            "Table I; the variant se after Hu et al. 2017 (arXiv 1709.01507), equations 2 to 4",
        ),
    ),
)
