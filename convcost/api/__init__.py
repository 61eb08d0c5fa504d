"""What a user calls from Python, one thing a file; convcost hands them out."""
