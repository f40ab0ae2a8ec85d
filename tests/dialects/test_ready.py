"""Ready-made dialects, each against a façade of its API: the reference server behind another wire."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.dialects.conftest import Judge
from tests.dialects.facade import Facade
from tests.dialects.facades import (
    airtable,
    azure_tables,
    ckan,
    elasticsearch,
    fhir,
    graphql_on_conflict,
    hubspot,
    jsonapi,
    kinto,
    kintone,
    mongodb_data_api,
    odata,
    postgraphile,
    postgrest,
    salesforce,
)
from tests.http.wire import Wire, by_request, reply
from tests.kit import ROOT, TOKEN_VARIABLES, TOKENS, Done
from upsertspec.dialects.base import Answer, Request, Response
from upsertspec.dialects.operations import Find, Operation, Upsert
from upsertspec.dialects.ready_made import ReadyShape, file_of
from upsertspec.dialects.registry import dialect_for
from upsertspec.discovery.fetch import fetch
from upsertspec.discovery.recognise import by_answer, by_host
from upsertspec.discovery.write import target_file
from upsertspec.errors import ConfigError
from upsertspec.report.result import Result, Status
from upsertspec.report.verdict import Verdict, tally
from upsertspec.target.placeholders import KNOWN
from upsertspec.target.ready import ready_made
from upsertspec.target.target import Target
from upsertspec.target.target_file import from_file
from upsertspec.target.validate import faults
from upsertspec_broken import catalogue
from upsertspec_server.serving import serve_in_thread

PARTS = {*KNOWN, "conflict", "list", "groups", "transaction"} - {"read", "task"}
"""What a file says something of. A record that can't be read by its id is found by it."""
Serve = Callable[..., Wire]
BEHIND = {"replaces-the-whole-record": "AC-002", "only-create-is-asked": "AC-006"}
"""Broken servers behind each façade, and the criterion that catches them."""


@dataclass(frozen=True)
class Case:
    """A façade, how many of the core scenarios are judged and pass, and broken façades with what catches them.

    `fails` are the criteria that an API of this kind fails by its own documentation.
    """

    facade: type[Facade]
    judged: int
    broken: dict[type[Facade], str] = field(default_factory=dict)
    options: str = ""
    behind: dict[str, str] = field(default_factory=lambda: BEHIND)
    fails: frozenset[str] = frozenset()


TEXTS = """
[tables.contacts.fields]
age = { name = "age", as_text = true }
vip = { name = "vip", as_text = true }
"""
"""All values travel as texts."""

BY_EMAIL = """
[dialect_options.keys]
contacts = ["email"]
[tables.contacts]
protected = { created_at = false, updated_at = false }
"""
"""The email address is the key, and no times are stored."""

KINTO = """
[dialect_options]
bucket = "crm"
[dialect_options.keys]
contacts = ["email"]
[tables.contacts]
protected = { created_at = false, updated_at = false }
"""

CKAN = """
[dialect_options.keys]
contacts = ["email"]
[tables.contacts]
protected = { id = "_id", created_at = false, updated_at = false }
"""

MONGODB = """
dialect_options = { data_source = "Cluster0", database = "crm" }
[tables.contacts]
protected = { id = "_id", created_at = false, updated_at = false }
"""

AZURE = """
[tables.contacts]
protected = { id = false, created_at = false, updated_at = "Timestamp" }
fixed = { PartitionKey = "contacts" }
[tables.contacts.fields]
email = "RowKey"
"""

CASES = {
    "postgrest": Case(
        postgrest.PostgREST, 178, {postgrest.AlwaysCreated: "AC-012", postgrest.NoRepresentation: "AC-001"}
    ),
    "odata": Case(odata.OData, 163, {odata.AlwaysOk: "AC-012", odata.QuotesKept: "AC-001"}),
    "graphql-on-conflict": Case(
        graphql_on_conflict.Hasura, 170, {graphql_on_conflict.NoRow: "AC-001", graphql_on_conflict.StaleRow: "AC-002"}
    ),
    "airtable": Case(airtable.Airtable, 0, {airtable.AllCreated: "AC-012", airtable.NoFields: "AC-001"}),
    "salesforce": Case(salesforce.Salesforce, 0, {salesforce.AlwaysCreated: "AC-012", salesforce.AnotherId: "AC-001"}),
    "hubspot": Case(hubspot.HubSpot, 0, {hubspot.NeverNew: "AC-012", hubspot.Swallowed: "AC-009"}, TEXTS),
    "kintone": Case(kintone.Kintone, 0, {kintone.NeverInserted: "AC-012", kintone.AnotherId: "AC-001"}, TEXTS),
    "elasticsearch": Case(
        elasticsearch.Elasticsearch,
        0,
        {elasticsearch.AlwaysCreated: "AC-012", elasticsearch.NoSource: "AC-001"},
        BY_EMAIL,
    ),
    "mongodb-data-api": Case(
        mongodb_data_api.DataApi,
        0,
        {mongodb_data_api.NeverUpserted: "AC-012", mongodb_data_api.ForgetsTheFilter: "AC-001"},
        MONGODB,
    ),
    "azure-tables": Case(
        azure_tables.AzureTables,
        0,
        {azure_tables.Forgetful: "AC-002", azure_tables.QuotesKept: "AC-001"},
        AZURE,
    ),
    "fhir": Case(
        fhir.Fhir,
        0,
        {fhir.AlwaysCreated: "AC-012", fhir.Forgetful: "AC-014"},
        behind={"only-create-is-asked": "AC-006"},
        fails=frozenset({"AC-002"}),
    ),
    "ckan": Case(ckan.Ckan, 0, {ckan.Forgetful: "AC-002", ckan.AnyRecord: "AC-001"}, CKAN),
    "jsonapi": Case(jsonapi.JsonApi, 0, {jsonapi.AlwaysOk: "AC-012", jsonapi.NoAttributes: "AC-001"}),
    "kinto": Case(
        kinto.Kinto,
        0,
        {kinto.AlwaysCreated: "AC-012", kinto.NoData: "AC-001"},
        KINTO,
        behind={"only-create-is-asked": "AC-006"},
        fails=frozenset({"AC-002"}),
    ),
    "postgraphile": Case(
        postgraphile.PostGraphile, 156, {postgraphile.NoRow: "AC-001", postgraphile.Forgetful: "AC-002"}
    ),
}

JUDGED_FOR_REAL = ("datasette", "pocketbase")
"""Those whose servers run here: tests/examples/test_targets.py judges them."""


def target_text(name: str) -> str:
    """A target file for the dialect."""
    return f'url = "http://127.0.0.1:1"\ndialect = "{name}"\n{CASES[name].options}'


@pytest.fixture
def target(name: str, tmp_path: Path) -> Target:
    file = tmp_path / "target.toml"
    file.write_text(target_text(name), "utf-8")
    return from_file(file, TOKEN_VARIABLES)


def text_of(results: list[Result]) -> str:
    """What was found wrong, for the message of a failed test."""
    wrong = (Status.FAILED, Status.NOT_TESTABLE, Status.HARNESS_ERROR, Status.WARNED)
    return "\n".join(f"{r.status.value}: {r.case.title}: {r.reason}" for r in results if r.status in wrong)


ADA = {"email": "ada@x.io", "name": "Ada"}
EXCHANGES = {
    "postgrest": ("POST /contacts?on_conflict=email", ["code", "details", "hint", "message"]),
    "odata": ("PATCH /contacts(email=%27ada%40x.io%27)", ["error"]),
    "airtable": ("PATCH /contacts", ["error"]),
    "salesforce": ("PATCH /sobjects/contacts/email/ada%40x.io", None),
    "hubspot": ("POST /crm/v3/objects/contacts/batch/upsert", ["category", "message", "status"]),
    "kintone": ("PUT /k/v1/records.json", ["code", "id", "message"]),
    "graphql-on-conflict": ("POST /v1/graphql", ["errors"]),
    "postgraphile": ("POST /graphql", ["errors"]),
    "elasticsearch": ("POST /contacts/_update/ada%2540x.io?refresh=true&_source=true", ["error", "status"]),
    "mongodb-data-api": ("POST /action/updateOne", ["error", "error_code", "link"]),
    "azure-tables": ("MERGE /contacts(PartitionKey='contacts',RowKey='ada%40x.io')", ["odata.error"]),
    "fhir": ("PUT /contacts?email=ada@x.io", ["issue", "resourceType"]),
    "ckan": ("POST /api/3/action/datastore_upsert", ["error", "help", "success"]),
    "jsonapi": ("POST /contacts", ["errors"]),
    "kinto": ("PUT /buckets/crm/collections/contacts/records/61646140782e696f", ["code", "errno", "error", "message"]),
}
"""The request of an upsert, and the members of an error; Salesforce's is a list."""


@pytest.mark.parametrize("name", CASES)
def test_an_upsert_a_find_and_an_error(name: str, target: Target) -> None:
    dialect, app = dialect_for(target), CASES[name].facade()

    def exchange(operation: Operation, token: str) -> tuple[Request, Answer]:
        request = dialect.request(operation)
        got = app.test_client().open(
            request.path,
            method=request.method,
            query_string=dict(request.query),
            data=request.body(),
            headers={**request.headers, "Authorization": f"Bearer {token}"},
        )
        return request, dialect.answer(operation, Response(got.status_code, dict(got.headers), got.data))

    line, error = EXCHANGES[name]
    upsert = Upsert("contacts", ADA, ["email"])
    request, refused = exchange(upsert, "none")
    query = "&".join(f"{member}={value}" for member, value in request.query)
    assert f"{request.method} {request.path}{f'?{query}' if query else ''}" == line
    assert refused.status in (401, *dialect.deviations.get("unauthenticated", ()))
    assert (sorted(refused.body) if isinstance(refused.body, dict) else None) == error
    statuses = [exchange(upsert, TOKENS["editor"])[1].status for _ in range(2)]
    assert [each // 100 for each in statuses] == [2, 2]
    _, found = exchange(Find("contacts", {"email": ADA["email"]}), TOKENS["editor"])
    assert [record["name"] for record in found.records] == ["Ada"]
    app.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_lawful_server_is_conformant(name: str, target: Target, judge: Judge) -> None:
    """What the API can't show is not applicable: nothing is left untested."""
    results = judge(CASES[name].facade(), target)
    counts = Counter(result.status for result in results)
    failed = {result.case.criterion for result in results if result.status is Status.FAILED}
    expected = Verdict.NOT_CONFORMANT if CASES[name].fails else Verdict.CONFORMANT
    assert (tally(results).verdict, failed) == (expected, CASES[name].fails), text_of(results)
    assert counts[Status.PASSED] + counts[Status.DEVIATES] == CASES[name].judged


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_broken_servers_are_caught(name: str, target: Target, judge: Judge) -> None:
    case = CASES[name]
    servers = [(kind(), criterion) for kind, criterion in case.broken.items()]
    servers += [(case.facade(catalogue()[fault]), criterion) for fault, criterion in case.behind.items()]
    for server, criterion in servers:
        found = {result.case.criterion for result in judge(server, target, criterion) if result.status is Status.FAILED}
        assert criterion in found, type(server).__name__


BATCHES = ("postgrest", "odata", "salesforce", "graphql-on-conflict")


@pytest.mark.slow
@pytest.mark.parametrize("name", BATCHES)
def test_batches_of_a_lawful_server_pass(name: str, target: Target, judge: Judge) -> None:
    results = judge(CASES[name].facade(), replace(target, profiles=("core", "batch")), "AC-301", "AC-303")
    counts = Counter(result.status for result in results)
    assert not counts[Status.FAILED], text_of(results)
    assert counts[Status.PASSED] + counts[Status.DEVIATES] >= 7


def test_every_ready_made_dialect_is_judged() -> None:
    assert {*CASES, *JUDGED_FOR_REAL} == set(ready_made())


@pytest.mark.parametrize("name", CASES)
def test_a_file_says_what_a_target_file_may_say(name: str, target: Target) -> None:
    """The shape is valid as that of a target file, and says something of every part."""
    said = file_of(name)
    assert said["about"]
    made = dialect_for(target).inner
    parts = {each: False if isinstance(said, str) else said for each, said in getattr(made, "parts", {}).items()}
    shape = {"shape": parts} if type(made) is ReadyShape else {}
    assert faults({"url": "http://h", "deviations": said.get("deviations", {}), **shape}, "", {}, Path()) == []
    assert not shape or parts.keys() >= PARTS


RECOGNISED = {
    "https://api.airtable.com/v0/app1": "airtable",
    "https://acme.my.salesforce.com/services/data/v60.0": "salesforce",
    "https://api.hubapi.com": "hubspot",
    "https://acme.cybozu.com": "kintone",
    "https://acme.supabase.co/rest/v1": "postgrest",
    "https://acme.table.core.windows.net": "azure-tables",
    "https://acme.hasura.app": "graphql-on-conflict",
    "https://acme.es.europe-west1.gcp.cloud.es.io": "elasticsearch",
    "https://acme.crm4.dynamics.com/api/data/v9.2": "odata",
}
ANSWERS = {
    "postgrest": ("/", '{"swagger": "2.0", "parameters": {"on_conflict": {"in": "query"}}}'),
    "elasticsearch": ("/", '{"name": "n", "tagline": "You Know, for Search"}'),
    "fhir": ("/metadata", '{"resourceType": "CapabilityStatement"}'),
    "ckan": ("/api/3/action/status_show", '{"success": true, "result": {"ckan_version": "2.11.0"}}'),
    "kinto": ("/", '{"project_name": "kinto", "http_api_version": "1.23"}'),
    "odata": ("/$metadata", '<?xml version="1.0"?><edmx:Edmx xmlns:edmx="http://x" Version="4.0">'),
    "graphql-on-conflict": ("/v1/version", '{"server_type":"ce","version":"v2.48.1"}'),
    "datasette": ("/-/versions.json", '{"datasette": {"version": "1.0a41"}}'),
    "pocketbase": ("/api/health", '{"message":"API is healthy.","code":200,"data":{}}'),
    "postgraphile": ("/graphiql", "<title>PostGraphile GraphiQL</title>"),
}
"""What an API of each dialect answers to a GET that needs no credentials."""


@pytest.mark.parametrize("url", RECOGNISED)
def test_an_api_is_recognised_by_its_host(url: str) -> None:
    found = by_host(url)
    assert found is not None
    assert found.dialect == RECOGNISED[url]


@pytest.mark.parametrize("name", ANSWERS)
def test_init_writes_a_target_file_for_an_api_that_it_recognises(name: str, serve: Serve, tmp_path: Path) -> None:
    place, text = ANSWERS[name]
    known = {place: reply(raw=text.encode())}
    wire = serve(by_request(lambda method, path, body: known.get(path, reply({}, 404))))
    file = tmp_path / "target.toml"
    file.write_text(target_file(fetch(wire.url, {}), ()), "utf-8")
    assert from_file(file, TOKEN_VARIABLES).dialect == name


def test_an_api_that_nothing_tells_is_not_recognised() -> None:
    assert by_host("https://api.example.com") is None
    assert by_answer("https://api.example.com", lambda address: "{}") is None


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ('dialect = "postgrst"', "postgrest"),
        ('dialect = "odata"\ndialect_options = { key = {} }', "dialect_options.key: is no option of odata"),
        ('dialect = "odata"\ndialect_options = { keys = { contact = ["email"] } }', "there is no table contact"),
        ('dialect = "odata"\ndialect_options = { keys = 3 }', "write a table of lists"),
    ],
)
def test_a_wrong_option_is_reported(stated: str, words: str, load: Callable[[str], Target]) -> None:
    with pytest.raises(ConfigError, match=re.escape(words)):
        dialect_for(load(f'url = "http://h"\n{stated}\n'))


PAGE = (ROOT / "docs" / "ready-made-dialects.md").read_text("utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_describes_every_dialect() -> None:
    assert sorted(re.findall(r"^## (.+)$", PAGE, re.MULTILINE)) == ready_made()


@pytest.mark.parametrize("text", BLOCKS, ids=lambda text: text.splitlines()[1])
def test_a_target_file_of_the_page_can_be_pasted(text: str, tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(text, "utf-8")
    target = from_file(file, {**TOKEN_VARIABLES, "SUPABASE_ANON_KEY": "a-public-key"})
    assert dialect_for(target).name == target.dialect


def test_the_dialects_are_listed(cli: Callable[..., Done]) -> None:
    lines = cli("list", "--dialects").out.splitlines()
    assert [line.split()[0] for line in lines] == ready_made()
    assert [each["name"] for each in json.loads(cli("list", "--dialects", "--json").out)] == ready_made()


def test_a_dialect_on_the_command_line(cli: Callable[..., Done]) -> None:
    with serve_in_thread(postgrest.PostgREST()) as url:  # type: ignore[arg-type]
        done = cli("run", url, "--dialect", "postgrest", "--criterion", "AC-014")
    assert done.code == 0, done.text
    assert "deviates, as declared (5 in AC-014): created 201" in done.out
    unknown = cli("run", "http://127.0.0.1:1", "--dialect", "postgrst")
    assert (unknown.code, "there is no" in unknown.text) == (2, True)
