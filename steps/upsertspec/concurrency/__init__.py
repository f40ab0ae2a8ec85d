"""Many clients at once: sending, recording their history, and judging whether any order explains it."""
