"""What a formula is: carriers, costs, records, conventions and the builder that writes an architecture."""
