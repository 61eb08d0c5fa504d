"""Why two counters disagree: what each printed, taken apart by its convention and its known faults."""
