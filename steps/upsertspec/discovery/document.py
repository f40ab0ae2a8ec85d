"""An OpenAPI document (3.x, or Swagger 2.0), read with care: anything may be in it, and any `$ref` may lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

METHODS = ("get", "put", "post", "patch", "delete")
PATHS = 2000
LONGEST = 500
PARTS = 50
SCHEMAS = 200
HOPS = 20
JOINED = ("allOf", "oneOf", "anyOf")


@dataclass(frozen=True)
class Operation:
    """A path and a method, what is said of it, and the names of its parameters and of the members of its body."""

    method: str
    path: str
    said: str
    parameters: frozenset[str]
    members: frozenset[str]


class Document:
    """What a target file can be made from."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw

    @property
    def title(self) -> str:
        """The title, or nothing."""
        return text(table(self._raw.get("info")).get("title")).strip()

    def operations(self) -> Iterator[Operation]:
        """The operations, of the first two thousand paths."""
        for path, item in islice(table(self._raw.get("paths")).items(), PATHS):
            shared = self._resolved(item)
            for method in METHODS:
                if method in shared and len(path) <= LONGEST:
                    yield self._operation(path, method, shared)

    def schemes(self) -> list[Mapping[str, Any]]:
        """The security schemes; the name of each is its `name` where it has none."""
        named = table(table(self._raw.get("components")).get("securitySchemes")) or table(
            self._raw.get("securityDefinitions")
        )
        return [self._resolved(scheme) for scheme in islice(named.values(), PARTS)]

    def servers(self) -> list[str]:
        """The addresses of the API: whole ones, or paths on the host that the document is from."""
        if "swagger" in self._raw:
            host, base = text(self._raw.get("host")), text(self._raw.get("basePath"))
            return [f"//{host}{base}" if host else base] if host or base else []
        listed = self._raw.get("servers")
        found = [text(table(server).get("url")) for server in islice(listed if isinstance(listed, list) else [], PARTS)]
        return [url for url in found if url]

    def choices(self, path: str) -> list[str]:
        """The values that the parameters of a path may have, where the document lists them."""
        shared = self._resolved(table(self._raw.get("paths")).get(path))
        nodes = [shared, *(self._resolved(shared.get(method)) for method in METHODS)]
        parameters = [self._resolved(p) for node in nodes for p in items(node.get("parameters"))]
        inside = [p for p in parameters if p.get("in") == "path"]
        listed = [items(table(self._resolved(p.get("schema")) or p).get("enum")) for p in inside]
        return [value for values in listed for value in values if isinstance(value, str)]

    def _operation(self, path: str, method: str, shared: Mapping[str, Any]) -> Operation:
        node = self._resolved(shared[method])
        parameters = [self._resolved(p) for p in (*items(shared.get("parameters")), *items(node.get("parameters")))]
        said = " ".join(text(node.get(name))[:LONGEST] for name in ("operationId", "summary"))
        body = self._resolved(node.get("requestBody"))
        schemas = [table(content).get("schema") for content in islice(table(body.get("content")).values(), PARTS)]
        schemas += [p.get("schema") for p in parameters if p.get("in") == "body"]
        names = frozenset(text(p.get("name")) for p in parameters)
        return Operation(method.upper(), path, said.strip(), names, self._members(schemas))

    def _members(self, schemas: list[Any]) -> frozenset[str]:
        """The names of the members of these schemas, and of what they are joined from."""
        found: set[str] = set()
        todo = list(schemas)
        for _ in range(SCHEMAS):
            if not todo:
                break
            schema = self._resolved(todo.pop())
            found |= set(islice(table(schema.get("properties")), PARTS))
            todo += [schema["items"]] if "items" in schema else []
            todo += [part for joined in JOINED for part in items(schema.get(joined))]
        return frozenset(found)

    def _resolved(self, node: Any) -> Mapping[str, Any]:
        """The node, or what its `$ref` leads to inside the document; nothing where it leads nowhere, or round."""
        for _ in range(HOPS):
            reference = table(node).get("$ref")
            if not isinstance(reference, str):
                return table(node)
            node = self._at(reference)
        return {}

    def _at(self, reference: str) -> Any:
        if not reference.startswith("#/"):
            return {}
        node: Any = self._raw
        for part in reference[2:].split("/")[:HOPS]:
            node = table(node).get(part.replace("~1", "/").replace("~0", "~"))
        return node


def table(value: Any) -> Mapping[str, Any]:
    """The object, or an empty one where it is something else."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The first fifty parts of a list, or none where it is something else."""
    return value[:PARTS] if isinstance(value, list) else []


def text(value: Any) -> str:
    """The text, or an empty one where it is something else."""
    return value if isinstance(value, str) else ""
