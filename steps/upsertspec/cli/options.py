"""The options that several commands have: the same name, parsing and help everywhere."""

from __future__ import annotations

import contextlib
import functools
import math
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import click

from upsertspec.discovery.connection import Connection
from upsertspec.errors import ConfigError
from upsertspec.run.embedded import started
from upsertspec.target.from_env import PROFILE, TARGET, target_from, with_profiles
from upsertspec.target.target import Target
from upsertspec.target.target_file import from_url

Command = TypeVar("Command", bound=Callable[..., Any])
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
Decorator = Callable[[Command], Command]


class Jobs(click.IntRange):
    """A number of workers; `auto` is 0, and leaves it to the command."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number."""
        return 0 if value == "auto" else super().convert(value, param, ctx)


class Seconds(click.FloatRange):
    """A number of seconds; `nan` is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value} is not a number of seconds", param, ctx)
        return number


@dataclass(frozen=True)
class TargetOptions:
    """The target that the command line names, and what the command line changes about it."""

    url: str | None
    file: str | None
    profiles: tuple[str, ...]
    timeout: float | None
    connection: Connection = field(default_factory=Connection)
    wait: float = 0.0
    dialect: str = ""

    @property
    def place(self) -> str | None:
        """The URL or the target file. None means the reference server. Raises ConfigError if both are given."""
        if self.url and self.file:
            raise ConfigError(["both a URL and --target are given; name one target"])
        return self.url or self.file or os.environ.get(TARGET) or None

    @contextlib.contextmanager
    def open(self) -> Iterator[Callable[[], Target]]:
        """A function that returns the target. Without a name, the reference server runs until the end of the context.

        The function waits for that server, so import what takes long before you call it.
        """
        place = self.place
        if place is None:
            with started() as server:
                yield lambda: self._adjusted(server.target())
        else:
            yield self._waited

    def named(self) -> Target:
        """The target, without sending it anything; the reference server is not started."""
        place = self.place
        if place is None:
            return self._adjusted(Target("http://127.0.0.1", name="the reference server"))
        return self._adjusted(from_url(place, os.environ) if place == self.url else target_from(place, os.environ))

    def _waited(self) -> Target:
        target = self.named()
        if self.wait:
            from upsertspec.run.preflight import wait_until_up

            wait_until_up(target, self.wait)
        return target

    def _adjusted(self, target: Target) -> Target:
        target = with_profiles(target, list(self.profiles))
        dialect = self.dialect or target.dialect
        options = target.dialect_options if dialect == target.dialect else {}
        timeout = self.timeout or target.timeout
        adjusted = replace(target, timeout=timeout, dialect=dialect, dialect_options=options)
        return self.connection.applied(adjusted, os.environ)


def target_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """URL, --target, --dialect, --profile, --timeout, --wait and the connection: `target`, a TargetOptions."""

    @functools.wraps(command)
    def with_target(
        *args: Any,
        url: str | None,
        target: str | None,
        profiles: tuple[str, ...],
        timeout: float | None,
        connection: Connection,
        wait: float,
        dialect: str,
        **more: Any,
    ) -> Any:
        return command(*args, target=TargetOptions(url, target, profiles, timeout, connection, wait, dialect), **more)

    found: Callable[..., Any] = with_target
    for add in (
        connection_options,
        click.option(
            "--wait",
            type=Seconds(0, 3600),
            default=0.0,
            envvar="UPSERTSPEC_WAIT",
            metavar="SECONDS",
            help="Wait so long for a target that is not up yet. [default: 0]",
        ),
        timeout_option,
        profile_option(
            "Judge this profile, in addition to core (repeatable; `all`). [default: those that the target claims]"
        ),
        click.option(
            "--dialect",
            metavar="NAME",
            default="",
            help="How the API at URL is called: `upsertspec list --dialects` names them all. [default: native]",
        ),
        click.option("--target", metavar="FILE", help="A target file; `upsertspec init` writes one."),
        click.argument("url", required=False),
    ):
        found = add(found)
    return found


def names(_: click.Context, __: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    """The names in a repeatable option; each value may hold several, separated by commas or spaces."""
    return tuple(name for text in values for name in text.replace(",", " ").split())


def criteria(context: click.Context, option: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    """The criteria in --criterion, in capitals. Raises ConfigError for one that does not exist."""
    from upsertspec.spec.criteria import criteria as every

    found = tuple(name.upper() for name in names(context, option, values))
    if found and (unknown := sorted(set(found) - {criterion.id for criterion in every()})):
        raise ConfigError([f"{', '.join(unknown)}: no such criterion; `upsertspec list` names them all"])
    return found


def profile_option(text: str) -> Decorator[Any]:
    """--profile, repeatable."""
    return click.option("--profile", "profiles", multiple=True, callback=names, envvar=PROFILE, help=text)


def jobs_option(text: str) -> Decorator[Any]:
    """--jobs; 0 for `auto`, which is the default."""
    return click.option("--jobs", type=Jobs(1, 64), default="auto", envvar="UPSERTSPEC_JOBS", metavar="N", help=text)


def format_option(formats: Sequence[str], default: str | None, text: str = "") -> Decorator[Any]:
    """--format."""
    return click.option(
        "--format", "kind", type=click.Choice(list(formats)), default=default, help=text or f"[default: {default}]"
    )


def connection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """TLS, a proxy, headers. The command gets them as `connection`; they come before those of a target file."""

    @functools.wraps(command)
    def with_connection(*args: Any, headers: tuple[str, ...], no_verify: bool, **more: Any) -> Any:
        stated = {name: more.pop(name) for name in ("ca", "client_certificate", "client_key", "proxy")}
        connection = Connection(verify=not no_verify, headers=dict(map(_header, headers)), **stated)
        return command(*args, connection=connection, **more)

    found: Callable[..., Any] = with_connection
    for add in (
        click.option(
            "--header",
            "headers",
            metavar="NAME=VARIABLE",
            multiple=True,
            help="Send this header, with the value of an environment variable (repeatable).",
        ),
        click.option(
            "--proxy",
            metavar="URL",
            default="",
            help="An HTTP proxy. Its credentials are in UPSERTSPEC_PROXY_USERNAME and UPSERTSPEC_PROXY_PASSWORD.",
        ),
        click.option("--key", "client_key", metavar="FILE", default="", help="The key of the client certificate."),
        click.option("--cert", "client_certificate", metavar="FILE", default="", help="A client certificate (PEM)."),
        click.option("--ca", metavar="FILE", default="", help="Trusted certificates (PEM)."),
        click.option("--no-verify", is_flag=True, help="Do not check the certificate."),
    ):
        found = add(found)
    return found


def _header(stated: str) -> tuple[str, str]:
    name, _, variable = stated.partition("=")
    if not HEADER.fullmatch(name) or not VARIABLE.fullmatch(variable):
        raise ConfigError(["--header: write NAME=VARIABLE, where the environment variable has the header's value"])
    return name, variable


timeout_option = click.option(
    "--timeout",
    type=Seconds(0, 600, min_open=True),
    envvar="UPSERTSPEC_TIMEOUT",
    help="The most seconds that a request may take. [default: 10]",
)
criterion_option = click.option(
    "--criterion",
    "criteria",
    metavar="AC-NNN,...",
    multiple=True,
    callback=criteria,
    envvar="UPSERTSPEC_CRITERION",
    help="Only these criteria (repeatable).",
)
output_option = click.option("-o", "--output", metavar="FILE", help="Write to this file. [default: standard output]")
force_option = click.option("--force", is_flag=True, help="Replace the output file if it exists.")
