"""The reference server under many clients for minutes: errors, and growth of the memory in use (Linux, glibc).

The resident memory of a process says little: SQLite's page caches (2 MiB a thread) fill slowly, and freed memory can be
reused unseen. So the server counts what is in use inside it, after a garbage collection, and its page caches are small.
The growth is the slope of a line through the samples (least squares).
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from reference import Reference

SMALL = Path(__file__).with_name("small.py")
PARTS, LEAST = 10, 5
KINDS = {"malloc": ("KiB", 1024), "Python's own": ("blocks", 1)}
Samples = list[tuple[float, float]]
"""When, and how much."""


def main() -> int:
    """The soak's exit code, or 1 if there was an error or the memory in use grew by more than the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=64)
    parser.add_argument("--warm", type=float, default=60, help="seconds of load that are not measured")
    parser.add_argument("--seconds", type=float, default=300, help="seconds of load that are measured")
    parser.add_argument("--bytes", type=float, default=4, help="the most of malloc's memory that a request may add")
    parser.add_argument("--blocks", type=float, default=0.05, help="the most of Python's blocks that a request may add")
    options = parser.parse_args()
    if options.seconds < LEAST:
        parser.error(f"a sample is taken each second, and a line needs some: give at least {LEAST} --seconds")
    with tempfile.TemporaryDirectory(prefix="upsertspec-") as folder:
        usage = Path(folder) / "usage"
        os.environ["UPSERTBENCH_USAGE"] = str(usage)
        server = Reference(Path(folder), (str(SMALL),))
        try:
            return judged(server, usage, options)
        finally:
            server.kill()


def judged(server: Reference, usage: Path, options: argparse.Namespace) -> int:
    """Soak, then look at the samples of the measured seconds."""
    whole = options.warm + options.seconds
    soak = server.soak(options.users, whole)
    assert soak.stdout is not None
    print(soak.stdout.readline(), end="")
    began, before = time.monotonic(), resident(server)
    time.sleep(options.warm)
    middle = resident(server)
    time.sleep(options.seconds)
    after = resident(server)
    out, _ = soak.communicate()
    print(out)
    sent, failed = counts(out)
    served = sent * options.seconds / whole
    print(f"{sent} requests in {whole:g} s, {failed} failed; about {served:.0f} in the {options.seconds:g} s measured")
    print(f"resident memory in MiB: {before:.1f} before, {middle:.1f} as measuring began, {after:.1f} at the end")
    grown = [growth(*pair, served) for pair in samples(usage, began + options.warm, options.seconds).items()]
    grows = any(one > most for one, most in zip(grown, (options.bytes, options.blocks), strict=True))
    return soak.returncode or int(grows or failed > 0)


def samples(usage: Path, start: float, seconds: float) -> dict[str, Samples]:
    """The samples of the measured seconds, by their kind."""
    rows = [tuple(map(float, line.split())) for line in usage.read_text("ascii").splitlines()]
    measured = [row for row in rows if start <= row[0] <= start + seconds]
    return {kind: [(row[0], row[place]) for row in measured] for place, kind in enumerate(KINDS, start=1)}


def growth(kind: str, found: Samples, served: float) -> float:
    """Print how much of this kind is in use; return what a request adds, in bytes or blocks."""
    word, unit = KINDS[kind]
    seconds = found[-1][0] - found[0][0]
    slope, error = line(found)
    count = min(PARTS, len(found))
    parts = [found[len(found) * n // count : len(found) * (n + 1) // count] for n in range(count)]
    means = " ".join(f"{statistics.fmean(size for _, size in part) / unit:.0f}" for part in parts)
    print(f"in use, {kind}, in {word}, means of {count} parts of {len(found)} samples: {means}")
    print(f"  growth by least squares in {seconds:.0f} s: {slope * seconds / unit:+.1f} {word}", end="")
    print(f" (standard error {error * seconds / unit:.1f}); a request: {slope * seconds / served:+.4f}")
    return slope * seconds / served


def line(found: Samples) -> tuple[float, float]:
    """The slope of the line through the samples, and its standard error."""
    xs, ys = zip(*found, strict=True)
    slope, at = statistics.linear_regression(xs, ys)
    rest = sum((y - at - slope * x) ** 2 for x, y in found)
    spread = sum((x - statistics.fmean(xs)) ** 2 for x in xs)
    return slope, (rest / (len(found) - 2) / spread) ** 0.5


def counts(out: str) -> tuple[int, int]:
    """The number of requests sent and failed, from Locust's total line."""
    words = next(line.split() for line in out.splitlines() if line.split()[:1] == ["total"])
    return int(words[1]), int(words[2])


def resident(server: Reference) -> float:
    """The resident memory of the server's process, in MiB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text("ascii")
    return next(int(each.split()[1]) for each in status.splitlines() if each.startswith("VmRSS:")) / 1024


sys.exit(main())
