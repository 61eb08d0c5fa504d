"""What a formula is: carriers, costs, records, conventions and the pen that writes an architecture."""
