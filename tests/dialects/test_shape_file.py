"""What can be wrong with `[shape]` in a target file: all mistakes at once, each with its line and the fix."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from tests.dialects.conftest import SHAPES
from tests.kit import ROOT, TOKEN_VARIABLES
from upsertspec.dialects.operations import Find, Upsert
from upsertspec.dialects.registry import dialect_for
from upsertspec.errors import ConfigError
from upsertspec.target.placeholders import FORMATS, KNOWN, names_in, strays
from upsertspec.target.ready import FOLDER
from upsertspec.target.target import Target
from upsertspec.target.validate import SCHEMA_FILE

SCHEMA: Any = json.loads(SCHEMA_FILE.read_text("utf-8"))
STATED_ONLY = {"conflict", "list", "groups", "transaction"}
"""Parts that a shape can only say to be lacking."""
NARROW = {"keys", "ignored"}
"""What a part says as its shape does, or as its neighbours are said: `counts.ignored`."""
Load = Callable[[str], Target]
URL = 'url = "http://127.0.0.1:1"\n'
FIND = '[shape.find]\npath = "/f"\n'
UPSERT = '[shape.upsert]\npath = "/u"\nbody = { on = "{matchFields}", f = "{fields}" }\n'
WHOLE = URL + FIND + UPSERT
FOUND = URL + UPSERT + FIND
BARE = URL + FIND + "[shape.upsert]\n"
ANSWER = WHOLE + "[shape.upsert.answer]\n"

FAULTS = {
    URL + UPSERT: "line 2: shape: lacks 'find'; add it",
    URL + FIND: "line 2: shape: lacks 'upsert'; add it",
    BARE + 'body = "{matchFields}"\n': "line 4: shape.upsert: lacks 'path'; add it",
    WHOLE + "methd = 3\n": "line 7: shape.upsert.methd: is not known here; did you mean 'method'?",
    WHOLE + 'method = "put"\n': "line 7: shape.upsert.method: can't be \"put\"; write a method in capitals",
    WHOLE + '[shape.upsrt]\npath = "/"\n': "line 7: shape.upsrt: is not known here; did you mean 'upsert'",
    BARE + 'path = "u"\nbody = "{matchFields}"\n': "line 5: shape.upsert.path: can't be \"u\"; write a",
    BARE + 'path = "/u?on={matchFields}"\n': "shape.upsert.path: can't be .*without a query",
    BARE + 'path = "/{tabel}"\nbody = "{matchFields}"\n': "line 5: shape.upsert.path: {tabel} is not a"
    " placeholder here; did you mean 'table'?",
    BARE + 'path = "/{id}"\nbody = "{matchFields}"\n': "line 5: shape.upsert.path: {id} is not",
    BARE + 'path = "/{table"\nbody = "{matchFields}"\n': "line 5: shape.upsert.path: has a brace that"
    " is part of no placeholder; write {{ or }} for a brace",
    BARE + 'path = "/u"\nbody = { a = ["{matchFields}", { b = "{nowhere}" }] }\n': "line 6: shape"
    ".upsert.body: {nowhere} is not a placeholder here",
    BARE + 'path = "/{fields}/{matchField}"\n': "shape.upsert.path: {fields} stands for an object; let"
    " it be a whole value in the body",
    BARE + 'path = "/u"\nbody = { on = "{matchFields}", f = "x{fields}" }\n': "{fields} stands for an",
    WHOLE + 'headers = { X = "{tables}" }\n': "line 7: shape.upsert.headers: {tables} is not a placeholder here;"
    " did you mean 'table'?",
    WHOLE + 'headers = { "a b" = "x" }\n': "shape.upsert.headers: can't be",
    BARE + 'path = "/u"\nbody = "{fields}"\n': "line 4: shape.upsert: nothing says by which fields a"
    " record is found; write {key.FIELD}, {matchFields} or {matchField} in it, or"
    ' state keys = { contacts = ["email"] }',
    BARE + 'path = "/u({conditions})"\ncondition = "{value:odata}"\n': "nothing says by which fields a record is found",
    WHOLE + 'keys = { contact = ["email"] }\n': "shape.upsert.keys.contact: is no table of the specification; did",
    WHOLE + 'keys = { contacts = ["emial"] }\n': "shape.upsert.keys.contacts: 'emial' is no field of contacts; did",
    WHOLE + "keys = { contacts = [] }\n": "shape.upsert.keys.contacts: can't be []; write a list of field",
    ANSWER + 'record = "a..b"\n': "line 8: shape.upsert.answer.record: can't be \"a..b\";"
    " write a path in the body",
    ANSWER + "empty = [404]\n": "shape.upsert.answer.empty.0: can't be 404; write a status",
    ANSWER + 'operation = { status = { "201" = "made" } }\n': "can't be \"made\"",
    ANSWER + 'operation = { status = { "404" = "created" } }\n': 'can\'t be "404"; write',
    ANSWER + 'operation = { at = "a", created = "b" }\n': "line 8: shape.upsert.answer."
    "operation: is not complete, or says two things at once; write exactly one of",
    ANSWER + 'operation = { values = { a = "created" } }\n': "is not complete, or says",
    ANSWER + 'operation = { created = "a", updated = "b" }\n': "line 8: shape.upsert.answer"
    ".operation: says what was done by the id in a list, but there is no id; add id",
    FOUND + 'query = { "{field}" = "{valeu}" }\n': "line 7: shape.find.query: {valeu} is not a placeholder here;"
    " did you mean 'value'?",
    FOUND + 'query = { a = "{value}" }\n': "line 7: shape.find.query: {value} stands for one of several, and nothing"
    " here is repeated; put it in a list, beside {field} as a member's name, or write {matchField} and {matchValue}",
    FOUND + 'query = { a = "{match}" }\n': "{match} stands for an object; let it be a whole value in the body, or write"
    " {match:json}",
    FOUND + 'query = { q = "{conditions}" }\n': "line 5: shape.find: {conditions} and the condition for each of",
    FOUND + 'query = { "{field}" = "{value}" }\ncondition = "{field}"\n': "{conditions} and the condition for each",
    FOUND + 'query = { q = "{conditions}" }\ncondition = "{name}={value}"\n': "line 8: shape.find.condition:"
    " {name} is not a placeholder here",
    FOUND + 'query = { q = "{conditions}" }\ncondition = "{field} eq \'{value:odata}\'"\n': "line 8: shape.find"
    ".condition: {value:odata} brings its own quotes; take out those around it",
    FOUND + 'query = { "{field}" = "{value:base64}" }\n': "find.query: {value:base64} has an unknown format; known",
    WHOLE + '[shape.batch]\npath = "/b"\nbody = { on = "{matchFields}", r = "{fields}" }\n': "line 9: shape.batch.body:"
    " {fields} stands for one record; put it in a list, which is repeated for each",
    ANSWER + 'id = { header = "Location", pattern = "(" }\n': "line 8: shape.upsert.answer.id.pattern: is no regular",
    ANSWER + 'id = { header = "Location", pattern = "(a)(b)" }\n': "shape.upsert.answer.id.pattern: has more than one",
    ANSWER + 'id = { pattern = "a" }\n': "line 8: shape.upsert.answer.id: is not complete, or says two things at once;"
    ' write { at = "path" } or { header = "name" }',
    ANSWER + 'then = "read"\n': "line 8: shape.upsert.answer.then: reads by [shape.read], which is not there; add it",
    ANSWER + 'status = { at = "code", values = { OK = 20 } }\n': "values.OK: can't be 20; write a status of 200 to 599",
    URL + '[shape]\nheaders = { X = "{matchValue}" }\n' + UPSERT + FIND: "line 3: shape.headers: {matchValue} is not a",
    URL + '[shape]\nstatus = { at = "a", pattern = "(" }\n' + UPSERT + FIND: "line 3: shape.status.pattern: is no re",
    URL + '[shape]\nkeys = { contact = ["email"] }\n' + UPSERT + FIND: "line 3: shape.keys.contact: is no table of the",
    URL + 'dialect = "native"\n' + UPSERT + FIND: "line 2: dialect: does not go with [shape], which is a",
    URL + "dialect_options = { a = 1 }\n" + UPSERT + FIND: "line 2: dialect_options: does not go with [shape]",
    URL + 'dialect = "shape"\n': "line 2: dialect: is a shape that the file does not state; add [shape.upsert] and",
    URL + "shape = 3\n": "line 2: shape: can't be 3; write tables [shape.upsert]",
    URL + "[shape]\nupsert = 3\nfind = []\n": "line 3: shape.upsert: can't be 3",
}  # fmt: skip


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_named_with_its_line_and_fix(text: str, load: Load) -> None:
    with pytest.raises(ConfigError) as raised:
        load(text)
    wanted = FAULTS[text]
    assert wanted in str(raised.value) or (".*" in wanted and re.search(wanted, str(raised.value))), str(raised.value)


def test_all_faults_are_named_at_once(load: Load) -> None:
    text = (
        URL + '[shape.upsert]\npath = "/{x}"\nbody = { a = "{y}" }\n[shape.find]\npath = "/"\nquery = { a = "{z}" }\n'
    )
    with pytest.raises(ConfigError) as raised:
        load(text)
    lines = [int(found) for found in re.findall(r"toml: line (\d+): ", str(raised.value))]
    assert lines == [2, 3, 4, 7]


@pytest.mark.parametrize("dialect", ["", 'dialect = "shape"\n'])
def test_a_shape_is_a_dialect_of_its_own(dialect: str, load: Load) -> None:
    target = load(URL + dialect + UPSERT + FIND)
    assert target.dialect == "shape"
    assert target.dialect_options["find"] == {"path": "/f"}


GUIDE = (ROOT / "docs" / "shapes.md").read_text("utf-8")


def test_every_placeholder_and_format_is_in_the_guide() -> None:
    for name in {name for names in KNOWN.values() for name in names}:
        assert f"`{{{name}}}`" in GUIDE, name
    for form in FORMATS:
        assert f":{form}}}`" in GUIDE, form
    for part in KNOWN:
        assert f"`{part}`" in GUIDE, part


def test_all_that_a_shape_can_say_is_in_an_example() -> None:
    """The examples and the ready-made dialects run in the tests."""
    files = [*SHAPES.glob("*.toml"), *FOLDER.glob("*.toml")]
    shapes = [tomllib.loads(file.read_text("utf-8")).get("shape", {}) for file in files]
    said = {name for shape in shapes for name in members(shape)}
    assert stated({"$ref": "#/properties/shape"}) - said - STATED_ONLY - NARROW == set()
    placeholders = {name for names in KNOWN.values() for name in names}
    text = json.dumps(shapes)
    assert {name for name in placeholders if not re.search(rf"{{{name}[:}}]", text)} == set()
    assert {form for form in FORMATS if f":{form}}}" not in text} == set()


def members(value: Any) -> set[str]:
    if isinstance(value, list):
        return {name for each in value for name in members(each)}
    return set(value).union(*map(members, value.values())) if isinstance(value, dict) else set()


def stated(part: Any) -> set[str]:
    """The names of all that the schema of a target file lets a part say."""
    if isinstance(part, list):
        return {name for each in part for name in stated(each)}
    if not isinstance(part, dict):
        return set()
    if "$ref" in part:
        found: Any = SCHEMA
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return stated(found)
    below = [value for name, value in part.items() if name != "properties"]
    return set(part.get("properties", ())) | stated(below) | stated(list(part.get("properties", {}).values()))


def test_the_shape_in_the_guide_is_a_target(load: Load) -> None:
    [block] = [text for text in re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL) if "[shape.upsert]" in text]
    target = load(block)
    assert (target.dialect, target.deviations) == ("shape", {"created": (201,)})


def test_the_credentials_in_the_guide_are_a_target(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    [block] = [text for text in re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL) if "[roles.viewer]" in text]
    for name in re.findall(r'env = "(\w+)"', block):
        monkeypatch.setitem(TOKEN_VARIABLES, name, "secret")
    target = load(block)
    assert (target.url, target.query["api-version"]) == ("https://api.example.com/v1", "3")
    assert target.roles["editor"].headers() == {"apikey": "secret", "Authorization": "Bearer secret"}


def lines(*members: str) -> list[str]:
    return [line for line in GUIDE.splitlines() if re.match(rf"({'|'.join(members)})", line)]


@pytest.mark.parametrize("line", [line for line in lines("query = ") if "# ?" in line])
def test_a_query_in_the_guide_becomes_what_it_says(line: str, load: Load) -> None:
    dialect = dialect_for(load(URL + UPSERT.replace("body = {", f"{line}\nbody = {{") + FIND))
    asked = dialect.request(Upsert("contacts", {"email": "ada@x.io", "name": "Ada"}, ["email"]))
    wanted = line.split("# ?")[1].split(", once")[0]
    assert "&".join(f"{name}={value}" for name, value in asked.query) == wanted


@pytest.mark.parametrize(("written", "becomes"), re.findall(r"^\| `(\{value:\w+\})` \| `([^`]+)`", GUIDE, re.MULTILINE))
def test_a_format_in_the_guide_writes_what_it_says(written: str, becomes: str, load: Load) -> None:
    dialect = dialect_for(load(URL + UPSERT + FIND + f'query = {{ "{{field}}" = "{written}" }}\n'))
    assert dialect.request(Find("contacts", {"email": "O'Brien"})).query == [("email", becomes)]


@pytest.mark.parametrize("line", lines("body = { "))
def test_a_body_in_the_guide_is_understood(line: str, load: Load) -> None:
    batch = '[shape.batch]\npath = "/b"\nquery = { by = "{matchFields}" }\n'
    load(WHOLE + batch + line if "rows" in line else FOUND + line)


@pytest.mark.parametrize("line", lines("operation = ", "status = "))
def test_an_answer_in_the_guide_is_understood(line: str, load: Load) -> None:
    load(ANSWER + 'id = "id"\n' + line)


def test_braces() -> None:
    assert names_in(["{a}", {"x": "{{b}} {c}{{{d}}}"}]) == {"a", "c", "d"}
    assert not strays("{{ {a} }}")
    assert strays("{a b}")
    assert strays("a}")
