"""What an entry is, how one is registered, and how its server is built."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from upsertspec_server.app import Server, create_app
from upsertspec_server.fields import TYPES, FieldType
from upsertspec_server.serving import Listening, Running

Part = Any
"""One of:

- a subclass of `Server`, or of a class that `Server` is made of (`Store`, `Upserts`, `Request`, …): it is used instead
- a subclass of a field type: that type is replaced
- a function: it is called with the application when it is built
- a mapping: settings of the application
- a class with `serve`, which puts the answers on the wire instead of waitress
"""
P = TypeVar("P")
Change = Callable[[Any], Any]
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z])(?=[0-9])|_")


@dataclass(frozen=True)
class Entry:
    """One server. A broken one has `violates`; a conforming one has `allowed`, the sentence that leaves it open.

    `report` is the address of the public report that a mistake comes from.

    `warns` are the SHOULD criteria that a conforming server does not meet; `tables` and `fields` are the names that a
    target file has to map. What is not `listed` is served by its name only.
    """

    name: str
    says: str
    parts: tuple[Part, ...]
    violates: tuple[str, ...] = ()
    report: str = ""
    allowed: str = ""
    warns: tuple[str, ...] = ()
    tables: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    listed: bool = True

    def create_app(self, config: Mapping[str, Any], *mixins: type[Server]) -> Server:
        """The application with these settings, whose class has the mixins before all else. Raises StartError."""
        settings = {name: value for part in self.parts if isinstance(part, Mapping) for name, value in part.items()}
        app = create_app({**settings, **config}, type("Server", (*mixins, self.server_class()), {}))
        for part in self.parts:
            if not isinstance(part, (type, Mapping)):
                part(app)
        return app

    def listen(self, app: Server, host: str = "127.0.0.1", port: int = 0) -> Listening:
        """Serve the application. Raises StartError where the address cannot be used."""
        serve = next((part.serve for part in self.parts if place(part) == "wire"), Running)
        running: Listening = serve(app, host, port)
        return running

    def server_class(self) -> type[Server]:
        """The reference server with the parts of this entry."""
        places = {place(part): part for part in self.parts}
        types = {name: part() for name, part in places.items() if name in TYPES}
        attributes = {name: part for name, part in places.items() if name.endswith("_class")}
        base = places.get("server", Server)
        return type("Server", (base,), {**attributes, "field_types": {**TYPES, **types}})


def place(part: Part) -> str:
    """What a part takes the place of: an attribute of `Server`, a field type, `server`, `wire`, or nothing."""
    if not isinstance(part, type):
        return ""
    if issubclass(part, Server):
        return "server"
    if issubclass(part, FieldType):
        return part.name
    if hasattr(part, "serve"):
        return "wire"
    classes = {name: getattr(Server, name) for name in dir(Server) if name.endswith("_class")}
    return next(name for name, base in classes.items() if isinstance(base, type) and issubclass(part, base))


class Catalogue:
    """The entries of a package. Each of its modules registers some."""

    def __init__(self, package: str, kind: str) -> None:
        """`kind` is what messages call an entry."""
        self.package = package
        self.kind = kind
        self.entries: dict[str, Entry] = {}

    def add(self, name: str, says: str, *parts: Part, **facts: Any) -> None:
        """Register an entry; `facts` are other members of Entry. Raises ValueError for a name that is taken."""
        if name in self.entries:
            raise ValueError(f"there are two entries with the name {name}")
        self.entries[name] = Entry(name, says, parts, **facts)

    def register(self, *, using: tuple[Part, ...] = (), **facts: Any) -> Callable[[P], P]:
        """A decorator that registers a part, with those in `using`, under its own name and with its docstring."""

        def enter(part: P) -> P:
            name = _WORD.sub("-", str(getattr(part, "__name__", ""))).lower()
            self.add(name, part.__doc__ or "", *using, part, **facts)
            return part

        return enter

    def load(self) -> dict[str, Entry]:
        """Every entry by its name, in the order of the names."""
        package = importlib.import_module(self.package)
        for module in pkgutil.iter_modules(package.__path__):
            if module.name != "__main__":
                importlib.import_module(f"{self.package}.{module.name}")
        return dict(sorted(self.entries.items()))

    def listed(self) -> dict[str, Entry]:
        """The entries that are listed."""
        return {name: entry for name, entry in self.load().items() if entry.listed}


def parsed(kind: type[FieldType], change: Change) -> type[FieldType]:
    """The field type, with a change to what a request gives, before it is checked."""
    return type(kind.__name__, (kind,), {"parse": lambda self, value: kind.parse(self, change(value))})


def stored(kind: type[FieldType], change: Change) -> type[FieldType]:
    """The field type, with a change to what it stores, after the check."""
    return type(kind.__name__, (kind,), {"parse": lambda self, value: change(kind.parse(self, value))})


def shown(kind: type[FieldType], change: Change) -> type[FieldType]:
    """The field type, with a change to what it answers."""
    return type(kind.__name__, (kind,), {"show": lambda self, value: change(kind.show(self, value))})
