"""`init URL`: a target's own description becomes a target file, which loads whatever the target says."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.http.wire import Wire, always, by_request, endlessly, headers_of, reply, silence
from tests.kit import TOKEN_VARIABLES, Done
from upsertspec.discovery.credentials import roles
from upsertspec.discovery.fetch import PLACES, Found, fetch
from upsertspec.discovery.recognise import telling
from upsertspec.discovery.write import target_file
from upsertspec.errors import TargetUnusable
from upsertspec.http.session import Limits
from upsertspec.spec.schema import ROLES
from upsertspec.target.bindings import renamed
from upsertspec.target.target import Target
from upsertspec.target.target_file import from_file, roles_from
from upsertspec_server import create_app
from upsertspec_server.serving import serve_in_thread

Cli = Callable[..., Done]
Serve = Callable[..., Wire]
PRODUCTS = json.loads((Path(__file__).parent / "documents" / "fastapi.json").read_text("utf-8"))
ASKED = {path for _, path, _ in telling()}
HOSTILE = "\x1b]0;x\x07\"'\\\r\n[roles.editor]\nbearer = 1 #\u2028\u202e\0\x7f\ud800 \"\"\" ''' }"

ACME = {
    "openapi": "3.1.0",
    "info": {"title": "Acme CRM", "version": "0.1.0"},
    "paths": {
        "/v1/Contacts": {
            "get": {"summary": "List Contacts", "operationId": "list_contacts_v1_contacts_get"},
            "post": {"summary": "Create Contact", "operationId": "create_contact"},
        },
        "/v1/Contacts/{contact_id}": {
            "parameters": [{"name": "contact_id", "in": "path", "schema": {"type": "integer"}}],
            "put": {"summary": "Replace Contact", "operationId": "replace_contact"},
        },
        "/v1/image-metadata": {"patch": {"requestBody": {"$ref": "#/components/requestBodies/Many"}}},
        "/v1/orders/bulk-upsert": {"post": {"summary": "Several at once"}},
    },
    "components": {
        "requestBodies": {"Many": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Many"}}}}},
        "schemas": {"Many": {"allOf": [{"properties": {"performUpsert": {"type": "object"}}}]}},
        "securitySchemes": {"APIKeyHeader": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}},
    },
}


def documented(document: Any, place: str = "/openapi.json", status: int = 404) -> Callable[..., bytes]:
    """A handler that has the document at this place, and nothing elsewhere."""
    return lambda method, path, body: reply(document) if path == place else reply({}, status)


def loaded(file: Path, env: Mapping[str, str] | None = None) -> Target:
    return from_file(file, TOKEN_VARIABLES if env is None else env)


def written(found: Found, folder: Path, set_roles: tuple[str, ...] = ROLES) -> Target:
    """The target of the file that is made of this."""
    file = folder / "target.toml"
    file.write_text(target_file(found, set_roles), "utf-8")
    return loaded(file, {name: token for name, token in TOKEN_VARIABLES.items() if name[17:].lower() in set_roles})


def test_the_reference_server_is_recognised(cli: Cli, tmp_path: Path) -> None:
    tokens = {role: TOKEN_VARIABLES[f"UPSERTSPEC_TOKEN_{role.upper()}"] for role in ROLES}
    file = tmp_path / "reference.toml"
    with serve_in_thread(create_app({"TOKENS": tokens})) as url:
        done = cli("init", url, "-o", str(file))
        assert done.code == 0, done.text
        assert loaded(file).url == url
        assert cli("check", "--target", str(file)).out.endswith("all can be judged\n")
    text = file.read_text("utf-8")
    assert 'dialect = "native"' in text
    offered = '"core", "identity", "conflict", "batch", "integrity", "transactions", "records"'
    assert f"# profiles = [{offered}]" in text
    assert not any(token in text for token in TOKEN_VARIABLES.values())


def test_another_shape_becomes_questions(cli: Cli, serve: Serve, tmp_path: Path) -> None:
    wire = serve(by_request(documented(ACME)))
    file = tmp_path / "acme.toml"
    assert cli("init", wire.url, "-o", str(file)).code == 0
    text, target = file.read_text("utf-8"), loaded(file)
    assert target.name == "Acme CRM"
    assert list(target.bindings) == []
    assert target.roles["viewer"].headers() == {"X-Api-Key": TOKEN_VARIABLES["UPSERTSPEC_TOKEN_VIEWER"]}
    assert "# What is judged: POST /v1/orders/bulk-upsert (Several at once)." in text
    assert "# No binding could be guessed: no field identifies a record." in text
    assert "#   PATCH /v1/image-metadata: it takes performUpsert" in text
    assert "#   PUT /v1/Contacts/{contact_id} (replace_contact Replace Contact): PUT by id, which may create" in text
    assert "create_contact" not in text
    assert '\ndialect = "native"' not in text


FITS: dict[str, tuple[Callable[..., bytes], str]] = {
    "an answer": (
        lambda method, path, body: reply({"paths": "on_conflict"}, 200 if path == "/" else 404),
        'dialect = "postgrest" fits this API: GET / says so',
    ),
    "a document": (documented(PRODUCTS), "a [shape] fits this API: its document has PUT /api/v1/products/{sku}"),
}


@pytest.mark.parametrize("name", FITS)
def test_init_and_check_name_what_fits(name: str, cli: Cli, serve: Serve, tmp_path: Path) -> None:
    handler, words = FITS[name]
    url = serve(by_request(handler)).url
    file = tmp_path / "target.toml"
    assert words in cli("init", url, "-o", str(file)).out
    checked = cli("check", url)
    assert checked.code == 3
    assert f" warning  {words}" in checked.out
    assert f"`upsertspec init {url}` writes a target file for it\n\nnothing can be judged" in checked.out
    assert " fits this API" not in cli("check", "--target", str(file)).out


def test_a_role_without_its_variable_is_a_comment(tmp_path: Path) -> None:
    target = written(Found("http://127.0.0.1:1", ACME), tmp_path, ("editor",))
    assert list(target.roles) == ["editor"]


@pytest.mark.parametrize(
    ("described", "line"),
    [("With the prefix Token.", 'prefix = "Token "'), ('As in Token token="…"', "# Does a word stand before the key?")],
)
def test_a_word_before_the_key_is_stated_or_asked_for(described: str, line: str) -> None:
    scheme = {"type": "apiKey", "in": "header", "name": "Authorization", "description": described}
    assert any(written.startswith(line) for written in roles([scheme], set()))


def test_only_get_is_sent_and_little_of_it(cli: Cli, serve: Serve, tmp_path: Path) -> None:
    wire = serve(always(reply({}, 401)))
    assert cli("init", f"{wire.url}/base", "-o", str(tmp_path / "t.toml")).code == 0
    assert {line.split()[0] for line in wire.lines()} == {"GET"}
    assert len(wire.requests) == 2 * (2 * len(PLACES) + len(ASKED))


def test_a_token_goes_along_only_where_it_is_asked_for(cli: Cli, serve: Serve, tmp_path: Path) -> None:
    viewer = f"Bearer {TOKEN_VARIABLES['UPSERTSPEC_TOKEN_VIEWER']}"

    def answer(connection: Any, request: bytes) -> bool:
        shown = dict(headers_of(request)).get("authorization")
        connection.sendall(reply(ACME) if shown == viewer else reply({}, 401))
        return True

    wire = serve(answer)
    assert cli("init", wire.url, "-o", str(tmp_path / "t.toml")).code == 0
    assert [dict(headers_of(r)).get("authorization") for r in wire.requests] == [None, viewer]
    assert loaded(tmp_path / "t.toml").name == "Acme CRM"


@pytest.mark.parametrize("status", [200, 404, 500])
def test_a_token_is_not_sent_otherwise(status: int, cli: Cli, serve: Serve, tmp_path: Path) -> None:
    wire = serve(always(reply({}, status)))
    assert cli("init", wire.url, "-o", str(tmp_path / "t.toml")).code == 0
    assert len(wire.requests) == len(PLACES) + len(ASKED)
    assert not any("authorization" in dict(headers_of(request)) for request in wire.requests)


def test_no_other_host_is_asked(cli: Cli, serve: Serve, tmp_path: Path) -> None:
    other = serve(always(reply(ACME)))
    elsewhere = {**ACME, "servers": [{"url": other.url}], "paths": {"/x": {"$ref": f"{other.url}/paths.json"}}}

    def moved(method, path, body):
        return reply(status=307, Location=f"{other.url}/openapi.json")

    for number, handler in enumerate((moved, documented(elsewhere))):
        wire = serve(by_request(handler))
        file = tmp_path / f"{number}.toml"
        assert cli("init", wire.url, "-o", str(file)).code == 0
        assert loaded(file).url == wire.url
    assert other.requests == []
    assert f"#   {other.url}" in (tmp_path / "1.toml").read_text("utf-8")
    assert "a redirect is not followed" in (tmp_path / "0.toml").read_text("utf-8")


@pytest.mark.parametrize("place", PLACES)
def test_each_place_is_looked_at(place: str, serve: Serve) -> None:
    wire = serve(by_request(documented(ACME, place)))
    assert fetch(wire.url, {}).place == wire.url + place
    assert fetch(wire.url + place, {}).url == wire.url


def test_the_document_of_the_host_serves_an_address_below_it(serve: Serve) -> None:
    wire = serve(by_request(documented(ACME)))
    found = fetch(f"{wire.url}/v1/", {})
    assert (found.url, found.place) == (f"{wire.url}/v1", f"{wire.url}/openapi.json")


BASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "none": ({}, "http://h", "http://h"),
    "a path": ({"servers": [{"url": "/v1/"}]}, "http://h", "http://h/v1"),
    "a path that was given": ({"servers": [{"url": "/v1"}]}, "http://h/v1", "http://h/v1"),
    "a path above the given": ({"servers": [{"url": "/v1"}]}, "http://h/v1/acme", "http://h/v1/acme"),
    "another path": ({"servers": [{"url": "/v2"}]}, "http://h/v1", "http://h/v2"),
    "a whole address": ({"servers": [{"url": "http://h/v1"}]}, "http://h", "http://h/v1"),
    "another host": ({"servers": [{"url": "http://g/v1"}]}, "http://h", "http://h"),
    "a variable": ({"servers": [{"url": "/{tenant}"}]}, "http://h", "http://h/{tenant}"),
    "something that can't be": ({"servers": [{"url": "/a b?c"}, {"url": "http://[x"}]}, "http://h", "http://h"),
    "Swagger's": ({"swagger": "2.0", "basePath": "/v1"}, "http://h", "http://h/v1"),
    "Swagger's host": ({"swagger": "2.0", "host": "h", "basePath": "/v1"}, "http://h", "http://h/v1"),
}


@pytest.mark.parametrize("name", BASES)
def test_the_address_has_the_path_of_the_servers(name: str, tmp_path: Path) -> None:
    more, given, expected = BASES[name]
    assert written(Found(given, {"paths": {}, **more}), tmp_path).url == expected


def test_a_native_shape_below_a_prefix_is_found(tmp_path: Path) -> None:
    paths = {"/v2/api/tables/{name}/records/upsert": {"post": {"parameters": [{"$ref": "#/x/table"}]}}}
    table = {"in": "path", "name": "name", "schema": {"enum": ["contacts", "Accounts"]}}
    target = written(Found("http://h", {"paths": paths, "x": {"table": table}}), tmp_path)
    assert (target.url, target.bindings) == ("http://h/v2", renamed({"accounts": "Accounts"}))


def test_without_a_document_the_file_says_what_was_tried(cli: Cli, serve: Serve, tmp_path: Path) -> None:
    wire = serve(always(reply(raw=b"<html>it works</html>", Content_Type="text/html")))
    file = tmp_path / "t.toml"
    assert cli("init", wire.url, "-o", str(file)).code == 0
    assert f"#   {wire.url}/v3/api-docs: no JSON" in file.read_text("utf-8")
    assert loaded(file).url == wire.url


def test_without_a_document_the_file_has_an_example_to_change(cli: Cli, serve: Serve, tmp_path: Path) -> None:
    wire = serve(always(reply(raw=b"<html>it works</html>", Content_Type="text/html")))
    file = tmp_path / "t.toml"
    cli("init", wire.url, "-o", str(file))
    before, found, example = file.read_text("utf-8").partition("# [tables]\n")
    lines = [line.removeprefix("# ") for line in f"{found}{example}".partition("\n\n")[0].splitlines()]
    file.write_text(before + "\n".join(lines), "utf-8")
    target = loaded(file)
    assert (target.dialect, target.bindings.of("contacts").field("email").name) == ("shape", "sku")


def test_what_is_there_is_left_alone_and_nothing_is_sent(cli: Cli, serve: Serve, tmp_path: Path) -> None:
    wire = serve(always(reply(ACME)))
    file = tmp_path / "target.toml"
    file.write_text("mine")
    done = cli("init", wire.url, "-o", str(file))
    assert done.code == 2
    assert "exists and is not replaced" in done.err
    assert (file.read_text(), wire.requests) == ("mine", [])


WRONG = {
    "two files": (("a.toml", "-o", "b.toml"), "two files are named, a.toml and b.toml; name one"),
    "a password": (("http://me:hunter2@h",), "can't be judged; write http or https"),
    "another scheme": (("ftp://h",), "can't be judged; write http or https"),
    "a folder that is not there": (("-o", "no/such/t.toml"), "can't be written"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_is_reported(name: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, words = WRONG[name]
    done = cli("init", *arguments)
    assert done.code == 2
    assert words in done.err
    assert "hunter2" not in done.text
    assert list(tmp_path.iterdir()) == []


def test_a_missing_target_is_reported(cli: Cli, tmp_path: Path) -> None:
    done = cli("init", "http://127.0.0.1:1", "-o", str(tmp_path / "t.toml"))
    assert done.code == 3
    assert "gives no usable answer: can't connect" in done.err
    assert not (tmp_path / "t.toml").exists()


def test_a_target_that_never_answers_is_left_at_the_end_of_the_time(serve: Serve) -> None:
    wire = serve(silence)
    with pytest.raises(TargetUnusable, match="no whole answer within 2 s"):
        fetch(wire.url, {}, Limits(2.0), seconds=0.0)
    assert len(wire.requests) == 1


def test_an_endless_answer_is_cut_off(serve: Serve) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n["
    wire = serve(endlessly(head, b"1," * 5000))
    with pytest.raises(TargetUnusable, match="over 100000 bytes"):
        fetch(wire.url, {}, Limits(5.0, 100_000))


NO_DOCUMENTS = {
    "deep": b'{"openapi": "3.1.0", "paths": ' + b'{"a":' * 50_000,
    "half": json.dumps(ACME).encode()[:-9],
    "NaN": b'{"openapi": NaN, "paths": {}}',
    "a list": b"[]",
    "other bytes": b"\xff\xfe{}",
    "paths that are none": b'{"openapi": "3.1.0", "paths": []}',
}


@pytest.mark.parametrize("name", NO_DOCUMENTS)
def test_other_content_is_not_a_document(name: str, serve: Serve, tmp_path: Path) -> None:
    wire = serve(always(reply(raw=NO_DOCUMENTS[name])))
    found = fetch(wire.url, roles_from(TOKEN_VARIABLES))
    assert found.document == {}
    assert written(found, tmp_path).url == wire.url


def hostile(**more: Any) -> dict[str, Any]:
    """A document with hostile text in every place that can end up in the file."""
    operation = {"summary": HOSTILE, "operationId": f"upsert {HOSTILE}", "parameters": [{"name": HOSTILE}]}
    scheme = {"type": "apiKey", "in": "header", "name": HOSTILE}
    return {
        "openapi": HOSTILE,
        "info": {"title": HOSTILE, "version": HOSTILE},
        "servers": [{"url": f"http://h/{HOSTILE}"}, {"url": f"/{HOSTILE}"}],
        "paths": {f"/Contacts{HOSTILE}": {"put": operation}, "/Con-tacts": {"post": operation}, HOSTILE: {}},
        "components": {"securitySchemes": {"a": scheme, "b": {"type": HOSTILE}}},
        **more,
    }


LOOP = {"$ref": "#/components/schemas/Loop"}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "hostile text": hostile(),
    "a reference to itself": {"paths": {"/x": {"$ref": "#/paths/~1x"}, "/y": {"post": {"$ref": "#/paths/~1y/post"}}}},
    "a schema within itself": {
        "paths": {"/x": {"post": {"requestBody": {"content": {"a": {"schema": {"allOf": [LOOP, LOOP]}}}}}}},
        "components": {"schemas": {"Loop": {"anyOf": [LOOP, LOOP, {"items": LOOP}], "properties": {"a": LOOP}}}},
    },
    "references to nowhere": {"paths": {"/x": {"put": {"parameters": [{"$ref": "#/no/such"}, {"$ref": "x.json"}]}}}},
    "many paths": {"paths": {f"/table{number}/upsert": {"post": {}} for number in range(30_000)}},
    "a long path": {"paths": {"/api/tables/" * 20_000 + "x/records/upsert": {"post": {}}}},
    "a long title": {"info": {"title": "x" * 1_000_000}, "paths": {}},
    "nothing": {},
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_hostile_document_makes_a_file_that_loads(name: str, tmp_path: Path) -> None:
    found = Found("http://127.0.0.1:1", DOCUMENTS[name], tried=(HOSTILE,))
    target = written(found, tmp_path)
    text = (tmp_path / "target.toml").read_text("utf-8")
    assert target.url == "http://127.0.0.1:1"
    assert all(line.isprintable() for line in text.split("\n"))
    assert len(text) < 20_000


def test_a_table_name_with_quotes_stays_a_name(tmp_path: Path) -> None:
    name = 'contacts"\n\\ \x00\N{GRINNING FACE}\u2028]'
    paths = {f"/api/tables/{name}/records/upsert": {"post": {}}}
    assert written(Found("http://h", {"paths": paths}), tmp_path).bindings == renamed({"contacts": name})


def test_anything_in_any_place_makes_a_file_that_loads(tmp_path: Path) -> None:
    chance = random.Random(7)
    for _ in range(300):
        document = json.loads(
            json.dumps(chance.choice([ACME, PRODUCTS, hostile(), DOCUMENTS["a schema within itself"]]))
        )
        for _ in range(chance.randint(1, 4)):
            _spoil(document, chance)
        assert written(Found("http://127.0.0.1:1", document), tmp_path).url.startswith("http://127.0.0.1:1")


def _spoil(node: Any, chance: random.Random) -> None:
    """Put something else in one place of the document."""
    while True:
        places = list(node) if isinstance(node, dict) else list(range(len(node)))
        place = chance.choice(places)
        if not isinstance(node[place], dict | list) or not node[place] or chance.random() < 0.2:
            node[place] = chance.choice([None, 5, True, "", HOSTILE, [], {}, [[HOSTILE]], {"$ref": 1}, {HOSTILE: {}}])
            return
        node = node[place]


def test_the_options_of_the_connection_are_used_and_written(
    cli: Cli, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENANT", "acme-1")
    wire, file, ca = serve(by_request(documented(PRODUCTS))), tmp_path / "t.toml", tmp_path / "ca.pem"
    ca.write_text("")
    assert cli("init", wire.url, "-o", str(file), "--header", "X-Tenant=TENANT", "--ca", str(ca)).code == 0
    assert {dict(headers_of(request))["x-tenant"] for request in wire.requests} == {"acme-1"}
    target = loaded(file, {**TOKEN_VARIABLES, "TENANT": "acme-1"})
    assert {name: value.value for name, value in target.headers.items()} == {"X-Tenant": "acme-1"}
    assert target.session["verify"] == str(ca)
    assert "acme-1" not in file.read_text("utf-8")


def test_a_proxy_is_used_and_written(cli: Cli, serve: Serve, tmp_path: Path) -> None:
    proxy, file = serve(always(reply(PRODUCTS))), tmp_path / "t.toml"
    assert cli("init", "http://api.test", "-o", str(file), "--proxy", proxy.url, "--no-verify").code == 0
    assert proxy.lines()[0].startswith("GET http://api.test/openapi.json")
    assert loaded(file).session == {"verify": False, "proxies": {"http": proxy.url, "https": proxy.url}}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--header", "X-Key: s3cret"), "write NAME=VARIABLE"),
        (("--header", "X-Key=NOT_SET"), "NOT_SET is not set"),
        (("--ca", "no/such.pem"), "there is no file no/such.pem"),
    ],
)
def test_a_wrong_connection_is_named_and_nothing_is_sent(
    options: tuple[str, ...], words: str, cli: Cli, serve: Serve, tmp_path: Path
) -> None:
    wire = serve(always(reply(PRODUCTS)))
    done = cli("init", wire.url, "-o", str(tmp_path / "t.toml"), *options)
    assert (done.code, wire.requests) == (2, [])
    assert words in done.err
    assert "s3cret" not in done.err
