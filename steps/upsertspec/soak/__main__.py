"""`python -m upsertspec.soak`: reads the target and the plan from the first line of stdin, and ends when stdin closes.

Locust is imported first: gevent replaces sockets and threads, which must happen before anything else uses them.
"""

from __future__ import annotations

import base64
import pickle
import sys

import locust  # noqa: F401  # before every import that uses a socket

from upsertspec.process import exit_now, forbid_exit
from upsertspec.report.console import ended_with, open_standard_streams


def main() -> int:
    """Run the soak and give its exit code, and JUDGED. An error becomes one line on stderr."""
    from upsertspec.soak.parent_process import JUDGED

    open_standard_streams()
    forbid_exit()
    return ended_with(_soak()) + JUDGED


def _soak() -> int:
    from upsertspec.errors import UpsertspecError
    from upsertspec.soak.child_process import soak

    target, plan = pickle.loads(base64.b64decode(sys.stdin.buffer.readline()))  # noqa: S301  # from our own process
    try:
        return soak(target, plan)
    except UpsertspecError as wrong:
        print("\n".join(f"upsertspec: {line}" for line in str(wrong).splitlines()), file=sys.stderr)
        return wrong.exit_code
    except (Exception, SystemExit) as wrong:
        text = f"upsertspec: internal error: {type(wrong).__name__}: {wrong}; please report it"
        print(text, file=sys.stderr)
        return 3


code = main()
sys.stdout.flush()
sys.stderr.flush()
exit_now(code)  # sockets and greenlets that Locust leaves behind can keep the process alive
