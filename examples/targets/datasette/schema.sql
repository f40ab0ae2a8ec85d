-- The tables of features/schema.toml for core, identity and batch, as Datasette serves them.
--
-- Datasette matches an upsert by the table's primary key. So the key that the scenarios match by is the primary key here,
-- and `id` is a column like others. Datasette protects no column, but the database can: a first trigger gives a new row its
-- id and its times, and a second keeps them on an update, and moves `updated_at` forward. What a client sends in these
-- three is overwritten. `room_assets` has no key but its id. The ids are text, and opaque.

CREATE TABLE "contacts" (
  "id" TEXT,
  "email" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "status" TEXT DEFAULT 'active' CHECK ("status" IN ('active', 'inactive', 'pending')),
  "age" INTEGER CHECK ("age" >= 0),
  "phone" TEXT UNIQUE,
  "vip" INTEGER CHECK ("vip" IN (0, 1)),
  "birthday" TEXT CHECK ("birthday" IS date("birthday", '+0 days')),
  "notes" TEXT,
  "created_at" TEXT,
  "updated_at" TEXT,
  PRIMARY KEY ("email")
) STRICT;
CREATE INDEX "contacts_id" ON "contacts" ("id");
CREATE TRIGGER "contacts_created" AFTER INSERT ON "contacts" BEGIN
  UPDATE "contacts" SET
    "id" = NEW.rowid,
    "created_at" = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    "updated_at" = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
  WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER "contacts_updated" AFTER UPDATE OF "email", "name", "status", "age", "phone", "vip", "birthday", "notes" ON "contacts" BEGIN
  UPDATE "contacts" SET
    "id" = OLD."id",
    "created_at" = OLD."created_at",
    "updated_at" = max(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), strftime('%Y-%m-%dT%H:%M:%fZ', OLD."updated_at", '+0.001 seconds'))
  WHERE rowid = NEW.rowid;
END;

CREATE TABLE "image_metadata" (
  "id" TEXT,
  "organization_id" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "image_item_id" TEXT NOT NULL,
  "image_item_path" TEXT NOT NULL,
  "image_preview_path" TEXT,
  "alt_text" TEXT,
  "description" TEXT,
  "created_at" TEXT,
  "updated_at" TEXT,
  PRIMARY KEY ("organization_id", "key", "image_item_id")
) STRICT;
CREATE INDEX "image_metadata_id" ON "image_metadata" ("id");
CREATE TRIGGER "image_metadata_created" AFTER INSERT ON "image_metadata" BEGIN
  UPDATE "image_metadata" SET
    "id" = lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))),
    "created_at" = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    "updated_at" = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
  WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER "image_metadata_updated" AFTER UPDATE OF "organization_id", "key", "image_item_id", "image_item_path", "image_preview_path", "alt_text", "description" ON "image_metadata" BEGIN
  UPDATE "image_metadata" SET
    "id" = OLD."id",
    "created_at" = OLD."created_at",
    "updated_at" = max(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), strftime('%Y-%m-%dT%H:%M:%fZ', OLD."updated_at", '+0.001 seconds'))
  WHERE rowid = NEW.rowid;
END;

CREATE TABLE "room_assets" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "session_id" TEXT NOT NULL,
  "room_id" TEXT NOT NULL,
  "asset_type" TEXT CHECK ("asset_type" IN ('photo', 'video', 'plan')),
  "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

CREATE TABLE "asset_variants" (
  "id" TEXT,
  "parent_asset_id" INTEGER NOT NULL REFERENCES "room_assets" (id) ON DELETE CASCADE,
  "variant_type" TEXT NOT NULL CHECK ("variant_type" IN ('thumbnail', 'optimized', 'webp')),
  "storage_path" TEXT NOT NULL,
  "format" TEXT,
  "content_type" TEXT,
  "file_size" INTEGER CHECK ("file_size" >= 0),
  "width" INTEGER CHECK ("width" >= 1),
  "height" INTEGER CHECK ("height" >= 1),
  "processing_status" TEXT DEFAULT 'pending' CHECK ("processing_status" IN ('pending', 'processing', 'ready', 'failed')),
  "processed_at" TEXT CHECK (("processed_at" IS NULL OR julianday("processed_at") IS NOT NULL) AND ("processed_at" GLOB '*T*Z' OR "processed_at" GLOB '*T*[-+][0-9][0-9]:[0-9][0-9]')),
  "processing_error" TEXT,
  "created_at" TEXT,
  "updated_at" TEXT,
  PRIMARY KEY ("storage_path"),
  UNIQUE ("parent_asset_id", "variant_type")
) STRICT;
CREATE INDEX "asset_variants_id" ON "asset_variants" ("id");
CREATE TRIGGER "asset_variants_created" AFTER INSERT ON "asset_variants" BEGIN
  UPDATE "asset_variants" SET
    "id" = NEW.rowid,
    "created_at" = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    "updated_at" = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
  WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER "asset_variants_updated" AFTER UPDATE OF "parent_asset_id", "variant_type", "storage_path", "format", "content_type", "file_size", "width", "height", "processing_status", "processed_at", "processing_error" ON "asset_variants" BEGIN
  UPDATE "asset_variants" SET
    "id" = OLD."id",
    "created_at" = OLD."created_at",
    "updated_at" = max(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), strftime('%Y-%m-%dT%H:%M:%fZ', OLD."updated_at", '+0.001 seconds'))
  WHERE rowid = NEW.rowid;
END;

CREATE TABLE "product_recommendations" (
  "id" TEXT,
  "room_id" TEXT NOT NULL,
  "session_id" TEXT NOT NULL,
  "product_name" TEXT NOT NULL,
  "category" TEXT,
  "estimated_price" TEXT CHECK (length(ltrim("estimated_price", '-')) >= length("estimated_price") - 1 AND ltrim("estimated_price", '-') GLOB '[0-9]*' AND ltrim("estimated_price", '-') GLOB '*[0-9]' AND ltrim("estimated_price", '-') NOT GLOB '*[^0-9.]*' AND ltrim("estimated_price", '-') NOT GLOB '*.*.*'),
  "currency" TEXT CHECK ("currency" GLOB '[A-Za-z][A-Za-z][A-Za-z]'),
  "created_at" TEXT,
  "updated_at" TEXT,
  PRIMARY KEY ("room_id", "product_name")
) STRICT;
CREATE INDEX "product_recommendations_id" ON "product_recommendations" ("id");
CREATE TRIGGER "product_recommendations_created" AFTER INSERT ON "product_recommendations" BEGIN
  UPDATE "product_recommendations" SET
    "id" = NEW.rowid,
    "created_at" = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    "updated_at" = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
  WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER "product_recommendations_updated" AFTER UPDATE OF "room_id", "session_id", "product_name", "category", "estimated_price", "currency" ON "product_recommendations" BEGIN
  UPDATE "product_recommendations" SET
    "id" = OLD."id",
    "created_at" = OLD."created_at",
    "updated_at" = max(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), strftime('%Y-%m-%dT%H:%M:%fZ', OLD."updated_at", '+0.001 seconds'))
  WHERE rowid = NEW.rowid;
END;

CREATE TABLE "accounts" (
  "id" TEXT,
  "name" TEXT NOT NULL,
  "currency" TEXT NOT NULL,
  "created_at" TEXT,
  "updated_at" TEXT,
  PRIMARY KEY ("name")
) STRICT;
CREATE INDEX "accounts_id" ON "accounts" ("id");
CREATE TRIGGER "accounts_created" AFTER INSERT ON "accounts" BEGIN
  UPDATE "accounts" SET
    "id" = NEW.rowid,
    "created_at" = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    "updated_at" = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
  WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER "accounts_updated" AFTER UPDATE OF "name", "currency" ON "accounts" BEGIN
  UPDATE "accounts" SET
    "id" = OLD."id",
    "created_at" = OLD."created_at",
    "updated_at" = max(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), strftime('%Y-%m-%dT%H:%M:%fZ', OLD."updated_at", '+0.001 seconds'))
  WHERE rowid = NEW.rowid;
END;

CREATE TABLE "transactions" (
  "id" TEXT,
  "reference" TEXT NOT NULL,
  "account_id" TEXT NOT NULL,
  "date" TEXT NOT NULL CHECK ("date" IS date("date", '+0 days')),
  "amount" TEXT NOT NULL CHECK (length(ltrim("amount", '-')) >= length("amount") - 1 AND ltrim("amount", '-') GLOB '[0-9]*' AND ltrim("amount", '-') GLOB '*[0-9]' AND ltrim("amount", '-') NOT GLOB '*[^0-9.]*' AND ltrim("amount", '-') NOT GLOB '*.*.*'),
  "merchant" TEXT,
  "notes" TEXT,
  "balance" TEXT CHECK (length(ltrim("balance", '-')) >= length("balance") - 1 AND ltrim("balance", '-') GLOB '[0-9]*' AND ltrim("balance", '-') GLOB '*[0-9]' AND ltrim("balance", '-') NOT GLOB '*[^0-9.]*' AND ltrim("balance", '-') NOT GLOB '*.*.*'),
  "sequence_number" INTEGER,
  "flow" TEXT CHECK ("flow" IN ('in', 'out')),
  "created_at" TEXT,
  "updated_at" TEXT,
  PRIMARY KEY ("reference")
) STRICT;
CREATE INDEX "transactions_id" ON "transactions" ("id");
CREATE TRIGGER "transactions_created" AFTER INSERT ON "transactions" BEGIN
  UPDATE "transactions" SET
    "id" = NEW.rowid,
    "created_at" = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    "updated_at" = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
  WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER "transactions_updated" AFTER UPDATE OF "reference", "account_id", "date", "amount", "merchant", "notes", "balance", "sequence_number", "flow" ON "transactions" BEGIN
  UPDATE "transactions" SET
    "id" = OLD."id",
    "created_at" = OLD."created_at",
    "updated_at" = max(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), strftime('%Y-%m-%dT%H:%M:%fZ', OLD."updated_at", '+0.001 seconds'))
  WHERE rowid = NEW.rowid;
END;

