"""What changed, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from upsertspec.http.evidence import printable
from upsertspec.report.compare.changes import Change, Diff, Kind
from upsertspec.report.compare.terminal import legend, told_differences
from upsertspec.report.terminal import telling

COLOURS = {Kind.BROKEN: "1;31", Kind.UNTESTED: "33", Kind.FIXED: "32"}
EACH = (Kind.BROKEN, Kind.UNTESTED, Kind.FIXED)
NAMED = 3
MANY = 20


def diff_terminal(diff: Diff, width: int, colour: bool = False) -> str:
    """Both verdicts, in what the reports differ, each kind of change, and the sums."""
    columns = (diff.old, diff.new)
    lines = [*legend(columns, width), *told_differences(columns, width)]
    for kind, changes in groupby(diff.changes, key=lambda change: change.kind):
        listed = list(changes)
        lines += ["", _painted(f"{kind} ({len(listed)})", kind, colour), *_of_kind(kind, listed)]
    return "\n".join([*lines, "", diff.summary]) + "\n"


def together(changes: Sequence[Change]) -> Iterator[tuple[str, str, list[Change]]]:
    """The changes by criterion and by what they are, in the order of the criteria."""

    def alike(change: Change) -> tuple[str, str]:
        return printable(change.result["criterion"])[:20], change.words

    for (criterion, words), group in groupby(sorted(changes, key=alike), key=alike):
        yield criterion, words, list(group)


def by_title(kind: Kind, changes: int, alike: int) -> bool:
    """Whether these changes of a kind that are alike are listed by their titles, and not as a number."""
    few = changes <= MANY or kind in (Kind.ADDED, Kind.REMOVED)
    return kind in EACH or (alike <= NAMED and few)


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
    yield f"    {printable(result['file'])}:{result['line']}"
    if result["expected"]:
        yield f"    expected  {printable(result['expected'])}"
        yield f"    got       {printable(result['actual'])}"
    elif result["reason"]:
        yield f"    {printable(result['reason'])}"
    for exchange in telling(result["exchanges"], result.get("history")) if change.kind is Kind.BROKEN else ():
        answer = str(exchange["response"]["status"]) if "response" in exchange else "no answer"
        yield f"    {answer:<9} {printable(exchange['curl'])}"


def _painted(text: str, kind: Kind, colour: bool) -> str:
    return f"\x1b[{COLOURS.get(kind, '1')}m{text}\x1b[0m" if colour else text
