"""A products API of many organizations: the key is in the path, in two parts; ids are UUIDs; times are numbers.

python shops.py --port 8081
"""

from __future__ import annotations

import argparse
import os
import time
import uuid
from collections.abc import Mapping
from threading import Lock
from typing import Any

from flask import Flask, Response, jsonify, request

BUGS = {
    "omitted-columns-reset": "an update takes away what it does not mention",
    "id-changes": "an update gives the product another id",
    "changed-stays": "an update leaves the time of the change as it was",
    "key-without-organization": "the organization is no part of the key",
}
TEXTS = ("title", "notes")
Row = dict[str, Any]


def create_app(keys: Mapping[str, str], bug: str = "") -> Flask:
    """The API. `keys` are the accepted API keys."""
    app = Flask(__name__)
    products: dict[tuple[str, str], Row] = {}
    lock = Lock()

    def key_of(org: str, sku: str) -> tuple[str, str]:
        return ("" if bug == "key-without-organization" else org, sku)

    @app.before_request
    def authenticate() -> tuple[Response, int] | None:
        return None if request.headers.get("X-API-Key", "") in keys else (jsonify(error="unauthorized"), 401)

    @app.put("/orgs/<org>/products/<path:sku>")
    def put(org: str, sku: str) -> tuple[Response, int]:
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            return jsonify(error="no JSON object"), 400
        fields = {name: body[name] for name in TEXTS if name in body}
        wrong = [
            name for name, value in fields.items() if not isinstance(value, str) and (name, value) != ("notes", None)
        ]
        with lock:
            before = products.get(key_of(org, sku))
            if wrong or (before is None and "title" not in fields):
                return jsonify(error=f"{(wrong or ['title'])[0]} must be text"), 400
            known = before or {"id": str(uuid.uuid4()), "organization": org, "sku": sku, "notes": None}
            now = time.time_ns() // 1_000_000
            times = {"created": now, "changed": now}
            if before:
                times = {"changed": before["changed"] if bug == "changed-stays" else max(now, before["changed"] + 1)}
            known = {**known, "notes": None} if bug == "omitted-columns-reset" else known
            made = {**known, **fields, **times}
            if bug == "id-changes":
                made["id"] = str(uuid.uuid4())
            products[key_of(org, sku)] = made
        return jsonify(made), 200 if before else 201

    @app.get("/orgs/<org>/products/<path:sku>")
    def get(org: str, sku: str) -> tuple[Response, int] | Response:
        found = products.get(key_of(org, sku))
        return jsonify(found) if found else (jsonify(error="not found"), 404)

    @app.delete("/orgs/<org>/products/<path:sku>")
    def delete(org: str, sku: str) -> tuple[str, int]:
        return ("", 204) if products.pop(key_of(org, sku), None) else ("", 404)

    return app


def main() -> None:
    """Serve it on the loopback interface."""
    options = argparse.ArgumentParser(description="A products API with a key of two parts, to be judged.")
    options.add_argument("--port", type=int, default=8081)
    options.add_argument("--bug", choices=BUGS, default="", help="; ".join(f"{k}: {v}" for k, v in BUGS.items()))
    given = options.parse_args()
    if not os.environ.get("PRODUCTS_KEY"):
        options.error("set PRODUCTS_KEY: the API key that it accepts, such as full-key-1234")
    create_app({os.environ["PRODUCTS_KEY"]: "all"}, given.bug).run("127.0.0.1", given.port, threaded=True)


if __name__ == "__main__":
    main()
