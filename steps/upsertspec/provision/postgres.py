"""The tables as PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from upsertspec.provision import sql
from upsertspec.provision.selection import profiles_of, tables_for
from upsertspec.spec.schema import Field, Table, tables

NOTES = """\
Every rule is the database's: types, keys, checks, references, and JSON Schema by a function. A trigger keeps id and
created_at, and moves updated_at forward at every update. Columns of type json keep a number as it was written, which
jsonb does not (1e2 would come back as 100)."""

TYPES = {
    "text": "text",
    "integer": "bigint",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamptz",
    "decimal": "numeric",
    "json": "json",
}
IDS = {
    "integer": "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "uuid": "uuid DEFAULT gen_random_uuid() PRIMARY KEY",
}
ID_TYPES = {"integer": "bigint", "uuid": "uuid"}

KEEP_PROTECTED = """\
CREATE FUNCTION keep_protected() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.id := OLD.id;
  NEW.created_at := OLD.created_at;
  NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 microsecond');
  RETURN NEW;
END $$;"""

# A null says nothing here: a CHECK lets it pass.
FITS_SCHEMA = """\
-- Whether a value keeps to a JSON Schema made of type, required, properties and items.
CREATE FUNCTION fits_schema(given jsonb, rules jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
  kind text := jsonb_typeof(given);
BEGIN
  IF rules ? 'type' AND kind <> rules ->> 'type' THEN
    RETURN false;
  END IF;
  IF kind = 'array' AND rules ? 'items' THEN
    RETURN NOT EXISTS (
      SELECT FROM jsonb_array_elements(given) AS item WHERE NOT fits_schema(item, rules -> 'items'));
  END IF;
  IF kind = 'object' THEN
    RETURN NOT EXISTS (
      SELECT FROM jsonb_array_elements_text(coalesce(rules -> 'required', '[]')) AS member WHERE NOT given ? member)
    AND NOT EXISTS (
      SELECT FROM jsonb_each(coalesce(rules -> 'properties', '{}')) AS property
      WHERE given ? property.key AND NOT fits_schema(given -> property.key, property.value));
  END IF;
  RETURN true;
END $$;"""

SAYABLE = {"type", "required", "properties", "items"}
SAYABLE_TYPES = {"object", "array", "string", "number", "boolean", "null"}


def postgres_text(asked: Sequence[str]) -> str:
    """The SQL that creates the tables of these profiles in an empty schema."""
    profiles = profiles_of(asked)
    chosen = tables_for(profiles)
    functions = [KEEP_PROTECTED] + ([FITS_SCHEMA] if any(map(_has_schema, chosen)) else [])
    blocks = [sql.head("Postgres", profiles, NOTES), "BEGIN;", *functions, *map(_table, chosen), "COMMIT;"]
    return "\n\n".join(blocks) + "\n"


def _table(table: Table) -> str:
    columns = [
        f"{sql.name('id')} {IDS[table.id_type]}",
        *(_column(field) for field in table.fields.values()),
        *(f"{sql.name(time)} timestamptz NOT NULL DEFAULT now()" for time in ("created_at", "updated_at")),
    ]
    trigger = (
        f"CREATE TRIGGER {sql.name(f'{table.name}_keep_protected')} BEFORE UPDATE ON {sql.name(table.name)}\n"
        "  FOR EACH ROW EXECUTE FUNCTION keep_protected();"
    )
    lines = [sql.create_table(table, columns), *sql.create_indexes(table), trigger, *_comments(table)]
    return "\n".join(lines)


def _column(field: Field) -> str:
    return " ".join([sql.name(field.name), *_parts(field)])


def _parts(field: Field) -> Iterator[str]:
    rules, column = field.rules, sql.name(field.name)
    parent = tables()[rules["references"]] if field.type == "reference" else None
    yield ID_TYPES[parent.id_type] if parent else TYPES[field.type]
    if field.required:
        yield "NOT NULL"
    if "default" in rules:
        yield f"DEFAULT {sql.literal(rules['default'])}"
    if field.unique:
        yield "UNIQUE"
    if parent:
        yield f"REFERENCES {sql.name(parent.name)} (id) ON DELETE CASCADE"
    if condition := " AND ".join(_conditions(column, field)):
        yield f"CHECK ({condition})"
    if _sayable(rules.get("schema")):
        schema = sql.literal(json.dumps(rules["schema"], ensure_ascii=False))
        yield f"CONSTRAINT {sql.name(f'{field.name}_schema')} CHECK (fits_schema({column}::jsonb, {schema}))"


def _conditions(column: str, field: Field) -> Iterator[str]:
    rules = field.rules
    if field.type == "decimal":
        yield f"{column} NOT IN ('NaN', 'Infinity', '-Infinity')"
    if field.type in ("date", "datetime"):
        yield f"isfinite({column})"
    if field.options:
        yield sql.one_of(column, field.options)
    if "minimum" in rules:
        yield f"{column} >= {sql.literal(rules['minimum'])}"
    if "pattern" in rules:
        pattern = f"^(?:{rules['pattern']})$"
        yield f"{column} ~ {sql.literal(pattern)}"


def _comments(table: Table) -> list[str]:
    return [
        sql.schema_comment(table, field.name, field.rules["schema"])
        for field in table.fields.values()
        if "schema" in field.rules and not _sayable(field.rules["schema"])
    ]


def _has_schema(table: Table) -> bool:
    return any(_sayable(field.rules.get("schema")) for field in table.fields.values())


def _sayable(schema: Mapping[str, Any] | None) -> bool:
    """Whether `fits_schema` knows every word of this JSON Schema."""
    if schema is None or set(schema) - SAYABLE or schema.get("type", "object") not in SAYABLE_TYPES:
        return False
    inner = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return all(map(_sayable, inner))
