"""`python -m upsertspec_broken NAME`: run a broken server; `--list` names all."""

import sys

from upsertspec_broken import CATALOGUE
from upsertspec_catalogue.command import run

if __name__ == "__main__":
    sys.exit(run(CATALOGUE))
