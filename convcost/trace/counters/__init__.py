"""Other counters, one adapter a file; each counts in a process of its own. Found when installed, never required."""
