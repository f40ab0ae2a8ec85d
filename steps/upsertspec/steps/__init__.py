"""The step definitions: the closed vocabulary of the feature files, listed in features/README.md."""
