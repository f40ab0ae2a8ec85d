"""What changed, in Markdown: for a comment on a change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from upsertspec.report.compare.changes import Change, Diff, Kind
from upsertspec.report.compare.diff_terminal import by_title, together
from upsertspec.report.compare.differences import differences
from upsertspec.report.compare.escaping import markdown_code, markdown_text
from upsertspec.report.terminal import telling


def diff_markdown(diff: Diff) -> str:
    """The sums, both verdicts, in what the reports differ, and each kind of change."""
    lines = [f"**{markdown_text(diff.summary)}**", ""]
    for column in (diff.old, diff.new):
        words = f"{column.label} at {column.url}: {column.headline} ({column.file}, {column.made})"
        lines.append(f"- {column.head}: {markdown_text(words)}")
    if listed := differences((diff.old, diff.new)):
        lines += ["", "The reports differ:", "", *(f"- {markdown_text(text)}" for text in listed)]
    for kind, changes in groupby(diff.changes, key=lambda change: change.kind):
        found = list(changes)
        lines += ["", f"### {kind} ({len(found)})", "", *_of_kind(kind, found)]
    return "\n".join(lines) + "\n"


def _of_kind(kind: Kind, changes: Sequence[Change]) -> Iterator[str]:
    for criterion, words, group in together(changes):
        head = f"- {markdown_text(criterion)} {markdown_text(words)}:"
        if by_title(kind, len(changes), len(group)):
            for change in group:
                yield f"{head} {markdown_text(change.result['title'])}"
                yield from _evidence(change) if kind is Kind.BROKEN else ()
        else:
            yield f"{head} {len(group)} scenarios"


def _evidence(change: Change) -> Iterator[str]:
    result = change.result
    if result["expected"]:
        yield f"  <br>expected {markdown_text(result['expected'])}; got {markdown_text(result['actual'])}"
    elif result["reason"]:
        yield f"  <br>{markdown_text(result['reason'])}"
    for exchange in telling(result["exchanges"], result.get("history")):
        yield ""
        yield from (f"  {line}" for line in markdown_code(exchange["curl"]).splitlines())
        yield ""
