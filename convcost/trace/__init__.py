"""What a model does: its operator calls, fvcore's count of it, and the ones probe. Imports torch."""
