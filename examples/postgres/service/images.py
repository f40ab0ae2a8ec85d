"""Images are saved by the SQL function `upsert_image_metadata` (functions.sql)."""

from __future__ import annotations

from psycopg import sql

from service.catalog import Table
from service.database import Again, Connection, columns
from service.values import Record

TABLE = "image_metadata"
ARGUMENTS = (
    "organization_id",
    "key",
    "image_item_path",
    "image_item_id",
    "image_preview_path",
    "alt_text",
    "description",
)


def save(conn: Connection, table: Table, match: tuple[str, ...], whole: Record, written: tuple[str, ...]) -> Record:  # noqa: ARG001 - as every save
    """Write the whole row with the function, which finds the match; then read it by its id.

    Like every save it is given `match` and `written`; the function knows its own.
    """
    call = "SELECT upsert_image_metadata(%s, %s, %s, %s, %s, %s, %s) AS id"
    saved = conn.execute(call, [whole.get(name) for name in ARGUMENTS]).fetchone()
    query = sql.SQL("SELECT {all}, xmax = 0 AS created FROM {table} WHERE id = %s").format(
        all=columns(table.columns), table=sql.Identifier(table.name)
    )
    row = conn.execute(query, [saved["id"]]).fetchone() if saved else None
    if row is None:
        raise Again
    return row
