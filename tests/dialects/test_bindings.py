"""A target's own tables: what a binding does to requests and answers, and what is wrong with a target file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from upsertspec.dialects.base import Answer, Response
from upsertspec.dialects.bound import Bound
from upsertspec.dialects.operations import Create, Delete, Find, List, Read, Transaction, Upsert, Verbatim
from upsertspec.dialects.registry import dialect_for
from upsertspec.errors import CannotExpress, ConfigError, NotApplicable
from upsertspec.spec.schema import tables
from upsertspec.target.target import Target

Load = Callable[[str], Target]

URL = 'url = "http://h"\n'
PRODUCTS = (
    URL
    + """
[tables.contacts]
name = "products"
always = { price = "9.99" }
volatile = ["views"]
protected = { created_at = "createdAt", updated_at = false }
[tables.contacts.fields]
email = { name = "sku", text = "SKU-{n:06}" }
name = "title"
status = { name = "category", values = { active = "tools", inactive = "toys" }, default = "toys" }
age = { name = "stock", as_text = true, default = 0 }
phone = { name = "codes.ean", in_list = true }
birthday = false
"""
)


@pytest.fixture
def products(load: Load) -> Bound:
    return dialect_for(load(PRODUCTS))


def sent(dialect: Bound, fields: dict[str, Any], match: Any = ("email",)) -> Any:
    return dialect.request(Upsert("contacts", fields, list(match))).json


KEYED = (
    URL
    + """
[tables.contacts]
name = "products"
fixed = { tenant = "acme" }
protected = { id = "key" }
fields = { email = { name = "codes.sku", text = "SKU-{n:06}" }, name = "title", phone = "codes.ean" }
[shape]
keys = { contacts = ["email"] }
[shape.upsert]
method = "PATCH"
path = "/{table}({conditions})"
condition = "{field}={value:odata}"
body = "{otherFields}"
[shape.upsert.answer]
record = "."
empty = [204]
id = { header = "Location", pattern = "/([^/]+)$" }
operation = { equal = ["made", "changed"] }
then = "find"
[shape.find]
path = "/{table}/{matchValue}"
"""
)


def test_an_unknown_name_stays_unknown(products: Bound) -> None:
    asked = sent(products, {"email": "a", "title": "x", "nickname": "y"}, ["email", "sku"])
    assert asked["matchFields"] == ["sku", "no_sku"]
    assert asked["fields"].keys() == {"sku", "no_title", "nickname", "price"}


def test_a_shape_by_key_on_own_tables(load: Load) -> None:
    dialect = dialect_for(load(KEYED))
    upsert = Upsert("contacts", {"email": "a", "name": "A", "phone": "1"}, ["email"])
    request = dialect.request(upsert)
    sku = dialect.words("contacts").value("email", "a")
    assert request.path == f"/products(codes.sku='{sku}')"
    assert request.json == {"title": "A", "codes": {"ean": "1"}, "tenant": "acme"}
    done = Response(204, {"Location": "/products/7"}, b"")
    assert dialect.answer(upsert, done).lacks.keys() == {"record", "operation"}
    second = dialect.then(upsert, done)
    assert second is not None
    assert (second.method, second.path) == ("GET", f"/products/{sku}")
    record = {"key": 7, "codes": {"sku": sku, "ean": "1"}, "title": "A", "made": 1, "changed": 2}
    read = Response(200, {}, json.dumps(record).encode())
    answer = dialect.answer(upsert, replace(done, then=read))
    assert (answer.id, answer.operation, answer.lacks, answer.status) == (7, "updated", {}, 204)
    assert answer.record is not None
    assert (answer.record["email"], answer.record["id"]) == ("a", 7)
    gone = dialect.answer(upsert, replace(done, then=Response(403, {}, b"{}")))
    assert gone.lacks["record"] == "the request that reads the record was answered with 403 and no record"
    assert dialect.request(Find("contacts", {"id": 7})).path == f"/products/{sku}"
    with pytest.raises(CannotExpress, match="products is found by its key alone"):
        dialect.request(Find("contacts", {"id": 8}))


def answered(dialect: Bound, operation: Any, body: Any, status: int = 200) -> Answer:
    return dialect.answer(operation, Response(status, {}, json.dumps(body).encode()))


def test_names_and_values_go_out_in_the_targets_words(products: Bound) -> None:
    fields = {"email": "a@x.io", "name": "Ada", "status": "active", "age": 3, "phone": "1", "birthday": "1815-12-10"}
    body = sent(products, fields)
    sku = body["fields"].pop("sku")
    assert sku.startswith("SKU-")
    assert sku[4:].isdigit()
    assert body == {
        "fields": {"price": "9.99", "title": "Ada", "category": "tools", "stock": "3", "codes": {"ean": ["1"]}},
        "matchFields": ["sku"],
    }
    request = products.request(Find("contacts", {"email": "a@x.io"}))
    assert (request.path, list(request.query)) == ("/api/tables/products/records", [("sku", sku)])


def test_records_come_back_in_our_words_with_the_targets_own_members(products: Bound) -> None:
    sku = sent(products, {"email": "a@x.io"})["fields"]["sku"]
    record = {"id": 7, "sku": sku, "title": "Ada", "category": "toys", "stock": "3", "codes": {"ean": ["1"], "x": 2}}
    record |= {"price": "9.99", "createdAt": "now", "name": "own"}
    upsert = Upsert("contacts", {"email": "a@x.io"}, ["email"])
    answer = answered(products, upsert, {"id": 7, "operation": "created", "record": record})
    assert answer.record == {
        "id": 7, "created_at": "now", "email": "a@x.io", "name": "Ada", "status": "inactive", "age": 3, "phone": "1",
        "codes": {"x": 2}, "price": "9.99", "name (own)": "own",
    }  # fmt: skip


def test_what_every_create_needs_is_sent_until_the_record_is_there(products: Bound) -> None:
    ada = {"email": "a@x.io", "name": "Ada"}
    upsert = Upsert("contacts", ada, ["email"])
    answered(products, upsert, {"detail": "no"}, 400)
    assert sent(products, ada)["fields"]["price"] == "9.99"
    answered(products, upsert, {"id": 7, "operation": "created", "record": {"id": 7}})
    assert "price" not in sent(products, ada)["fields"]
    assert sent(products, {**ada, "email": "b@x.io"})["fields"]["price"] == "9.99"
    answered(products, Delete("contacts", 7), None, 204)
    assert sent(products, ada)["fields"]["price"] == "9.99"


@pytest.mark.parametrize("value", [42, True, None, ["a"], {"a": 1}])
def test_a_value_of_a_wrong_type_stays_wrong(products: Bound, value: Any) -> None:
    assert sent(products, {"email": value})["fields"]["sku"] == value
    assert sent(products, {"status": value})["fields"]["category"] == value


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        (lambda: Upsert("contacts", {"email": "a"}, ["birthday"]), "products has no birthday"),
        (lambda: Upsert("contacts", {"email": "a"}, ["email"], {"updateFields": ["birthday"]}), "has no birthday"),
        (lambda: Upsert("contacts", {"email": "a"}, ["email"], {"updateWhere": {"birthday": None}}), "no birthday"),
        (lambda: Upsert("contacts", {"status": "pending"}, ["email"]), "nothing that stands for pending"),
        (lambda: Upsert("contacts", {"age": "36"}, ["email"]), "travels as text"),
        (lambda: Upsert("contacts", {"email": Verbatim('"x"')}, ["email"]), "takes no other text"),
        (lambda: List("contacts", {"_sort": "email"}), "in another order"),
        (lambda: List("contacts", {"email__contains": "a"}), "contains sees others"),
        (lambda: List("contacts", {"birthday": "x"}), "has no birthday"),
    ],
)
def test_what_the_target_states_to_lack_does_not_apply(products: Bound, ask: Callable[[], Any], why: str) -> None:
    with pytest.raises(NotApplicable, match=why):
        products.request(ask())


@pytest.mark.parametrize(
    ("ours", "theirs"), [(True, 1), (False, 0), ("true", "true"), ("yes", "yes"), (1, "1-none"), (None, None)]
)
def test_a_boolean_may_be_a_number(load: Load, ours: Any, theirs: Any) -> None:
    vip = '[tables.contacts]\nfields = { vip = { name = "Active", values = { true = 1, false = 0 } } }\n'
    made = sent(dialect_for(load(URL + vip)), {"vip": ours})["fields"]["Active"]
    assert (type(made), made) == (type(theirs), theirs)


def test_what_is_none_of_our_options_is_none_of_the_targets(products: Bound) -> None:
    assert sent(products, {"status": "archived"})["fields"]["category"] == "archived"
    assert sent(products, {"status": "tools"})["fields"]["category"] == "tools-none"


@pytest.mark.parametrize(("near", "theirs"), [("ACTIVE", "TOOLS"), ("act", "too"), ("active ", "tools "), ("", "")])
def test_what_is_nearly_an_option_is_nearly_one_of_the_targets(products: Bound, near: str, theirs: str) -> None:
    assert sent(products, {"status": near})["fields"]["category"] == theirs


def test_the_singular_of_the_table_is_that_of_the_targets_name(products: Bound) -> None:
    assert products.request(Upsert("contact", {"email": "a"}, ["email"])).path == "/api/tables/product/records/upsert"


def test_a_create_that_has_a_value_of_another_record_has_what_every_create_needs(products: Bound) -> None:
    first = Upsert("contacts", {"email": "a", "phone": "1"}, ["email"])
    answered(products, first, {"id": 1, "operation": "created", "record": {"id": 1}})
    assert "price" not in products.request(first).json["fields"]
    second = Upsert("contacts", {"email": "b", "phone": "1"}, ["email"])
    assert products.request(second).json["fields"]["price"] == "9.99"


def test_a_transaction_speaks_of_the_targets_tables(products: Bound) -> None:
    operations = [
        {"op": "create", "table": "contacts", "as": "c", "fields": {"name": "Ada"}},
        {"op": "update", "table": "contacts", "id": {"$ref": "c.name"}, "fields": {"name": {"$ref": "c.email"}}},
    ]
    first, second = products.request(Transaction(operations)).json["operations"]
    assert first == {"op": "create", "table": "products", "as": "c", "fields": {"price": "9.99", "title": "Ada"}}
    assert second["id"] == {"$ref": "c.title"}
    assert second["fields"] == {"title": {"$ref": "c.sku"}}


def test_the_view_of_a_table_is_the_targets(load: Load) -> None:
    view = load(PRODUCTS).bindings.table("contacts")
    assert "birthday" not in view.fields
    assert (view.fields["status"].options, view.fields["status"].rules["default"]) == (
        ("active", "inactive"),
        "inactive",
    )
    assert view.fields["age"].rules["default"] == 0
    assert view.unique_keys == (("email",), ("phone",))


def test_several_fields_may_be_one(load: Load) -> None:
    stated = 'fields = { organization_id = { name = "code", text = "{slug}", with = ["key", "image_item_id"] } }\n'
    dialect = dialect_for(load(f"{URL}[tables.image_metadata]\n{stated}"))
    row = {"organization_id": "o", "key": "k", "image_item_id": "i", "image_item_path": "p"}
    request = dialect.request(Upsert("image_metadata", row, ["key", "image_item_id", "organization_id"]))
    assert request.json["matchFields"] == ["code"]
    assert set(request.json["fields"]) == {"code", "image_item_path"}
    found = answered(dialect, Find("image_metadata", {}), {"records": [request.json["fields"]]})
    assert found.records == [row]
    for names in (["key"], ["key", "image_item_id", "organization_id", "key"]):
        with pytest.raises(NotApplicable, match="as one field, code"):
            dialect.request(Upsert("image_metadata", row, names))


def test_a_deleted_record_that_can_be_read_is_gone(load: Load) -> None:
    dialect = dialect_for(load(f"{URL}[tables.users]\ngone = {{ state = true }}\n"))
    here, gone, other = ({"id": n, "email": "a", "state": state} for n, state in enumerate((False, True, 1)))
    found = answered(dialect, Find("users", {}), {"records": [here, gone, other]})
    assert [record["id"] for record in found.records] == [0, 2]
    assert answered(dialect, Read("users", 0), here).record == here
    read = answered(dialect, Read("users", 1), gone)
    assert (read.status, read.record) == (404, None)


def test_a_record_without_an_id_is_known_by_its_key(load: Load) -> None:
    dialect = dialect_for(load(f"{URL}[tables.users]\nprotected = {{ id = false }}\n"))
    create = answered(dialect, Create("users", {"email": "a"}), {"email": "a", "name": None}, 201)
    assert create.id == '["a"]'
    assert list(dialect.request(Read("users", create.id)).query) == [("email", "a")]
    read = answered(dialect, Read("users", create.id), {"records": [{"email": "a"}]})
    assert (read.status, read.id, read.record) == (200, create.id, {"email": "a", "id": create.id})
    assert answered(dialect, Read("users", create.id), {"records": []}).status == 404


def test_a_table_that_the_target_lacks_and_a_statement_that_is_untrue(load: Load) -> None:
    dialect = dialect_for(load(f"{PRODUCTS}[tables]\naccounts = false\n"))
    dialect.request(Create("users", {"name": "a"}))
    with pytest.raises(NotApplicable, match="the target has no accounts"):
        dialect.request(Create("accounts", {"name": "a"}))
    answered(dialect, Find("contacts", {}), {"records": [{"id": 1, "birthday": None}]})
    assert dialect.untrue == {("contacts", "birthday"): "products has birthday after all"}


def test_a_target_without_other_tables(load: Load) -> None:
    dialect = dialect_for(load(f"{PRODUCTS}[tables]\nothers = false\n"))
    assert dialect.request(Create("contacts", {"name": "a"})).path.startswith("/api/tables/products/")
    for absent in tables().keys() - {"contacts"}:
        with pytest.raises(NotApplicable, match=f"the target has no {absent}"):
            dialect.request(Create(absent, {"name": "a"}))


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[tables]\nothers = true", "line 3: tables.others: can't be true; write false: there are no tables but"),
        ("[tables.others]\nname = 'x'", "line 2: tables.others: can't be {"),
        ("[tables.contacts.fields]\nemial = false", "line 3: tables.contacts.fields.emial: is no field of contacts"),
        ("[tables.contacts]\nfeilds = {}", "line 3: tables.contacts.feilds: is not known here; did you mean 'fields'?"),
        ("[tables.contacts.fields]\nemail = { txt = 'a' }", "email.txt: is not known here; did you mean 'text'?"),
        ("[tables.contacts.fields]\nemail = true", "line 3: tables.contacts.fields.email: can't be true; write"),
        ("[tables]\ncontacts = true", "line 3: tables.contacts: can't be true"),
        ("[tables.contacts.fields]\nemail = 'x'\nname = 'x'", "email is 'x' on the target too"),
        ("[tables.contacts.fields]\nemail = 'notes'", "notes is 'notes' on the target too; give each field"),
        ("[tables.contacts.fields]\nemail = false\nphone = false", "leaves no key to match by; bind email or phone"),
        ("[tables.contacts.fields]\nemail = { text = 'SKU' }", "needs exactly one of {n}, {n:06}, {text} and {slug}"),
        ("[tables.contacts.fields]\nemail = { text = '{n}{n}' }", "needs exactly one of"),
        ("[tables.contacts.fields]\nemail = { text = 'A{n}', maximum_length = 5 }", "no room for 6 digits within"),
        ("[tables.contacts.fields]\nage = { text = '{n}' }", "is for free texts, and age is none"),
        ("[tables.contacts.fields.status.values]\nactive = 1", "needs 2 options at least"),
        ("[tables.contacts.fields.status.values]\nactive = 1\ninactive = 1", "one value for two options"),
        ("[tables.contacts.fields.status.values]\nactiv = 1\ninactive = 2", "activ: is no option; did you mean"),
        ("[tables.contacts.fields]\nemail = { with = ['name'] }", "email and name are no part of one unique key"),
        ("[tables.contacts.fields]\nemail = { with = ['nme'] }", "'nme' is no other field of contacts; did you mean"),
        ("[tables.contacts]\nprotected = { id = 7 }", "protected.id: can't be 7"),
        ("roles = ['viewer']", "line 2: roles: is not what belongs here"),
        ("[roles]\ncreator = true", "line 3: roles.creator: "),
    ],
)  # fmt: skip
def test_a_mistake_in_a_binding_is_named_with_its_line_and_a_fix(load: Load, toml: str, message: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        load(f"{URL}{toml}\n")
    assert message in str(wrong.value)


def test_all_mistakes_are_named_at_once(load: Load) -> None:
    with pytest.raises(ConfigError) as wrong:
        load(f"{URL}[tables.contacts.fields]\nemial = 'x'\nemail = {{ text = 'x' }}\n[tables.contcts]\nid = 7\n")
    assert len(wrong.value.faults) == 3


def test_roles_that_a_target_does_not_have(load: Load) -> None:
    listed = load(f'roles = ["editor", "viewer"]\n{URL}')
    assert (set(listed.roles), listed.without) == ({"editor", "viewer"}, {"creator", "updater"})
    stated = load(f'{URL}[roles]\ncreator = false\n[roles.editor]\nbearer = {{ env = "UPSERTSPEC_TOKEN_EDITOR" }}\n')
    assert (set(stated.roles), stated.without) == ({"editor"}, {"creator"})


def formatted(load: Load, form: str, field: str) -> Bound:
    return dialect_for(load(f'{URL}[tables.contacts.fields]\n{field} = {{ name = "theirs", format = "{form}" }}\n'))


@pytest.mark.parametrize(
    ("form", "ours", "theirs"),
    [
        ("milliseconds", "2024-02-29T13:45:57.123Z", 1709214357123),
        ("seconds", "2024-02-29T13:45:57Z", 1709214357),
        ("seconds", "1969-12-31T23:59:59Z", -1),
        ("%Y-%m-%dT%H:%M:%S.%f", "2024-02-29T13:45:57.123000Z", "2024-02-29T13:45:57.123000"),
        ("%Y-%m-%d %H:%M:%S%z", "2024-02-29T13:45:57Z", "2024-02-29 13:45:57+0000"),
        ("%a, %d %b %Y %H:%M:%S GMT", "0987-02-28T13:45:57Z", "Wed, 28 Feb 0987 13:45:57 GMT"),
    ],
)
def test_instants_in_the_format_of_the_target(load: Load, form: str, ours: str, theirs: Any) -> None:
    words = formatted(load, form, "created_at").words("contacts")
    assert words.value("created_at", ours) == theirs
    back = words.back("created_at", theirs)
    assert words.binding.spec.type_of("created_at").same(ours, back), back


@pytest.mark.parametrize(
    ("form", "ours", "theirs"),
    [
        ("%d.%m.%Y", "2024-02-29", "29.02.2024"),
        ("%Y-%m-%dT00:00:00Z", "0001-01-01", "0001-01-01T00:00:00Z"),
        ("milliseconds", "1970-01-02", 86400000),
    ],
)
def test_days_in_the_format_of_the_target(load: Load, form: str, ours: str, theirs: Any) -> None:
    words = formatted(load, form, "birthday").words("contacts")
    assert (words.value("birthday", ours), words.back("birthday", theirs)) == (theirs, ours)


def test_what_is_in_no_format_stays_as_it_is(load: Load) -> None:
    words = formatted(load, "%Y-%m-%d %H:%M:%S.%f", "created_at").words("contacts")
    assert words.back("created_at", "2024-02-29 13:45:57") == "2024-02-29T13:45:57Z"
    for value in ("soon", None, True, 7, {}):
        assert words.back("created_at", value) == value
    days = formatted(load, "milliseconds", "birthday").words("contacts")
    assert days.value("birthday", "2023-02-29") == "2023-02-29"
    with pytest.raises(NotApplicable, match="theirs of contacts has times as milliseconds, where 20240115 is right"):
        days.value("birthday", 20240115)
    whole = formatted(load, "seconds", "created_at").words("contacts")
    with pytest.raises(NotApplicable, match="which can't say 2024"):
        whole.value("created_at", "2024-02-29T13:45:57.5Z")


@pytest.mark.parametrize(
    ("field", "form", "said"),
    [
        ("name", "seconds", "is for days and times, and name is none"),
        ("birthday", "%m/%Y", "is neither seconds nor milliseconds"),
        ("birthday", "DD.MM.YYYY", "is neither seconds nor milliseconds"),
    ],
)
def test_a_format_that_cannot_be_is_reported(load: Load, field: str, form: str, said: str) -> None:
    with pytest.raises(ConfigError, match=f"line 3: tables.contacts.fields.{field}.format: .*{said}"):
        formatted(load, form, field)
