"""The feature files of the specification, as tests."""

from pytest_bdd import scenarios

from upsertspec.suite.planned import feature_paths

scenarios(*feature_paths())
