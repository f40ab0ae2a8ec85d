"""The vocabulary of the feature files: a small closed set of sentences, written up in features/README.md."""
