"""The table of what each counter counts, and of its known faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from convcost.core.convention import ALL, Convention, Rule
from convcost.core.registry import find, records
from convcost.report.content import GAP, Block, Column, Content, Heading, Sentence, Table
from convcost.report.report import Records, Report

_UNITS = ("macs", "flops")
_SHORT = {
    "bias_adds": "biases",
    "elementwise": "operations",
    "parameters": "parameters",
    "activations": "outputs",
    "inputs": "inputs",
    "macs": "MACs",
}
_RULES = [Column("operators", "words"), Column("counts", "words"), Column("where", "words"), Column("how", "words")]
_FAULTS = [Column("operators", "words"), Column("known fault", "words"), Column("seen in", "words")]


def counters() -> dict[str, Convention]:
    """The conventions of counters by name; the two units are none."""
    return {name: record for name, record in sorted(records(Convention).items()) if name not in _UNITS}


def weights(rule: Rule) -> str:
    """MACs + 2 outputs; a rule's weights in words."""
    if rule.weights is None:
        return "no handle"
    named = [f"{'' if n == 1 else f'{n} '}{_SHORT[name]}" for name, n in rule.weights.items() if n]
    return " + ".join([*named, *(["more"] if rule.more else [])]).replace("+ -", "− ") or "0"


def _where(rule: Rule) -> str:
    """In words, which calls are looked at."""
    at = rule.at
    found = [
        f"module {', '.join(at.modules)}" if at.modules else "",
        f"module derived from {', '.join(at.bases)}" if at.bases else "",
        f"through {', '.join(at.functions)}" if at.functions else "",
        *(f"{name} {' or '.join(map(str, values))}" for name, values in rule.when.items()),
    ]
    return "; ".join(filter(None, found))


def rule_rows(convention: Convention) -> list[list[str]]:
    """One row per rule, those of the second look last."""
    rows = [[", ".join(r.operators), weights(r), _where(r), r.sentence] for r in convention.rules]
    return rows + [[", ".join(r.operators), weights(r), _where(r), f"besides: {r.sentence}"] for r in convention.also]


def fault_rows(convention: Convention) -> list[list[str]]:
    """One row per known fault."""
    source = convention.source.work
    rows = [
        ["all" if f.operators == ALL else ", ".join(f.operators), f.sentence, f.seen_in or source]
        for f in convention.faults
    ]
    first, second = ({name for r in rules for name in r.operators} for rules in (convention.rules, convention.also))
    also = first & second
    if also:
        sentence = "counted twice where a hooked module calls a patched function"
        rows.append([", ".join(sorted(also)), sentence, source])
    if convention.places:
        times = "its square" if convention.places == 2 else "as often"
        sentence = f"a module that stands at several places in the tree is counted {times}"
        rows.append(["all", sentence, source])
    if convention.sizes:
        rows.append(["mul", "products of sizes in the trace are counted", source])
    return rows


@dataclass(frozen=True, repr=False)
class ConventionsReport(Report):
    """What each counter counts, and its known faults."""

    conventions: tuple[Convention, ...]

    @classmethod
    def of(cls, name: str | None = None) -> ConventionsReport:
        """The convention of one counter, or of all; raises UnknownNameError for a counter there is none of."""
        found = {name: find(Convention, name, "convention")} if name is not None else counters()
        return cls(tuple(found.values()))

    def records(self) -> Records:
        """One row per rule or known fault."""
        rows = [
            (convention.name, kind, *cells)
            for convention in self.conventions
            for kind, found in (("rule", rule_rows(convention)), ("fault", _as_rules(fault_rows(convention))))
            for cells in found
        ]
        return Records.of(("counter", "kind", "operators", "counts", "where", "how"), rows)

    def content(self) -> Content:
        """The rules and the known faults of each counter."""
        blocks: list[Block] = []
        for convention in self.conventions:
            blocks += [Heading(convention.name), Sentence(_told(convention)), *_tables(convention)]
        return Content("What each counter counts", "Made by convcost conventions.", blocks)

    def screen(self) -> Content:
        """The same, the known faults as sentences."""
        blocks: list[Block] = []
        for convention in self.conventions:
            rows = [row[:3] for row in rule_rows(convention)]
            blocks += [Sentence(convention.title, "bold"), Sentence(f"Source: {convention.source}.")]
            blocks.append(Table(_RULES[:3], rows, close=True))
            faults = fault_rows(convention)
            blocks += [Sentence(f"Known fault ({operators}): {sentence}.") for operators, sentence, _ in faults]
            blocks.append(GAP)
        return Content("", "", blocks)


def _told(convention: Convention) -> str:
    unit = "FLOPs" if convention.unit == "flops" else "MACs"
    sample = " Counts of hooked modules are divided by the batch." if convention.per_sample else ""
    return f"{convention.title}. It prints {unit}.{sample} Source: {convention.source}."


def _tables(convention: Convention) -> list[Table]:
    faults = fault_rows(convention)
    return [Table(_RULES, rule_rows(convention)), *([Table(_FAULTS, faults)] if faults else [])]


def _as_rules(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Rows of faults in the columns of rules."""
    return [[operators, "", seen_in, sentence] for operators, sentence, seen_in in rows]
