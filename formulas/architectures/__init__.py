"""One file per paper, its table row by row."""
