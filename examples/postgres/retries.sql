-- Requests with an Idempotency-Key, and how they were answered.
CREATE SCHEMA retries;
CREATE TABLE retries.keys (
  caller text NOT NULL,
  path text NOT NULL,
  key text NOT NULL,
  body text NOT NULL,
  reply text,
  expires_at timestamptz NOT NULL DEFAULT now() + interval '24 hours',
  PRIMARY KEY (caller, path, key)
);
