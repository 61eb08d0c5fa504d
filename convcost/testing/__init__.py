"""Assertions about what a model costs, for tests of your own; pytest is not needed for them.

Importing this imports neither torch nor pytest.
"""

from convcost.testing.assertions import assert_agreement, assert_cost, assert_no_uncounted

__all__ = ["assert_agreement", "assert_cost", "assert_no_uncounted"]
