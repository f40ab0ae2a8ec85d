"""The processor time of a run in this checkout, against that in another one: `git worktree add --detach DIR COMMIT`.

Both judge their own reference server, started apart, so that the harness is measured alone. A checkout may have other
scenarios: the ratios are for the whole run, and the note has the number of scenarios.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import kit

HERE = Path(__file__).resolve().parents[1]
HELP = ("--help",)
CORE = ("run",)
ALL = ("run", "--profile", "all")


def main() -> None:
    """Print a finding for each command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", type=Path, help="the folder of the other checkout")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    notes: dict[Path, str] = {}
    for arguments in (HELP, CORE, ALL):
        times = kit.in_turns(
            options.rounds,
            *(lambda _, tree=tree, words=arguments: measured(tree, words, notes) for tree in (HERE, options.other)),
        )
        names = (f"processor time of the harness: upsertspec {' '.join(arguments)}", "the other checkout")
        note = f"{min(times[0]):.2f} s and {min(times[1]):.2f} s; {notes[HERE]}, there {notes[options.other]}"
        print(kit.compared(names, times, note=note).line(), flush=True)


def measured(tree: Path, arguments: tuple[str, ...], notes: dict[Path, str]) -> float:
    """The processor seconds of one command in a checkout."""
    tokens = {f"UPSERTSPEC_TOKEN_{role.upper()}": token for role, token in kit.TOKENS.items()}
    environment = kit.own_environment(PYTHONPATH=os.pathsep.join([f"{tree}/steps", f"{tree}/server"]), **tokens)
    with tempfile.TemporaryDirectory(prefix="upsertspec-") as folder:
        judged = arguments is not HELP
        with subprocess.Popen(
            [sys.executable, *kit.REFERENCE],
            env=environment,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as server:
            assert server.stdin is not None
            assert server.stdout is not None
            url = json.loads(server.stdout.readline())["url"]
            line = [sys.executable, "-m", "upsertspec", *arguments, *([url, "--report", folder] if judged else [])]
            before = spent()
            subprocess.run(line, env=environment, cwd=folder, check=True, stdout=subprocess.DEVNULL)
            taken = spent() - before
            server.stdin.close()
        report = Path(folder) / "report.json"
        notes[tree] = told(report) if judged else "no scenario"
    return taken


def told(report: Path) -> str:
    """The scenarios and the size of a report."""
    raw = json.loads(report.read_text("utf-8"))
    return f"{raw['verdict']['counts']['passed']} scenarios, report.json of {report.stat().st_size / 1e6:.1f} MB"


def spent() -> float:
    """The processor seconds of the children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
