"""What a running target's description says, as the start of a target file."""
