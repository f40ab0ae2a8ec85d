"""A soak runs in a child process: Locust changes the whole process that imports it, and must not hang this one."""

from __future__ import annotations

import base64
import importlib.util
import os
import pickle
import signal
import subprocess

from upsertspec.errors import ConfigError
from upsertspec.process import blocked
from upsertspec.report.console import READER_GONE
from upsertspec.run.embedded import command
from upsertspec.soak.plan import UNJUDGED, Plan, longest
from upsertspec.target.target import Target

MODULE = "upsertspec.soak"
CODES = (0, 1, 2, UNJUDGED, READER_GONE)
JUDGED = 100
"""What the child adds to its exit code, so that an exit that a dialect asks for is never taken for a verdict."""


def require_locust() -> None:
    """Raise ConfigError if Locust is not installed."""
    try:
        there = importlib.util.find_spec("locust") is not None
    except ValueError:  # its import is blocked
        there = False
    if not there:
        raise ConfigError(["soak needs Locust; install it with: pip install 'upsertspec[load]'"])


def run(target: Target, plan: Plan) -> tuple[int, str]:
    """Run the soak. Gives its exit code, and the reason if it did not end by itself."""
    with blocked():
        process = subprocess.Popen(command(MODULE), stdin=subprocess.PIPE, env=_environment(), start_new_session=True)
    try:
        assert process.stdin is not None
        process.stdin.write(base64.b64encode(pickle.dumps((target, plan))) + b"\n")
        process.stdin.flush()
        return _ended(process, longest(plan, target))
    finally:
        process.kill()
        process.wait()
        if process.stdin:
            process.stdin.close()


def _ended(process: subprocess.Popen[bytes], seconds: float) -> tuple[int, str]:
    try:
        code = _waited(process, seconds)
    except subprocess.TimeoutExpired:
        return UNJUDGED, f"the soak did not end within {seconds:.0f} s and was stopped"
    return (code - JUDGED, "") if code - JUDGED in CODES else (UNJUDGED, f"the soak's process ended with code {code}")


def _waited(process: subprocess.Popen[bytes], seconds: float) -> int:
    """The exit code. A signal is passed on: it ends the load, and what was written is judged."""
    try:
        return process.wait(seconds)
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        return process.wait(seconds)


def _environment() -> dict[str, str]:
    """The environment without Locust's settings: only the command line counts."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LOCUST_")}
