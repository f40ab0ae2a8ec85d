"""The matrix of a proof: which broken server was caught by which criteria."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from upsertspec.prove.servers import BrokenServer
from upsertspec.report.mistakes import mistakes
from upsertspec.report.result import Result
from upsertspec.report.status import Counts, Status, row
from upsertspec.spec import criteria as spec


@dataclass(frozen=True)
class Row:
    """A broken server: the criteria that failed, with the number of failed scenarios of each.

    `errors` is the number of scenarios that ended in a harness error, which prove nothing. `findings` are the criteria
    of the findings, in the order of the report: how many mistakes the one mistake of the server reads as.
    """

    server: BrokenServer
    failed: Mapping[str, int]
    errors: int = 0
    findings: Sequence[str] = ()

    @property
    def caught(self) -> bool:
        """Whether a criterion failed that the server violates."""
        return bool(set(self.failed) & set(self.server.violates))

    @property
    def unaffected(self) -> list[str]:
        """Criteria that the server violates and that did not fail."""
        return [criterion for criterion in self.server.violates if criterion not in self.failed]

    @property
    def rooted(self) -> bool:
        """Whether the first finding is about a criterion that the server violates."""
        return self.findings[0] in self.server.violates if self.findings else False

    @property
    def beyond(self) -> int:
        """How many criteria that the server does not violate have a finding of their own."""
        return len(set(self.findings) - set(self.server.violates))

    @property
    def others(self) -> list[str]:
        """Criteria that failed although the server does not violate them."""
        return [criterion for criterion in self.failed if criterion not in self.server.violates]

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON-able data."""
        server = {**asdict(self.server), "violates": list(self.server.violates)}
        return {**server, "caught": self.caught, "failed": dict(self.failed), "findings": list(self.findings)}


@dataclass(frozen=True)
class Proof:
    """A whole proof.

    `unclean` are the scenarios that the reference server did not pass, `lenient` those that the canary passed. `whole`
    says that each server was judged by the whole suite.
    """

    rows: Sequence[Row]
    unclean: Sequence[str]
    lenient: Sequence[str]
    criteria: Sequence[str]
    whole: bool = False

    @property
    def void(self) -> bool:
        """Whether the run proves nothing: a suite that fails the right server, or passes the wrong one."""
        return bool(self.unclean or self.lenient)

    @property
    def missed(self) -> list[Row]:
        """The broken servers that were not caught."""
        return [row for row in self.rows if not row.caught]

    @property
    def harmed(self) -> list[Row]:
        """The broken servers with which the harness itself failed."""
        return [row for row in self.rows if row.errors]

    @property
    def spread(self) -> float:
        """How many findings are about criteria that the server does not violate, at the median of those caught."""
        return float(median(row.beyond for row in self.caught)) if self.caught else 0.0

    @property
    def caught(self) -> list[Row]:
        """The broken servers that were caught."""
        return [row for row in self.rows if row.caught]

    @property
    def rooted(self) -> float:
        """The share of those that were caught whose first finding is about a criterion that they violate."""
        return sum(row.rooted for row in self.caught) / len(self.caught) if self.caught else 0.0

    @property
    def unproven(self) -> list[str]:
        """Criteria that failed for no broken server that violates them."""
        proven = {c for row in self.rows for c in row.server.violates if c in row.failed}
        return [criterion for criterion in self.criteria if criterion not in proven]

    @property
    def holds(self) -> bool:
        """Whether every broken server was caught, every criterion has one, and the run is not void."""
        return not (self.void or self.missed or self.harmed or self.unproven)

    def digest(self) -> dict[str, Any]:
        """Caught and total, in all and for each criterion, with the digest of the features.

        A proof by the whole suite also has the `figures` of the findings.
        """
        caught = Counter(c for row in self.rows for c in row.server.violates if c in row.failed)
        total = Counter(c for row in self.rows for c in row.server.violates)
        return {
            "features_digest": spec.digest(),
            "faults": len(self.rows),
            "caught": sum(row.caught for row in self.rows),
            "criteria": {c: {"caught": caught[c], "of": total[c]} for c in self.criteria},
            **({"findings": self.figures()} if self.whole else {}),
        }

    def figures(self) -> dict[str, Any]:
        """`{"servers", "spread", "rooted"}`: how many were caught, `spread` and `rooted` of these."""
        return {"servers": len(self.caught), "spread": self.spread, "rooted": round(self.rooted, 3)}

    def as_dict(self) -> dict[str, Any]:
        """The proof as JSON-able data."""
        servers = [row.as_dict() for row in self.rows]
        return {**self.digest(), "unclean": list(self.unclean), "lenient": list(self.lenient), "matrix": servers}


def row_of(server: BrokenServer, results: Iterable[Result]) -> Row:
    """The row of a broken server, from the results of the suite against it."""
    listed = list(results)
    failed = Counter(result.case.criterion for result in listed if row(result.status).counts is Counts.FAILURE)
    errors = sum(result.status is Status.ERROR for result in listed)
    return Row(server, dict(sorted(failed.items())), errors, [m.root.case.criterion for m in mistakes(listed)])
