"""`convcost prove`: formula and model as one function of batch, height and width."""

from convcost.cli import options
from convcost.cli.files import Report, reporting
from convcost.core.parsing import ModelReference


@reporting()
@options.on_reference("rho", "resolution", "batch")
def command(
    reference: ModelReference = options.NETWORK,
    model: str | None = options.COUNTERPART,
) -> Report:
    """Decide whether a paper's formula and a real model cost the same for every batch, height and width.

    A decision, not a sample: MACs and parameters, in total and stage by stage, are proved equal, or the difference
    is printed as a formula with the smallest input that shows it. Without --alpha there is a proof for each width
    multiplier of the paper. A network's other options are given the same way (--shortcut A).
    Exit code: 0 proved, 1 not, 2 could not run.

    Example: convcost prove mobilenet_v1 --alpha 0.75
    """
    from convcost.api.models import prove

    return prove(reference.name, model=model, arguments=reference.arguments, **reference.settings)
