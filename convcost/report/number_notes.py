"""What a report says of products that are not of floating-point numbers, or not of all elements."""

from collections.abc import Sequence

from convcost.core.numeric import product
from convcost.core.op_call import AS_REAL, COMPLEX, OpCall

_MOST = 5


def number_notes(calls: Sequence[OpCall]) -> list[str]:
    """Return a sentence for each kind: complex numbers, whole ones, sparse matrices."""
    macs = {
        number: sum(int(call.macs) for call in calls if call.site.number == number)
        for number in (COMPLEX, AS_REAL, "int8")
    }
    said = {
        COMPLEX: f"Of the MACs {macs[COMPLEX]:,} are of complex numbers: {4 * macs[COMPLEX]:,} of real ones (--real).",
        AS_REAL: f"Of the MACs {macs[AS_REAL]:,} stand for {macs[AS_REAL] // 4:,} of complex numbers, four for each.",
        "int8": f"Of the MACs {macs['int8']:,} are of whole numbers (int8).",
    }
    sparse = [_sparse(call) for call in calls if call.is_product and "entries" in call.hyper]
    more = [f"So it is with {len(sparse) - _MOST} more sparse matrices."] if len(sparse) > _MOST else []
    return [*(said[number] for number, count in macs.items() if count), *sparse[:_MOST], *more]


def _sparse(call: OpCall) -> str:
    entries, kept = call.hyper["entries"], str(call.hyper.get("kept"))
    whole = {"left": call.shapes[-2], "right": call.shapes[-1]}.get(kept)
    of = "" if whole is None else f" of {int(product(whole)):,}"
    what = "pairs of entries that meet" if kept == "both" else "entries that are kept"
    return f"{call.path or 'model'}: the matrix is sparse, and only the {int(entries):,}{of} {what} multiply."
