"""What the proof with a table of its own prints: a line for each broken server, then the figures of each criterion."""

from __future__ import annotations

from typing import TextIO

from upsertspec.prove.own_table import Outcome, OwnTableProof, OwnTableRow


def output(proof: OwnTableProof, out: TextIO) -> None:
    """Print the outcome of each broken server, the figures by criterion, and what is wrong."""
    name, word = max(len(row.server.name) for row in proof.rows), max(map(len, Outcome))
    for row in proof.rows:
        shown = row.outcome.upper() if row.outcome is Outcome.MISSED else row.outcome
        out.write(f"  {shown:<{word}}  {row.server.name:<{name}}  {_detail(row)}\n")
    digest = proof.digest()
    out.write("\ncriterion  caught  not applicable  missed\n")
    for criterion, sums in digest["criteria"].items():
        out.write(f"{criterion:<9}  {sums['caught']:>6}  {sums['not_applicable']:>14}  {sums['missed']:>6}\n")
    for title, names in (
        ("the reference server does not pass", proof.unclean),
        ("the canary, which answers nothing right, passes", proof.lenient),
        ("the harness itself failed with", [row.server.name for row in proof.rows if row.errors]),
    ):
        if names:
            out.write(f"\n{title}: {', '.join(names)}\n")
    for row in proof.of(Outcome.MISSED):
        out.write(f"\nmissed: {row.server.name}, which violates {', '.join(row.outcomes)}\n  {row.server.says}\n")
    out.write(
        f"\nbehind an API with a table of its own: {digest['caught']} of {digest['faults']} broken servers caught, "
        f"{digest['not_applicable']} not applicable, {digest['missed']} missed\n"
    )


def _detail(row: OwnTableRow) -> str:
    if row.outcome is Outcome.NOT_APPLICABLE:
        return "; ".join(row.reasons)
    return ", ".join(criterion for criterion, outcome in row.outcomes.items() if outcome is row.outcome)
