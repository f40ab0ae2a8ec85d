"""MongoDB's Data API: actions with a filter; ids are texts at `_id`."""

from __future__ import annotations

import json
from typing import Any

from tests.dialects.facade import Said
from tests.dialects.facades.kit import Api

TIMES = ("created_at", "updated_at")
CODES = {400: "InvalidParameter", 401: "InvalidSession", 403: "Forbidden", 404: "NotFound"}


class DataApi(Api):
    """Collections with a validator and unique indexes."""

    def answered(self, path: list[str]) -> Said:
        body = self.sent()
        if not isinstance(body, dict) or {"dataSource", "database", "collection"} - set(body):
            return self.refused(400, "'dataSource', 'database' and 'collection' are required")
        status, said = getattr(self, path[-1])(body["collection"], body)
        return status, said

    def updateOne(self, table: str, body: Any) -> Said:  # noqa: N802  (the name of the action)
        fields = without_id(body["update"]["$set"])
        if not body.get("upsert"):
            status, said = self.ask("PUT", f"{table}/records/{body['filter']['_id']['$oid']}", body={"fields": fields})
            return (200, {"matchedCount": 0, "modifiedCount": 0}) if status == 404 else (status, self.changed(said))
        sent = {**body["filter"], **fields} if isinstance(fields, dict) else fields
        status, done = self.upsert(table, {"fields": sent, "matchFields": list(body["filter"])})
        if status != 200:
            return status, done
        return (201, self.created_as(done)) if done["operation"] == "created" else (200, self.changed(done))

    def replaceOne(self, table: str, body: Any) -> Said:  # noqa: N802  (the name of the action)
        sent = {**body["filter"], **without_id(body["replacement"])}
        match = {"matchFields": list(body["filter"]), "onConflict": "replace"}
        status, done = self.upsert(table, {"fields": sent, **match})
        if status != 200:
            return status, done
        return (201, self.created_as(done)) if done["operation"] == "created" else (200, self.changed(done))

    def created_as(self, done: Any) -> Any:
        return {"matchedCount": 0, "modifiedCount": 0, "upsertedId": str(done["id"])}

    def changed(self, said: Any) -> Any:
        return said if "detail" in said else {"matchedCount": 1, "modifiedCount": 1}

    def find(self, table: str, body: Any) -> Said:
        query = {
            name: v if isinstance(v, str) else json.dumps(v) for name, v in body["filter"].items() if v is not None
        }
        page = {ours: body[name] for name, ours in (("limit", "_limit"), ("skip", "_offset")) if name in body}
        if "_id" in query:
            status, said = self.findOne(table, {"filter": {"_id": {"$oid": query["_id"]}}})
            return status, {"documents": [said["document"]] if said.get("document") else []} if status == 200 else said
        status, found = self.found(table, {**query, **page})
        return status, {"documents": list(map(self.shown, found))} if status == 200 else found

    def findOne(self, table: str, body: Any) -> Said:  # noqa: N802  (the name of the action)
        status, record = self.ask("GET", f"{table}/records/{body['filter']['_id']['$oid']}")
        if status == 404:
            return 200, {"document": None}
        return status, {"document": self.shown(record)} if status == 200 else record

    def insertOne(self, table: str, body: Any) -> Said:  # noqa: N802  (the name of the action)
        status, made = self.created(table, without_id(body["document"]))
        return status, {"insertedId": str(made["id"])} if status == 201 else made

    def deleteOne(self, table: str, body: Any) -> Said:  # noqa: N802  (the name of the action)
        status, said = self.ask("DELETE", f"{table}/records/{body['filter']['_id']['$oid']}")
        return (200, {"deletedCount": int(status == 204)}) if status in (204, 404) else (status, said)

    def shown(self, record: Any) -> Any:
        own = {name: value for name, value in record.items() if name not in ("id", *TIMES)}
        return {"_id": str(record["id"]), **own}

    def refused(self, status: int, detail: str) -> Said:
        status = 400 if status == 409 else status
        return status, {"error": detail, "error_code": CODES.get(status, "MongoDBError"), "link": ""}


def without_id(fields: Any) -> Any:
    """The fields without the `_id`, which the server alone writes."""
    return {name: value for name, value in fields.items() if name != "_id"} if isinstance(fields, dict) else fields


class NeverUpserted(DataApi):
    """Answers to an upsert as if a document had matched."""

    def created_as(self, done: Any) -> Any:
        return self.changed({})


class Forgetful(DataApi):
    """Counts a document that matched as changed, and writes nothing."""

    def updateOne(self, table: str, body: Any) -> Said:  # noqa: N802  (the name of the action)
        status, found = self.find(table, body)
        is_there = status == 200 and bool(found["documents"]) and body.get("upsert")
        return (200, self.changed({})) if is_there else super().updateOne(table, body)
