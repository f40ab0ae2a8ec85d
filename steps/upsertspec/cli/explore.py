"""`upsertspec explore`: search for differences that no scenario covers."""

from __future__ import annotations

import secrets
import sys

import click

from upsertspec.cli.options import TargetOptions, target_options
from upsertspec.errors import ConfigError
from upsertspec.explore import EXAMPLES
from upsertspec.target.target import Target

SEEDS = 2**32


@click.command()
@target_options
@click.option("--seed", type=click.IntRange(0, SEEDS), help="Repeat the search with this seed. [default: a new one]")
@click.option("--examples", type=click.IntRange(1, 1_000_000), default=EXAMPLES, show_default=True,
              help="Number of sequences to try.")  # fmt: skip
@click.option("--must", is_flag=True, help="Ignore what the contract only recommends (SHOULD).")
@click.pass_context
def explore(context: click.Context, target: TargetOptions, seed: int | None, examples: int, must: bool) -> None:
    """Send random sequences of operations to the target and to a model of the contract, and compare.

    The first difference is reduced to its shortest form and printed as a scenario with its curl commands. Needs the
    extra `upsertspec[explore]`. The exit code is 1 if there is a difference.
    """
    with target.open() as opened:
        context.exit(_explore(opened(), secrets.randbelow(SEEDS) if seed is None else seed, examples, must))


def _explore(target: Target, seed: int, examples: int, must: bool) -> int:
    try:
        from upsertspec.explore.command import explore as run
    except ModuleNotFoundError as wrong:
        if wrong.name != "hypothesis":
            raise
        raise ConfigError(["explore needs Hypothesis; install it with: pip install 'upsertspec[explore]'"]) from wrong
    return run(target, seed, examples, must, sys.stdout)
