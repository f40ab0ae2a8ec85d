"""Random sequences of operations, sent to the target and applied to the contract in memory."""

EXAMPLES = 2000
"""How many sequences a search tries by default."""
