"""The façade of each ready-made dialect, and what is known of its judgement."""

from __future__ import annotations

from dataclasses import dataclass, field

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

BEHIND = {"replaces-the-whole-record": "AC-002", "only-create-is-asked": "AC-006"}
"""Broken servers behind each façade, and the criterion that catches them."""


@dataclass(frozen=True)
class Case:
    """A façade, how many of the core scenarios its API can't show, and broken façades with what catches them.

    `fails` are the criteria that an API of this kind fails by its own documentation.
    """

    facade: type[Facade]
    hidden: int
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
        postgrest.PostgREST, 3, {postgrest.AlwaysCreated: "AC-012", postgrest.NoRepresentation: "AC-001"}
    ),
    "odata": Case(odata.OData, 16, {odata.AlwaysOk: "AC-012", odata.QuotesKept: "AC-001"}),
    "graphql-on-conflict": Case(
        graphql_on_conflict.Hasura, 10, {graphql_on_conflict.NoRow: "AC-001", graphql_on_conflict.StaleRow: "AC-002"}
    ),
    "airtable": Case(airtable.Airtable, 15, {airtable.AllCreated: "AC-012", airtable.NoFields: "AC-001"}),
    "salesforce": Case(salesforce.Salesforce, 22, {salesforce.AlwaysCreated: "AC-012", salesforce.AnotherId: "AC-001"}),
    "hubspot": Case(hubspot.HubSpot, 23, {hubspot.NeverNew: "AC-012", hubspot.Swallowed: "AC-009"}, TEXTS),
    "kintone": Case(kintone.Kintone, 23, {kintone.NeverInserted: "AC-012", kintone.AnotherId: "AC-001"}, TEXTS),
    "elasticsearch": Case(
        elasticsearch.Elasticsearch,
        32,
        {elasticsearch.AlwaysCreated: "AC-012", elasticsearch.NoSource: "AC-001"},
        BY_EMAIL,
    ),
    "mongodb-data-api": Case(
        mongodb_data_api.DataApi,
        28,
        {mongodb_data_api.NeverUpserted: "AC-012", mongodb_data_api.Forgetful: "AC-002"},
        MONGODB,
    ),
    "azure-tables": Case(
        azure_tables.AzureTables,
        62,
        {azure_tables.Forgetful: "AC-002", azure_tables.QuotesKept: "AC-001"},
        AZURE,
    ),
    "fhir": Case(
        fhir.Fhir,
        20,
        {fhir.AlwaysCreated: "AC-012", fhir.Forgetful: "AC-014"},
        behind={"only-create-is-asked": "AC-006"},
        fails=frozenset({"AC-002"}),
    ),
    "ckan": Case(ckan.Ckan, 38, {ckan.Forgetful: "AC-002", ckan.FindsNothing: "AC-001"}, CKAN),
    "jsonapi": Case(jsonapi.JsonApi, 3, {jsonapi.AlwaysOk: "AC-012", jsonapi.NoAttributes: "AC-001"}),
    "kinto": Case(
        kinto.Kinto,
        34,
        {kinto.AlwaysCreated: "AC-012", kinto.NoData: "AC-001"},
        KINTO,
        behind={"only-create-is-asked": "AC-006"},
        fails=frozenset({"AC-002"}),
    ),
    "postgraphile": Case(
        postgraphile.PostGraphile,
        24,
        {postgraphile.NoRow: "AC-001", postgraphile.Forgetful: "AC-002"},
        "[tables.contacts.fields]\nage = { name = 'age', as_text = true }\n",
        fails=frozenset({"AC-004"}),
    ),
}


def target_text(name: str) -> str:
    """A target file for the dialect."""
    return f'url = "http://127.0.0.1:1"\ndialect = "{name}"\n{CASES[name].options}'
