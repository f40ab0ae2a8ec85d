"""The HTTP client: connections, time and size limits, retries, credentials, and evidence."""
