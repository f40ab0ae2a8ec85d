"""The operations of a sequence: each has a strategy that makes it, and a `play` that sends and checks it."""
