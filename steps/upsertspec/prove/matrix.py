"""The matrix: which broken server was caught by which criteria."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from upsertspec.prove.servers import Fault
from upsertspec.report.result import Result, Status
from upsertspec.spec import criteria as spec

FELLED = (Status.FAILED, Status.WARNED)


@dataclass(frozen=True)
class Row:
    """What became of one broken server: the criteria that fell, and how many scenarios of each.

    `errors` is the number of scenarios that ended in an error of the harness, and say nothing.
    """

    fault: Fault
    fell: Mapping[str, int]
    errors: int = 0

    @property
    def caught(self) -> bool:
        """Whether any criterion fell."""
        return bool(self.fell)

    @property
    def precise(self) -> bool:
        """Whether a criterion fell that the fault violates."""
        return bool(set(self.fell) & set(self.fault.violates))

    @property
    def unfelt(self) -> list[str]:
        """Criteria that the fault violates and that did not fall."""
        return [criterion for criterion in self.fault.violates if criterion not in self.fell]

    @property
    def spread(self) -> list[str]:
        """Criteria that fell although the fault does not violate them."""
        return [criterion for criterion in self.fell if criterion not in self.fault.violates]

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON-able data."""
        said = {"name": self.fault.name, "says": self.fault.says, "violates": list(self.fault.violates)}
        return {**said, "caught": self.caught, "precise": self.precise, "fell": dict(self.fell)}


@dataclass(frozen=True)
class Proof:
    """A whole proof. `unclean` are cases that the unbroken server did not pass, `lenient` those the canary did pass."""

    rows: Sequence[Row]
    unclean: Sequence[str]
    lenient: Sequence[str]
    criteria: Sequence[str]

    @property
    def void(self) -> bool:
        """Whether the run proves nothing: a suite that fails the right server, or passes the wrong one."""
        return bool(self.unclean or self.lenient)

    @property
    def missed(self) -> list[Row]:
        """The broken servers that no criterion they violate has told."""
        return [row for row in self.rows if not row.precise]

    @property
    def harmed(self) -> list[Row]:
        """The broken servers that broke the harness too."""
        return [row for row in self.rows if row.errors]

    @property
    def unproven(self) -> list[str]:
        """Criteria that no broken server violates, or none of those that fell."""
        proven = {c for row in self.rows for c in row.fault.violates if c in row.fell}
        return [criterion for criterion in self.criteria if criterion not in proven]

    @property
    def holds(self) -> bool:
        """Whether every broken server was caught, every criterion has one, and the run is not void."""
        return not (self.void or self.missed or self.harmed or self.unproven)

    def digest(self) -> dict[str, Any]:
        """So many of so many, in all and by criterion, for the specification of this digest."""
        caught = Counter(c for row in self.rows for c in row.fault.violates if c in row.fell)
        total = Counter(c for row in self.rows for c in row.fault.violates)
        return {
            "features_digest": spec.digest(),
            "faults": len(self.rows),
            "caught": sum(row.precise for row in self.rows),
            "criteria": {c: {"caught": caught[c], "of": total[c]} for c in self.criteria},
        }

    def as_dict(self) -> dict[str, Any]:
        """The proof as JSON-able data."""
        faults = [row.as_dict() for row in self.rows]
        return {**self.digest(), "unclean": list(self.unclean), "lenient": list(self.lenient), "matrix": faults}


def row_of(fault: Fault, results: Iterable[Result]) -> Row:
    """The row of a broken server, from the results of the suite against it."""
    listed = list(results)
    fell = Counter(result.case.criterion for result in listed if result.status in FELLED)
    return Row(fault, dict(sorted(fell.items())), sum(result.status is Status.ERROR for result in listed))
