"""`python -m upsertspec` is `upsertspec`."""

from upsertspec.cli import main

main()
