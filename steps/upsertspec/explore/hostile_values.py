"""The values that the profile `hostile` adds, in the words of its scenarios."""

from __future__ import annotations

from typing import Any

ENDS = ("' OR '1'='1", '" OR ""="1', "'; DROP TABLE accounts; --x", "\\' OR 1=1", "{{7*7}}1", "👩‍👩‍👧 1", "👩‍👩‍👦 1")
FIELDS: tuple[dict[str, Any], ...] = (
    {"is_admin": True}, {"__proto__": "x"}, {"name.first": "x"}, {"rowid": 5}, {'"name"': "x"}, {"$set": "x"},
    {"name = 'x' WHERE 1=1; --": "x"}, {"name, notes": "x"}, {'name" = \'x\', "notes': "x"}, {"contacts.name": "x"},
)  # fmt: skip
MATCHES: tuple[Any, ...] = (
    ['email"; DROP TABLE contacts; --'], ['"email"'], ["lower(email)"], ["email, phone"], [{"$gt": ""}],
    ["email\" = 'x' OR \"email"], ["rowid"],
)  # fmt: skip
MEMBERS: tuple[dict[str, Any], ...] = (
    {"dryRun": True}, {"matchfields": ["phone"]}, {"table": "accounts"}, {"__proto__": {"role": "admin"}},
    {"updateWhere": {"status": {"$ne": "inactive"}}}, {"updateWhere": {"status": ["active", "inactive"]}},
    {"updateWhere": {'"status"': "active"}}, {"updateWhere": {"$where": "1 == 1"}}, {"updateFields": ['"name"']},
    {"updateFields": ["name\" = 'x'; --"]}, {"updateWhere": {"notes": "x' OR '1'='1"}},
)  # fmt: skip
TABLES = (
    "contacts; DROP TABLE contacts", "contacts' OR '1'='1", '"contacts"', "contacts, accounts", "main.contacts",
    "(SELECT * FROM contacts)", "sqlite_schema", "contacts--", "__proto__", "{{7*7}}", "contacts%00", "no_such_table",
)  # fmt: skip
IDS = (
    "1'OR'1'='1", "x'", "1;DROP_TABLE_contacts", '1"OR"1"="1', "1/**/OR/**/1=1", "_all", "id", "1,2,3", '{"$gt":0}',
    "-99999999999999999999", "99999999999999999999.5", "99999999999999999999",
)  # fmt: skip
PARAMETERS = (
    ("_sort", "name; DROP TABLE projects"), ("_sort", "name DESC, status"), ("_sort", '"name"'), ("_sort", "random()"),
    ("_fields", '"name"'), ("_fields", "*"), ("_fields", "name, (SELECT sql FROM sqlite_master)"),
    ("_include", "conversations; --"), ("_limit", "1 OR 1=1"), ("_limit", "many"), ("_offset", "0 UNION SELECT 1"),
    ('name" = "name" OR "name', "x"), ("1=1 --", "x"), ("name[$ne]", "x"), ("name__like; --", "x"),
    ("_limit", "99999999999999999999"),
)  # fmt: skip
GROUPS = (
    {"group_by": "status; --"}, {"group_by": '"status"'}, {"group_by": "status", "avg": "validation_score), max(name"},
    {"group_by": "status", "avg": "(SELECT count(*) FROM sqlite_master)"},
)  # fmt: skip
OPERATIONS: tuple[dict[str, Any], ...] = (
    {"op": "create", "table": "contacts; --", "fields": {"email": "b@example.com", "name": "B"}},
    {"op": "update; drop", "table": "contacts", "fields": {"name": "Eve"}},
    {"op": "update", "table": "contacts", "fields": {"name = 'x' --": "Eve"}},
    {"op": "update", "table": "contacts", "where": {'name" OR 1=1 --': "x"}, "fields": {"name": "Eve"}},
    {"op": "delete", "table": "contacts", "where": {"name": {"$ne": "x"}}},
    {"op": "delete", "table": "contacts", "id": {"$gt": 0}},
    {"op": "delete", "table": "contacts", "id": "0 OR 1=1"},
    {"op": "update", "table": "contacts", "fields": {"name": {"$ref": "ada.__class__"}}},
)

NO_JSON = (
    "left out", "cut off in the middle", "cut off before its last brace", "followed by a second one",
    "followed by a brace too many", "ended by a comma too many", "put in single quotes",
    "stripped of the quotes of a name", "begun by a comment", "broken by a line end in a text",
    "broken by a byte that is no UTF-8", "encoded as Latin-1", "replaced by upsert",
    "replaced by []", "replaced by null", "replaced by 1", 'replaced by "fields"', "replaced by {}", "put into a list",
    "replaced by lists, 100,000 deep", "replaced by objects, 100,000 deep",
    'replaced by {"fields": 1}', 'replaced by {"fields": {}, "matchFields": {}}',
)  # fmt: skip
UNDECLARED = (
    "declared as text/plain", "declared as nothing", "declared as application/x-www-form-urlencoded",
    "declared as multipart/form-data; boundary=x", "declared as application/xml", "declared as text/html",
    "declared as application/octet-stream", "declared as text/plain; application/json", "declared as jsonapplication",
    "sent as a form", "sent as a form of parts",
)  # fmt: skip
TOO_LARGE = ("filled up to 8,388,609 bytes", "filled up to 8,388,609 bytes and sent in chunks")
FINE = (
    "declared as application/json; charset=utf-8", "declared as application/json;charset=UTF-8",
    "declared as Application/JSON", "filled up to 1,000 bytes", "filled up to 8,388,608 bytes",
)  # fmt: skip

KEPT, EITHER, REFUSED, LARGE = "kept", "kept or refused", "refused", "too large"
WRITTEN: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("contacts", "notes", KEPT, (
        '"x" 256 times', '"x" 4,001 times', '"x" 65,536 times', '"😀" 262,144 times', '"x" 1,048,576 times',
        '"\\ud835\\udc9c\\ud842\\udfb7"', '"a\\u2028b\\u2029c\\u0085d"', '"ab\\u00adc\\ufeff\\u202e"',
    )),
    ("contacts", "notes", EITHER, (
        '"a\\u0000b"', '"\\u0000"', '"ab\\u0000"', '"a\\ud83d"', '"\\ude00b"', '"\\ude00\\ud83d"',
    )),
    ("contacts", "notes", REFUSED, ("lists, 100,000 deep", "objects, 100,000 deep")),
    ("contacts", "notes", LARGE, ('"x" 9,000,000 times', '"Zoë 😀" 1,000,000 times')),
    ("contacts", "age", REFUSED, ("NaN", "Infinity", "036", "+36", "0x24", "36.", "9, 10,000 digits")),
    ("category_templates", "version", KEPT, ("-0", "-9007199254740993", "9223372036854775806", "9007199254740993")),
    ("category_templates", "version", EITHER, (
        "9223372036854775808", "-9223372036854775809", "18446744073709551616", "1e3", "3.0", "1.5", "1e18", "1e19",
        "9007199254740993.0", "0.9999999999999999999", "1e400", "1e-400", "1e999999",
    )),
    ("transactions", "amount", EITHER, (
        '"0.30000000000000004"', '"0.1000000000000000055511151231257827"', '"1e3"', '"1e400"',
        '"12345678901234567890123456789012345678901234567890"',
    )),
    ("raw_transactions", "payload", KEPT, (
        "objects, 20 deep", '{"n": [1e300]}', '{"n": [-9007199254740991]}', '{"n": [1E-2]}', '{"": " é \\r\\n"}',
    )),
    ("raw_transactions", "payload", EITHER, (
        "lists, 129 deep", "lists, 1,000 deep", '{"n": [9007199254740993]}', '{"n": [9223372036854775808]}',
        '{"n": [123456789012345678901234567890]}', '{"n": [1e400]}', '{"n": [-0.0]}', '{"n": [1e-400]}',
        '{"n": [12345678901234567890.123]}', '{"a": "x\\u0000y"}', '{"a\\u0000b": 1}', '{"a": ["\\ud83d"]}',
        "9, 10,000 digits", '{"n": [1e999999999]}',
    )),
    ("raw_transactions", "payload", REFUSED, (
        '{"amount": NaN}', "lists, 100,000 deep", "objects, 100,000 deep", "[1,]", "{'a': 1}",
    )),
)  # fmt: skip
"""A table, one of its fields, what the contract says about these values, and the values as literal JSON."""

UNREADABLE = frozenset({
    "a token that is no ASCII", "the editor's token in letters that look alike", "the editor's token broken by a space",
    "the editor's token broken by a tab", "the editor's token and another word", "the editor's token in quotes",
    "the editor's token before another, in one header", "the editor's token behind another, in one header",
    "the editor's token in the first of two headers", "the editor's token in the second of two headers",
})  # fmt: skip
"""Credentials in a header that cannot be parsed: 400 is as good as 401."""
