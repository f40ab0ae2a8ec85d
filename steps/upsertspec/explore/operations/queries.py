"""Lists and groups of projects, with some records stored for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hypothesis import strategies as st

from upsertspec.dialects import operations as sent
from upsertspec.errors import CheckFailed
from upsertspec.explore import hostile_values, strategies, values
from upsertspec.explore.list_contract import (
    CHILDREN,
    TABLE,
    Query,
    Records,
    is_valid,
    require_group,
    require_listed,
    selected,
)
from upsertspec.explore.model_state import ModelRecord
from upsertspec.explore.operations.records import Create
from upsertspec.explore.scenario import escaped
from upsertspec.explore.sequence import OperationSequence
from upsertspec.explore.strategies import Draw, Scope, sometimes
from upsertspec.steps.assertions import require_body
from upsertspec.steps.equality import shown
from upsertspec.steps.statuses import require_status
from upsertspec.steps.then_lists import require_one_group

BAD = 400
DEFAULT_LIMIT = 50
PAGES = 12
FILTERED = ("validation_score", "validation_score", "name", "description", "status")
SIMILAR = str.maketrans("🚀👧ë", "🛸👦e")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ListProjects:
    """A list of one user's projects, after these are created. Each child is a table and the place of its project."""

    who: str
    projects: Sequence[Row]
    children: Sequence[tuple[str, int]]
    query: Query

    def play(self, sequence: OperationSequence) -> None:
        """Create them, read every page of the list, and compare."""
        [user, *_] = sequence.at_least("users", 1)
        for row in self.projects:
            Create("editor", TABLE, row).play(sequence)
        mine = [project for project in sequence.state.of(TABLE) if project.values["user_id"] is user]
        for table, place in self.children if mine else ():
            sequence.set_up(sequence.schema[table], {"project_id": mine[place % len(mine)]})
        words, cells = f"the {self.who} lists {TABLE} with:", _cells({"user_id": user, **self.query})
        query = {"user_id": user.id, **self.query}
        if not is_valid(sequence.schema, self.query):
            sequence.scenario.request(words, "the answer is 400", cells=cells)
            require_status(sequence.world, sequence.ask(self.who, sent.List(TABLE, query)), BAD)
            return
        wanted = selected(sequence.schema, mine, self.query)
        names = f"the list is {', '.join(project.name for project in wanted) or 'empty'}"
        paged = {"_limit", "_offset"} & set(query)
        total = f"every list says that there are {len(wanted)} in all"
        sequence.scenario.request(words, *([] if paged else [names]), total, cells=cells)
        self._require_pages(sequence, query, wanted)

    def _require_pages(self, sequence: OperationSequence, query: Query, wanted: Records) -> None:
        limit, start = int(query.get("_limit", DEFAULT_LIMIT)), int(query.get("_offset", 0))
        found: list[Row] = []
        for page in range(PAGES):
            offset = start + page * limit
            answer = sequence.ask(self.who, sent.List(TABLE, {**query, "_offset": str(offset)}))
            require_body(sequence.world, answer, 200)
            if answer.total != len(wanted):
                raise CheckFailed(f'"total": {len(wanted)}', shown(answer.total))
            count = max(0, min(limit, len(wanted) - offset))
            if len(answer.records) != count:
                raise CheckFailed(f"{count} records on the page", f"{len(answer.records)}")
            found += answer.records
            if count < limit:
                break
        require_listed(sequence.schema, found, wanted, start, query, sequence.state.all)


@dataclass(frozen=True)
class GroupProjects:
    """Counts and averages of the projects of two users, after these are created."""

    projects: Sequence[Row]
    query: Query
    who: ClassVar[str] = "editor"

    def play(self, sequence: OperationSequence) -> None:
        """Create them, ask for the groups, and compare."""
        sequence.at_least("users", 2)
        for row in self.projects:
            Create("editor", TABLE, row).play(sequence)
        valid = all(name in sequence.schema[TABLE].fields for name in self.query.values())
        by, projects = self.query["group_by"], sequence.state.of(TABLE)
        found = list(dict.fromkeys(p.values[by] for p in projects)) if valid and by != "user_id" else []
        then = [f"there is one group for each {by} of null"] if None in found else []
        words = f"the {self.who} groups {TABLE} with:"
        sequence.scenario.request(words, *(then if valid else ["the answer is 400"]), cells=_cells(self.query))
        answer = sequence.ask(self.who, sent.Groups(TABLE, self.query))
        if not valid:
            require_status(sequence.world, answer, BAD)
            return
        require_body(sequence.world, answer, 200)
        for value in found:
            require_one_group(sequence.world, by, value)
        for user in sequence.state.of("users") if by == "user_id" else ():
            mine = [project for project in projects if project.values["user_id"] is user]
            require_group(answer, user, mine, "avg" in self.query)


def _cells(query: Query) -> list[list[str]]:
    return [[escaped(name) for name in query], [_cell(value) for value in query.values()]]


def _cell(value: Any) -> str:
    return f"{{{value.name}.id}}" if isinstance(value, ModelRecord) else escaped(str(value))


@st.composite
def lists(draw: Draw, scope: Scope) -> ListProjects:
    """A list: filtered, sorted, with some of its fields and children, sometimes with a wrong parameter."""
    projects = draw(st.lists(strategies.rows(scope, scope.schema[TABLE]), max_size=5))
    query: dict[str, Any] = {}
    for _ in range(draw(st.sampled_from([0, 1, 1, 2, 3]))):
        query |= draw(a_filter(projects))
    for name, listed in values.PARAMETERS.items():
        if draw(sometimes(3)):
            query[name] = draw(st.sampled_from(listed))
    if draw(sometimes(6)):
        query |= dict([draw(st.sampled_from(scope.plus_hostile(values.WRONG_FILTERS * 4, hostile_values.PARAMETERS)))])
    children = st.lists(st.tuples(st.sampled_from(CHILDREN), st.integers(0, 2)), min_size=1, max_size=4)
    below = draw(children) if projects and "_include" in query else []
    return ListProjects(draw(strategies.a_role()), projects, below, query)


@st.composite
def a_filter(draw: Draw, projects: Sequence[Row]) -> dict[str, str]:
    """A filter, mostly by a value that one of the projects has."""
    name = draw(st.sampled_from(FILTERED))
    number = name == "validation_score"
    operator = draw(st.sampled_from(values.NUMBER_OPERATORS if number else values.TEXT_OPERATORS))
    known = [row[name] for row in projects if row.get(name) not in (None, "")]
    listed = [str(v) for v in [*known, *known, *((5, 41, 60) if number else ("Ada", "draft"))]]
    one, other = (draw(st.sampled_from(listed)) for _ in range(2))
    if operator == "__contains":
        parts = [one, one[1:] or one, one[:-1] or one, one[1:-1] or one, one.swapcase(), one[0] + "%", "%", "_"]
        return {name + operator: draw(st.sampled_from(parts))}
    if operator == "__isnull":
        return {name + operator: draw(st.sampled_from(["true", "false"]))}
    if not number and operator in ("", "__eq", "__ne"):
        one = draw(st.sampled_from([one, one, one.swapcase(), one.translate(SIMILAR)]))
    return {name + operator: f"{one},{other}" if operator == "__in" else one}


@st.composite
def groups(draw: Draw, scope: Scope) -> GroupProjects:
    """Groups."""
    projects = draw(st.lists(strategies.rows(scope, scope.schema[TABLE], ["validation_score"]), max_size=4))
    plain = [*values.GROUPS[:1] * 4, *values.GROUPS]
    return GroupProjects(projects, draw(st.sampled_from(scope.plus_hostile(plain, hostile_values.GROUPS))))
