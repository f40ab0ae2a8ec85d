-- What each role may do. A token names its role, and whoever has none is `anonymous`.
CREATE ROLE anonymous;
CREATE ROLE viewer;
CREATE ROLE creator;
CREATE ROLE updater;
CREATE ROLE editor;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO viewer, creator, updater, editor;
GRANT INSERT ON ALL TABLES IN SCHEMA public TO creator, editor;
GRANT UPDATE ON ALL TABLES IN SCHEMA public TO updater, editor;
GRANT DELETE ON ALL TABLES IN SCHEMA public TO editor;

-- PostGraphile leaves these columns out of what can be sent.
DO $$
DECLARE
  own record;
BEGIN
  FOR own IN SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name IN ('id', 'created_at', 'updated_at')
  LOOP
    EXECUTE format('COMMENT ON COLUMN %I.%I IS %L', own.table_name, own.column_name, '@omit create,update');
  END LOOP;
END $$;
