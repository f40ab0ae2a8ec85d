"""The time for one scenario, and the memory of a run, in a suite of ten times the size, against the suite as it is.

The feature files of the core profile are copied under other names, titles and ids. What a run takes whatever its size
is measured with the first scenario alone, and taken off; what is left is divided by the number of scenarios. The memory
is that of the largest process of a run, at its peak.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import kit

from upsertspec.spec.files import features_dir
from upsertspec.spec.ids import PREFIX

HERE = str(Path(__file__).resolve())

DEFAULTS = {"rounds": 3, "factor": 10, "smaller": 1, "narrow": 0}


def main(options: argparse.Namespace) -> list[kit.Finding]:
    """One finding about time and one about memory."""
    with tempfile.TemporaryDirectory(prefix="upsertspec-") as folder:
        base = Path(folder)
        suites = [
            smallest(base / "one"),
            *(grown(base / f"x{n}", n, options.narrow) for n in (options.factor, options.smaller)),
        ]
        first = [judged(suite, base) for suite in suites]
        one, many, few = kit.in_turns(
            options.rounds, *(lambda _, suite=suite: judged(suite, base)[0] for suite in suites)
        )
    (_, start_count, _), (_, large_count, large_memory), (_, small_count, small_memory) = first
    large = [(taken - start) / (large_count - start_count) for taken, start in zip(many, one, strict=True)]
    small = [(taken - start) / (small_count - start_count) for taken, start in zip(few, one, strict=True)]
    names = (f"a scenario in a suite of {large_count}", f"a scenario in a suite of {small_count}")
    memory = (f"memory of a run of {large_count}", f"memory of a run of {small_count}")
    each = (large_memory - small_memory) * 1024 / (large_count - small_count)
    note = f"{large_memory:.0f} and {small_memory:.0f} MiB: {each:.1f} KiB a scenario"
    return [
        kit.compared(names, (large, small), aim="near 1"),
        kit.compared(memory, ([large_memory], [small_memory]), note=note),
    ]


def sources() -> list[Path]:
    """The feature files of the core profile, the smallest first."""
    return sorted((features_dir() / "core").glob("*.feature"), key=lambda file: file.stat().st_size)


def smallest(folder: Path) -> Path:
    """A features folder with the first scenario of one file; an outline has a few examples."""
    text = sources()[0].read_text("utf-8")
    second = list(re.finditer(r"(?:^ *@.*\n)*^ *Scenario(?: Outline)?:", text, re.MULTILINE))[1].start()
    return written(folder, {"one": text[:second]})


def grown(folder: Path, times: int, narrow: int) -> Path:
    """A features folder with this many copies of the core profile, or only of its smallest file."""
    copies = {}
    for source in sources()[:1] if narrow else sources():
        text = source.read_text("utf-8")
        for number in range(times):
            copy = text.replace("Feature: ", f"Feature: Copy {number}: ", 1)
            copies[f"{source.stem}_{number}"] = re.sub(rf"@{PREFIX}\w+", rf"\g<0>x{number}", copy)
    return written(folder, copies)


def written(folder: Path, texts: dict[str, str]) -> Path:
    """A features folder with these files in the core profile."""
    (folder / "core").mkdir(parents=True)
    for name in ("schema.toml", "sets.toml"):
        shutil.copy(features_dir() / name, folder)
    for name, text in texts.items():
        (folder / "core" / f"{name}.feature").write_text(text, "utf-8")
    return folder


def judged(features: Path, reports: Path) -> tuple[float, int, float]:
    """A whole run of these features: its seconds, the passed scenarios, and its MiB. Raises if one did not pass."""
    line = [sys.executable, HERE, "judge", str(features), "--report", str(reports / "report")]
    before = time.perf_counter()
    process = subprocess.Popen(line, env=kit.own_environment(), stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    taken, process.returncode = time.perf_counter() - before, os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    report = json.loads((reports / "report" / "report.json").read_text("utf-8"))
    return taken, report["verdict"]["counts"]["passed"], used.ru_maxrss / 1024


def judge(features: str, arguments: list[str]) -> None:
    """`upsertspec run` in this process, on another features folder."""
    from upsertspec.spec import files as resources

    resources.features_dir = lambda: Path(features)
    from upsertspec.cli import main as suite

    sys.argv = ["upsertspec", "run", *arguments]
    suite()


if __name__ == "__main__":
    if sys.argv[1:2] == ["judge"]:
        judge(sys.argv[2], sys.argv[3:])
    else:
        kit.command(main, DEFAULTS)
