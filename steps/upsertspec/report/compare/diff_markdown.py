"""What changed, in Markdown, for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from upsertspec.report.compare.changes import Change, Diff, Kind
from upsertspec.report.compare.diff_terminal import by_title, together
from upsertspec.report.compare.differences import differences
from upsertspec.report.evidence import telling
from upsertspec.report.markdown_text import block, prose

LONGEST = 1200


def diff_markdown(diff: Diff) -> str:
    """The counts, both verdicts, what the reports differ in, and each kind of change."""
    lines = [f"**{diff.summary}**", ""]
    for column in (diff.old, diff.new):
        words = f"{column.label} at {column.url}: {column.headline} ({column.file}, {column.made})"
        lines.append(f"- {column.head}: {prose(words, LONGEST)}")
    if listed := differences((diff.old, diff.new)):
        lines += ["", "The reports differ:", "", *(f"- {prose(text, LONGEST)}" for text in listed)]
    for kind, changes in groupby(diff.changes, key=lambda change: change.kind):
        found = list(changes)
        lines += ["", f"### {kind} ({len(found)})", "", *_of_kind(kind, found)]
    return "\n".join(lines) + "\n"


def _of_kind(kind: Kind, changes: Sequence[Change]) -> Iterator[str]:
    for criterion, words, group in together(changes):
        head = f"- {criterion} {words}:"
        if by_title(kind, len(changes), len(group)):
            for change in group:
                yield f"{head} {prose(change.result['title'])}"
                yield from _evidence(change) if kind is Kind.BROKEN else ()
        else:
            yield f"{head} {len(group)} scenarios"


def _evidence(change: Change) -> Iterator[str]:
    result = change.result
    if result["expected"]:
        yield f"  <br>expected {prose(result['expected'])}; got {prose(result['actual'])}"
    elif result["reason"]:
        yield f"  <br>{prose(result['reason'])}"
    for exchange in telling(result["exchanges"], result.get("history")):
        yield ""
        yield from (f"  {line}" for line in block([exchange["curl"]], "sh").splitlines())
        yield ""
