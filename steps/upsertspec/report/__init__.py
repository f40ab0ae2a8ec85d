"""The outputs of a run: all of them use the same results and the same counts."""
