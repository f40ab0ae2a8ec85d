"""`python -m upsertspec_conforming NAME`: run a conforming server, or the canary; `--list` names all."""

import sys

from upsertspec_catalogue.command import run
from upsertspec_conforming import CATALOGUE

if __name__ == "__main__":
    sys.exit(run(CATALOGUE))
