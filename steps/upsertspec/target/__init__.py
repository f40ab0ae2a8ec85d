"""The target: where it is, which dialect it speaks, and which credentials it takes."""
