"""What a target must have, written out: its tables, keys, checks, references and roles, as JSON or as SQL."""
