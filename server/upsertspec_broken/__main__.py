"""`python -m upsertspec_broken NAME`: run a broken server, with the options of the reference.

`--list` names all (`--json` for programs); `--fleet` serves many, one after the other (see `fleet`).
"""

from __future__ import annotations

import json
import sys

from upsertspec_broken import fleet
from upsertspec_broken.catalogue import catalogue
from upsertspec_server import __main__ as reference

USAGE = "usage: python -m upsertspec_broken --list | NAME [OPTIONS]; for OPTIONS see python -m upsertspec_server --help"


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0, or 2 where there is no such fault or the server can't start."""
    name, *options = (sys.argv[1:] if arguments is None else arguments) or [""]
    if name == "--list":
        print(as_json() if "--json" in options else listing())
        return 0
    if name == "--fleet":
        return fleet.run()
    if name in ("-h", "--help"):
        print(USAGE)
        return 0
    if name not in catalogue():
        print(f"upsertspec: there is no fault {name!r}; --list names all\n{USAGE}", file=sys.stderr)
        return 2
    return reference.main(options, catalogue()[name].parts)


def listing() -> str:
    """A line for each fault: name, criteria, what it does."""
    faults = catalogue().values()
    width = max(len(fault.name) for fault in faults)
    return "\n".join(f"{fault.name:<{width}}  {' '.join(fault.violates)}  {fault.says}" for fault in faults)


def as_json() -> str:
    """The catalogue as a list of `{"name", "says", "violates"}`."""
    faults = catalogue().values()
    return json.dumps([{"name": f.name, "says": f.says, "violates": list(f.violates)} for f in faults])


if __name__ == "__main__":
    sys.exit(main())
