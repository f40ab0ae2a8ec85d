"""`upsertspec explore`: look for what no scenario says."""

from __future__ import annotations

import contextlib
import secrets
import sys

import click

from upsertspec.cli.options import adjusted, named_target, target_options
from upsertspec.errors import ConfigError
from upsertspec.explore import EXAMPLES
from upsertspec.run.embedded import started
from upsertspec.target.target import Target

SEEDS = 2**32


@click.command()
@target_options
@click.option(
    "--seed", type=click.IntRange(0, SEEDS), help="Repeat the search that told this seed. [default: a new one]"
)
@click.option("--examples", type=click.IntRange(1, 1_000_000), default=EXAMPLES, show_default=True,
              help="How many sequences to try.")  # fmt: skip
@click.option("--must", is_flag=True, help="Leave out what the contract only recommends (SHOULD).")
@click.pass_context
def explore(
    context: click.Context,
    url: str | None,
    target_file: str | None,
    profiles: tuple[str, ...],
    timeout: float | None,
    seed: int | None,
    examples: int,
    must: bool,
) -> None:
    """Send random sequences of operations to the target and to a model of the contract, and compare.

    The first difference is made as small as it can be, and printed as a scenario with its curl lines. Needs the extra
    `upsertspec[explore]`. Exit code 1 where something differs.
    """
    with contextlib.ExitStack() as stack:
        named = named_target(url, target_file)
        target = adjusted(named or stack.enter_context(started()).target(), profiles, timeout)
        context.exit(_explore(target, secrets.randbelow(SEEDS) if seed is None else seed, examples, must))


def _explore(target: Target, seed: int, examples: int, must: bool) -> int:
    try:
        from upsertspec.explore.command import explore as run
    except ModuleNotFoundError as wrong:
        if wrong.name != "hypothesis":
            raise
        raise ConfigError(["explore needs Hypothesis; install it with: pip install 'upsertspec[explore]'"]) from wrong
    return run(target, seed, examples, must, sys.stdout)
