-- The tables that the scenarios assume, for Postgres.
-- Written by `upsertspec provision --format postgres` for: core, refusals, identity, conflict, batch, integrity,
-- transactions, records, concurrency, hostile, preconditions, idempotency, isolation.
--
-- Roles are the server's, not the database's. What each may do with every table:
--   editor: create, update, delete, read
--   creator: create, read
--   updater: update, read
--   viewer: read
--   without credentials: nothing
--
-- Every rule is the database's: types, keys, checks, references, and JSON Schema by a function. A trigger keeps id and
-- created_at, and moves updated_at forward at every update. Columns of type json keep a number as it was written, which
-- jsonb does not (1e2 would come back as 100).

BEGIN;

CREATE FUNCTION keep_protected() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.id := OLD.id;
  NEW.created_at := OLD.created_at;
  NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 microsecond');
  RETURN NEW;
END $$;

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
END $$;

CREATE TABLE "contacts" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "email" text NOT NULL UNIQUE,
  "name" text NOT NULL,
  "status" text DEFAULT 'active' CHECK ("status" IN ('active', 'inactive', 'pending')),
  "age" bigint CHECK ("age" >= 0),
  "phone" text UNIQUE,
  "vip" boolean,
  "birthday" date CHECK (isfinite("birthday")),
  "notes" text,
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER "contacts_keep_protected" BEFORE UPDATE ON "contacts"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "image_metadata" (
  "id" uuid DEFAULT gen_random_uuid() PRIMARY KEY,
  "organization_id" text NOT NULL,
  "key" text NOT NULL,
  "image_item_id" text NOT NULL,
  "image_item_path" text NOT NULL,
  "image_preview_path" text,
  "alt_text" text,
  "description" text,
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now(),
  UNIQUE ("organization_id", "key", "image_item_id")
);
CREATE TRIGGER "image_metadata_keep_protected" BEFORE UPDATE ON "image_metadata"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "room_assets" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "session_id" text NOT NULL,
  "room_id" text NOT NULL,
  "asset_type" text CHECK ("asset_type" IN ('photo', 'video', 'plan')),
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER "room_assets_keep_protected" BEFORE UPDATE ON "room_assets"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "asset_variants" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "parent_asset_id" bigint NOT NULL REFERENCES "room_assets" (id) ON DELETE CASCADE,
  "variant_type" text NOT NULL CHECK ("variant_type" IN ('thumbnail', 'optimized', 'webp')),
  "storage_path" text NOT NULL UNIQUE,
  "format" text,
  "content_type" text,
  "file_size" bigint CHECK ("file_size" >= 0),
  "width" bigint CHECK ("width" >= 1),
  "height" bigint CHECK ("height" >= 1),
  "processing_status" text DEFAULT 'pending' CHECK ("processing_status" IN ('pending', 'processing', 'ready', 'failed')),
  "processed_at" timestamptz CHECK (isfinite("processed_at")),
  "processing_error" text,
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now(),
  UNIQUE ("parent_asset_id", "variant_type")
);
CREATE TRIGGER "asset_variants_keep_protected" BEFORE UPDATE ON "asset_variants"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "product_recommendations" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "room_id" text NOT NULL,
  "session_id" text NOT NULL,
  "product_name" text NOT NULL,
  "category" text,
  "estimated_price" numeric CHECK ("estimated_price" NOT IN ('NaN', 'Infinity', '-Infinity')),
  "currency" text CHECK ("currency" ~ '^(?:[A-Za-z]{3})$'),
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now(),
  UNIQUE ("room_id", "product_name")
);
CREATE TRIGGER "product_recommendations_keep_protected" BEFORE UPDATE ON "product_recommendations"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "accounts" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "name" text NOT NULL UNIQUE,
  "currency" text NOT NULL,
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER "accounts_keep_protected" BEFORE UPDATE ON "accounts"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "import_batches" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "reference" text NOT NULL UNIQUE,
  "account_id" bigint NOT NULL REFERENCES "accounts" (id) ON DELETE CASCADE,
  "row_count" bigint CHECK ("row_count" >= 0),
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX "import_batches_account_id_idx" ON "import_batches" ("account_id");
CREATE TRIGGER "import_batches_keep_protected" BEFORE UPDATE ON "import_batches"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "raw_transactions" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "reference" text NOT NULL UNIQUE,
  "account_id" bigint NOT NULL REFERENCES "accounts" (id) ON DELETE CASCADE,
  "payload" json,
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX "raw_transactions_account_id_idx" ON "raw_transactions" ("account_id");
CREATE TRIGGER "raw_transactions_keep_protected" BEFORE UPDATE ON "raw_transactions"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "transactions" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "reference" text NOT NULL UNIQUE,
  "account_id" bigint NOT NULL REFERENCES "accounts" (id) ON DELETE CASCADE,
  "date" date NOT NULL CHECK (isfinite("date")),
  "amount" numeric NOT NULL CHECK ("amount" NOT IN ('NaN', 'Infinity', '-Infinity')),
  "merchant" text,
  "notes" text,
  "balance" numeric CHECK ("balance" NOT IN ('NaN', 'Infinity', '-Infinity')),
  "sequence_number" bigint,
  "flow" text CHECK ("flow" IN ('in', 'out')),
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX "transactions_account_id_idx" ON "transactions" ("account_id");
CREATE TRIGGER "transactions_keep_protected" BEFORE UPDATE ON "transactions"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "category_templates" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "name" text NOT NULL UNIQUE,
  "version" bigint,
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER "category_templates_keep_protected" BEFORE UPDATE ON "category_templates"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "categories" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "template_id" bigint NOT NULL REFERENCES "category_templates" (id) ON DELETE CASCADE,
  "name" text NOT NULL,
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now(),
  UNIQUE ("template_id", "name")
);
CREATE TRIGGER "categories_keep_protected" BEFORE UPDATE ON "categories"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "rules" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "category_id" bigint NOT NULL REFERENCES "categories" (id) ON DELETE CASCADE,
  "pattern" text NOT NULL,
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now(),
  UNIQUE ("category_id", "pattern")
);
CREATE TRIGGER "rules_keep_protected" BEFORE UPDATE ON "rules"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "transaction_category_mappings" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "transaction_id" bigint NOT NULL REFERENCES "transactions" (id) ON DELETE CASCADE,
  "ledger_id" text NOT NULL,
  "category_id" bigint NOT NULL REFERENCES "categories" (id) ON DELETE CASCADE,
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now(),
  UNIQUE ("transaction_id", "ledger_id")
);
CREATE INDEX "transaction_category_mappings_category_id_idx" ON "transaction_category_mappings" ("category_id");
CREATE TRIGGER "transaction_category_mappings_keep_protected" BEFORE UPDATE ON "transaction_category_mappings"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "users" (
  "id" uuid DEFAULT gen_random_uuid() PRIMARY KEY,
  "email" text NOT NULL UNIQUE,
  "name" text,
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER "users_keep_protected" BEFORE UPDATE ON "users"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "projects" (
  "id" uuid DEFAULT gen_random_uuid() PRIMARY KEY,
  "name" text NOT NULL,
  "description" text,
  "status" text DEFAULT 'draft' CHECK ("status" IN ('draft', 'active', 'completed')),
  "validation_score" bigint DEFAULT 0,
  "user_id" uuid NOT NULL REFERENCES "users" (id) ON DELETE CASCADE,
  "collected_data" json CONSTRAINT "collected_data_schema" CHECK (fits_schema("collected_data"::jsonb, '{"type": "object", "properties": {"useCases": {"type": "array", "items": {"type": "string"}}, "boundaries": {"type": "array", "items": {"type": "string"}}, "actors": {"type": "array", "items": {"type": "object", "required": ["name", "type"], "properties": {"name": {"type": "string"}, "type": {"type": "string"}}}}, "entities": {"type": "array", "items": {"type": "object", "required": ["name", "attributes"], "properties": {"name": {"type": "string"}, "attributes": {"type": "array", "items": {"type": "string"}}}}}}}')),
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX "projects_user_id_idx" ON "projects" ("user_id");
CREATE TRIGGER "projects_keep_protected" BEFORE UPDATE ON "projects"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "conversations" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "project_id" uuid NOT NULL REFERENCES "projects" (id) ON DELETE CASCADE,
  "title" text,
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX "conversations_project_id_idx" ON "conversations" ("project_id");
CREATE TRIGGER "conversations_keep_protected" BEFORE UPDATE ON "conversations"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "messages" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "conversation_id" bigint NOT NULL REFERENCES "conversations" (id) ON DELETE CASCADE,
  "role" text NOT NULL CHECK ("role" IN ('system', 'user', 'assistant')),
  "content" text NOT NULL,
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX "messages_conversation_id_idx" ON "messages" ("conversation_id");
CREATE TRIGGER "messages_keep_protected" BEFORE UPDATE ON "messages"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "artifacts" (
  "id" uuid DEFAULT gen_random_uuid() PRIMARY KEY,
  "project_id" uuid NOT NULL REFERENCES "projects" (id) ON DELETE CASCADE,
  "type" text NOT NULL,
  "content" text NOT NULL,
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX "artifacts_project_id_idx" ON "artifacts" ("project_id");
CREATE TRIGGER "artifacts_keep_protected" BEFORE UPDATE ON "artifacts"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

CREATE TABLE "activity_log" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "type" text NOT NULL,
  "project_id" text,
  "from_user_id" text,
  "to_user_id" text,
  "created_at" timestamptz NOT NULL DEFAULT now(),
  "updated_at" timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER "activity_log_keep_protected" BEFORE UPDATE ON "activity_log"
  FOR EACH ROW EXECUTE FUNCTION keep_protected();

COMMIT;
