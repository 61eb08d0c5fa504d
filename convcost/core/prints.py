"""What a model prints is heard once, from the run that records its calls; its other runs are silent."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout


@contextmanager
def silent() -> Iterator[None]:
    """While active, nothing is printed."""
    with redirect_stdout(io.StringIO()):
        yield


@contextmanager
def heard_if_done() -> Iterator[None]:
    """Print at the end what is printed while active, and nothing if an error ends it: another attempt follows."""
    with redirect_stdout(io.StringIO()) as said:
        yield
    sys.stdout.write(said.getvalue())
