"""What can be told of a running target from the outside, to begin a target file with."""
