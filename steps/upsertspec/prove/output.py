"""What a proof prints: the matrix, then what is wrong with it."""

from __future__ import annotations

from typing import TextIO

from upsertspec.prove.matrix import Proof, Row

SHOWN = 12


def tell(proof: Proof, out: TextIO) -> None:
    """Print a row for each broken server, and the sums."""
    width = max((len(row.fault.name) for row in proof.rows), default=0)
    for row in proof.rows:
        out.write(f"  {_word(row):<7} {row.fault.name:<{width}}  {_fell(row)}\n")
    _wrong(proof, out)
    digest = proof.digest()
    spread = sum(len(row.spread) for row in proof.rows) / max(len(proof.rows), 1)
    exact = f"{spread:.1f} other criteria fell with each, on the average"
    out.write(
        f"\n{digest['caught']} of {digest['faults']} broken servers caught by a criterion they violate; {exact}\n"
    )


def _wrong(proof: Proof, out: TextIO) -> None:
    for title, names in (
        ("the unbroken server does not pass", proof.unclean),
        ("the canary, which answers nothing right, passes", proof.lenient),
        ("the harness has errors of its own", [row.fault.name for row in proof.harmed]),
        ("no broken server fails", proof.unproven),
    ):
        if names:
            more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            out.write(f"\n{title}: {', '.join(names[:SHOWN])}{more}\n")
    for row in proof.missed:
        out.write(f"\nmissed: {row.fault.name}, which violates {', '.join(row.fault.violates)}\n  {row.fault.says}\n")


def _word(row: Row) -> str:
    return "caught" if row.precise else "blurred" if row.caught else "MISSED"


def _fell(row: Row) -> str:
    named = [criterion for criterion in row.fault.violates if criterion in row.fell]
    spread = f"  and with it {', '.join(row.spread)}" if row.spread else ""
    return f"{', '.join(named)}{spread}"
