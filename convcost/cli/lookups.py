"""`convcost list`, `formula`, `show` and `conventions`: what the registry has, looked up."""

import typer

from convcost.cli import completion, options
from convcost.cli.files import Report, reporting
from convcost.core.errors import ConvcostError
from convcost.core.parsing import ModelReference


@reporting()
def list_names(
    kind: str | None = typer.Argument(
        None,
        metavar="KIND",
        help="networks (with year, paper and cost), formulas, operators, models or counters; all if left out.",
        autocompletion=completion.kinds,
    ),
) -> Report:
    """List what can be asked for: networks, formulas, operators, models and counters.

    Example: convcost list networks
    """
    from convcost.explore.listing import listed, names_only
    from convcost.report.listing import ListReport

    return ListReport(names_only() if kind is None else {kind: listed(kind)})


@reporting()
def show_formula(
    name: str = typer.Argument(
        help="A formula, an operator or a network (convcost list shows them).",
        show_default=False,
        autocompletion=completion.formulas,
    ),
    set_: list[str] = typer.Option(
        [],
        "--set",
        metavar="SYMBOL=VALUE",
        help="Give a symbol a value; repeatable.",
        autocompletion=completion.symbols,
    ),
) -> Report:
    """Print a formula: its symbols with meaning and unit, domain, source, closed form and value.

    Example: convcost formula depthwise_separable --set D_K=3 --set M=512 --set N=512 --set D_F=14
    """
    values: dict[str, str] = {}
    for item in set_:
        symbol, equals, value = item.partition("=")
        if not equals or not symbol or not value:
            raise ConvcostError(f"--set is {item!r}, but must be SYMBOL=VALUE, such as M=512")
        if symbol in values:
            raise ConvcostError(f"--set gives {symbol} twice; give it once")
        values[symbol] = value

    from convcost.core.architecture import Architecture
    from convcost.core.registry import lookup
    from convcost.explore.formula_values import formula_values
    from convcost.report.formula import FormulaReport, NetworkFormReport
    from convcost.symbolic.closed_form import network_form

    record = lookup(name)
    if isinstance(record, Architecture):
        return NetworkFormReport(record, network_form(record, values))
    return FormulaReport(formula_values(record, values))


@reporting()
@options.on_reference()
def show_network(
    reference: ModelReference = options.NETWORK,
    per: str = options.per("layer", "block"),
    symbolic: bool = typer.Option(False, "--symbolic", help="Keep α, the image's side and the batch as symbols."),
) -> Report:
    """Print an architecture: operators, channels, repeats, strides, output sizes, receptive fields and costs.

    The network's options are given as in convcost compare; the last table lists them.

    Example: convcost show mobilenet_v2 --alpha 0.75 --per block
    """
    from convcost.explore.network_table import network_table
    from convcost.report.architecture import ArchitectureReport

    return ArchitectureReport(network_table(reference.name, reference.settings, per, symbolic))


@reporting()
def show_conventions(
    name: str | None = typer.Argument(
        None, help="A counter; all of them if left out.", autocompletion=completion.conventions
    ),
) -> Report:
    """Print how each counter counts each operator, which names of an operator it recognises, and its known faults.

    Example: convcost conventions thop
    """
    from convcost.report.conventions import ConventionsReport

    return ConventionsReport.of(name)
