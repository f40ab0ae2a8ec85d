"""One run: what is selected, the check of the target, the scenarios, and their results."""
