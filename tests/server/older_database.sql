PRAGMA application_id = 1970303856;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'upsertspec','schema 1','2026-11-29 00:51:09.826961+00:00');
CREATE TABLE "accounts" (
   "id" INTEGER PRIMARY KEY AUTOINCREMENT,
   "name" TEXT NOT NULL,
   "currency" TEXT NOT NULL,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
INSERT INTO "accounts" VALUES(1,'Giro','EUR','2026-11-29T00:51:09.871903Z','2026-11-29T00:51:09.871903Z');
CREATE TABLE "activity_log" (
   "id" INTEGER PRIMARY KEY AUTOINCREMENT,
   "type" TEXT NOT NULL,
   "project_id" TEXT,
   "from_user_id" TEXT,
   "to_user_id" TEXT,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "artifacts" (
   "id" TEXT PRIMARY KEY,
   "project_id" TEXT NOT NULL REFERENCES "projects"("id") ON DELETE CASCADE,
   "type" TEXT NOT NULL,
   "content" TEXT NOT NULL,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "asset_variants" (
   "id" INTEGER PRIMARY KEY AUTOINCREMENT,
   "parent_asset_id" INTEGER NOT NULL REFERENCES "room_assets"("id") ON DELETE CASCADE,
   "variant_type" TEXT NOT NULL,
   "storage_path" TEXT NOT NULL,
   "format" TEXT,
   "content_type" TEXT,
   "file_size" INTEGER,
   "width" INTEGER,
   "height" INTEGER,
   "processing_status" TEXT,
   "processed_at" TEXT,
   "processing_error" TEXT,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "categories" (
   "id" INTEGER PRIMARY KEY AUTOINCREMENT,
   "template_id" INTEGER NOT NULL REFERENCES "category_templates"("id") ON DELETE CASCADE,
   "name" TEXT NOT NULL,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "category_templates" (
   "id" INTEGER PRIMARY KEY AUTOINCREMENT,
   "name" TEXT NOT NULL,
   "version" INTEGER,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "contacts" (
   "id" INTEGER PRIMARY KEY AUTOINCREMENT,
   "email" TEXT NOT NULL,
   "name" TEXT NOT NULL,
   "status" TEXT,
   "age" INTEGER,
   "phone" TEXT,
   "vip" INTEGER,
   "birthday" TEXT,
   "notes" TEXT,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
INSERT INTO "contacts" VALUES(1,'ada@example.com','Ada','active',36,NULL,NULL,NULL,NULL,'2026-11-29T00:51:09.852508Z','2026-11-29T00:51:09.852508Z');
CREATE TABLE "conversations" (
   "id" INTEGER PRIMARY KEY AUTOINCREMENT,
   "project_id" TEXT NOT NULL REFERENCES "projects"("id") ON DELETE CASCADE,
   "title" TEXT,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "image_metadata" (
   "id" TEXT PRIMARY KEY,
   "organization_id" TEXT NOT NULL,
   "key" TEXT NOT NULL,
   "image_item_id" TEXT NOT NULL,
   "image_item_path" TEXT NOT NULL,
   "image_preview_path" TEXT,
   "alt_text" TEXT,
   "description" TEXT,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "import_batches" (
   "id" INTEGER PRIMARY KEY AUTOINCREMENT,
   "reference" TEXT NOT NULL,
   "account_id" INTEGER NOT NULL REFERENCES "accounts"("id") ON DELETE CASCADE,
   "row_count" INTEGER,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
INSERT INTO "import_batches" VALUES(1,'r-1',1,3,'2026-11-29T00:51:09.873469Z','2026-11-29T00:51:09.873469Z');
CREATE TABLE "messages" (
   "id" INTEGER PRIMARY KEY AUTOINCREMENT,
   "conversation_id" INTEGER NOT NULL REFERENCES "conversations"("id") ON DELETE CASCADE,
   "role" TEXT NOT NULL,
   "content" TEXT NOT NULL,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "product_recommendations" (
   "id" INTEGER PRIMARY KEY AUTOINCREMENT,
   "room_id" TEXT NOT NULL,
   "session_id" TEXT NOT NULL,
   "product_name" TEXT NOT NULL,
   "category" TEXT,
   "estimated_price" TEXT,
   "currency" TEXT,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "projects" (
   "id" TEXT PRIMARY KEY,
   "name" TEXT NOT NULL,
   "description" TEXT,
   "status" TEXT,
   "validation_score" INTEGER,
   "user_id" TEXT NOT NULL REFERENCES "users"("id") ON DELETE CASCADE,
   "collected_data" TEXT,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "raw_transactions" (
   "id" INTEGER PRIMARY KEY AUTOINCREMENT,
   "reference" TEXT NOT NULL,
   "account_id" INTEGER NOT NULL REFERENCES "accounts"("id") ON DELETE CASCADE,
   "payload" TEXT,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "room_assets" (
   "id" INTEGER PRIMARY KEY AUTOINCREMENT,
   "session_id" TEXT NOT NULL,
   "room_id" TEXT NOT NULL,
   "asset_type" TEXT,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "rules" (
   "id" INTEGER PRIMARY KEY AUTOINCREMENT,
   "category_id" INTEGER NOT NULL REFERENCES "categories"("id") ON DELETE CASCADE,
   "pattern" TEXT NOT NULL,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "transaction_category_mappings" (
   "id" INTEGER PRIMARY KEY AUTOINCREMENT,
   "transaction_id" INTEGER NOT NULL REFERENCES "transactions"("id") ON DELETE CASCADE,
   "ledger_id" TEXT NOT NULL,
   "category_id" INTEGER NOT NULL REFERENCES "categories"("id") ON DELETE CASCADE,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "transactions" (
   "id" INTEGER PRIMARY KEY AUTOINCREMENT,
   "reference" TEXT NOT NULL,
   "account_id" INTEGER NOT NULL REFERENCES "accounts"("id") ON DELETE CASCADE,
   "date" TEXT NOT NULL,
   "amount" TEXT NOT NULL,
   "merchant" TEXT,
   "notes" TEXT,
   "balance" TEXT,
   "sequence_number" INTEGER,
   "flow" TEXT,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "users" (
   "id" TEXT PRIMARY KEY,
   "email" TEXT NOT NULL,
   "name" TEXT,
   "created_at" TEXT NOT NULL,
   "updated_at" TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE UNIQUE INDEX "contacts_email"
    ON "contacts" ("email");
CREATE UNIQUE INDEX "contacts_phone"
    ON "contacts" ("phone");
CREATE UNIQUE INDEX "image_metadata_organization_id_key_image_item_id"
    ON "image_metadata" ("organization_id", "key", "image_item_id");
CREATE UNIQUE INDEX "asset_variants_storage_path"
    ON "asset_variants" ("storage_path");
CREATE UNIQUE INDEX "asset_variants_parent_asset_id_variant_type"
    ON "asset_variants" ("parent_asset_id", "variant_type");
CREATE UNIQUE INDEX "product_recommendations_room_id_product_name"
    ON "product_recommendations" ("room_id", "product_name");
CREATE UNIQUE INDEX "accounts_name"
    ON "accounts" ("name");
CREATE UNIQUE INDEX "import_batches_reference"
    ON "import_batches" ("reference");
CREATE INDEX "import_batches_account_id"
    ON "import_batches" ("account_id");
CREATE UNIQUE INDEX "raw_transactions_reference"
    ON "raw_transactions" ("reference");
CREATE INDEX "raw_transactions_account_id"
    ON "raw_transactions" ("account_id");
CREATE UNIQUE INDEX "transactions_reference"
    ON "transactions" ("reference");
CREATE INDEX "transactions_account_id"
    ON "transactions" ("account_id");
CREATE UNIQUE INDEX "category_templates_name"
    ON "category_templates" ("name");
CREATE UNIQUE INDEX "categories_template_id_name"
    ON "categories" ("template_id", "name");
CREATE UNIQUE INDEX "rules_category_id_pattern"
    ON "rules" ("category_id", "pattern");
CREATE UNIQUE INDEX "transaction_category_mappings_transaction_id_ledger_id"
    ON "transaction_category_mappings" ("transaction_id", "ledger_id");
CREATE INDEX "transaction_category_mappings_category_id"
    ON "transaction_category_mappings" ("category_id");
CREATE UNIQUE INDEX "users_email"
    ON "users" ("email");
CREATE INDEX "projects_user_id"
    ON "projects" ("user_id");
CREATE INDEX "conversations_project_id"
    ON "conversations" ("project_id");
CREATE INDEX "messages_conversation_id"
    ON "messages" ("conversation_id");
CREATE INDEX "artifacts_project_id"
    ON "artifacts" ("project_id");
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('contacts',2);
INSERT INTO "sqlite_sequence" VALUES('accounts',1);
INSERT INTO "sqlite_sequence" VALUES('import_batches',1);
COMMIT;
