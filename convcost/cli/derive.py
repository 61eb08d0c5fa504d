"""`convcost derive`: what a model costs as a formula of its input's sizes."""

import typer

from convcost.cli import options
from convcost.cli.files import Report, reporting
from convcost.core.errors import ConvcostError
from convcost.core.parsing import ModelReference
from convcost.core.spec import parse_symbols


@reporting()
@options.on_reference("rho", "resolution", "batch", symbols=True)
def command(
    reference: ModelReference = options.MODEL,
    symbols: str | None = typer.Option(
        None, metavar="B,H,W", help="Names of the free sizes: batch, then spatial axes; a name twice is one size."
    ),
    per: str = options.per("total", "stage", "layer"),
    at: list[str] = typer.Option(
        [], "--at", metavar="H=224,W=224", help="Print the formulas' values at these sizes (batch 1); repeatable."
    ),
    over: str | None = typer.Option(
        None, metavar="OPTION", help="Derive a family over its width multiplier: alpha, or a factory's argument."
    ),
) -> Report:
    """Derive what a real model costs, as a formula of its input's sizes: one symbolic trace, no weights.

    MACs, parameters, activations and the largest working set, and the sizes for which they hold.
    A network takes its options too (--alpha 0.75, --depth 50).

    Example: convcost derive mobilenet_v1 --alpha 0.75 --at H=192,W=192
    """
    points = [_point(text) for text in at]
    names = None if symbols is None else parse_symbols(symbols)

    if over is not None:
        if at or per != "total":
            raise ConvcostError("--over prints a family's formula; leave out --at and --per")
        from convcost.comparison.reference import derive_family_of
        from convcost.report.derivation import FamilyReport

        return FamilyReport(derive_family_of(reference, over))

    from convcost.comparison.reference import derive_model
    from convcost.explore.evaluated import evaluate, own_input
    from convcost.report.derivation import DerivationReport

    model_and_forms = derive_model(reference, symbols=names)
    values = evaluate(model_and_forms, points, per)
    return DerivationReport(model_and_forms.derived, per, values, own_input(model_and_forms))


def _point(text: str) -> dict[str, int]:
    point: dict[str, int] = {}
    for item in text.split(","):
        name, _, value = (part.strip() for part in item.partition("="))
        if not name or not value.isdecimal() or not value.isascii() or len(value) > 12 or not int(value):
            raise ConvcostError(
                f"--at is {text!r}, but must give whole numbers from 1 (at most 12 digits), such as H=224,W=224"
            )
        if name in point:
            raise ConvcostError(f"--at gives {name} twice; give it once")
        point[name] = int(value)
    return point
