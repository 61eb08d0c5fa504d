"""Networks compared, as one page for a browser in which their formulas run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convcost.api.spelled import read
from convcost.core.architecture import Architecture
from convcost.core.errors import ConvcostError, DomainError
from convcost.core.registry import find

if TYPE_CHECKING:
    from convcost.report.page.document import PageReport, Section


def page(
    names: str | Sequence[str],
    *,
    model: str | None = None,
    inputs: Sequence[str] = (),
    arguments: Sequence[str] = (),
    unit: str = "macs",
    **options: object,
) -> PageReport:
    """A page with a section for each network, as `compare` has it: `.to_html()` is its text, `.save(path)` writes it.

    names      one or several, each as on the command line of `convcost compare`: "mobilenet_v1",
               "resnet --depth 50", "torchvision:resnet18" (naming a module of yours runs its code)
    model      a reference of the model to hold every network of the book against; by default the book's own
    inputs     of models whose text gives none: "1,3,224,224"
    arguments  of models' factories: "key=value"
    unit       "macs" or "flops"
    options    of all the networks: alpha, resolution, depth …

    On the page the formula runs for all values of the options that it has a symbol for, not only the measured ones;
    that of a model runs for all sizes of its input that are open (`derive`), and the page says so where none is.
    Raises ConvcostError with one line of text for what is not there or cannot be read, MeasurementError where a
    model cannot be built or run.
    """
    from convcost.report.page.document import PageReport

    texts = [names] if isinstance(names, str) else list(names)
    if not texts:
        raise DomainError("a report needs a network; give its name")
    common = {"arg": list(arguments), "input": list(inputs)}
    return PageReport(tuple(_section(text, common, model, unit, options) for text in texts))


def _section(
    text: str, common: Mapping[str, list[str]], model: str | None, unit: str, options: Mapping[str, object]
) -> Section:
    from convcost.api.compare import compare
    from convcost.api.derive import derivation
    from convcost.explore.network_program import network_program
    from convcost.models import spelling
    from convcost.report.page.data import command
    from convcost.report.page.document import Section
    from convcost.report.page.model_program import derived_program, model_program

    spelled = read(text)
    name = spelled.reference
    given: dict[str, Any] = {**options, **spelled.options}
    if spelled.of_the_book:
        # `compare` takes keywords that no option may be mistaken for.
        find(Architecture, name, "network").settings(given)
    own = {"arg": spelled.arguments, "input": spelled.inputs}
    lists = {key: list(own[key] or common[key]) for key in own}
    more = {"model": [model] if model else [], "unit": [unit] if unit != "macs" else [], **lists}
    keywords = spelling.parse_arguments(lists["arg"])
    specs = spelling.given_inputs(lists["input"])
    found = compare(name, model=model, inputs=specs, arguments=keywords, unit=unit, **given)
    if spelled.of_the_book:
        program = network_program(find(Architecture, name, "network"), given, unit)
        return Section(found, program, command(name, found, program, more))
    try:
        derived = derivation(name, inputs=specs, arguments=keywords).derived
        program = derived_program(found.comparison, derived)
    except ConvcostError as error:
        program = model_program(found.comparison)
        return Section(found, program, command(name, found, program, more), note=f"Without sliders: {error}.")
    return Section(found, program, command(name, found, program, {**more, "input": []}), derived)
