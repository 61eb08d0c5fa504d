"""What a formula is: numeric backends, costs, records, conventions and the builder of networks."""
