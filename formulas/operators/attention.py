"""Scaled dot-product attention, with every head's scores dense."""

from types import SimpleNamespace

from convcost.core.cost import Result
from convcost.core.numeric import Shape, Truth, every, flag, product
from convcost.core.record import Condition, Source, Symbol, operator

from .elementwise import broadcast, broadcastable


def scaled_dot_product_attention(
    query: Shape,
    key: Shape,
    value: Shape,
    mask: Shape | None = None,
    *,
    is_causal: bool = False,
    enable_gqa: bool = False,
) -> Result:
    """softmax(Q·Kᵀ/√E + mask)·V for Q of (*, H, L, E), K of (*, H, S, E) and V of (*, H, S, F).

    The count is dense: scores that a mask or `is_causal` hides count like all others, as they do in PyTorch's
    FlopCounterMode. Multiply-accumulates are those of the two products; the scaling and the mask take one
    operation per score, the softmax an exponential and a division per score and the additions of each row's sum.
    With `enable_gqa` a head of keys and values serves several heads of queries (grouped-query attention).
    Dropout is left out.
    """
    shared = [shape[:-3] + query[-3:-2] if enable_gqa else shape[:-2] for shape in (key, value)]
    leading = broadcast(query[:-2], broadcast(*shared))
    rows = product(leading) * query[-2]
    scores, shape = rows * key[-2], (*leading, query[-2], value[-1])
    masked = flag(is_causal) + flag(mask is not None)
    return Result.of(
        shape,
        *(operand for operand in (query, key, value, mask) if operand is not None),
        macs=scores * query[-1] + scores * value[-1],
        elementwise=scores + masked * scores + 3 * scores - rows,
    )


def _widths_match(a: SimpleNamespace) -> Truth:
    return (a.query[-1] == a.key[-1]) & (a.key[-2] == a.value[-2])


def _heads_match(a: SimpleNamespace) -> Truth:
    if a.enable_gqa:
        return every((a.query[-3] % shape[-3] == 0) for shape in (a.key, a.value))
    return broadcastable(a.query[:-2], a.key[:-2], a.value[:-2])


_OPERANDS = ("query", "key", "value")
_LEADING = (Symbol("N", "batch size", "samples", 1), Symbol("H", "heads", "heads"))
_QUERIES, _KEYS = Symbol("L", "queries", "tokens"), Symbol("S", "keys and values", "tokens")
_WIDTH = Symbol("E", "width of a head's queries and keys", "features")

RECORDS = (
    operator(
        scaled_dot_product_attention,
        "Scaled dot-product attention, dense",
        Source(
            "Vaswani et al. 2017, Attention Is All You Need (arXiv 1706.03762)",
            "equation 1; masked scores count, as in torch.utils.flop_counter; heads that share keys and values: "
            "Ainslie et al. 2023, GQA (arXiv 2305.13245), section 2.2",
        ),
        Condition("queries must be as wide as keys, and keys as many as values", _widths_match, _OPERANDS),
        Condition(
            "heads of keys and values must be those of the queries, or divide them with enable_gqa",
            _heads_match,
            (*_OPERANDS, "enable_gqa"),
        ),
        is_product=True,
        template={
            "query": (*_LEADING, _QUERIES, _WIDTH),
            "key": (*_LEADING, _KEYS, _WIDTH),
            "value": (*_LEADING, _KEYS, Symbol("F", "width of a head's values", "features")),
        },
    ),
)
