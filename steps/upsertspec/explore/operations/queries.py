"""Lists and single reads of projects, with some records stored for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from upsertspec.dialects import operations as sent
from upsertspec.errors import CheckFailed
from upsertspec.explore import hostile_values, nesting, strategies, values
from upsertspec.explore.list_contract import TABLE, Query, Records, is_valid, require_listed, selected
from upsertspec.explore.model_state import ModelRecord
from upsertspec.explore.operations.records import Create
from upsertspec.explore.scenario import escaped
from upsertspec.explore.sequence import OperationSequence
from upsertspec.explore.strategies import Draw, Scope, sometimes
from upsertspec.steps.assertions import require_body
from upsertspec.steps.equality import shown
from upsertspec.steps.statuses import require_status

BAD = 400
DEFAULT_LIMIT = 50
PAGES = 12
FILTERED = ("validation_score", "validation_score", "name", "description", "status")
SIMILAR = str.maketrans("🚀👧ë", "🛸👦e")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Below:
    """A record below a project: its table, the place of its parent, and a text of its own."""

    table: str
    place: int
    text: str


BELOW = {
    "conversations": ("project_id", TABLE, "title"),
    "artifacts": ("project_id", TABLE, "content"),
    "messages": ("conversation_id", "conversations", "content"),
}
"""The tables below projects: the field that refers to the parent, the parent's table, and the text."""


def store(sequence: OperationSequence, projects: Sequence[Row], below: Sequence[Below]) -> Records:
    """Store projects, and records below them. Gives all projects of the first user."""
    [user, *_] = sequence.at_least("users", 1)
    for row in projects:
        Create("editor", TABLE, row).play(sequence)
    mine = [project for project in sequence.state.of(TABLE) if project.values["user_id"] is user]
    for each in below:
        reference, above, text = BELOW[each.table]
        parents = mine if above == TABLE else [r for r in sequence.state.of(above) if r.values["project_id"] in mine]
        if parents and each.table in sequence.schema:
            given = {reference: parents[each.place % len(parents)], text: each.text}
            sequence.set_up(sequence.schema[each.table], given)
    return mine


def require_nested(sequence: OperationSequence, query: Query, found: Sequence[tuple[ModelRecord, Row]]) -> None:
    """Raise CheckFailed unless what is nested in these records is as the query asks for."""
    try:
        nesting.require_nested(sequence.world, sequence.schema, query, found, sequence.state.all)
    except nesting.NestsOtherwise as wrong:
        if wrong.sentence:
            sequence.scenario.also(wrong.sentence)
        raise


@dataclass(frozen=True)
class ListProjects:
    """A list of one user's projects, after these and what is below them are stored."""

    who: str
    projects: Sequence[Row]
    below: Sequence[Below]
    query: Query

    def play(self, sequence: OperationSequence) -> None:
        """Store them, read every page of the list, and compare."""
        mine = store(sequence, self.projects, self.below)
        [user, *_] = sequence.state.of("users")
        words, cells = f"the {self.who} lists {TABLE} with:", cells_of({"user_id": user, **self.query})
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
        require_nested(sequence, query, require_listed(sequence.schema, found, wanted, query))


@dataclass(frozen=True)
class ReadProject:
    """A read of one project with what is nested in it, after this is stored."""

    who: str
    projects: Sequence[Row]
    below: Sequence[Below]
    query: Query

    def play(self, sequence: OperationSequence) -> None:
        """Store them, read the first project, and compare."""
        mine = store(sequence, self.projects, self.below)
        if not mine:
            return
        words, operation = f"the {self.who} reads {mine[0].name} with:", sent.Read(TABLE, mine[0].id, query=self.query)
        if not nesting.is_valid(sequence.schema, TABLE, self.query):
            sequence.scenario.request(words, "the answer is 400", cells=cells_of(self.query))
            require_status(sequence.world, sequence.ask(self.who, operation), BAD)
            return
        sequence.scenario.request(words, "the answer is 200", cells=cells_of(self.query))
        answer = sequence.ask(self.who, operation)
        require_body(sequence.world, answer, 200)
        row = answer.record or {}
        nesting.require_as_stored(sequence.schema[TABLE], mine[0], row, None)
        require_nested(sequence, self.query, [(mine[0], row)])


def cells_of(query: Query) -> list[list[str]]:
    """Query parameters as the table of a step."""
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
    query |= draw(nested_options()) if "_include" in query else {}
    if draw(sometimes(6)):
        query |= dict([draw(st.sampled_from(scope.plus_hostile(values.WRONG_FILTERS * 4, hostile_values.PARAMETERS)))])
    below = draw(what_is_below()) if projects and "_include" in query else []
    return ListProjects(draw(strategies.a_role()), projects, below, query)


@st.composite
def reads(draw: Draw, scope: Scope) -> ReadProject:
    """A read of a project with what belongs to it."""
    projects = draw(st.lists(strategies.rows(scope, scope.schema[TABLE]), min_size=1, max_size=2))
    query = {"_include": draw(st.sampled_from(values.PARAMETERS["_include"])), **draw(nested_options())}
    return ReadProject(draw(strategies.a_role()), projects, draw(what_is_below()), query)


def nested_options() -> st.SearchStrategy[dict[str, str]]:
    """A few options of what is nested; most fit what is mostly included."""
    options = [*values.NESTED_OPTIONS[:6] * 3, *values.NESTED_OPTIONS]
    return st.lists(st.sampled_from(options), max_size=2).map(dict)


def what_is_below() -> st.SearchStrategy[list[Below]]:
    """Records below projects, mostly conversations of the first one."""
    tables = st.sampled_from(["conversations"] * 4 + ["messages"] * 2 + ["artifacts"])
    each = st.builds(Below, tables, st.sampled_from([0, 0, 1]), st.sampled_from(["Bob", "Ada", "Cy", "Ada"]))
    return st.lists(each, min_size=1, max_size=6)


@st.composite
def a_filter(draw: Draw, projects: Sequence[Row]) -> dict[str, str]:
    """A filter, mostly by a value that one of the projects has."""
    name = draw(st.sampled_from(FILTERED))
    number = name == "validation_score"
    operator = draw(st.sampled_from(values.NUMBER_OPERATORS if number else values.TEXT_OPERATORS))
    known = [row[name] for row in projects if row.get(name) not in (None, "")]
    listed = [str(v) for v in [*known, *known, *((5, 41, 60) if number else ("Ada", "draft"))]]
    one, other = (draw(st.sampled_from(listed)) for _ in range(2))
    if operator in ("__contains", "__starts_with"):
        parts = [one, one[1:] or one, one[:-1] or one, one[1:-1] or one, one.swapcase(), one[0] + "%", "%", "_"]
        return {name + operator: draw(st.sampled_from(parts))}
    if operator == "__isnull":
        return {name + operator: draw(st.sampled_from(["true", "false"]))}
    if not number and operator in ("", "__eq", "__ne"):
        one = draw(st.sampled_from([one, one, one.swapcase(), one.translate(SIMILAR)]))
    return {name + operator: f"{one},{other}" if operator == "__in" else one}
