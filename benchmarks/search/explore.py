"""How many of the broken servers `upsertspec explore` finds without knowing what is broken."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from statistics import median

from upsertspec.explore import EXAMPLES
from upsertspec.explore.machine import PROFILES
from upsertspec.explore.search import Search
from upsertspec.prove.servers import Serve, broken_servers, fleet
from upsertspec.run.settings import new_run_id

CONCURRENT = "AC-7"
AIM = 0.9


@dataclass(frozen=True)
class Tried:
    """A search: the broken server's name, whether it was found, and the number of sequences."""

    name: str
    found: bool
    sequences: int


def main() -> int:
    """Search each broken server that a single client can catch, and print the missed ones. Returns 1 below the aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="the most sequences for one server")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="how many searches at once")
    parser.add_argument("--stride", type=int, default=1, help="take every N-th broken server")
    parser.add_argument("names", nargs="*", help="broken servers; without names, all that one client can catch")
    options = parser.parse_args()
    names = options.names or sequential()[:: options.stride]
    parts = [names[start :: options.jobs] for start in range(options.jobs)]
    with ProcessPoolExecutor(options.jobs) as pool:
        futures = [pool.submit(search_each, part, options.seed, options.examples) for part in parts]
        tried = [one for future in futures for one in future.result()]
    return report(tried)


def sequential() -> list[str]:
    """The broken servers that violate more than the criteria of concurrency."""
    return sorted(
        f.name for f in broken_servers() if not all(criterion.startswith(CONCURRENT) for criterion in f.violates)
    )


def search_each(names: Sequence[str], seed: int, examples: int) -> list[Tried]:
    """Search each one; all are served by one process."""
    with fleet() as serve:
        return [search(serve, name, seed, examples) for name in names]


def search(serve: Serve, name: str, seed: int, examples: int) -> Tried:
    """One search that ends with the first difference, without shrinking it.

    A valid value that the server refuses by itself counts as found: the command reports it.
    """
    target = replace(serve(name), profiles=PROFILES)
    result = Search(target, new_run_id(), shrinks=0).run(seed, examples)
    found = result.finding is not None or bool(result.restrictions)
    why = " (refuses a valid value)" if result.restrictions and not result.finding else ""
    print(f"{'found ' if found else 'MISSED'} {name}: {result.tried}{why}", flush=True)
    return Tried(name, found, result.tried)


def report(tried: Sequence[Tried]) -> int:
    """Print the summary."""
    missed = [one.name for one in tried if not one.found]
    middle = median([one.sequences for one in tried if one.found] or [0])
    print(f"\n{len(tried) - len(missed)} of {len(tried)} broken servers found; missed: {', '.join(missed) or 'none'}")
    print(f"median: {middle:.0f} sequences")
    return int(len(missed) > (1 - AIM) * len(tried))


if __name__ == "__main__":
    sys.exit(main())
