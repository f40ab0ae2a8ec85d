"""The feature files of the specification, as tests."""

from pytest_bdd import scenarios

from upsertspec.suite.claimed import feature_paths

scenarios(*feature_paths())
