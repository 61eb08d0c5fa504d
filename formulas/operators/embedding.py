"""Rows of a table by their numbers: embeddings, sums of them, and one-hot codes."""

from types import SimpleNamespace

from convcost.core.cost import Cost, Result
from convcost.core.numeric import Count, Shape, Truth
from convcost.core.record import Condition, Slot, Source, Symbol, operator

MODES = ("sum", "mean", "max")


def embedding(input: Shape, *, num_embeddings: Count, embedding_dim: Count) -> Result:
    """A row of the table for each index: elements are copied, nothing is computed."""
    return Result.of((*input, embedding_dim), input, parameters=num_embeddings * embedding_dim)


def embedding_bag(
    input: Shape,
    bags: Shape,
    *,
    num_embeddings: Count,
    embedding_dim: Count,
    mode: str = "sum",
    weighted: bool = False,
    include_last_offset: bool = False,
) -> Result:
    """The sum, mean or maximum of each bag's rows; `bags` is the shape of the bags' first positions in `input`.

    A bag takes an addition or comparison less than it has rows, a mean one scaling more, `weighted` rows a product
    each. No bag may be empty. With `include_last_offset` the last position is the end, not a bag.
    """
    count = bags[0] - (1 if include_last_offset else 0)
    rows: Count = (2 if weighted else 1) * input[0] - (0 if mode == "mean" else count)
    cost = Cost(
        elementwise=rows * embedding_dim,
        parameters=num_embeddings * embedding_dim,
        activations=count * embedding_dim,
        inputs=(2 if weighted else 1) * input[0] + bags[0],
    )
    return Result((count, embedding_dim), cost)


def one_hot(input: Shape, *, num_classes: Count) -> Result:
    """Zeros with a one at each index: elements are written, nothing is computed."""
    return Result.of((*input, num_classes), input)


def _filled(a: SimpleNamespace) -> Truth:
    return a.input[0] >= a.bags[0] - (1 if a.include_last_offset else 0)


_BENGIO = "Bengio, Ducharme, Vincent & Jauvin 2003, A Neural Probabilistic Language Model (JMLR 3)"
_N = Symbol("n", "indices", "indices")
_TABLE: dict[str, Slot] = {
    "num_embeddings": Symbol("V", "rows of the table", "rows"),
    "embedding_dim": Symbol("K", "features of a row", "features"),
}

RECORDS = (
    operator(
        embedding,
        "Embedding",
        Source(_BENGIO, "section 2: the mapping C, a matrix whose rows are the features of the words"),
        template={"input": (_N,), **_TABLE},
    ),
    operator(
        embedding_bag,
        "Sum of embeddings",
        Source(
            "Joulin et al. 2016, Bag of Tricks for Efficient Text Classification (arXiv 1607.01759)",
            "section 2: the rows of a text's words are averaged",
        ),
        Condition("the mode must be sum, mean or max", lambda a: a.mode in MODES, ("mode",)),
        Condition("there must be an index for every bag", _filled, ("input", "bags")),
        template={"input": (_N,), "bags": (Symbol("B", "bags", "bags"),), **_TABLE},
    ),
    operator(
        one_hot,
        "One-hot code",
        Source("PyTorch 2.13 documentation", "torch.nn.functional.one_hot: one element of each row is written"),
        template={"input": (_N,), "num_classes": Symbol("K", "classes", "classes")},
    ),
)
