"""Every feature file of the specification, as tests."""

from pytest_bdd import scenarios

from upsertspec.resources import features_dir

scenarios(str(features_dir()))
