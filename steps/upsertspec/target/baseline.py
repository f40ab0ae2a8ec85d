"""The baseline: a file of scenarios that the target is known not to pass, each with its reason."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from upsertspec.errors import ConfigError
from upsertspec.spec import criteria as spec
from upsertspec.target.nearest import nearest
from upsertspec.target.positions import Fault, line_of, positions
from upsertspec.target.target import KnownFailure

STATUSES = ("failed", "not testable", "not applicable")
MEMBERS = ("criterion", "status", "scenarios", "reason")
AGAIN = "write it again with `upsertspec baseline REPORT -o FILE`"


def read_baseline(path: Path) -> tuple[KnownFailure, ...]:
    """The entries of a baseline, one for each scenario. Raises ConfigError with every fault of the file."""
    source = str(path)
    try:
        text = path.read_text("utf-8-sig")
        raw = tomllib.loads(text)
    except FileNotFoundError as wrong:
        raise ConfigError([f"there is no baseline {path}; `upsertspec baseline REPORT -o FILE` writes one"]) from wrong
    except (OSError, ValueError, RecursionError) as wrong:
        raise ConfigError([f"is no baseline ({wrong}); {AGAIN}"], source) from wrong
    if found := list(_faults(raw)):
        places = positions(text)
        raise ConfigError([f"line {line_of(where, places)}: {what}" for where, what in found], source)
    return tuple(
        KnownFailure(entry["criterion"], entry["reason"], name, entry["status"], source)
        for entry in raw.get("known", [])
        for name in entry["scenarios"]
    )


def _faults(raw: Mapping[str, Any]) -> Iterator[Fault]:
    if raw.keys() - {"known"} or not isinstance(raw.get("known", []), list):
        yield (next(iter(raw)),), f"a baseline has only [[known]] tables; {AGAIN}"
        return
    for number, entry in enumerate(raw.get("known", [])):
        yield from (_entry(number, entry) if isinstance(entry, dict) else [(("known", number), f"no table; {AGAIN}")])


def _entry(number: int, entry: Mapping[str, Any]) -> Iterator[Fault]:
    place = ("known", number)
    names = entry.get("scenarios")
    texts = all(isinstance(entry.get(name), str) for name in MEMBERS if name != "scenarios")
    if entry.keys() != set(MEMBERS) or not texts or not isinstance(names, list):
        yield place, f"[[known]] has {', '.join(MEMBERS)}; scenarios is a list, the others are texts"
        return
    if entry["status"] not in STATUSES:
        yield (*place, "status"), f"status is one of {', '.join(STATUSES)}"
    cases = [case for case in spec.cases() if case.criterion == entry["criterion"]]
    for name in names:
        if not any(case.is_called(name) for case in cases):
            fix = nearest(str(name), [case.id for case in cases])
            yield (*place, "scenarios"), f"{entry['criterion']} has no scenario {name!r}; take it out, or {fix}"
