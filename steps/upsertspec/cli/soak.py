"""`upsertspec soak`: many users for a long time."""

from __future__ import annotations

import secrets
from dataclasses import replace

import click

from upsertspec.cli.options import Seconds, TargetOptions, target_options
from upsertspec.errors import ConfigError, TargetUnusable
from upsertspec.soak.plan import ALONE, DAY, MASTER, WORKER, Plan, words_of
from upsertspec.target.target import Target


@click.command()
@target_options
@click.option("--users", type=click.IntRange(1, 100_000), default=16, show_default=True,
              help="Number of concurrent users.")  # fmt: skip
@click.option("--seconds", type=Seconds(1, DAY), default=30, show_default=True, help="Duration of the load.")
@click.option("--master", "role", flag_value=MASTER, help="Control workers: wait for them, and judge what they did.")
@click.option("--worker", "role", flag_value=WORKER, help="Do what a master says.")
@click.option("--master-host", default="127.0.0.1", show_default=True,
              help="The address on which the master listens or a worker finds it.")  # fmt: skip
@click.option("--master-port", type=click.IntRange(1, 65535), default=5557, show_default=True,
              help="The port of the master.")  # fmt: skip
@click.option("--expect-workers", type=click.IntRange(1, 1000), default=1, show_default=True,
              help="Number of workers that the master waits for.")  # fmt: skip
@click.pass_context
def soak(
    context: click.Context,
    target: TargetOptions,
    users: int,
    seconds: float,
    role: str | None,
    master_host: str,
    master_port: int,
    expect_workers: int,
) -> None:
    """Put the target under load with Locust, then verify that it kept every write that it acknowledged.

    The users upsert their own keys and shared keys, read and list. If the target claims conflict or batch, they also
    ignore conflicts and send batches. An interrupt ends the load early; what was done is judged. Needs the extra
    `upsertspec[load]`.

    \b
    Exit codes:
      0  no key is duplicated, no acknowledged write is lost, ids are stable,
         each key was created once, no batch is half stored
      1  one of these is broken
      2  a wrong command line, target file or environment
      3  one of these could not be judged
    """
    from upsertspec.soak.parent_process import require_locust

    require_locust()
    plan = Plan(users, seconds, secrets.token_hex(3), role or ALONE, master_host, master_port, expect_workers)
    if role and not target.place:
        raise ConfigError([f"--{role} needs a URL or --target FILE: other processes can't use the reference server"])
    with target.open() as opened:
        found = opened()
        context.exit(_soak(found, replace(plan, settle=found.settle or None)))


def _soak(target: Target, plan: Plan) -> int:
    from upsertspec.run.preflight import fatal, preflight
    from upsertspec.soak.parent_process import run

    words_of(target)
    if why := fatal(preflight(target)):
        raise TargetUnusable(why)
    code, why = run(target, plan)
    if why:
        click.echo(f"upsertspec: {why}", err=True)
    return code
