"""A network of the book as one closed form in its options."""
