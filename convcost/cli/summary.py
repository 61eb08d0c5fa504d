"""`convcost summary`: a model as the tree of its modules."""

from convcost.cli import options
from convcost.cli.files import Report, output, reporting
from convcost.core.parsing import ModelReference


@reporting(plot=output("Draw a bar per module, coloured by kind of layer: .svg, .pdf, .png."))
@options.on_reference("depth")
def command(
    reference: ModelReference = options.MODEL,
    tree_depth: int = options.amount("--depth", "N", "How deep the tree is shown.", default=3),
    sort: str = options.choice(
        "--sort", "Modules in the tree's order, or the largest first.", "tree", "macs", "params"
    ),
    top: int | None = options.amount("--top", "N", "Show this many rows at most."),
) -> Report:
    """Show a model as the tree of its modules: output, parameters, MACs and their share.

    The numbers are those of convcost count: formulas over what the model calls. A module that stands at several
    places is counted at the first. --depth is that of the tree; a network's own depth is typed with its name:
    'resnet --depth 18'.

    Example: convcost summary torchvision:resnet50 --depth 2

    Example: convcost summary timm:convnext_tiny --sort macs --top 10
    """
    from convcost.api.models import summary

    return summary(reference, depth=tree_depth, sort=sort, top=top)
