"""What one operator costs, from its input shape and hyper-parameters alone."""
