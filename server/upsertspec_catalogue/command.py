"""The command of a catalogue: lists its entries, and serves one as the reference is served."""

from __future__ import annotations

import json
import logging
import secrets
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any, TextIO

from upsertspec_catalogue.entries import Catalogue, Entry
from upsertspec_catalogue.products import TARGET_FILE, Products
from upsertspec_server import __main__ as reference
from upsertspec_server import load_schema
from upsertspec_server.config import expired_tokens
from upsertspec_server.serving import Listening, Running

USAGE = """\
usage: python -m {package} --list [--json] | --fleet [--products] | --target NAME | NAME [OPTIONS]

  --list      name all servers; with --json for programs
  --fleet     read names on stdin, and serve one after the other; an empty name is the reference server;
              with --products behind a products API, with its target file
  --target    print what a target file has to map for this server
  NAME        serve it; for OPTIONS see python -m upsertspec_server --help"""


def run(catalogue: Catalogue, arguments: list[str] | None = None) -> int:
    """Exit code 0, or 2 if there is no such server or it cannot start."""
    name, *options = (sys.argv[1:] if arguments is None else arguments) or [""]
    entries = catalogue.load()
    usage = USAGE.format(package=catalogue.package)
    if name == "--target":
        name = options[0] if options else ""
        options = ["--target"]
    match name:
        case "--list":
            print(as_json(catalogue.listed()) if "--json" in options else as_text(catalogue.listed()))
        case "--fleet":
            return serve_fleet(catalogue, behind_products="--products" in options)
        case "-h" | "--help":
            print(usage)
        case _ if name not in entries:
            print(f"upsertspec: there is no {catalogue.kind} {name!r}; --list names all\n{usage}", file=sys.stderr)
            return 2
        case _ if options == ["--target"]:
            print(target_file(entries[name]))
        case _:
            return reference.main(options, entries[name].create_app, entries[name].listen)
    return 0


def as_text(entries: dict[str, Entry]) -> str:
    """A line for each entry: its name, the criteria that it violates, what it does, and what allows it."""
    width = max(len(name) for name in entries)
    lines = []
    for entry in entries.values():
        allowed = f" ({entry.allowed})" if entry.allowed else ""
        lines.append(
            "  ".join([f"{entry.name:<{width}}", *filter(None, [" ".join(entry.violates)]), entry.says + allowed])
        )
    return "\n".join(lines)


def as_json(entries: dict[str, Entry]) -> str:
    """A list of `{"name", "says", "violates", "report"}`."""
    listed = [(e.name, e.says, list(e.violates), e.report) for e in entries.values()]
    return json.dumps([dict(zip(("name", "says", "violates", "report"), each, strict=True)) for each in listed])


def target_file(entry: Entry) -> str:
    """The part of a target file that maps the names of tables and fields."""
    lines: list[str] = []
    for table in load_schema().tables:
        ident, fields = entry.tables.get(table), entry.fields.get(table)
        lines += [f"[tables.{table}]"] if ident or fields else []
        lines += [f'id = "{ident}"'] if ident else []
        if fields:
            lines.append("fields = { " + ", ".join(f'{ours} = "{theirs}"' for ours, theirs in fields.items()) + " }")
    return "\n".join(lines)


def serve_fleet(
    catalogue: Catalogue, names: Iterable[str] = sys.stdin, out: TextIO = sys.stdout, behind_products: bool = False
) -> int:
    """Serve each named server until the next name comes. Exit code 0, or 2 for an unknown name.

    For each name it stops the server before, and prints one line of JSON with the URL and the tokens of the next. Where
    that is behind the products API, the line has the path of a target file too.
    """
    logging.disable()  # broken servers fail, and their logs help nobody
    entries, roles = catalogue.load(), load_schema().roles
    with ExitStack() as current:
        for line in names:
            name = line.strip()
            if name and name not in entries:
                print(f"upsertspec: there is no {catalogue.kind} {name!r}; --list names all", file=sys.stderr)
                return 2
            current.close()
            tokens = {role: secrets.token_urlsafe(24) for role in roles}
            entry = entries.get(name) or Entry(name, "the reference server", ())
            expired = expired_tokens()
            announcement: dict[str, Any] = {"tokens": tokens, "expired": expired}
            running: Listening
            if behind_products:
                running = Running(Products(entry, tokens))
                announcement["target_file"] = str(TARGET_FILE)
            else:
                running = entry.listen(entry.create_app({"TOKENS": tokens, "EXPIRED_TOKENS": expired}))
            current.callback(running.stop)
            print(json.dumps({"url": running.url, **announcement}), file=out, flush=True)
    return 0
