"""Azure Table Storage: MERGE or PUT by PartitionKey and RowKey; an email address is the RowKey."""

from __future__ import annotations

import re
from typing import Any

from flask import request

from tests.dialects.facade import Said
from tests.dialects.facades.kit import Api

ADDRESS = re.compile(r"(\w+)\(PartitionKey='((?:[^']|'')*)',RowKey='((?:[^']|'')*)'\)", re.DOTALL)
CODES = {400: "InvalidInput", 401: "NoAuthenticationInformation", 403: "AuthorizationPermissionMismatch"}
PARTITION = "contacts"


class AzureTables(Api):
    """One table, contacts, all in one partition."""

    methods = ("GET", "POST", "MERGE", "PUT", "DELETE")

    def answered(self, path: list[str]) -> Said:
        addressed = ADDRESS.fullmatch("/".join(path))
        if addressed is None and "(" in path[0]:
            return self.refused(400, "The key values are not of the type Edm.String.")
        if addressed is None:
            body = self.sent()
            fields = {("email" if name == "RowKey" else name): v for name, v in body.items() if name != "PartitionKey"}
            status, made = self.created(path[0], fields)
            return status, shown(made) if status == 201 else made
        table, row = addressed[1], addressed[3].replace("''", "'")
        if request.method in ("MERGE", "PUT"):
            return self.merged(table, row, self.sent())
        status, found = self.found(table, {"email": row})
        if status != 200 or not found:
            return (status, found) if status != 200 else self.refused(404, "The specified resource does not exist.")
        if request.method == "GET":
            return 200, shown(found[0])
        return self.ask("DELETE", f"{table}/records/{found[0]['id']}")

    def merged(self, table: str, row: str, body: Any) -> Said:
        if not isinstance(body, dict):
            return self.refused(400, "One of the request inputs is not valid.")
        own = ("PartitionKey", "Timestamp")
        given = {name: value for name, value in body.items() if name not in own and value is not None}
        whole = {"onConflict": "replace"} if request.method == "PUT" else {}
        status, done = self.upsert(table, {"fields": {**given, "email": row}, "matchFields": ["email"], **whole})
        return (204, None) if status == 200 else (status, done)

    def refused(self, status: int, detail: str) -> Said:
        code = "TableNotFound" if "table" in detail else CODES.get(status, "ResourceNotFound")
        message = {"lang": "en-US", "value": detail}
        return (400 if status == 409 else status), {"odata.error": {"code": code, "message": message}}


def shown(record: Any) -> Any:
    """An entity, without properties that have no value."""
    own = {"PartitionKey": PARTITION, "RowKey": record["email"], "Timestamp": record["updated_at"]}
    others = ("id", "email", "created_at", "updated_at")
    return {**own, **{name: v for name, v in record.items() if name not in others and v is not None}}


class Forgetful(AzureTables):
    """Answers 204 to what is there already, and writes nothing."""

    def merged(self, table: str, row: str, body: Any) -> Said:
        status, found = self.found(table, {"email": row})
        return (204, None) if status == 200 and found else super().merged(table, row, body)


class QuotesKept(AzureTables):
    """Takes every key for another one: with a quote behind it."""

    def merged(self, table: str, row: str, body: Any) -> Said:
        return super().merged(table, f"{row}'", body)
