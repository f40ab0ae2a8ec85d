"""What both databases have to refuse (each an INSERT or UPDATE that breaks one rule), and what they have to accept."""

from __future__ import annotations

CONTACT = "INSERT INTO contacts (email, name, phone) VALUES ('ada@example.com', 'Ada', '+1')"
ASSET = "INSERT INTO room_assets (session_id, room_id) VALUES ('s', 'r')"
VARIANT = "INSERT INTO asset_variants (parent_asset_id, variant_type, storage_path) VALUES (1, 'webp', '/a')"
IMAGE = (
    "INSERT INTO image_metadata (organization_id, key, image_item_id, image_item_path) VALUES ('{}', 'k', 'i', '/p')"
)

REFUSED = {
    "a required field that is missing": "INSERT INTO contacts (email) VALUES ('a@example.com')",
    "null for a required field": "UPDATE contacts SET name = NULL",
    "a unique value twice": CONTACT.replace("'+1'", "'+2'"),
    "an optional unique value twice": CONTACT.replace("ada@", "eve@"),
    "a key of several fields twice": VARIANT.replace("/a", "/b"),
    "a key of three fields twice": IMAGE.format("org"),
    "none of the options": "UPDATE contacts SET status = 'ACTIVE'",
    "below the minimum": "UPDATE contacts SET age = -1",
    "below a minimum of one": "UPDATE asset_variants SET width = 0",
    "a word for an integer": "UPDATE contacts SET age = 'old'",
    "a word for a boolean": "UPDATE contacts SET vip = 'maybe'",
    "a day that is none": "UPDATE contacts SET birthday = '1815-02-29'",
    "a word for a time": "UPDATE asset_variants SET processed_at = 'today-ish'",
    "a word for a decimal": "INSERT INTO transactions (reference, account_id, date, amount) "
    "VALUES ('t', 1, '2024-01-31', 'much')",
    "not a number for a decimal": "UPDATE product_recommendations SET estimated_price = 'NaN'",
    "too short for the pattern": "UPDATE product_recommendations SET currency = 'EU'",
    "too long for the pattern": "UPDATE product_recommendations SET currency = 'EURO'",
    "a line end behind the pattern": "UPDATE product_recommendations SET currency = 'EUR\n'",
    "a reference to nothing": VARIANT.replace("(1,", "(999,").replace("/a", "/c"),
    "no JSON": "UPDATE raw_transactions SET payload = '{no'",
    "JSON of another type": "UPDATE projects SET collected_data = '[]'",
    "JSON with a member of another type": """UPDATE projects SET collected_data = '{"actors": "Courier"}'""",
    "an id that is no UUID": "INSERT INTO users (id, email) VALUES ('me', 'me@example.com')",
}

TAKEN = {
    "an option": "UPDATE contacts SET status = 'pending'",
    "the minimum": "UPDATE contacts SET age = 0",
    "64 bits": "UPDATE contacts SET age = 9223372036854775807",
    "a leap day": "UPDATE contacts SET birthday = '2024-02-29'",
    "no phone, twice": "INSERT INTO contacts (email, name) VALUES ('b@example.com', 'B'), ('c@example.com', 'C')",
    "a time with an offset": "UPDATE asset_variants SET processed_at = '2024-01-31T12:00:00.5+02:00'",
    "a negative decimal": "UPDATE product_recommendations SET estimated_price = '-4500.00'",
    "a currency": "UPDATE product_recommendations SET currency = 'EUR'",
    "another variant of one asset": VARIANT.replace("webp", "optimized").replace("/a", "/d"),
    "the same image of another organization": IMAGE.format("another"),
    "JSON": """UPDATE raw_transactions SET payload = '[1, {"a": null}]'""",
    "JSON that keeps to its schema": """UPDATE projects SET collected_data =
        '{"actors": [{"name": "Courier", "type": "person", "age": 7}], "useCases": ["deliver"], "more": 1}'""",
    "null for JSON": "UPDATE projects SET collected_data = NULL",
}

STORED = [
    CONTACT,
    ASSET,
    VARIANT,
    IMAGE.format("org"),
    "INSERT INTO product_recommendations (room_id, session_id, product_name) VALUES ('r', 's', 'Lamp')",
    "INSERT INTO accounts (name, currency) VALUES ('Current', 'EUR')",
    "INSERT INTO raw_transactions (reference, account_id) VALUES ('raw', 1)",
    "INSERT INTO users (email) VALUES ('mira@example.com')",
    "INSERT INTO projects (name, user_id) SELECT 'Atlas', id FROM users",
    "INSERT INTO conversations (project_id) SELECT id FROM projects",
    "INSERT INTO messages (conversation_id, role, content) SELECT id, 'user', 'Hello' FROM conversations",
]
