"""The proof that every check can fail: the suite against servers that are broken on purpose."""
