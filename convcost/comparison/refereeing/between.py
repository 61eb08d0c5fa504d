"""Two counters against each other."""

from __future__ import annotations

from dataclasses import dataclass

from convcost.comparison.refereeing.explanation import Account
from convcost.comparison.refereeing.term import Term
from convcost.core.errors import DomainError


@dataclass(frozen=True)
class Between:
    """What the second counter has more than the first; `terms` and `unexplained` add up to it."""

    first: Account
    second: Account
    difference: int
    terms: tuple[Term, ...]
    unexplained: int


def between(first: Account, second: Account) -> Between:
    """Take the difference of two numbers apart; raises DomainError where one of them printed none."""
    for account in (first, second):
        if account.printed is None:
            raise DomainError(f"{account.counter} printed no number: {account.failed}")
    terms: list[Term] = []
    for term in second.terms:
        own = next((t for t in first.terms if (t.kind, t.label) == (term.kind, term.label)), None)
        terms.append(_less(term, own.amount if own else 0))
    shared = {(term.kind, term.label) for term in second.terms}
    terms += [_less(term, 2 * term.amount) for term in first.terms if (term.kind, term.label) not in shared]
    kept = tuple(sorted((t for t in terms if t.amount), key=lambda t: -abs(t.amount)))
    difference = (second.printed or 0) - (first.printed or 0)
    return Between(first, second, difference, kept, difference - sum(term.amount for term in kept))


def _less(term: Term, amount: int) -> Term:
    return Term(term.label, term.amount - amount, term.kind, term.calls, term.sentence)
