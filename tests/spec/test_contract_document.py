"""features/CONTRACT.md agrees with the features, with schema.toml and with the reference server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.kit import TOKENS
from upsertspec.spec import criteria as spec
from upsertspec.spec.files import features_dir
from upsertspec.spec.schema import Field, Table, roles, tables
from upsertspec_server import create_app
from upsertspec_server.config import DEFAULT_LIMIT, MAX_CONTENT_LENGTH, MAX_LIMIT, MAX_RECORDS
from upsertspec_server.queries import OPERATORS, OPTIONS
from upsertspec_server.validation import UPSERT_MEMBERS

CALL = re.compile(r"`(GET|POST|PATCH|DELETE) (\S+)` by the (\w+) is answered with (\d+):")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,}Z")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COLLECTED_DATA = ("actors", "useCases", "boundaries", "entities")


@dataclass(frozen=True)
class Example:
    """A JSON example: the line that stands before it, and its text."""

    line: str
    text: str


@cache
def page() -> str:
    return (features_dir() / "CONTRACT.md").read_text("utf-8")


@cache
def examples() -> tuple[Example, ...]:
    parts = re.split(r"^```json\n(.*?)^```$", page(), flags=re.DOTALL | re.MULTILINE)
    befores = [part.strip().splitlines()[-1] for part in parts[0:-1:2]]
    return tuple(Example(before, text) for before, text in zip(befores, parts[1::2], strict=True))


def rows(header: str) -> list[list[str]]:
    """The cells of the table that begins with this header."""
    lines = page().splitlines()
    start = lines.index(header) + 2
    body = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        body.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return body


def table_row(table: Table) -> str:
    """A table of schema.toml as the page shows it."""
    name = f"`{table.name}`" + (" (UUID id)" if table.id_type.name == "uuid" else "")
    together = ", ".join(f"`{field}`" for key in table.unique_keys if len(key) > 1 for field in key) or "none"
    fields = " · ".join(_field(field) for field in table.fields.values())
    return f"| {name} | {fields} | {together} |"


def _field(field: Field) -> str:
    rules = field.rules
    kind = f"→ `{field.references}`" if field.references else field.type.name
    said = [
        *(["required"] if field.required else []),
        *(["unique"] if field.unique else []),
        *([f"one of {', '.join(field.options)}"] if field.options else []),
        *([f"≥ {rules['minimum']}"] if "minimum" in rules else []),
        *([f"matches `{rules['pattern']}`"] if "pattern" in rules else []),
        *([f"default {rules['default']}"] if "default" in rules else []),
    ]
    return f"`{field.name}` {kind}" + (f" ({'; '.join(said)})" if said else "")


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    app = create_app({"TOKENS": TOKENS})
    yield app.test_client()
    app.close()


def send(client: FlaskClient, call: re.Match[str], body: Any) -> Any:
    """Send one call of the page; its status is the one that the page says."""
    method, path, role, status = call.groups()
    headers = {"Authorization": f"Bearer {TOKENS[role]}"}
    answer = client.open(path, method=method, headers=headers, json=body)
    assert answer.status_code == int(status), f"{call[0]}\n{answer.get_data(as_text=True)}"
    return answer.get_json()


def masked(value: Any) -> Any:
    """The value without what differs from run to run: each UUID becomes a number, all times become the same."""
    numbers: dict[str, str] = {}
    text = TIME.sub("TIME", json.dumps(value, ensure_ascii=False))
    text = UUID.sub(lambda found: numbers.setdefault(found[0], f"UUID {len(numbers)}"), text)
    return json.loads(text)


@pytest.mark.parametrize("number", range(len(examples())))
def test_examples_are_json_and_begin_in_a_way_that_is_checked(number: int) -> None:
    example = examples()[number]
    assert isinstance(json.loads(example.text), dict)
    assert CALL.fullmatch(example.line) or "answer" in example.line, example.line


def test_every_request_is_answered_as_the_page_says(client: FlaskClient) -> None:
    answer: Any = None
    for example in examples():
        shown = json.loads(example.text)
        call = CALL.fullmatch(example.line)
        if call and call[1] != "GET":
            answer = send(client, call, shown)
            continue
        found, answer = (send(client, call, None) if call else answer), None
        assert masked(found) == masked(shown), example.line


def test_upserts_do_what_the_page_says_of_them(client: FlaskClient) -> None:
    calls = [(CALL.fullmatch(example.line), json.loads(example.text)) for example in examples()]
    single = [(call, body) for call, body in calls if call and call[4] == "200" and "matchFields" in body]
    said = [send(client, call, body).get("operation") for call, body in single]
    assert said == ["created", "updated", "ignored", *["updated"] * 5, None]
    conditional = next((call, body) for call, body in single if "updateWhere" in body)
    assert send(client, *conditional)["operation"] == "ignored"


def test_times_move_as_the_page_says() -> None:
    for example in examples():
        text = json.dumps(json.loads(example.text))
        assert len(re.findall(r'"(?:created|updated)_at": "', text)) == len(TIME.findall(text)), example.line
        for created, updated in re.findall(r'"created_at": "(\S+)", "updated_at": "(\S+)"', text):
            assert created <= updated, example.line


def test_there_are_examples_of_every_kind() -> None:
    calls = [call.groups() for example in examples() if (call := CALL.fullmatch(example.line))]
    assert {path.split("?")[0].rsplit("/", 1)[-1] for _, path, _, _ in calls} == {
        "upsert", "contacts", "records", "stats", "transactions",
    }  # fmt: skip
    assert {status for *_, status in calls} == {"200", "400", "404", "409"}
    bodies = [json.loads(example.text) for example in examples()]
    assert not UPSERT_MEMBERS - {member for body in bodies for member in body}


def test_the_criteria_are_those_of_the_features() -> None:
    ordered = [c for profile in spec.PROFILES for c in spec.criteria() if c.profile == profile]
    assert rows("| id | level | sentence |") == [[c.id, c.level, c.sentence] for c in ordered]


def test_the_profiles_are_those_of_the_suite() -> None:
    listed = rows("| profile | criteria | about |")
    assert [profile.strip("`") for profile, _, _ in listed] == list(spec.PROFILES)
    for profile, span, about in listed:
        ids = [c.id for c in spec.criteria() if c.profile == profile.strip("`")]
        assert not ids or span == f"{ids[0]} … {ids[-1]}"
        assert about.endswith("to come") == (not ids), profile


def test_the_tables_are_those_of_the_schema() -> None:
    shown = ["| " + " | ".join(cells) + " |" for cells in rows("| table | fields | unique together |")]
    assert shown == [table_row(table) for table in tables().values()]


def test_the_roles_are_those_of_the_schema() -> None:
    actions = ("create", "update", "delete", "read")
    wanted = [[f"`{name}`", *("yes" if may[action] else "no" for action in actions)] for name, may in roles().items()]
    assert rows("| role | create | update | delete | read |") == [*wanted, ["`anonymous`", *["no"] * len(actions)]]


def test_the_members_of_an_upsert_are_those_of_the_server() -> None:
    named = [member.strip("`") for member, _, _ in rows("| member | profile | what it says |")]
    assert set(named) == UPSERT_MEMBERS
    assert len(named) == len(set(named))


def test_the_parameters_and_operators_of_a_list_are_those_of_the_server() -> None:
    named = [parameter.strip("`") for parameter, _ in rows("| parameter | meaning |")]
    assert [name for name in named if name.startswith("_")] == list(OPTIONS)
    sentence = re.search(r"The operators are (.*?), as in", page(), re.DOTALL)
    assert sentence
    assert set(re.findall(r"`(\w+)`", sentence[1])) == set(OPERATORS)


def test_the_limits_are_those_of_the_server() -> None:
    assert f"{DEFAULT_LIMIT} by default and {MAX_LIMIT:,} at most" in page()
    assert f"a list of 1 to {MAX_RECORDS:,} objects" in page()
    assert f"over {MAX_CONTENT_LENGTH >> 20} MiB" in page()


def test_the_schema_of_typed_json_is_documented() -> None:
    members = tables()["projects"].fields["collected_data"].rules["schema"]["properties"]
    assert set(members) == set(COLLECTED_DATA)
    assert [name for name in COLLECTED_DATA if f"`{name}`" not in page()] == []


def test_links_lead_to_files() -> None:
    for place in re.findall(r"\]\(([^)#]+)\)", page()):
        assert (features_dir() / place).is_file(), place
