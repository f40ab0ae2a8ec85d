"""A products API as many teams have one: PUT by the key, an API key in a header, 422 for what is wrong.

    python products.py --port 8080                  # the API
    python products.py --port 8080 --bug price-nulled    # the same with a bug

`products.toml` says how it is judged. The keys are in PRODUCTS_KEY (may do all) and PRODUCTS_READ_KEY (may read).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sqlite3
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request
from openapi import document

SKU = re.compile(r"[A-Z0-9-]{3,40}")
CATEGORIES = ("tools", "toys", "books")
STOCK = range(2**63)
SCHEMA = """
CREATE TABLE products (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sku TEXT NOT NULL UNIQUE {collate}, title TEXT NOT NULL, price TEXT,
    stock INTEGER NOT NULL DEFAULT 0, category TEXT DEFAULT 'tools', barcode TEXT UNIQUE, description TEXT,
    discontinued BOOLEAN, available_from TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL)
"""
FIELDS = ("sku", "title", "price", "stock", "category", "barcode", "description", "discontinued", "available_from")
WRITTEN_HERE = ("id", "created_at", "updated_at")
DEFAULTS = {"stock": 0, "category": "tools"}

BUGS = {
    "omitted-columns-reset": "an update sets what it does not mention to its default",
    "price-nulled": "an update without a price takes the price away",
    "race": "looks first and writes then, so that two clients both create",
    "id-changes": "an update deletes the row and inserts a new one, under another id",
    "created-at-overwritten": "an update sets created_at too",
    "case-insensitive-key": "abc-1 and ABC-1 are one product",
    "half-written": "a barcode that is taken is answered with 500, after the title was written",
    "stale-answer": "an update answers with the product as it was before",
}

Row = dict[str, Any]


class Invalid(Exception):
    """A field is wrong. The message is what the answer says of it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def create_app(keys: Mapping[str, str], bug: str = "", folder: Path = Path()) -> Flask:
    """The API, with its database in a folder. `keys` maps an API key to what it may do: "all" or "read"."""
    app = Flask(__name__)
    collate = "COLLATE NOCASE" if bug == "case-insensitive-key" else ""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(folder / "products.db", timeout=60, isolation_level=None)
        connection.row_factory = sqlite3.Row
        return connection

    with contextlib.closing(connect()) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(SCHEMA.format(collate=collate))

    @app.before_request
    def authenticate() -> Response | None:
        may = keys.get(request.headers.get("X-API-Key", ""))
        if request.path == "/openapi.json":
            return None
        if may is None:
            return problem(401, "Invalid or missing API key")
        if may == "read" and request.method != "GET" and request.path.startswith("/api/products"):
            return problem(403, "This key may only read")
        return None

    @app.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(document())

    @app.put("/api/products/by-sku/<path:sku>")
    def put(sku: str) -> tuple[Response, int] | Response:
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            return problem(422, "The body is no JSON object")
        try:
            fields = checked({**body, "sku": sku}, bug)
            return save(fields)
        except Invalid as wrong:
            return problem(422, str(wrong), wrong.field)

    def save(fields: Row) -> tuple[Response, int] | Response:
        connection = connect()
        try:
            before, record = stored(connection, fields)
        except sqlite3.IntegrityError as wrong:
            if bug in ("half-written", "race"):
                return problem(500, "Internal Server Error")
            return problem(409, f"Already taken: {wrong}")
        finally:
            connection.close()
        answer = before if bug == "stale-answer" and before else record
        return jsonify(shown(answer)), 200 if before else 201

    def stored(connection: sqlite3.Connection, fields: Row) -> tuple[Row | None, Row]:
        """The product before, if there was one, and as it is stored now."""
        if bug != "race":
            connection.execute("BEGIN IMMEDIATE")
        try:
            before = find(connection, fields["sku"])
            if bug == "race":
                time.sleep(0.02)
                connection.execute("BEGIN IMMEDIATE")
            change(connection, fields, before)
            connection.execute("COMMIT")
        except (Invalid, sqlite3.Error):
            connection.execute("COMMIT" if bug == "half-written" else "ROLLBACK")
            raise
        found = find(connection, fields["sku"])
        assert found is not None
        return before, found

    def find(connection: sqlite3.Connection, sku: str) -> Row | None:
        row = connection.execute("SELECT * FROM products WHERE sku = ?", [sku]).fetchone()
        return dict(row) if row else None

    def change(connection: sqlite3.Connection, fields: Row, before: Row | None) -> None:
        moment = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        if before is None:
            if lacking := [name for name in ("title", "price") if fields.get(name) is None]:
                raise Invalid(lacking[0], "Field required")
            insert(connection, {**DEFAULTS, **fields, "created_at": moment, "updated_at": moment})
        elif bug == "id-changes":
            connection.execute("DELETE FROM products WHERE id = ?", [before.pop("id")])
            insert(connection, {**before, **fields, "updated_at": moment})
        else:
            update(connection, before["id"], {**fields, **by_bug(fields, moment), "updated_at": moment})

    def by_bug(fields: Row, moment: str) -> Row:
        if bug == "omitted-columns-reset":
            return {k: DEFAULTS.get(k) for k in FIELDS if k not in fields and k not in ("title", "price")}
        if bug == "price-nulled" and "price" not in fields:
            return {"price": None}
        return {"created_at": moment} if bug == "created-at-overwritten" else {}

    def insert(connection: sqlite3.Connection, row: Row) -> None:
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        # The names are those of FIELDS, never a client's.
        connection.execute(f"INSERT INTO products ({names}) VALUES ({marks})", list(row.values()))  # noqa: S608 - see above

    def update(connection: sqlite3.Connection, ident: int, row: Row) -> None:
        parts = [{"title": row["title"]}, row] if bug == "half-written" and "title" in row else [row]
        for part in parts:
            names = ", ".join(f"{name} = ?" for name in part)
            connection.execute(f"UPDATE products SET {names} WHERE id = ?", [*part.values(), ident])  # noqa: S608 - as above

    @app.get("/api/products")
    def products() -> Response:
        allowed = ("sku", "barcode", "category", "title")
        wanted = {name: request.args[name] for name in allowed if name in request.args}
        where = "".join(f" AND {name} = ?" for name in wanted)
        limit = min(request.args.get("limit", 100, type=int), 500)
        connection = connect()
        query = f"SELECT * FROM products WHERE 1{where} ORDER BY id LIMIT ?"  # noqa: S608 - the allowed names only
        rows = connection.execute(query, [*wanted.values(), limit]).fetchall()
        connection.close()
        return jsonify([shown(dict(row)) for row in rows])

    @app.get("/api/products/<int:ident>")
    def product(ident: int) -> Response:
        connection = connect()
        row = connection.execute("SELECT * FROM products WHERE id = ?", [ident]).fetchone()
        connection.close()
        return jsonify(shown(dict(row))) if row else problem(404, "Product not found")

    @app.delete("/api/products/<int:ident>")
    def delete(ident: int) -> Response | tuple[str, int]:
        connection = connect()
        gone = connection.execute("DELETE FROM products WHERE id = ?", [ident]).rowcount
        connection.close()
        return ("", 204) if gone else problem(404, "Product not found")

    @app.errorhandler(404)
    def missing(_: Exception) -> Response:
        return problem(404, "Not Found")

    return app


def problem(status: int, message: str, field: str = "") -> Response:
    """An error as FastAPI has it."""
    detail: Any = [{"loc": ["body", field], "msg": message}] if field else message
    made = jsonify({"detail": detail})
    made.status_code = status
    return made


def shown(row: Row) -> Row:
    """A product as it is answered."""
    flag = row["discontinued"]
    return {**row, "discontinued": None if flag is None else bool(flag)}


def checked(body: Row, bug: str = "") -> Row:
    """The fields to write; what the server writes itself is dropped. Raises Invalid for the first that is wrong."""
    if unknown := [name for name in body if name not in (*FIELDS, *WRITTEN_HERE)]:
        raise Invalid(unknown[0], "Extra inputs are not permitted")
    fields = {name: body[name] for name in FIELDS if name in body}
    for name, value in fields.items():
        CHECKS[name](name, value)
    if not (SKU.fullmatch(fields["sku"].upper() if bug == "case-insensitive-key" else fields["sku"])):
        raise Invalid("sku", "String should match pattern '[A-Z0-9-]{3,40}'")
    return fields


def required_text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise Invalid(name, "Input should be a valid string")


def text(name: str, value: Any) -> None:
    if value is not None:
        required_text(name, value)


def price(name: str, value: Any) -> None:
    try:
        right = isinstance(value, str) and Decimal(value).is_finite()
    except InvalidOperation:
        right = False
    if not right:
        raise Invalid(name, "Input should be a valid decimal")


def stock(name: str, value: Any) -> None:
    if type(value) is not int or value not in STOCK:
        raise Invalid(name, "Input should be a valid integer, 0 or more")


def category(name: str, value: Any) -> None:
    if value is not None and value not in CATEGORIES:
        raise Invalid(name, f"Input should be one of {', '.join(CATEGORIES)}")


def flag(name: str, value: Any) -> None:
    if value is not None and not isinstance(value, bool):
        raise Invalid(name, "Input should be a valid boolean")


def day(name: str, value: Any) -> None:
    try:
        right = value is None or (isinstance(value, str) and len(value) == 10 and date.fromisoformat(value))
    except ValueError:
        right = False
    if not right:
        raise Invalid(name, "Input should be a valid date")


CHECKS = {
    "sku": required_text,
    "title": required_text,
    "price": price,
    "stock": stock,
    "category": category,
    "barcode": text,
    "description": text,
    "discontinued": flag,
    "available_from": day,
}


def main() -> None:
    """Serve it on the loopback interface."""
    options = argparse.ArgumentParser(description="A products API to be judged.")
    options.add_argument("--port", type=int, default=8080)
    options.add_argument("--bug", choices=BUGS, default="", help="; ".join(f"{k}: {v}" for k, v in BUGS.items()))
    given = options.parse_args()
    if missing := [name for name in ("PRODUCTS_KEY", "PRODUCTS_READ_KEY") if not os.environ.get(name)]:
        options.error(f"set {' and '.join(missing)}: the API keys that it accepts, such as full-key-1234")
    keys = {os.environ["PRODUCTS_KEY"]: "all", os.environ["PRODUCTS_READ_KEY"]: "read"}
    with tempfile.TemporaryDirectory(prefix="products") as folder:
        create_app(keys, given.bug, Path(folder)).run("127.0.0.1", given.port, threaded=True)


if __name__ == "__main__":
    main()
