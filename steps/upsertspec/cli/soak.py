"""`upsertspec soak`: many users for a long time."""

from __future__ import annotations

import contextlib
import math
import secrets

import click

from upsertspec.cli.options import adjusted, named_target, target_options
from upsertspec.errors import ConfigError, TargetUnusable
from upsertspec.run.embedded import started
from upsertspec.soak.plan import ALONE, DAY, MASTER, WORKER, Plan
from upsertspec.target.target import Target


@click.command()
@target_options
@click.option("--users", type=click.IntRange(1, 100_000), default=16, show_default=True, help="How many at once.")
@click.option("--seconds", type=click.FloatRange(1, DAY), default=30, show_default=True, help="How long.")
@click.option("--master", "role", flag_value=MASTER, help="Let workers do it; wait for them, tell and judge.")
@click.option("--worker", "role", flag_value=WORKER, help="Do what a master says.")
@click.option("--master-host", default="127.0.0.1", show_default=True,
              help="Where the master listens, or where a worker finds it.")  # fmt: skip
@click.option("--master-port", type=click.IntRange(1, 65535), default=5557, show_default=True)
@click.option("--expect-workers", type=click.IntRange(1, 1000), default=1, show_default=True,
              help="How many workers the master waits for.")  # fmt: skip
@click.pass_context
def soak(
    context: click.Context,
    url: str | None,
    target_file: str | None,
    profiles: tuple[str, ...],
    timeout: float | None,
    users: int,
    seconds: float,
    role: str | None,
    master_host: str,
    master_port: int,
    expect_workers: int,
) -> None:
    """Many users at once, for a while, under Locust; what was acknowledged is looked for at the end.

    They upsert keys of their own and keys that all of them share, read and list; where the target claims conflict or
    batch, they ignore and send batches too. Needs the extra `upsertspec[load]`. An interrupt ends the load, which is
    judged then.

    \b
    Exit codes:
      0  no key is there twice, no acknowledged write is lost, ids are stable,
         each key was created once, no batch is half stored
      1  one of these is broken
      2  a wrong command line, target file or environment
      3  one of these could not be judged
    """
    from upsertspec.soak.parent_process import require_locust

    require_locust()
    if math.isnan(seconds):
        raise ConfigError(["--seconds nan is no time; write a number of seconds"])
    run_id = secrets.token_hex(3)
    plan = Plan(users, seconds, run_id, role or ALONE, master_host, master_port, expect_workers)
    named = named_target(url, target_file)
    if named is None and role:
        raise ConfigError([f"--{role} needs a URL or --target FILE: the embedded server is known to one process only"])
    with contextlib.ExitStack() as stack:
        target = adjusted(named or stack.enter_context(started()).target(), profiles, timeout)
        context.exit(_soak(target, plan))


def _soak(target: Target, plan: Plan) -> int:
    from upsertspec.run.preflight import fatal, preflight
    from upsertspec.soak.parent_process import run

    if why := fatal(preflight(target)):
        raise TargetUnusable(why)
    code, why = run(target, plan)
    if why:
        click.echo(f"upsertspec: {why}", err=True)
    return code
