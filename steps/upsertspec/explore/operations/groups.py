"""Counts and averages of projects, with some of them stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hypothesis import strategies as st

from upsertspec.dialects import operations as sent
from upsertspec.errors import CheckFailed
from upsertspec.explore import hostile_values, strategies, values
from upsertspec.explore.list_contract import TABLE, Query, filtered, is_filter, is_valid, require_group
from upsertspec.explore.model_state import id_or_value
from upsertspec.explore.operations.queries import BAD, a_filter, cells_of
from upsertspec.explore.operations.records import Create
from upsertspec.explore.sequence import OperationSequence
from upsertspec.explore.strategies import Draw, Scope
from upsertspec.steps import then_lists
from upsertspec.steps.assertions import require_body
from upsertspec.steps.equality import shown
from upsertspec.steps.statuses import require_status

Row = Mapping[str, Any]


@dataclass(frozen=True)
class GroupProjects:
    """Counts and averages of projects, after these are created: of one user's, or of all that pass the filters."""

    projects: Sequence[Row]
    query: Query
    of_one_user: bool = False
    who: ClassVar[str] = "editor"

    def play(self, sequence: OperationSequence) -> None:
        """Create them, ask for the groups, and compare."""
        [user, *_] = sequence.at_least("users", 2)
        for row in self.projects:
            Create("editor", TABLE, row).play(sequence)
        own: Query = {"user_id": user} if self.of_one_user else {}
        words, cells = f"the {self.who} groups {TABLE} with:", cells_of({**self.query, **own})
        query = {**self.query, **({"user_id": user.id} if own else {})}
        fields, by = sequence.schema[TABLE].fields, self.query["group_by"]
        named = [value for name, value in self.query.items() if not is_filter(name)]
        filters = {name: value for name, value in self.query.items() if is_filter(name)}
        if not set(named) <= set(fields) or not is_valid(sequence.schema, filters):
            sequence.scenario.request(words, "the answer is 400", cells=cells)
            require_status(sequence.world, sequence.ask(self.who, sent.Groups(TABLE, query)), BAD)
            return
        stored = [p for p in sequence.state.of(TABLE) if not own or p.values["user_id"] is user]
        projects = filtered(sequence.schema, stored, filters)
        there = list({shown(id_or_value(p.values[by])): p.values[by] for p in projects}.values())
        sequence.scenario.request(words, cells=cells)
        if None in there:
            sequence.scenario.also("among the groups are:", [[by], ["null"]])
        answer = sequence.ask(self.who, sent.Groups(TABLE, query))
        require_body(sequence.world, answer, 200)
        if own and len(then_lists.groups_in(answer)) != len(there):
            wanted = shown([id_or_value(value) for value in there])
            raise CheckFailed(f"groups of {by} {wanted}", shown(then_lists.groups_in(answer)))
        known: list[Any] = sequence.state.of("users") if by == "user_id" else there
        for value in known:
            mine = [project for project in projects if id_or_value(project.values[by]) == id_or_value(value)]
            if own or by == "user_id":
                require_group(sequence.world, by, value, mine, "avg" in self.query)
            else:
                then_lists.require_group(sequence.world, {by: value})


@st.composite
def groups(draw: Draw, scope: Scope) -> GroupProjects:
    """Groups."""
    projects = draw(st.lists(strategies.rows(scope, scope.schema[TABLE], ["validation_score"]), max_size=4))
    plain = [*values.GROUPS[:1] * 4, *values.GROUPS]
    query = draw(st.sampled_from(scope.plus_hostile(plain, hostile_values.GROUPS)))
    filters = draw(a_filter(projects)) if draw(st.booleans()) else {}
    return GroupProjects(projects, {**query, **filters}, draw(st.booleans()))
