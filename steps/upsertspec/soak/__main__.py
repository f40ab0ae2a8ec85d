"""`python -m upsertspec.soak`: takes the target and the plan from a line of stdin, and ends when stdin does.

Locust comes first: gevent replaces sockets and threads, and has to do so before anything else takes hold of them.
"""

from __future__ import annotations

import base64
import os
import pickle
import sys

import locust  # noqa: F401  # before every import that reaches for a socket


def main() -> int:
    """Exit code of the soak; whatever goes wrong is one plain message."""
    from upsertspec.errors import UpsertspecError
    from upsertspec.soak.child import soak

    target, plan = pickle.loads(base64.b64decode(sys.stdin.buffer.readline()))  # noqa: S301  # from our own process
    try:
        return soak(target, plan)
    except UpsertspecError as wrong:
        print("\n".join(f"upsertspec: {line}" for line in str(wrong).splitlines()), file=sys.stderr)
        return wrong.exit_code
    except Exception as wrong:
        text = f"upsertspec: a mistake of its own: {type(wrong).__name__}: {wrong}; please report it"
        print(text, file=sys.stderr)
        return 3


code = main()
sys.stdout.flush()
sys.stderr.flush()
os._exit(code)  # sockets and greenlets that Locust leaves behind can hold the process up
