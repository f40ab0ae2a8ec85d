"""What reports differ in besides their results: versions, selections, and the criteria of their suites."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from upsertspec.report.compare.matrix import Column, shown

NAMED = 8


def differences(columns: Sequence[Column]) -> list[str]:
    """Each difference that a reader should know about, in a sentence; none if only the results differ."""
    return [*_values(columns), *_criteria(columns), *_scenarios(columns), *_each(columns), *_same_runs(columns)]


def _values(columns: Sequence[Column]) -> Iterator[str]:
    for what, value in _ASKED.items():
        found: dict[str, list[str]] = {}
        for column in columns:
            found.setdefault(value(column), []).append(column.head)
        if len(found) > 1:
            yield f"{what}: " + "; ".join(f"{said} in {_named(heads)}" for said, heads in found.items())


_ASKED: dict[str, Callable[[Column], str]] = {
    "made by upsertspec": lambda column: shown(column.report["suite"]["version"]),
    "features": lambda column: column.features,
    "claimed profiles": lambda column: shown(", ".join(column.report["target"]["profiles"]), 200),
    "selection": lambda column: _selection(column),
    "dialect": lambda column: shown(column.report["target"]["dialect"]),
}


def _selection(column: Column) -> str:
    asked = column.report["run"]["selection"]
    words = [*asked["criteria"], *([f"-k {asked['keyword']!r}"] if asked["keyword"] else [])]
    words += [f"{len(asked['scenarios'])} scenarios"] if asked.get("scenarios") else []
    words += [f"shard {shard}"] if (shard := column.report["run"].get("part", {}).get("shard")) else []
    return shown(", ".join(words), 200) or "everything claimed"


def _criteria(columns: Sequence[Column]) -> Iterator[str]:
    """Criteria that only some of the reports have."""
    owners: dict[tuple[str, ...], list[str]] = {}
    for ident in sorted({ident for column in columns for ident in column.criteria}):
        owners.setdefault(tuple(c.head for c in columns if ident in c.criteria), []).append(ident)
    for heads, idents in owners.items():
        if len(heads) < len(columns):
            yield f"criteria only in {_named(heads)}: {_named(idents)}"


def _scenarios(columns: Sequence[Column]) -> Iterator[str]:
    """Criteria with other scenarios, if both reports planned all of them."""
    shared = set.intersection(*(set(column.by_criterion) for column in columns))
    if any(_selection(column) != "everything claimed" for column in columns):
        return
    other = [ident for ident in shared if len({frozenset(r["id"] for r in c.by_criterion[ident]) for c in columns}) > 1]
    if other:
        yield f"criteria whose scenarios differ: {_named(sorted(other))}"
    reworded = [i for i in shared if len({c.criteria[i]["sentence"] for c in columns if i in c.criteria}) > 1]
    if reworded:
        yield f"criteria that are worded differently: {_named(sorted(reworded))}"


def _each(columns: Sequence[Column]) -> Iterator[str]:
    for column in columns:
        for finding in column.report["preflight"]:
            if finding["level"] == "fatal":
                yield f"{column.head} could not be judged: {shown(finding['what'], 300)}"


def _same_runs(columns: Sequence[Column]) -> Iterator[str]:
    runs: dict[tuple[str, str], list[str]] = {}
    for column in columns:
        run = column.report["run"]
        runs.setdefault((run["id"], run["started"]), []).append(column.head)
    for heads in runs.values():
        if len(heads) > 1:
            yield f"{_named(heads)} are reports of the same run"


def _named(words: Sequence[str]) -> str:
    """`a, b and c`; the first of many."""
    more = f" and {len(words) - NAMED} more" if len(words) > NAMED else ""
    listed = list(words[:NAMED])
    if more or len(listed) < 2:
        return ", ".join(listed) + more
    return f"{', '.join(listed[:-1])} and {listed[-1]}"
