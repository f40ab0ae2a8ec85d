"""Thousands of odd requests with a fixed seed: no answer is 5xx, each has a status that the OpenAPI document names."""

import random
import re

import pytest

from upsertspec_server import load_schema

SCHEMA = load_schema()
TABLES = [*SCHEMA.tables, "no_such_table", "1", "0", "99", "contacts'", "..", "%00", "conta\u0301cts", "x" * 300]
NAMES = [
    *dict.fromkeys(name for table in SCHEMA.tables.values() for name in table.all_fields),
    "", "x", "email'", '"email"', "$where", "__proto__", "\0", "é", "records", "fields",
]  # fmt: skip
TEXTS = [
    "", " ", "a@x.io", "b@x.io", "active", "EUR", "1.50", "-0.00", "NaN", "1e9", "2024-02-29", "2023-02-29",
    "9999-12-31", "2024-01-15T10:00:00Z", "9999-12-31T23:59:59.9999999-14:00", "0001-01-01T00:00:00+14:00",
    "2024-13-45T99:99:99Z", "2016-12-31T23:59:60Z", "\0", "\ud800", "😀", "'; --", "%", "x" * 5000, "٣",
    "00000000-0000-0000-0000-000000000000", "{a.id}", "a.id",
]  # fmt: skip
NUMBERS = [0, 1, -1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 10**30, 0.5, -0.0, 1e308, 5e-324, True, False, None]
PARAMETERS = ["_limit", "_offset", "_sort", "_fields", "_include", "group_by", "avg", "_x", ""]
OPERATORS = ["eq", "ne", "gt", "gte", "lt", "lte", "contains", "in", "isnull", "like", "", "eq__eq"]
METHODS = ["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS"]
ROLES = ["editor"] * 12 + ["creator", "updater", "viewer", None]
COUNT = 2500


@pytest.fixture
def odd():
    return Odd(random.Random(7))


class Odd:
    """Makes requests that are nearly valid, and some that are not."""

    def __init__(self, chance):
        self.chance = chance
        self.pick = chance.choice

    def often(self, right, wrong):
        return right() if self.chance.random() < 0.85 else wrong()

    def value(self, depth=0):
        kind = self.chance.randrange(10 if depth < 3 else 8)
        if kind == 8:
            return [self.value(depth + 1) for _ in range(self.chance.randrange(4))]
        if kind == 9:
            return {
                self.pick([*NAMES, "$ref", "actors"]): self.value(depth + 1) for _ in range(self.chance.randrange(4))
            }
        return self.pick(TEXTS if kind < 4 else NUMBERS)

    def fitting(self, field):
        right = {
            "text": lambda: self.pick(field.options or TEXTS[:6]),
            "integer": lambda: self.chance.randrange(100),
            "boolean": lambda: True,
            "date": lambda: "2024-02-29",
            "datetime": lambda: "2024-01-15T10:00:00Z",
            "decimal": lambda: "1.50",
            "json": dict,
            "id": lambda: self.chance.randrange(1, 9),
            "uuid": lambda: "00000000-0000-0000-0000-000000000000",
        }[field.type.name]
        return self.often(right, self.value)

    def fields(self, name):
        table = SCHEMA.tables.get(name) or SCHEMA.tables["contacts"]
        known = {field.name: self.fitting(field) for field in table.fields.values() if self.chance.random() < 0.8}
        return self.often(lambda: known, lambda: self.pick([{**known, self.pick(NAMES): self.value()}, self.value()]))

    def key(self, name):
        table = SCHEMA.tables.get(name) or SCHEMA.tables["contacts"]
        keys = [list(key) for key in table.unique_keys] or [[]]
        return self.often(lambda: self.pick(keys), self.value)

    def upsert(self, name):
        body = {"fields": self.fields(name), "matchFields": self.key(name)}
        if self.chance.random() < 0.2:
            body["records"] = [body.pop("fields"), self.fields(name)]
        for member in ("onConflict", "updateFields", "updateWhere", "x"):
            if self.chance.random() < 0.15:
                body[member] = self.pick([self.value(), "ignore", [self.pick(NAMES)], {self.pick(NAMES): self.value()}])
        return body

    def operation(self):
        name = self.pick(TABLES)
        made = {"op": self.pick(["create", "upsert", "update", "delete", self.value()]), "table": name}
        made |= {"upsert": lambda: self.upsert(name), "create": lambda: {"fields": self.fields(name)}}.get(
            str(made["op"]), lambda: {"id": self.pick([1, {"$ref": "a.id"}, self.value()]), "fields": self.fields(name)}
        )()
        for member, value in (("as", "a"), ("where", {self.pick(NAMES): self.value()}), ("x", 1)):
            if self.chance.random() < 0.2:
                made[member] = value
        return self.often(lambda: made, self.value)

    def query(self):
        pairs = []
        for _ in range(self.chance.randrange(4)):
            name = self.pick([self.pick(PARAMETERS), self.pick(NAMES), f"{self.pick(NAMES)}__{self.pick(OPERATORS)}"])
            pairs.append(
                (name, str(self.pick([self.pick(NAMES), self.pick(TEXTS), self.pick(NUMBERS), "-name", "1,2"])))
            )
        return [(k, v.encode("utf-8", "replace").decode()) for k, v in pairs]

    def request(self):
        name = self.pick(TABLES)
        base = f"/api/tables/{name}"
        ident = self.pick(["1", "2", "0", "-1", "9" * 30, "x", "1'", "00000000-0000-0000-0000-000000000000", "é"])
        path, body = self.pick(
            [
                (f"{base}/records/upsert", self.upsert(name)),
                (f"{base}/records/upsert", self.upsert(name)),
                (f"{base}/records", {"fields": self.fields(name)}),
                (f"{base}/records/{ident}", {"fields": self.fields(name)}),
                (f"{base}/records", None),
                (f"{base}/stats", None),
                (f"{base}/records/{ident}", None),
                (base, None),
                ("/api/transactions", {"operations": [self.operation() for _ in range(self.chance.randrange(1, 4))]}),
            ]
        )
        likely = "PATCH" if path.endswith(f"/{ident}") else "POST"
        if body is None:
            likely = self.pick(["GET", "DELETE"]) if path.endswith(f"/{ident}") else "GET"
        return self.often(lambda: likely, lambda: self.pick(METHODS)), path, self.often(lambda: body, self.value)


def documented(document, method, path):
    """The statuses that the document names for a call; two templates may fit (`records/upsert` is an id elsewhere)."""
    fitting = [calls for template, calls in document["paths"].items() if re.fullmatch(pattern(template), path)]
    described = [call for calls in fitting if (call := calls.get("get" if method == "HEAD" else method.lower()))]
    return {int(status) for call in described for status in call["responses"]} or {401, 404, 405}


def pattern(template):
    """A path template as a regular expression."""
    return re.sub(r"\{\w+\}", "[^/]+", template)


def test_odd_requests_get_answers_that_are_documented(call, odd):
    document = call("GET", "/openapi.json", role=None).get_json()
    seen = {}
    for number in range(COUNT):
        method, path, body = odd.request()
        answer = call(method, path, body, role=odd.pick(ROLES), query_string=odd.query() if body is None else None)
        assert answer.status_code < 500, (number, method, path, body, answer.text)
        assert answer.status_code in documented(document, method, path), (number, method, path, answer.status_code)
        if answer.status_code >= 400 and method != "HEAD":
            assert answer.content_type == "application/problem+json", (number, method, path)
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
    assert {200, 201, 204, 400, 401, 403, 404, 405, 409} <= seen.keys(), seen
