"""The pytest plugin, for a test suite of your own: `pytest_plugins = ["upsertspec.plugin"]`."""

pytest_plugins = ["upsertspec.run.plugin"]
