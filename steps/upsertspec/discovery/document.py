"""An OpenAPI document (3.x, or Swagger 2.0) as operations and schemas.

Anything may be in a document, and any `$ref` may lead nowhere or round in circles. So every lookup is bounded, and what
has the wrong type counts as absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from upsertspec.discovery.json_schema import LONGEST, PARTS, Schema, items, table, text

METHODS = ("get", "put", "post", "patch", "delete")
PATHS = 2000
SCHEMAS = 200
HOPS = 20
DEPTH = 5
JOINED = ("allOf", "oneOf", "anyOf")


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation. `place` is path, query, header or cookie."""

    name: str
    place: str
    required: bool
    schema: Schema


@dataclass(frozen=True)
class Operation:
    """A path and a method. `words` are its id and summary; `answers` has a schema for each status, None for no body.

    `members` are the names of the body's members, in every variant of it and in lists of records too.
    `security` names the schemes that it asks for; it is None where the document does not say.
    """

    method: str
    path: str
    words: str
    parameters: tuple[Parameter, ...]
    body: Schema | None
    body_type: str
    answers: Mapping[str, Schema | None]
    members: frozenset[str] = frozenset()
    security: tuple[str, ...] | None = None

    @property
    def success(self) -> list[str]:
        """The documented statuses of success, in order."""
        return sorted(status for status in self.answers if status.startswith("2"))

    def parameters_in(self, place: str) -> list[Parameter]:
        """The parameters in the path, or in the query."""
        return [parameter for parameter in self.parameters if parameter.place == place]


class Document:
    """What a target file can be made from."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw

    @property
    def title(self) -> str:
        """The title, or an empty text."""
        return text(table(self._raw.get("info")).get("title")).strip()

    @cached_property
    def operations(self) -> list[Operation]:
        """The operations of the first two thousand paths."""
        return list(self._operations())

    def at(self, path: str) -> list[Operation]:
        """The operations of a path, with or without a slash at its end."""
        return self._by_path.get(path.rstrip("/"), [])

    def below(self, path: str) -> list[Operation]:
        """The operations of the paths that have one more part."""
        return self._by_parent.get(path.rstrip("/"), [])

    @cached_property
    def _by_path(self) -> Mapping[str, list[Operation]]:
        return _grouped(self.operations, lambda path: path)

    @cached_property
    def _by_parent(self) -> Mapping[str, list[Operation]]:
        return _grouped(self.operations, lambda path: path.rpartition("/")[0])

    def schemes(self, operation: Operation | None = None) -> list[Mapping[str, Any]]:
        """The security schemes of an operation, in its order; all of the document where it names none."""
        components = table(self._raw.get("components"))
        known = table(components.get("securitySchemes")) or table(self._raw.get("securityDefinitions"))
        asked = [name for name in (operation.security or () if operation else ()) if name in known]
        return [self._resolved(known[name]) for name in asked or islice(known, PARTS)]

    def servers(self) -> list[str]:
        """The addresses of the API: absolute, or paths on the host that the document comes from."""
        if "swagger" in self._raw:
            host, base = text(self._raw.get("host")), text(self._raw.get("basePath"))
            return [f"//{host}{base}" if host else base] if host or base else []
        found = [text(table(server).get("url")) for server in items(self._raw.get("servers"))]
        return [url for url in found if url]

    def _operations(self) -> Iterator[Operation]:
        for path, item in islice(table(self._raw.get("paths")).items(), PATHS):
            shared = self._resolved(item)
            for method in METHODS:
                if method in shared and len(path) <= LONGEST:
                    yield self._operation(path, method, shared)

    def _operation(self, path: str, method: str, shared: Mapping[str, Any]) -> Operation:
        node = self._resolved(shared[method])
        raw = [self._resolved(p) for p in (*items(shared.get("parameters")), *items(node.get("parameters")))]
        words = " ".join(text(node.get(name))[:LONGEST] for name in ("operationId", "summary"))
        body, body_type = self._body(node, raw)
        return Operation(
            method=method.upper(),
            path=path,
            words=words.strip(),
            parameters=tuple(self._parameter(p) for p in raw if p.get("in") != "body"),
            body=self.schema(body) if body_type else None,
            body_type=body_type,
            answers=dict(self._answers(node)),
            members=self._members(body),
            security=self._security(node),
        )

    def _security(self, node: Mapping[str, Any]) -> tuple[str, ...] | None:
        stated = node.get("security", self._raw.get("security"))
        if not isinstance(stated, list):
            return None
        return tuple(name for each in items(stated) for name in islice(table(each), PARTS))

    def _parameter(self, raw: Mapping[str, Any]) -> Parameter:
        schema = self.schema(raw.get("schema") or {k: v for k, v in raw.items() if k not in ("in", "name", "required")})
        return Parameter(text(raw.get("name")), text(raw.get("in")), raw.get("required") is True, schema)

    def _body(self, node: Mapping[str, Any], parameters: list[Mapping[str, Any]]) -> tuple[Any, str]:
        """The schema of the body as it stands, None without one, and its media type: JSON where there is a choice."""
        old = next((p for p in parameters if p.get("in") == "body"), None)
        if old is not None:
            return old.get("schema"), "application/json"
        kind, content = self._content(self._resolved(node.get("requestBody")))
        return (content.get("schema"), kind) if kind else (None, "")

    def _members(self, schema: Any) -> frozenset[str]:
        """The names of the members of a schema, and of what it is joined from."""
        found: set[str] = set()
        todo = [schema]
        for _ in range(SCHEMAS):
            if not todo:
                break
            each = self._resolved(todo.pop())
            found |= set(islice(table(each.get("properties")), PARTS))
            todo += [each["items"]] if "items" in each else []
            todo += [part for joined in JOINED for part in items(each.get(joined))]
        return frozenset(found)

    def _answers(self, node: Mapping[str, Any]) -> Iterator[tuple[str, Schema | None]]:
        for status, raw in islice(table(node.get("responses")).items(), PARTS):
            answer = self._resolved(raw)
            _, content = self._content(answer)
            schema = content.get("schema") or answer.get("schema")
            yield str(status), self.schema(schema) if schema else None

    def _content(self, node: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        content = dict(islice(table(node.get("content")).items(), PARTS))
        kind = next((k for k in content if "json" in k), next(iter(content), ""))
        return kind, table(content.get(kind))

    def schema(self, node: Any, depth: int = 0, budget: list[int] | None = None) -> Schema:
        """The schema of a node, to a depth of five objects and arrays."""
        budget = budget if budget is not None else [SCHEMAS]
        budget[0] -= 1
        if depth > DEPTH or budget[0] < 0:
            return Schema()
        merged = self._merged(node)
        kinds = merged.get("type")
        listed = [kinds] if isinstance(kinds, str) else [k for k in items(kinds) if isinstance(k, str)]
        properties = {
            name: self.schema(inner, depth + 1, budget)
            for name, inner in islice(table(merged.get("properties")).items(), PARTS)
        }
        return Schema(
            type=next((k for k in listed if k != "null"), "object" if properties else ""),
            format=text(merged.get("format")),
            nullable=merged.get("nullable") is True or "null" in listed or None in items(merged.get("enum")),
            read_only=merged.get("readOnly") is True,
            rules={k: v for k, v in merged.items() if k not in ("properties", "items", *JOINED)},
            properties=properties,
            required=frozenset(name for name in items(merged.get("required")) if isinstance(name, str)),
            items=self.schema(merged["items"], depth + 1, budget) if "items" in merged else None,
        )

    def _merged(self, node: Any) -> dict[str, Any]:
        """A schema with what it is joined from: all of `allOf`, the first part of a choice that is not null."""
        found: dict[str, Any] = {}
        todo, left = [node], HOPS
        while todo and left:
            left -= 1
            schema = self._resolved(todo.pop(0))
            todo += items(schema.get("allOf"))
            for joined in ("oneOf", "anyOf"):
                parts = [self._resolved(part) for part in items(schema.get(joined))]
                found["nullable"] = found.get("nullable") is True or any(map(_is_null, parts))
                todo += [part for part in parts if not _is_null(part)][:1]
            for name, value in schema.items():
                if name == "properties":
                    found[name] = {**table(value), **table(found.get(name))}
                elif name == "required" and isinstance(value, list):
                    found[name] = [*items(found.get(name)), *items(value)]
                elif name in ("nullable", "x-nullable"):
                    found["nullable"] = found.get("nullable") is True or value is True
                elif name not in JOINED:
                    found.setdefault(name, value)
        return found

    def _resolved(self, node: Any) -> Mapping[str, Any]:
        """The node, or what its `$ref` leads to inside the document; empty where it leads nowhere, or in a circle.

        What stands beside a `$ref` comes first, as in OpenAPI 3.1: often a default or a description.
        """
        beside: dict[str, Any] = {}
        for _ in range(HOPS):
            reference = table(node).get("$ref")
            if not isinstance(reference, str):
                return {**table(node), **beside}
            beside = {**{n: v for n, v in table(node).items() if n != "$ref"}, **beside}
            node = self._at(reference)
        return {}

    def _at(self, reference: str) -> Any:
        if not reference.startswith("#/"):
            return {}
        node: Any = self._raw
        for part in reference[2:].split("/")[:HOPS]:
            node = table(node).get(part.replace("~1", "/").replace("~0", "~"))
        return node


def _grouped(operations: Iterable[Operation], by: Callable[[str], str]) -> Mapping[str, list[Operation]]:
    found: dict[str, list[Operation]] = {}
    for operation in operations:
        found.setdefault(by(operation.path.rstrip("/")), []).append(operation)
    return found


def _is_null(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "null" or schema.get("enum") == [None]
