"""A records service with upsert, on PostgreSQL."""
