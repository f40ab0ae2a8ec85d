"""Many clients for a long time, under Locust; what was acknowledged is looked for at the end."""
