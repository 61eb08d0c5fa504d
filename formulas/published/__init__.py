"""What papers print: one CSV per paper or README, in its own convention."""
