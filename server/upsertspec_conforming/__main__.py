"""`python -m upsertspec_conforming NAME`: run a variant, with the options of the reference; `--list` names all."""

from __future__ import annotations

import signal
import sys
import threading

from upsertspec_conforming.canary import CANARY
from upsertspec_conforming.catalogue import catalogue
from upsertspec_conforming.serving import serve
from upsertspec_server.__main__ import parser
from upsertspec_server.errors import StartError

USAGE = """\
usage: python -m upsertspec_conforming --list | --target NAME | NAME [OPTIONS]; for OPTIONS see
       python -m upsertspec_server --help; NAME may be canary: the server on which no scenario may pass"""


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0, or 2 where there is no such variant or the server can't start."""
    name, *options = (sys.argv[1:] if arguments is None else arguments) or [""]
    if name == "--list":
        print(listing())
        return 0
    if name in ("-h", "--help"):
        print(USAGE)
        return 0
    known = {**catalogue(), CANARY.name: CANARY}
    if name == "--target" and options and options[0] in known:
        print(target_file(options[0]))
        return 0
    if name not in known:
        print(f"upsertspec: there is no variant {name!r}; --list names all\n{USAGE}", file=sys.stderr)
        return 2
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        serve(known[name], parser().parse_args(options), stop)
    except (StartError, OSError) as error:
        print(f"upsertspec: {error}", file=sys.stderr)
        return 2
    return 0


def listing() -> str:
    """A line for each variant: name, what differs, what allows it."""
    variants = catalogue().values()
    width = max(len(each.name) for each in variants)
    return "\n".join(f"{each.name:<{width}}  {each.says} ({each.allowed})" for each in variants)


def target_file(name: str) -> str:
    """The part of a target file that maps the variant's names of tables and fields."""
    chosen = {**catalogue(), CANARY.name: CANARY}[name]
    lines: list[str] = []
    for table in chosen.schema().tables:
        ident, fields = chosen.tables.get(table), chosen.fields.get(table)
        if ident or fields:
            lines.append(f"[tables.{table}]")
        if ident:
            lines.append(f'id = "{ident}"')
        if fields:
            lines.append("fields = { " + ", ".join(f'{ours} = "{theirs}"' for ours, theirs in fields.items()) + " }")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
