"""The reference server under many clients for minutes: errors, and the memory that it takes (Linux)."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from reference import Reference

SAMPLES = 20
CLIENTS = 16
ROUNDS = 5


def main() -> int:
    """The soak's own exit code, or 1 where there was an error or the memory grew by more than `--growth`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--batches", type=int, default=60, help="thousands of records that are there before")
    parser.add_argument("--growth", type=float, default=1.05, help="the most, from the middle to the end")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="upsertspec-") as folder:
        server = Reference(Path(folder))
        try:
            return judged(server, options)
        finally:
            server.kill()


def judged(server: Reference, options: argparse.Namespace) -> int:
    """Soak, and sample the memory as long as the load lasts."""
    empty = resident(server)
    fill(server, options.batches)
    before = resident(server)
    soak = server.soak(options.users, options.seconds)
    began = time.monotonic()
    samples = []
    while soak.poll() is None and time.monotonic() - began < options.seconds:
        time.sleep(options.seconds / SAMPLES)
        samples.append(resident(server))
    out, _ = soak.communicate()
    print(out)
    middle, end = samples[len(samples) // 2], samples[-1]
    load = " ".join(f"{one:.1f}" for one in samples)
    print(f"resident memory in MiB: {empty:.1f} empty, {before:.1f} filled; under load {load}")
    print(f"from the middle ({middle:.1f}) to the end ({end:.1f}): {end / middle:.2f}x, at most {options.growth:g}x")
    return soak.returncode or int(end / middle > options.growth or failures(out) > 0)


def fill(server: Reference, batches: int) -> None:
    """Store so many thousand records, and read them all, many at once.

    SQLite's page caches, one a thread, are full then; their growth would hide a leak, or look like one.
    """
    headers = {"Authorization": f"Bearer {server.environment['UPSERTSPEC_TOKEN_EDITOR']}"}
    url = f"{server.url}/api/tables/contacts/records"

    def write(batch: int) -> None:
        records = [{"email": f"fill-{batch}-{n}@example.com", "name": "N", "notes": "x" * 200} for n in range(1000)]
        body = {"records": records, "matchFields": ["email"]}
        requests.post(f"{url}/upsert", json=body, headers=headers, timeout=60).raise_for_status()

    def read(batch: int) -> None:
        query = {"_limit": 1000, "_offset": 1000 * (batch % batches)}
        requests.get(url, params=query, headers=headers, timeout=60).raise_for_status()

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(write, range(batches)))
        list(pool.map(read, range(ROUNDS * batches)))


def failures(out: str) -> int:
    """How many requests failed, by the line of all of them."""
    return next(int(line.split()[2]) for line in out.splitlines() if line.split()[:1] == ["together"])


def resident(server: Reference) -> float:
    """The resident memory of the server's process, in MiB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) / 1024


sys.exit(main())
