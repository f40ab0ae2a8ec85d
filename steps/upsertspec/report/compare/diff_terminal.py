"""What changed, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from upsertspec.http.text import printable
from upsertspec.report.compare.changes import Change, Diff, Kind
from upsertspec.report.compare.terminal import legend, listed_differences
from upsertspec.report.console import Console
from upsertspec.report.evidence import telling
from upsertspec.report.terminal import outcome

COLOURS = {Kind.BROKEN: "1;31", Kind.UNTESTED: "33", Kind.FIXED: "32"}
EACH = (Kind.BROKEN, Kind.UNTESTED, Kind.FIXED)
NAMED = 3
MANY = 20


def diff_terminal(diff: Diff, console: Console) -> str:
    """Both verdicts, what the reports differ in, each kind of change, and the counts."""
    columns = (diff.old, diff.new)
    lines = [*legend(columns, console.width), *listed_differences(columns, console.width)]
    for kind, changes in groupby(diff.changes, key=lambda change: change.kind):
        listed = list(changes)
        head = console.paint(f"{kind} ({len(listed)})", COLOURS.get(kind, "1"))
        lines += ["", head, *_of_kind(kind, listed)]
    return "\n".join([*lines, "", diff.summary]) + "\n"


def together(changes: Sequence[Change]) -> Iterator[tuple[str, str, list[Change]]]:
    """The changes by criterion and by their old and new status, in the order of the criteria."""

    def group_of(change: Change) -> tuple[str, str]:
        return change.result["criterion"], change.words

    for (criterion, words), group in groupby(sorted(changes, key=group_of), key=group_of):
        yield criterion, words, list(group)


def by_title(kind: Kind, changes: int, group: int) -> bool:
    """Whether the changes of a group are listed by their titles and not as a number."""
    few = changes <= MANY or kind in (Kind.ADDED, Kind.REMOVED)
    return kind in EACH or (group <= NAMED and few)


def _of_kind(kind: Kind, changes: Sequence[Change]) -> Iterator[str]:
    for criterion, words, group in together(changes):
        if by_title(kind, len(changes), len(group)):
            for change in group:
                yield f"  {criterion} {words}: {printable(change.result['title'])}"
                yield from _evidence(change) if kind in EACH else ()
        else:
            yield f"  {criterion} {words}: {len(group)} scenarios"


def _evidence(change: Change) -> Iterator[str]:
    result = change.result
    if change.kind is Kind.FIXED:
        return
    yield f"    {printable(result['file'])}:{result['line']}  {result['id']}"
    if result["expected"]:
        yield f"    expected  {printable(result['expected'])}"
        yield f"    got       {printable(result['actual'])}"
    elif result["reason"]:
        yield f"    {printable(result['reason'])}"
    for exchange in telling(result["exchanges"], result.get("history")) if change.kind is Kind.BROKEN else ():
        yield f"    {outcome(exchange):<9} {printable(exchange['curl'])}"
