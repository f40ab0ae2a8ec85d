"""The reference server, killed with SIGKILL again and again under load: is a write lost, half a batch kept?"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from reference import Reference

LONGEST = 3600


def main() -> int:
    """The soak's exit code: 0 where nothing is lost and no batch is half stored."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--users", type=int, default=16)
    parser.add_argument("--between", type=float, default=1.0, help="seconds of load before a kill, on average")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="upsertspec-") as folder:
        server = Reference(Path(folder))
        try:
            return judged(server, options, Path(folder))
        finally:
            server.kill()


def judged(server: Reference, options: argparse.Namespace, folder: Path) -> int:
    """Soak, kill and start again, then let the soak look for what was acknowledged."""
    soak = server.soak(options.users, LONGEST)
    kills = 0
    while kills < options.kills and soak.poll() is None:
        if not written(folder, options.between * 60):
            break
        time.sleep(random.uniform(0, 2 * options.between))
        server.kill()
        server.start()
        kills += 1
    written(folder, options.between * 60)
    soak.send_signal(signal.SIGINT)  # the load ends, and is judged
    print(soak.communicate()[0])
    print(f"killed {kills} times under load")
    return soak.returncode if kills == options.kills else 3


def written(folder: Path, seconds: float) -> bool:
    """Wait until something is written to the database: the load goes on."""

    def grown() -> list[tuple[int, int]]:
        return [(file.stat().st_size, file.stat().st_mtime_ns) for file in sorted(folder.iterdir())]

    before, until = grown(), time.monotonic() + seconds
    while time.monotonic() < until:
        if grown() != before:
            return True
        time.sleep(0.01)
    return False


sys.exit(main())
