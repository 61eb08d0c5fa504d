"""The closed forms that papers quote."""
