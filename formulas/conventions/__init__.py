"""What each counter counts, as weights over the primitives."""
