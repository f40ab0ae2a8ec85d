"""The harness of upsertspec: runs the specification of upsert against a target and reports what it found."""

__version__ = "0.1.0"
