"""`convcost sweep`: a network's cost on a grid of settings."""

from convcost.cli import options
from convcost.cli.console import progress
from convcost.cli.files import Report, output, reporting
from convcost.core.parsing import ModelReference


@reporting(
    parquet=output("Write the rows as Parquet."),
    plot=output(
        "Draw a heat map of MACs over two options, and MACs against parameters with named points: .svg, .pdf, .png."
    ),
)
@options.on_reference(grid=True)
def command(
    reference: ModelReference = options.NETWORK,
    verify: int | None = options.amount(
        "--verify", "N", "Compare N points, picked at random (the same each time), with fvcore."
    ),
) -> Report:
    """Calculate a network's cost on a grid of settings from its formula: exact integers, nothing is traced.

    GRID is one value, START:STOP:STEP (STOP is included if a step lands on it), or a list with commas. A network's
    other options are given the same way; convcost show NAME lists them. Points at which the network cannot be built
    are left out. Exit code: 0, 1 a verified point disagrees, 2 could not run.

    Example: convcost sweep mobilenet_v1 --alpha 0.25:1:0.25 --resolution 128:224:32 --csv grid.csv
    """
    from convcost.api.formulas import sweep
    from convcost.api.formulas import verify as verified

    with progress("points") as advance:
        report = sweep(reference.name, progress=advance, **reference.settings)
    if verify is None:
        return report
    with progress("traces", min(verify, len(report))) as advance:
        return report.with_verified(verified(report, verify, lambda: advance(1)))
