"""What can be done next: a move says who does what, with values that Hypothesis draws and shrinks."""
