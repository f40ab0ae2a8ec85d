"""How many of the broken servers `upsertspec explore` finds by itself, without being told what is broken."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from statistics import median

from upsertspec.dialects.registry import dialect_for
from upsertspec.explore import EXAMPLES
from upsertspec.explore.moves.sequences import WEIGHTS
from upsertspec.explore.search import Search
from upsertspec.http.client import Client
from upsertspec.prove.servers import Serve, faults, fleet
from upsertspec.run.settings import new_run_id

CONCURRENT = "AC-7"
AIM = 0.9


@dataclass(frozen=True)
class Tried:
    """One search: the broken server's name, whether a difference was found, and in which sequence."""

    name: str
    found: bool
    sequences: int


def main() -> int:
    """Search on each broken server that one client alone can tell, and print which were not found; 1 below the aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="the most sequences on one server")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="how many searches at once")
    parser.add_argument("names", nargs="*", help="broken servers; all that are sequential where none is named")
    options = parser.parse_args()
    names = options.names or sequential()
    parts = [names[start :: options.jobs] for start in range(options.jobs)]
    with ProcessPoolExecutor(options.jobs) as pool:
        futures = [pool.submit(searched, part, options.seed, options.examples) for part in parts]
        tried = [one for future in futures for one in future.result()]
    return told(tried)


def sequential() -> list[str]:
    """The broken servers of `prove` that violate more than what many clients at once show."""
    return sorted(f.name for f in faults() if not all(criterion.startswith(CONCURRENT) for criterion in f.violates))


def searched(names: Sequence[str], seed: int, examples: int) -> list[Tried]:
    """A search on each, all served by one process."""
    with fleet() as serve:
        return [search(serve, name, seed, examples) for name in names]


def search(serve: Serve, name: str, seed: int, examples: int) -> Tried:
    """One search, as the command does it, but that it ends with the first difference and makes nothing small."""
    target = replace(serve(name), profiles=tuple(WEIGHTS))
    client = Client(target, dialect_for(target))
    try:
        looking = Search(target, client, new_run_id(), shrinks=0)
        found = looking.run(seed, examples)
    finally:
        client.close()
    print(f"{'found ' if found else 'MISSED'} {name}: {found.tried if found else looking.tried}", flush=True)
    return Tried(name, found is not None, found.tried if found else looking.tried)


def told(tried: Sequence[Tried]) -> int:
    """The summary."""
    missed = [one.name for one in tried if not one.found]
    middle: Callable[[list[int]], float] = median
    print(f"\n{len(tried) - len(missed)} of {len(tried)} broken servers found; missed: {', '.join(missed) or 'none'}")
    print(f"in the middle after {middle([one.sequences for one in tried if one.found] or [0]):.0f} sequences")
    return int(len(missed) > (1 - AIM) * len(tried))


if __name__ == "__main__":
    sys.exit(main())
