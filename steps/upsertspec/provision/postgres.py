"""The tables as PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from upsertspec.provision import sql
from upsertspec.provision.selection import profiles_of, tables_for
from upsertspec.spec.schema import Field, Table

NOTES = """\
Every rule is the database's: types, keys, checks, references, and JSON Schema by a function. A trigger keeps id and
created_at, and moves updated_at forward at every update. Columns of type json keep a number as it was written, which
jsonb does not (1e2 would come back as 100)."""

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

CHECKED = {"type", "required", "properties", "items"}
CHECKED_TYPES = {"object", "array", "string", "number", "boolean", "null"}


def postgres_text(asked: Sequence[str], own: Collection[str] = ()) -> str:
    """The SQL that creates the tables of these profiles in an empty schema."""
    profiles = profiles_of(asked)
    chosen = tables_for(profiles, own)
    functions = [KEEP_PROTECTED] + ([FITS_SCHEMA] if any(map(_has_schema, chosen)) else [])
    blocks = [sql.head("Postgres", profiles, NOTES), "BEGIN;", *functions, *map(table_sql, chosen), "COMMIT;"]
    return "\n\n".join(blocks) + "\n"


def table_sql(table: Table) -> str:
    """The SQL that creates one table, with its indexes and the comments on what it does not check."""
    columns = [
        f"{sql.name('id')} {table.id_type.postgres_key}",
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
    column = sql.name(field.name)
    conditions = [*sql.checks(field, field.type.postgres_checks)]
    if "pattern" in field.rules:
        pattern = f"^(?:{field.rules['pattern']})$"
        conditions.append(f"{column} ~ {sql.literal(pattern)}")
    defined = sql.column(field, field.type.postgres, conditions)
    schema = field.rules.get("schema")
    if not can_check(schema):
        return defined
    text = sql.literal(json.dumps(schema, ensure_ascii=False))
    return f"{defined} CONSTRAINT {sql.name(f'{field.name}_schema')} CHECK (fits_schema({column}::jsonb, {text}))"


def _comments(table: Table) -> list[str]:
    return [
        sql.schema_comment(table, field.name, field.rules["schema"])
        for field in table.fields.values()
        if "schema" in field.rules and not can_check(field.rules["schema"])
    ]


def _has_schema(table: Table) -> bool:
    return any(can_check(field.rules.get("schema")) for field in table.fields.values())


def can_check(schema: Mapping[str, Any] | None) -> bool:
    """Whether `fits_schema` knows every keyword of this JSON Schema."""
    if schema is None or set(schema) - CHECKED or schema.get("type", "object") not in CHECKED_TYPES:
        return False
    inner = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return all(map(can_check, inner))
