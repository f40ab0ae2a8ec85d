"""The page at `/`: all calls and tables, the same for everybody, and nothing that is stored or secret."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shlex

import pytest

from tests.html import parsed, texts
from tests.server.conftest import TOKENS
from upsertspec_server import load_schema
from upsertspec_server.home import words
from upsertspec_server.openapi import document

PATHS = [
    (method.upper(), path) for path, item in document()["paths"].items() for method in item if method != "parameters"
]


@pytest.fixture
def home(client):
    return client.get("/")


@pytest.fixture
def page(home):
    assert home.status_code == 200
    return home.get_data(as_text=True)


@pytest.fixture
def tree(page):
    return parsed(page)


def test_it_is_one_well_formed_page(home, tree):
    assert (home.status_code, home.content_type) == (200, "text/html; charset=utf-8")
    assert texts(tree, "h1") == ["upsertspec reference server"]
    assert tree.get("lang") == "en"
    assert len(list(tree.iter("main"))) == len(list(tree.iter("header"))) == 1


def test_it_shows_every_call(tree):
    headings = texts(tree, "h3")
    for method, path in PATHS:
        assert f"{method} {path}" in headings


def test_it_shows_every_table_with_its_fields_and_keys(tree):
    for table in load_schema().tables.values():
        [article] = [each for each in tree.iter("article") if each.get("aria-labelledby") == f"table-{table.name}"]
        rows = [re.sub(r"\s+", " ", "".join(row.itertext())).strip() for row in article.iter("tr")][1:]
        assert [row.split(" ")[0] for row in rows] == list(table.fields)
        said = "".join(next(article.iter("p")).itertext())
        for key in table.unique_keys:
            assert ", ".join(key) in said
        for row, field in zip(rows, table.fields.values(), strict=True):
            assert ("required" in row) == field.required
            assert (field.references or field.type.name) in row
            assert all(option in row for option in field.options or ())


def test_it_shows_every_shape_and_every_parameter(tree, page):
    shapes = document()["components"]["schemas"]
    assert {f"shape-{name}" for name in shapes} <= {each.get("id") for each in tree.iter("h3")}
    for name in ("_limit", "_sort", "group_by", "record_id", "matchFields", "updateWhere"):
        assert f"<code>{name}</code>" in page


def test_its_links_lead_to_what_is_there(tree):
    names = [each.get("id") for each in tree.iter() if each.get("id")]
    links = [each.get("href") for each in tree.iter("a")]
    assert len(names) == len(set(names))
    assert {link[1:] for link in links if link.startswith("#")} <= set(names)
    assert [link for link in links if not link.startswith("#")] == ["openapi.json"]


def test_the_lines_for_curl_do_what_they_say(tree, client):
    lines = [line for text in texts(tree, "pre") for line in text.splitlines() if line.startswith("curl ")]
    assert len(lines) == len(PATHS) + 1
    statuses = {}
    for line in lines:
        words_ = [word.replace("$TOKEN", TOKENS["editor"]) for word in shlex.split(line)][1:]
        method = words_[words_.index("-X") + 1] if "-X" in words_ else "GET"
        url = next(word for word in words_ if word.startswith("http"))
        headers = dict(word.split(": ", 1) for word in words_ if ": " in word and not word.startswith("{"))
        data = next((word for word in words_ if word.startswith("{")), None)
        answer = client.open(url, method=method, headers=headers, data=data)
        statuses.setdefault((method, answer.request.path), []).append(answer.status_code)
    expected = {("POST", "/api/tables/contacts/records"): 409, ("DELETE", "/api/tables/contacts/records/1"): 204}
    for call, codes in statuses.items():
        assert set(codes) == {expected.get(call, 200)}, call


def test_it_is_the_same_for_everybody_whatever_is_stored(client, call, upsert, page):
    upsert("contacts", {"email": "secret@example.org", "name": "S3cret"}, ["email"])
    for role in (None, "editor", "viewer"):
        assert call("GET", "/", role=role).get_data(as_text=True) == page
    for secret in ("S3cret", "secret@example.org", *TOKENS.values()):
        assert secret not in page


def test_it_runs_nothing_and_loads_nothing(home, tree):
    policy = home.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    [style] = texts(tree, "style")
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in policy
    assert [each.tag for each in tree.iter() if each.tag in ("script", "img", "link", "iframe", "form", "input")] == []
    assert [each for each in tree.iter() if each.get("style") or each.get("src")] == []


def test_an_invalid_host_stays_text(client):
    answer = client.get("/", headers={"Host": "x<script>alert(1)</script>"})
    assert answer.status_code in (200, 400)
    assert "<script" not in answer.get_data(as_text=True)


def test_openapi_names_no_table_for_its_sake(call):
    text = json.dumps(call("GET", "/openapi.json", role=None).get_json())
    for name in load_schema().tables:
        assert f'"{name}"' not in text


def test_other_methods_are_refused(call):
    answer = call("POST", "/", {}, role=None)
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "integer", "minimum": 0, "default": 5}, "integer, at least 0, default 5"),
        ({"type": ["integer", "string"]}, "integer or string"),
        ({"enum": ["a", "b"], "default": "a"}, '"a" or "b", default "a"'),
        ({"type": "array", "items": {"type": "string"}, "minItems": 1}, "a list of string, 1 or more"),
        ({"$ref": "#/components/schemas/Record"}, "Record"),
        ({"anyOf": [{"$ref": "#/x/Record"}, {"type": "null"}]}, "Record or null"),
        ({"const": "ok"}, '"ok"'),
        ({}, "any value"),
    ],
)
def test_a_schema_in_words(schema, said):
    assert words(schema) == said
