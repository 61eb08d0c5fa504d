"""Questions about a model of PyTorch: is its count right, what does it cost for any input, why do counters differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from convcost.core.errors import DomainError
from convcost.core.kinds import INPUT_TEXTS, LINE, MODEL, NETWORK, POSITIVE, SYMBOLIC_INPUTS, ArgumentKind, checked
from convcost.core.parsing import ModelReference, ReferenceKind, parse_model, parse_reference
from convcost.models.loading import model_name, module_of

if TYPE_CHECKING:
    from torch import nn

    from convcost.comparison.result import Comparison
    from convcost.report.comparison import ComparisonReport
    from convcost.report.count import CountReport
    from convcost.report.derivation import DerivationReport, FamilyReport
    from convcost.report.difference import DifferenceReport
    from convcost.report.proof import ProofReport
    from convcost.report.referee import RefereeReport
    from convcost.report.summary import SummaryReport


_MODEL = MODEL.or_(ArgumentKind("", lambda given: isinstance(given, ModelReference)), MODEL.words)
_ROWS = ArgumentKind("a whole number from 1", lambda given: type(given) is int and given > 0)


@checked(name=_MODEL)
def compare(
    name: str | ModelReference | nn.Module,
    inputs: object = None,
    *,
    model: nn.Module | str | None = None,
    arguments: Mapping[str, object] | None = None,
    unit: str = "macs",
    witness: str = "auto",
    real: bool = False,
    **options: object,
) -> ComparisonReport:
    """Compare formulas with fvcore's count of a real model, layer by layer.

    name       a network of the registry ("mobilenet_v1"): the paper's formula is compared with the model; or any
               model: a module, "torchvision:NAME", "timm:NAME", "package.module:factory",
               "path/to/file.py:factory": the formulas of the operators that it calls (naming a module of yours runs
               its code)
    inputs     of a model: a shape, a tensor, a tuple of these for several arguments, a dict for keyword arguments;
               a library's model has its own
    model      of a network: the model to measure, a module or a reference as above (a library's is built with the
               same number of classes); by default convcost's own choice, built at the same settings
    arguments  of a model reference: the factory's keyword arguments
    unit       "macs", or "flops" (two per multiply-accumulate, and every other operation once)
    witness    how fvcore counts: "auto", without weights where that is known to give its number, which takes a
               fraction of the time; "plain", always on the CPU with weights, as it runs by itself
    real       count four real multiply-accumulates for a complex one
    options    the network's own: alpha, rho or resolution, batch, classes, variant …

    Raises ConvcostError (a ValueError) with one line of text for a name, an option or a value that is not
    there, and MeasurementError where the model cannot be built or run.
    """
    from convcost.comparison.reference import compare_reference
    from convcost.report.comparison import ComparisonReport

    if witness not in ("auto", "plain"):
        raise DomainError(f"witness is {witness!r}, but must be auto or plain")
    plain = witness == "plain"
    name = parse_reference(name, options, arguments) if isinstance(name, str) else module_of(name)
    if isinstance(name, ModelReference):
        from convcost.comparison.scaling_note import scaling_note, times_of_baseline

        comparison = compare_reference(name, inputs, unit, model, plain)
        paper, named = comparison.paper, model_name(name.text if model is None else model)
        if paper is None:
            return ComparisonReport(_in_real_numbers(comparison) if real else comparison, name.settings, named)
        note = scaling_note(paper, name.settings)
        return ComparisonReport(comparison, name.settings, named, note, times_of_baseline(paper))
    given = {"model": model, "arguments": arguments} | options
    if unused := [option for option, value in given.items() if value is not None]:
        raise DomainError(f"{model_name(name)} is a model and takes no option {unused[0]}")
    if inputs is None:
        raise DomainError(f"{model_name(name)} does not say what it takes; give inputs=(1, 3, 224, 224)")

    from convcost.comparison.compare import compare_module

    comparison = compare_module(name, inputs, unit, plain)
    return ComparisonReport(_in_real_numbers(comparison) if real else comparison, {}, model_name(name))


def _in_real_numbers(comparison: Comparison) -> Comparison:
    from convcost.comparison.compare import in_real_numbers

    return in_real_numbers(comparison)


@checked(model=_MODEL)
def count(
    model: str | ModelReference | nn.Module,
    inputs: object = None,
    *,
    arguments: Mapping[str, object] | None = None,
    real: bool = False,
    nonzero: bool = False,
    **options: object,
) -> CountReport:
    """Count what a network or a model costs by the formulas alone: the fastest way to a right number.

    model      a network of the registry, whose paper's formula is evaluated without torch; or any model as `compare`
               takes it, whose operators are counted in one run without elements (naming a module of yours runs its
               code)
    inputs     as `compare` takes them
    arguments  of a model reference: the factory's keyword arguments
    real       count four real multiply-accumulates for a complex one
    nonzero    count only the multiply-accumulates of weights that are not zero (of convolutions, linear layers and
               matrix products): the model is run with its values, on the CPU
    options    the network's own: alpha, depth, batch …

    The result unpacks to `macs, params`, and has `flops`, `trainable`, `frozen`, `activations` (of products),
    `outputs` (of all operators), and `not_counted`: the operators without a formula, which are in no number. Raises as
    `compare` does.
    """
    from convcost.comparison.reference import count_model
    from convcost.report.count import CountReport

    counted = count_model(_named(model, options, arguments), inputs, nonzero=nonzero)
    return CountReport(counted.in_real_numbers() if real else counted)


@checked(model=_MODEL, depth=_ROWS, top=_ROWS)
def summary(
    model: str | ModelReference | nn.Module,
    inputs: object = None,
    *,
    depth: int = 3,
    sort: str = "tree",
    top: int | None = None,
    arguments: Mapping[str, object] | None = None,
    **options: object,
) -> SummaryReport:
    """Show a model as the tree of its modules: what each returns, its parameters, its MACs and their share.

    model      as `count` takes it; of a network it is the model that convcost has of it
    inputs     as `compare` takes them
    depth      how deep the tree is shown; what is deeper is in the numbers of the modules that it is in
    sort       "tree", or "macs" or "params": the last modules of the tree, the largest first
    top        how many rows are shown at most
    arguments  of a model reference: the factory's keyword arguments
    options    the network's own: alpha, batch …

    The numbers are those of `count`. Raises as `compare` does.
    """
    from convcost.comparison.reference import count_model
    from convcost.report.summary import SummaryReport

    return SummaryReport(count_model(_named(model, options, arguments), inputs, tree=True), depth, sort, top)


def _named(
    model: str | ModelReference | nn.Module, options: Mapping[str, object], arguments: Mapping[str, object] | None
) -> ModelReference | nn.Module:
    """Return what is to be counted; raises DomainError for options of a module."""
    if isinstance(model, str):
        return parse_reference(model, options, arguments)
    model = module_of(model)
    for option in [*options, *(["arguments"] if arguments else [])]:
        named = model.text if isinstance(model, ModelReference) else model_name(model)
        raise DomainError(f"{named} is given whole and takes no option {option}")
    return model


_PAPER = NETWORK.called("the name of a network, such as 'mobilenet_v1'; a module goes into model")


@checked(name=_PAPER)
def prove(
    name: str,
    *,
    model: nn.Module | str | None = None,
    arguments: Mapping[str, object] | None = None,
    **options: object,
) -> ProofReport:
    """Decide whether a paper's formula and a real model are one function of batch size, height and width.

    name       a network of the registry
    model      the model to trace, as in `compare`; by default convcost's own choice
    arguments  of a reference to a model of yours: the factory's keyword arguments
    options    the network's own, except for batch and image, which stay free. Where the paper has numbers for
               several width multipliers and `alpha` is not given, there is a proof for each of them.

    Raises ConvcostError for a name, an option or a value that is not there, MeasurementError where the model cannot
    be built or traced, and UndecidableError where an expression is outside the class that can be decided.
    """
    from convcost.comparison.reference import prove_network
    from convcost.core.architecture import Architecture
    from convcost.core.registry import find
    from convcost.report.proof import Case, ProofReport

    reference = ModelReference(ReferenceKind.NETWORK, name, settings=options, arguments=dict(arguments or {}))
    cases = tuple(Case(settings, proof) for settings, proof in prove_network(reference, model))
    return ProofReport(find(Architecture, name, "network"), model_name(name if model is None else model), cases)


@checked(inputs=SYMBOLIC_INPUTS)
def derive(
    model: str | nn.Module,
    inputs: object = None,
    *,
    symbols: Sequence[str] | None = None,
    arguments: Mapping[str, object] | None = None,
    **options: object,
) -> DerivationReport:
    """Derive what a model costs as a function of its input's sizes, from one symbolic trace of it.

    model      a module, in any mode, or a reference as `compare` takes it (naming a module of yours runs its code)
    inputs     as `compare` takes them; in a shape, a name stands for any size: ("B", 3, "H", "W")
    symbols    names of the free sizes where `inputs` names none: batch, then spatial axes; the same name twice is
               one size. By default B, H and W of an image, B and L of a sequence
    arguments  of a model reference: the factory's keyword arguments
    options    of a network of the registry: alpha, depth …

    The result has `macs`, `activations` and `peak` as SymPy expressions and `parameters`, `domain` in words,
    `to_latex()`, and `function(metric)`, which is exact and fast on ints and NumPy arrays.

    Raises ConvcostError with one line of text for what is not there; MeasurementError where the model cannot be
    run, or what it does depends on the values of its sizes.
    """
    from convcost.comparison.reference import derive_model
    from convcost.explore.evaluated import own_input
    from convcost.report.derivation import DerivationReport

    named = parse_reference(model, options, arguments, symbols=True) if isinstance(model, str) else module_of(model)
    found = derive_model(named, inputs, symbols)
    return DerivationReport(found.derived, own=own_input(found))


@checked(model=LINE, inputs=SYMBOLIC_INPUTS)
def derive_family(
    model: str,
    over: str,
    *,
    inputs: object = None,
    arguments: Mapping[str, object] | None = None,
    **options: object,
) -> FamilyReport:
    """Derive what a family of models costs as a function of its rounded channel counts.

    model      a reference, as `derive` takes it
    over       the width multiplier: an option of a network, or an argument of the factory
    inputs     as `derive` takes them

    Two builds, at 1 and 0.35, name the channel counts, one at 1.3 checks the formula; more follow where needed.
    Raises as `derive` does.
    """
    from convcost.comparison.reference import derive_family_of
    from convcost.report.derivation import FamilyReport

    reference = parse_reference(model, options, arguments, symbols=True)
    return FamilyReport(derive_family_of(reference, over, inputs))


@checked(model=_MODEL, time_limit=POSITIVE)
def referee(
    model: str | ModelReference | nn.Module,
    inputs: object = None,
    *,
    counters: Sequence[str | Callable[..., object]] | None = None,
    counter_unit: str = "macs",
    time_limit: float = 120,
    arguments: Mapping[str, object] | None = None,
    **options: object,
) -> RefereeReport:
    """Let counters count a model, and explain each number to the last unit.

    model         a module, or a reference as `compare` takes it (naming a module of yours runs its code)
    inputs        as `compare` takes them
    counters      names of counters (convcost conventions), and counters of yours: a function, or a text such as
                  path/to/counter.py:function or package.module:function, whose code is run. It is called with the
                  model and its inputs (a tuple for `model(*inputs)`, a dict for `model(**inputs)`) and returns a whole
                  number, (macs, params), or a dict of the numbers of modules, their children's left out, by path.
                  By default all that are installed
    counter_unit  what counters of yours count: macs, or flops, two per multiply-accumulate
    time_limit    seconds that a counter may take; each runs in a process of its own
    arguments     of a model reference: the factory's keyword arguments
    options       of a network of the registry: alpha, depth …

    A counter that is missing or fails is an explanation without a number. Raises ConvcostError with one line of text
    for a name that is not there, MeasurementError where the model cannot be built or run.
    """
    from convcost.comparison.refereeing.run import counted_model, referee_model
    from convcost.report.referee import RefereeReport

    what = counted_model(_named(model, options, arguments), inputs)
    return RefereeReport(referee_model(what, counters, time_limit, counter_unit), what.name, what.inputs.specs)


_SIDE = ArgumentKind(
    f"{LINE.words}, or a report of compare", lambda given: isinstance(given, str) or hasattr(given, "comparison")
)


@checked(before=_SIDE, after=_SIDE, inputs=INPUT_TEXTS)
def diff(
    before: str | ComparisonReport, after: str | ComparisonReport, *, inputs: Sequence[str] = ()
) -> DifferenceReport:
    """Tell what changed from one network to another, layer by layer, in the formulas' counts.

    Each is a text as on the command line of `convcost compare` ("mobilenet_v1 --alpha 0.75", "torchvision:resnet18",
    "net.py:Net --arg width=8 --input 1,3,64,64"; "net.py@REV:Net" is the file at a revision of git, and naming a
    module of yours runs its code), or a report that `compare` returned. `inputs` are those of a model whose text
    gives none.

    Raises ConvcostError for what cannot be read or is not there, MeasurementError where a model cannot be run.
    """
    from convcost.comparison.difference import difference, of_comparison
    from convcost.comparison.reference import side_of
    from convcost.report.difference import DifferenceReport

    sides = [
        side_of(parse_model(given), given, inputs)
        if isinstance(given, str)
        else of_comparison(given.comparison, given.reference)
        for given in (before, after)
    ]
    return DifferenceReport(difference(*sides))
