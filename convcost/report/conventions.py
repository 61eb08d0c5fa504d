"""The table of what each counter counts, and of its known faults."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.text import Text

from convcost.core.convention import ALL, Convention, Fault, Rule
from convcost.core.registry import find, records
from convcost.report import files, markdown
from convcost.report.table import plain_table

_UNITS = ("macs", "flops")
_SHORT = {
    "bias_adds": "biases",
    "elementwise": "operations",
    "parameters": "parameters",
    "activations": "outputs",
    "inputs": "inputs",
    "macs": "MACs",
}
HEADERS = ("operators", "counts", "where", "how")
FAULT_HEADERS = ("operators", "known fault", "seen in")


def counters() -> dict[str, Convention]:
    """The conventions of counters by name; the two units are none."""
    return {name: record for name, record in sorted(records(Convention).items()) if name not in _UNITS}


def weights(rule: Rule) -> str:
    """MACs + 2 outputs; a rule's weights in words."""
    if rule.weights is None:
        return "no handle"
    named = [f"{'' if n == 1 else f'{n} '}{_SHORT[name]}" for name, n in rule.weights.items() if n]
    return " + ".join([*named, *(["more"] if rule.more else [])]).replace("+ -", "− ") or "0"


def sight(rule: Rule | Fault) -> str:
    """In words, which calls are looked at."""
    at = rule.at
    found = [
        f"module {', '.join(at.modules)}" if at.modules else "",
        f"module derived from {', '.join(at.bases)}" if at.bases else "",
        f"through {', '.join(at.functions)}" if at.functions else "",
        *(_condition(name, values) for name, values in getattr(rule, "when", {}).items()),
    ]
    return "; ".join(filter(None, found))


def _condition(name: str, values: tuple[object, ...]) -> str:
    return f"{name} {' or '.join(map(str, values))}"


def rule_rows(convention: Convention) -> list[list[str]]:
    """A row a rule, those of the second look last."""
    rows = [[", ".join(r.operators), weights(r), sight(r), r.sentence] for r in convention.rules]
    return rows + [[", ".join(r.operators), weights(r), sight(r), f"besides: {r.sentence}"] for r in convention.also]


def fault_rows(convention: Convention) -> list[list[str]]:
    """A row a known fault."""
    rows = [["all" if f.operators == ALL else ", ".join(f.operators), f.sentence, f.seen_in] for f in convention.faults]
    first, second = ({name for r in rules for name in r.operators} for rules in (convention.rules, convention.also))
    also = first & second
    if also:
        sentence = "counted twice where a hooked module calls a patched function"
        rows.append([", ".join(sorted(also)), sentence, convention.source.work])
    if convention.places:
        times = "its square" if convention.places == 2 else "as often"
        sentence = f"a module that stands at several places in the tree is counted {times}"
        rows.append(["all", sentence, convention.source.work])
    if convention.sizes:
        rows.append(["mul", "products of sizes in the trace are counted", convention.source.work])
    return rows


def page(found: Mapping[str, Convention] | None = None) -> str:
    """The Markdown page of all conventions."""
    parts = ["# What each counter counts\n", "Made by `convcost conventions --markdown FILE`.\n"]
    for convention in (found or counters()).values():
        unit = "FLOPs" if convention.unit == "flops" else "MACs"
        sample = " Counts of hooked modules are divided by the batch." if convention.per_sample else ""
        parts += [
            f"## {convention.name}\n",
            f"{convention.title}. It prints {unit}.{sample} Source: {convention.source}.\n",
            markdown.table(HEADERS, rule_rows(convention)),
        ]
        if rows := fault_rows(convention):
            parts.append(markdown.table(FAULT_HEADERS, rows))
    return "\n".join(parts)


def write(path: Path) -> None:
    """The page as a file, whole or not at all."""
    files.write(path, page())


def print_conventions(console: Console, name: str | None) -> None:
    """All conventions, or one."""
    shown = {name: find(Convention, name, "convention")} if name else counters()
    for convention in shown.values():
        console.print(Text(convention.title, style="bold"))
        console.print(Text(f"Source: {convention.source}."))
        table = plain_table("operators", "counts", "where")
        for operators, counted, where, _ in rule_rows(convention):
            table.add_row(*map(Text, (operators, counted, where)))
        console.print(table)
        for operators, sentence, _ in fault_rows(convention):
            console.print(Text(f"Known fault ({operators}): {sentence}."))
        console.print()
