"""The options that name a target, the same for every command that has one."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import click

from upsertspec.errors import ConfigError
from upsertspec.target.from_env import PROFILE, TARGET, target_from, with_profiles
from upsertspec.target.target import Target
from upsertspec.target.target_file import from_url

Command = TypeVar("Command", bound=Callable[..., Any])


def target_options(command: Command) -> Command:
    """URL, --target, --profile and --timeout."""
    for add in (
        click.option("--timeout", type=click.FloatRange(0, 600, min_open=True), envvar="UPSERTSPEC_TIMEOUT",
                     help="Seconds that one request may take. [default: 10]"),
        click.option("--profile", "profiles", multiple=True, envvar=PROFILE,
                     help="Judge this profile, beside core (repeatable; `all`). [default: those the target claims]"),
        click.option("--target", "target_file", metavar="FILE", help="A target file; `upsertspec init` writes one."),
        click.argument("url", required=False),
    ):  # fmt: skip
        command = add(command)
    return command


def named_target(url: str | None, target_file: str | None) -> Target | None:
    """The target that the command line or UPSERTSPEC_TARGET names, or None: the embedded server is meant then."""
    if url and target_file:
        raise ConfigError(["both a URL and --target are given; name one target"])
    if url:
        return from_url(url, os.environ)
    place = target_file or os.environ.get(TARGET)
    return target_from(place, os.environ) if place else None


def adjusted(target: Target, profiles: tuple[str, ...], timeout: float | None, clients: int | None = None) -> Target:
    """The target with what the command line says of it."""
    asked = [name for text in profiles for name in text.replace(",", " ").split()]
    target = with_profiles(target, asked)
    if timeout is not None and math.isnan(timeout):
        raise ConfigError(["--timeout nan is no time; write a number of seconds"])
    return replace(target, timeout=timeout or target.timeout, clients=clients or target.clients)
