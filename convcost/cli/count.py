"""`convcost count`: the totals by the formulas alone."""

from convcost.cli import options
from convcost.cli.files import Report, output, reporting
from convcost.core.parsing import ModelReference


@reporting(plot=output("Draw a bar per layer, coloured by kind, for MACs and for parameters: .svg, .pdf, .png."))
@options.on_reference()
def command(
    reference: ModelReference = options.MODEL,
    real: bool = options.REAL,
    nonzero: bool = options.NONZERO,
) -> Report:
    """Count MACs, FLOPs, parameters, activations and their sizes by the formulas alone.

    No counter runs, so this is the fastest way to a right number; convcost compare says whether fvcore agrees.
    Operators without a formula are named, and are in no number.

    Example: convcost count torchvision:resnet50

    Example: convcost count path/to/net.py:Net --arg width=8 --input 1,3,64,64
    """
    from convcost.api.models import count

    return count(reference, real=real, nonzero=nonzero)
