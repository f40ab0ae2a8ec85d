"""Run every benchmark and print the table of the README."""

from __future__ import annotations

import argparse
import importlib

import kit

BENCHMARKS = ("run", "growth", "server", "targets", "in_place", "lists", "batch", "slow")

if __name__ == "__main__":
    print(kit.HEAD, flush=True)
    for name in BENCHMARKS:
        benchmark = importlib.import_module(name)
        for finding in benchmark.main(argparse.Namespace(**benchmark.DEFAULTS)):
            print(finding.row(), flush=True)
