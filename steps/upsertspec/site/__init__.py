"""The specification as a small static site: `upsertspec docs`."""
