"""What a counter makes of a call, and the named terms by which that differs from the multiply-accumulates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from convcost.core.convention import Convention, Fault, Rule
from convcost.core.use import Use

CONVENTION, FAULT = "convention", "fault"

_PER = {
    "bias_adds": "addition of a bias",
    "elementwise": "operation",
    "parameters": "parameter",
    "activations": "output element",
    "inputs": "input element",
}


@dataclass(frozen=True)
class Term:
    """A named part of the difference between a counter and the formula.

    label   what differs, and `sentence` why
    amount  in the counter's unit
    kind    convention or fault
    calls   how many calls of the model it comes from
    """

    label: str
    amount: int
    kind: str
    calls: int
    sentence: str
    operator: str = ""
    path: str = ""


def core(use: Use) -> int:
    """The multiply-accumulates of a call, which all counters mean to count."""
    return int(use.cost.macs) if use.is_product else 0


@dataclass(frozen=True)
class Seen:
    """A call under a convention: the counts of the first and of the second look, and the terms of the difference."""

    use: Use
    first: int
    second: int
    terms: tuple[Term, ...]


def seen(convention: Convention, use: Use) -> Seen:
    """What a counter makes of a call; its terms add up to both looks' counts less the multiply-accumulates."""
    rule, also = convention.first(use), next((r for r in convention.also if r.speaks(use)), None)
    fault = next((f for f in convention.faults if f.count(use) is not None), None)
    first, terms = _look(rule, fault if rule or not also else None, use)
    times = use.owner.places**convention.places
    if times > 1:
        terms.append(_term(use, "shared modules", (times - 1) * first, FAULT, _SHARED))
        first *= times
    second = 0
    if also and rule:
        second, _ = _look(also, None, use)
        terms.append(_term(use, f"{_words(use)} counted twice", second, FAULT, _TWICE))
    elif also:
        second, terms = _look(also, fault, use)
    return Seen(use, first, second, tuple(t for t in terms if t.amount))


def _look(rule: Rule | None, fault: Fault | None, use: Use) -> tuple[int, list[Term]]:
    """The count of one look and its terms."""
    count, terms = _regular(rule, use)
    if fault is None:
        return count, terms
    wrong = int(fault.count(use) or 0)
    if rule is None or rule.weights is None:
        count, terms = core(use), []
    return wrong, [*terms, _term(use, fault.sentence, wrong - count, FAULT, fault.sentence)]


_SHARED = "a module that stands at several places in the tree is counted at each of them"
_TWICE = "the module is hooked and the function that it calls is patched, and both count"


def _regular(rule: Rule | None, use: Use) -> tuple[int, list[Term]]:
    """The count of a rule and its terms, all of convention, but for products that it does not count."""
    macs = core(use)
    if rule is None or rule.weights is None:
        sentence = rule.sentence if rule else "the counter does not see this call"
        return 0, [_term(use, _uncounted(use), -macs, FAULT, sentence)]
    weight = rule.weights.get("macs", 0)
    total, terms = weight * int(use.cost.macs), []
    if use.is_product and weight != 1:
        times = _term(use, f"{weight} per multiply-accumulate", (weight - 1) * macs, CONVENTION, rule.sentence)
        terms.append(times if weight else _term(use, _uncounted(use), -macs, FAULT, rule.sentence))
    for primitive, each in rule.weights.items():
        if primitive != "macs":
            amount = int(each * getattr(use.cost, primitive))
            total += amount
            terms.append(_term(use, f"{_words(use)}: {each} per {_PER[primitive]}", amount, CONVENTION, rule.sentence))
    if rule.more is not None:
        amount = int(rule.more(use.inputs, use.hyper, use.cost))
        total += amount
        terms.append(_term(use, f"{_words(use)}: {rule.sentence}", amount, CONVENTION, rule.sentence))
    return total, terms


def _words(use: Use) -> str:
    return use.operator.replace("_", " ")


def _uncounted(use: Use) -> str:
    return f"{_words(use)} not counted"


def _term(use: Use, label: str, amount: int, kind: str, sentence: str) -> Term:
    return Term(label, int(amount), kind, 1, sentence, use.operator, use.path)


def summed(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Terms of one label as one, conventions first, the largest first."""
    groups: dict[tuple[str, str], list[Term]] = {}
    for term in terms:
        groups.setdefault((term.kind, term.label), []).append(term)
    joined = [
        Term(label, sum(t.amount for t in group), kind, sum(t.calls for t in group), group[0].sentence)
        for (kind, label), group in groups.items()
    ]
    return tuple(sorted((t for t in joined if t.amount), key=lambda t: (t.kind == FAULT, -abs(t.amount), t.label)))


def per_sample(looked: Sequence[Seen], batch: int) -> Iterator[Term]:
    """The term by which counts that are divided by the batch are smaller."""
    whole = sum(s.first for s in looked)
    if batch > 1 and whole:
        sentence = "the counts of hooked modules are divided by the batch"
        yield Term(f"a sample of {batch}", whole // batch - whole, CONVENTION, len(looked), sentence)
