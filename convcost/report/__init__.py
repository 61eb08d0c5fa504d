"""From results to text: terminal tables, data frames, CSV, Markdown, JSON and HTML. Nothing is counted here."""
