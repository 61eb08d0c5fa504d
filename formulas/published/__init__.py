"""What papers print: one CSV a paper or README, in its own convention."""
