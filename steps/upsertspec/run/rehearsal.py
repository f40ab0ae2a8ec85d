"""A rehearsal finds out which scenarios apply to a target, without sending it a request.

The scenarios run against the reference server. But each operation is first turned into the target's own request: what
the target file rules out or cannot express is not applicable or not testable here, as it will be in the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from upsertspec.dialects.base import Answer, Request, Response, Setup
from upsertspec.dialects.bound import Bound
from upsertspec.dialects.native import Native
from upsertspec.dialects.operations import Operation
from upsertspec.dialects.registry import dialect_for
from upsertspec.dialects.shape import Shape
from upsertspec.errors import NotApplicable, NotTestable
from upsertspec.report.result import Result
from upsertspec.run.embedded import started
from upsertspec.run.runner import run
from upsertspec.run.settings import Settings
from upsertspec.spec.outcomes import KINDS, is_success
from upsertspec.target.bindings import ours_of
from upsertspec.target.target import Credential, Target

DIALECT = "upsertspec.run.rehearsal:Rehearsal"


def rehearse(target: Target) -> list[Result]:
    """The results of a rehearsal. Only the statuses not applicable and not testable say something about the target."""
    with started() as server:
        reference = server.target()
        roles = {role: _like(held, reference.roles[role]) for role, held in target.roles.items()}
        stand_in = replace(
            reference,
            dialect=DIALECT,
            dialect_options={"target": target},
            profiles=target.profiles,
            roles=roles,
            without=target.without,
            is_open=target.is_open,
            bindings=target.bindings,
        )
        return run(Settings(stand_in, patient=True))


@dataclass(frozen=True)
class _NotBearer(Credential):
    """A bearer token that stands for another kind of credential."""

    @property
    def is_bearer(self) -> bool:
        return False


def _like(held: Credential, token: Credential) -> Credential:
    """The reference server's token, which can be broken in the same ways as the target's credential."""
    return token if held.is_bearer else _NotBearer(secret=token.secret)


class _NothingUntrue(dict[tuple[str, str], str]):
    """Keeps nothing: what the reference server answers contradicts no statement about the target."""

    def __setitem__(self, statement: tuple[str, str], why: str) -> None:
        pass


class Rehearsal(Bound):
    """Makes the target's request for each operation, discards it, and sends the contract's request instead."""

    def __init__(self, setup: Setup) -> None:
        target: Target = setup.options["target"]
        theirs = dialect_for(target)
        super().__init__(theirs.inner, theirs.bindings)
        self._native = Native(Setup({}))
        self.untrue = _NothingUntrue()
        self._deviations: Mapping[str, Any] = {**theirs.deviations, **target.deviations}

    def request(self, operation: Operation) -> Request:
        """The contract's request, if the target has one too."""
        super().request(operation)
        return self._native.request(operation)

    def then(self, operation: Operation, response: Response) -> Request | None:
        """Nothing: the reference server's answer holds the record."""

    def answer(self, operation: Operation, response: Response) -> Answer:
        """The reference server's answer, without what the target's answers do not report."""
        answer = self._with_defaults(operation, self._native.answer(operation, response))
        if not is_success(answer.status):
            return answer
        if hasattr(operation, "table"):
            words = self.words(operation.table)
            self._remember(operation, words)
            for record in [answer.record, *answer.records]:
                if record is not None and (key := words.key_of(record)):
                    self._keys[words.binding.table, str(record.get("id"))] = key
        return replace(answer, lacks=self._lacking(operation, answer))

    def _with_defaults(self, operation: Operation, answer: Answer) -> Answer:
        """The answer with the target's defaults in place of nulls that its fields never have."""
        bound = self.bindings.of(operation.table).fields if hasattr(operation, "table") else {}
        never = {name: field for name, field in bound.items() if field.rules.get("null") is False}
        if not never:
            return answer

        def filled(record: Mapping[str, Any]) -> Mapping[str, Any]:
            nulls = {name: field for name, field in never.items() if name in record and record[name] is None}
            return {**record, **{name: ours_of(field, field.rules.get("default")) for name, field in nulls.items()}}

        record = None if answer.record is None else filled(answer.record)
        return replace(answer, record=record, records=[filled(each) for each in answer.records])

    def _lacking(self, operation: Operation, answer: Answer) -> Mapping[str, str]:
        """What the target's answer lacks: that of the status which the target has for this outcome."""
        kind = answer.operation if isinstance(answer.operation, str) else ""
        status = next(iter(self._deviations.get(kind, ())), KINDS.get(kind, answer.status))
        try:
            theirs = self._theirs(operation)
            if isinstance(self.inner, Shape):
                return self.inner.lacking(theirs, status, kind)
            return self.inner.answer(theirs, Response(status, {}, b"{}")).lacks
        except (NotApplicable, NotTestable):
            return {}
