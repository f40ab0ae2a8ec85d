"""The proof that every check can fail: the suite is run against servers that are broken on purpose."""
