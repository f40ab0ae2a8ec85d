"""Tests of the harness: `upsertspec` itself."""
