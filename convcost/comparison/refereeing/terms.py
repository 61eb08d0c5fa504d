"""What a counter makes of a call, and the named terms by which that differs from the multiply-accumulates."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from convcost.core.convention import Convention, Fault, Rule
from convcost.core.op_call import OpCall

CONVENTION, FAULT = "convention", "fault"

_PER = {
    "bias_adds": "addition of a bias",
    "elementwise": "operation",
    "parameters": "parameter",
    "activations": "output element",
    "inputs": "input element",
}
_SHARED = "a module that stands at several places in the tree is counted at each of them"
_TWICE = "the module is hooked and the function that it calls is patched, and both count"


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


@dataclass(frozen=True)
class ExplainedCall:
    """A call under a convention: the counts of the first and of the second look, and the terms of the difference."""

    call: OpCall
    first: int
    second: int
    terms: tuple[Term, ...]


def explained(convention: Convention, call: OpCall, siblings: Sequence[OpCall] = ()) -> ExplainedCall:
    """Return what a counter makes of a call; its terms add up to both looks' counts less the multiply-accumulates.

    siblings  all calls of the call's module, in their order
    """
    rule, also = convention.rule(call, siblings), convention.also_rule(call, siblings)
    fault = convention.fault(call, siblings)
    first, terms = _look(rule, fault if rule or not also else None, call, siblings)
    times = call.site.owner.places**convention.places
    if times > 1:
        terms.append(_term("shared modules", (times - 1) * first, FAULT, _SHARED))
        first *= times
    second = 0
    if also and rule:
        second, _ = _regular(also, call)
        terms.append(_term(f"{_words(call)} counted twice", second, FAULT, _TWICE))
    elif also:
        second, terms = _look(also, fault, call, siblings)
    return ExplainedCall(call, first, second, tuple(t for t in terms if t.amount))


def _look(rule: Rule | None, fault: Fault | None, call: OpCall, siblings: Sequence[OpCall]) -> tuple[int, list[Term]]:
    """Return the count of one look and its terms."""
    count, terms = _regular(rule, call)
    if fault is None:
        return count, terms
    wrong = int(fault.count(call, siblings) or 0)
    if rule is None or rule.weights is None:
        count, terms = int(call.macs), []
    return wrong, [*terms, _term(fault.sentence, wrong - count, FAULT, fault.sentence)]


def _regular(rule: Rule | None, call: OpCall) -> tuple[int, list[Term]]:
    """Return the count of a rule and its terms, all of convention, but for products that it does not count."""
    macs, uncounted = int(call.macs), f"{_words(call)} not counted"
    if rule is None or rule.weights is None:
        sentence = rule.sentence if rule else "the counter does not see this call"
        return 0, [_term(uncounted, -macs, FAULT, sentence)]
    weight, terms = rule.weights.get("macs", 0), []
    if call.is_product and weight == 0:
        terms.append(_term(uncounted, -macs, FAULT, rule.sentence))
    elif call.is_product:
        terms.append(_term(f"{weight} per multiply-accumulate", (weight - 1) * macs, CONVENTION, rule.sentence))
    for primitive, each in rule.weights.items():
        if primitive != "macs":
            amount = int(each * getattr(call.cost, primitive))
            terms.append(_term(f"{_words(call)}: {each} per {_PER[primitive]}", amount, CONVENTION, rule.sentence))
    if rule.more is not None:
        terms.append(_term(f"{_words(call)}: {rule.sentence}", int(rule.more(call)), CONVENTION, rule.sentence))
    return int(rule.count(call) or 0), terms


def _words(call: OpCall) -> str:
    return call.name.replace("_", " ")


def _term(label: str, amount: int, kind: str, sentence: str) -> Term:
    return Term(label, amount, kind, 1, sentence)


def by_label(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Return terms of one label as one, conventions first, the largest first."""
    groups: dict[tuple[str, str], list[Term]] = {}
    for term in terms:
        groups.setdefault((term.kind, term.label), []).append(term)
    joined = [
        Term(label, sum(t.amount for t in group), kind, sum(t.calls for t in group), group[0].sentence)
        for (kind, label), group in groups.items()
    ]
    return tuple(sorted((t for t in joined if t.amount), key=lambda t: (t.kind == FAULT, -abs(t.amount), t.label)))


def per_sample(calls: Sequence[ExplainedCall], batch: int) -> Iterator[Term]:
    """Yield the term by which counts that are divided by the batch are smaller."""
    whole = sum(one.first for one in calls)
    if batch > 1 and whole:
        sentence = "the counts of hooked modules are divided by the batch"
        yield Term(f"a sample of {batch}", whole // batch - whole, CONVENTION, len(calls), sentence)
