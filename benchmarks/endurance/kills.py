"""Kill the reference server repeatedly under load: is a write lost, or half a batch kept?"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from reference import Reference

LONGEST = 120
"""The load ends by itself after this many times the seconds that the kills should take."""


def main() -> int:
    """The soak's exit code: 0 if nothing is lost and no batch is half stored."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--users", type=int, default=16)
    parser.add_argument("--between", type=float, default=1.0, help="seconds of load before a kill, on average")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored in the shell
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
    with tempfile.TemporaryDirectory(prefix="upsertspec-") as folder:
        server = Reference(Path(folder))
        try:
            return killed(server, options, Path(folder))
        finally:
            server.kill()


def killed(server: Reference, options: argparse.Namespace, folder: Path) -> int:
    """Soak, kill and restart; then the soak looks for what was acknowledged."""
    soak = server.soak(options.users, LONGEST * options.kills * options.between)
    kills = 0
    try:
        while kills < options.kills and written(folder, soak):
            time.sleep(random.uniform(0, 2 * options.between))
            server.kill()
            server.start()
            kills += 1
        written(folder, soak)
        soak.send_signal(signal.SIGINT)  # ends the load, which is then judged
        print(soak.communicate()[0])
    finally:
        soak.kill()
    print(f"killed {kills} times under load")
    return soak.returncode if kills == options.kills else 3


def written(folder: Path, soak: subprocess.Popen[str]) -> bool:
    """Wait until something is written to the database. False if the load has ended."""

    def sizes() -> list[tuple[int, int]]:
        return [(file.stat().st_size, file.stat().st_mtime_ns) for file in sorted(folder.iterdir())]

    before = sizes()
    while soak.poll() is None:
        if sizes() != before:
            return True
        time.sleep(0.01)
    return False


sys.exit(main())
