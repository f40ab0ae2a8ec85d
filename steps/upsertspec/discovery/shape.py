"""The lines of `[shape]` for a resource: how it is upserted, found, read and deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from upsertspec.discovery.document import Operation
from upsertspec.discovery.resources import PARAMETER, Resource, record_in
from upsertspec.discovery.toml import comment, said, toml_text, toml_value

DONE = {"201": "created", "200": "updated", "204": "updated"}
PAGES = {"limit": ("limit", "_limit", "per_page", "page_size", "size"), "offset": ("offset", "_offset", "skip")}
CONTRACT = {"created": 200, "updated": 200, "deleted": 204, "record_created": 201}


def shape(resource: Resource) -> Iterator[str]:
    """The tables of the shape."""
    yield from _upsert(resource)
    yield from _find(resource)
    yield from _read(resource)
    yield from _delete(resource)
    yield from _create(resource)


def deviations(resource: Resource) -> dict[str, int]:
    """The documented statuses that differ from the contract's, by kind of outcome."""
    told = operation_by_status(resource.upsert)
    found = {word: int(status) for status, word in told.items() if int(status) != CONTRACT[word]}
    if resource.delete and (statuses := resource.delete.success) and "204" not in statuses:
        found["deleted"] = int(statuses[0])
    if resource.create and (statuses := resource.create.success) and "201" not in statuses:
        found["record_created"] = int(statuses[0])
    if "422" in resource.upsert.answers:
        found["invalid"] = 422
    return found


def operation_by_status(upsert: Operation) -> Mapping[str, str]:
    """Which status says created and which updated, where the document has one for each."""
    found = {status: DONE[status] for status in upsert.success if status in DONE}
    return found if len(set(found.values())) == 2 else {}


def _upsert(resource: Resource) -> Iterator[str]:
    operation = resource.upsert
    yield from comment(f"{said(f'{operation.method} {operation.path}')}: {resource.why}.")
    yield "[shape.upsert]"
    yield f"method = {toml_text(operation.method)}"
    yield f"path = {toml_text(_path(operation.path, resource))}"
    key_in_body = any(key in (operation.body.properties if operation.body else {}) for key in resource.keys)
    yield f'body = "{"{fields}" if key_in_body or not resource.parameters else "{otherFields}"}"'
    if not resource.parameters:
        yield from comment("The document does not say by which field a stored record is recognised. Is this it?")
    yield 'keys = { contacts = ["email"] }'
    yield "[shape.upsert.answer]"
    if resource.record_at:
        yield f"record = {toml_text(resource.record_at)}"
    else:
        yield "record = false"
    told = operation_by_status(operation)
    if told:
        yield f"operation = {{ status = {toml_value(told)} }}"
    else:
        yield from comment("The document does not say how an answer tells a create from an update.")
        yield "operation = false"
    if empty := [int(s) for s in operation.success if operation.answers[s] is None and s == "204"]:
        yield f"empty = {toml_value(empty)}"


def _find(resource: Resource) -> Iterator[str]:
    yield ""
    by_query = resource.find is not None and set(resource.keys) <= set(resource.find_by)
    if resource.single is not None and not by_query:
        yield from ("[shape.find]", f"path = {toml_text(_path(resource.single.path, resource))}")
        yield from ("[shape.find.answer]", f"record = {toml_text(record_in(resource.single)[1] or '.')}")
        return
    if not by_query:
        yield from comment("How is a record found by its key? The document names no call for it; this is a guess.")
    yield from (
        "[shape.find]",
        f"path = {toml_text(resource.find.path if resource.find else resource.collection or '/')}",
    )
    renamed = next(
        (theirs for ours, theirs in resource.find_by.items() if ours in resource.keys and ours != theirs), ""
    )
    yield f'filter = {{ {toml_text(renamed)} = "{{value}}" }}' if renamed else 'filter = { "{field}" = "{value}" }'
    names = {parameter.name for parameter in resource.find.parameters_in("query")} if resource.find else set()
    for ours, theirs in PAGES.items():
        if name := next((n for n in theirs if n in names), ""):
            yield f"{ours} = {toml_text(name)}"
    if resource.records_at not in ("", "."):
        yield from ("[shape.find.answer]", f"records = {toml_text(resource.records_at)}")


def _read(resource: Resource) -> Iterator[str]:
    if resource.read is not None:
        yield ""
        yield from ("[shape.read]", f"path = {toml_text(PARAMETER.sub('{id}', resource.read.path))}")
        yield from ("[shape.read.answer]", f"record = {toml_text(record_in(resource.read)[1] or '.')}")


def _delete(resource: Resource) -> Iterator[str]:
    if resource.delete is None:
        return
    yield ""
    yield "[shape.delete]"
    path = resource.delete.path
    own = path == resource.upsert.path
    yield f"path = {toml_text(_path(path, resource) if own else PARAMETER.sub('{id}', path))}"


def _create(resource: Resource) -> Iterator[str]:
    if resource.create is None or not resource.parameters:
        return
    yield ""
    yield from ("[shape.create]", f"path = {toml_text(resource.create.path)}", 'body = "{fields}"')
    yield from ("[shape.create.answer]", f"record = {toml_text(record_in(resource.create)[1] or '.')}")


def _path(path: str, resource: Resource) -> str:
    """The path as a template: each parameter is the value of its field of the key."""
    names = dict(zip(resource.parameters, resource.keys, strict=False))

    def placeholder(found: re.Match[str]) -> str:
        name = found[1]
        return f"{{key.{names[name]}}}" if name in names else f"{{{{{name}}}}}"

    return PARAMETER.sub(placeholder, path)
