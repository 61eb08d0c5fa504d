"""`convcost compare`: the main job."""

from convcost.cli import options
from convcost.cli.files import Report, output, reporting
from convcost.core.parsing import ModelReference


@reporting(plot=output("Draw a bar per row, coloured by kind of layer, with what was measured: .svg, .pdf, .png."))
@options.on_reference()
def command(
    reference: ModelReference = options.MODEL,
    model: str | None = options.COUNTERPART,
    per: str = options.per("layer", "block", "operator"),
    unit: str = options.UNIT,
    witness: str = options.choice(
        "--witness", "plain: fvcore runs on the CPU even where a faster way gives its number.", "auto", "plain"
    ),
    all_operators: bool = options.ALL_OPERATORS,
    real: bool = options.REAL,
) -> Report:
    """Compare formulas with fvcore's count of the real PyTorch model, layer by layer.

    For a network it is the paper's formula; for any other model, those of the operators that it calls. A network's
    other options are given the same way (--bands 15, --shortcut A); convcost show NAME lists them.
    Exit code: 0 no disagreement, 1 some, 2 could not run.

    Example: convcost compare mobilenet_v1 --alpha 0.75 --rho 0.857 --csv layers.csv
    """
    from convcost.api.models import compare

    return compare(reference, model=model, unit=unit, witness=witness, real=real).view(per, all_operators)
