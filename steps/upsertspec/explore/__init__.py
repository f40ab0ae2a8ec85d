"""Looking for what no scenario says: random sequences of operations, against a target and a model of the contract."""

EXAMPLES = 2000
"""How many sequences a search tries by default."""
