"""The two units that counts are given in."""

from convcost.core.convention import ALL, Convention, Rule
from convcost.core.record import Source

SOURCE = Source("Golub & Van Loan 2013, Matrix Computations, 4th edition", "section 1.1.15")

RECORDS = (
    Convention(
        name="macs",
        title="Multiply-accumulates (MACs)",
        rules=(Rule(ALL, {"macs": 1}, "multiply-accumulates of product operators, nothing else"),),
        source=SOURCE,
    ),
    Convention(
        name="flops",
        title="Floating-point operations (FLOPs)",
        rules=(
            Rule(
                ALL,
                {"macs": 2, "bias_adds": 1, "elementwise": 1},
                "two per multiply-accumulate, and every other operation once",
            ),
        ),
        source=SOURCE,
    ),
)
