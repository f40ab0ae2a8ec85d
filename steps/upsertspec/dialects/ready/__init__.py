"""The ready-made dialects: a file each, as `dialects.ready_made` describes."""
