"""Published numbers: what a paper prints, recomputed in its own convention, and what would make it hold."""
