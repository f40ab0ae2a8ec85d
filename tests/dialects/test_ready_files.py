"""The files of the ready-made dialects: what they state, what `init` recognises, and the page about them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dialects.facades import postgrest
from tests.dialects.facades.cases import CASES
from tests.http.wire import Wire, by_request, reply
from tests.kit import ROOT, TOKEN_VARIABLES, Done
from upsertspec.dialects.ready_made import ReadyShape, file_of
from upsertspec.dialects.registry import dialect_for
from upsertspec.dialects.shape_request import ONLY
from upsertspec.discovery.fetch import fetch
from upsertspec.discovery.recognise import by_answer, by_host
from upsertspec.discovery.write import target_file
from upsertspec.errors import ConfigError
from upsertspec.spec import criteria as spec
from upsertspec.target.placeholders import KNOWN
from upsertspec.target.ready import ready_made
from upsertspec.target.target import Target
from upsertspec.target.target_file import from_file
from upsertspec.target.validate import faults
from upsertspec_server.serving import serve_in_thread

PARTS = {*KNOWN, "conflict", "list", "groups", "transaction"} - {"read", "task", *ONLY}
"""What a file says something of. A record that can't be read by its id is found by it; `conflict` speaks for ONLY."""
Serve = Callable[..., Wire]
JUDGED_FOR_REAL = ("datasette", "pocketbase")
"""Those whose servers run here: tests/examples/test_targets.py judges them."""


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
    with serve_in_thread(postgrest.PostgREST()) as url:
        done = cli("run", url, "--dialect", "postgrest", "--criterion", "AC-014")
    assert done.code == 0, done.text
    own = sum(case.criterion == "AC-014" and not case.needs for case in spec.cases())
    assert f"deviates, as declared ({own} in AC-014): created 201" in done.out
    unknown = cli("run", "http://127.0.0.1:1", "--dialect", "postgrst")
    assert (unknown.code, "there is no" in unknown.text) == (2, True)
