"""What is shown and written of a run: all of it from the same results, the same tally."""
