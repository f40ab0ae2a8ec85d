"""The reference server of upsertspec: create or update over HTTP, on Flask and SQLite."""

from upsertspec_server.app import Server, create_app
from upsertspec_server.errors import Problem, StartError
from upsertspec_server.schema import load_schema

__all__ = ["Problem", "Server", "StartError", "create_app", "load_schema"]
