"""What a proof prints: a line for each broken server, then what is wrong."""

from __future__ import annotations

from typing import TextIO

from upsertspec.prove.matrix import Proof, Row
from upsertspec.report.proof import caught_in_words, findings_in_words

SHOWN = 12


def output(proof: Proof, out: TextIO) -> None:
    """Print a line for each broken server, and caught / total."""
    width = max((len(row.server.name) for row in proof.rows), default=0)
    for row in proof.rows:
        out.write(f"  {_word(row):<7} {row.server.name:<{width}}  {_criteria(row)}\n")
    _problems(proof, out)
    digest = proof.digest()
    out.write(f"\n{caught_in_words(digest)}\n")
    if reported := [row for row in proof.rows if row.server.report]:
        caught = sum(row.caught for row in reported)
        out.write(f"{caught} of {len(reported)} of those that users of other software reported in public\n")
    if proof.whole:
        out.write("".join(f"{line}\n" for line in findings_in_words(proof.figures())))


def _problems(proof: Proof, out: TextIO) -> None:
    for title, names in (
        ("the reference server does not pass", proof.unclean),
        ("the canary, which answers nothing right, passes", proof.lenient),
        ("the harness itself failed with", [row.server.name for row in proof.harmed]),
        ("no broken server fails", proof.unproven),
    ):
        if names:
            more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            out.write(f"\n{title}: {', '.join(names[:SHOWN])}{more}\n")
    for row in proof.missed:
        out.write(
            f"\nmissed: {row.server.name}, which violates {', '.join(row.server.violates)}\n  {row.server.says}\n"
        )
        if row.server.report:
            out.write(f"  reported at {row.server.report}\n")


def _word(row: Row) -> str:
    return "caught" if row.caught else "other" if row.failed else "MISSED"


def _criteria(row: Row) -> str:
    named = [criterion for criterion in row.server.violates if criterion in row.failed]
    others = f"  and also {', '.join(row.others)}" if row.others else ""
    return f"{', '.join(named)}{others}"
