"""The calls of a model as counters see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from convcost.comparison.judge import operator_of
from convcost.core.errors import ConvcostError
from convcost.core.use import Owner, Use
from convcost.trace.capture import Call


def uses(
    calls: Sequence[Call], owners: Mapping[str, Owner], unused: Collection[int] = ()
) -> tuple[list[Use], Counter[str]]:
    """Every call that the book has a formula for, and how often each operator is called that it has none for.

    unused  positions of the calls that nothing comes of
    """
    found: list[Use] = []
    unknown: Counter[str] = Counter()
    for position, call in enumerate(calls):
        operator = operator_of(call.operator)
        try:
            result = operator(*call.inputs, **call.hyper) if operator else None
        except ConvcostError:
            result = None
        if operator is None or result is None:
            unknown[call.aten] += 1
            continue
        found.append(
            Use(
                operator=operator.name,
                inputs=call.inputs,
                hyper=call.hyper,
                cost=result.cost,
                output=call.output,
                path=call.module,
                owner=owners.get(call.module, Owner()),
                functions=call.functions,
                unbatched=call.unbatched,
                contiguous=call.contiguous,
                unused=position in unused,
                is_product=operator.is_product,
            )
        )
    return found, unknown
