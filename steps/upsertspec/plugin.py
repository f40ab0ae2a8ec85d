"""The pytest plugin under the name that test suites import: `pytest_plugins = ["upsertspec.plugin"]`."""

pytest_plugins = ["upsertspec.run.plugin"]
