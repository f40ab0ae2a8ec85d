"""The reference server of upsertspec: create-or-update over HTTP, on SQLite."""

from upsertspec_server.app import Application, Parts, create_app
from upsertspec_server.errors import Problem, StartError
from upsertspec_server.schema import load_schema

__all__ = ["Application", "Parts", "Problem", "StartError", "create_app", "load_schema"]
