"""What an OpenAPI document says about the whole API: its address, its shape, its tables, its resources."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from upsertspec.discovery.document import Document
from upsertspec.discovery.json_schema import letters
from upsertspec.discovery.resources import Resource, resources
from upsertspec.spec.criteria import PROFILES
from upsertspec.spec.schema import tables
from upsertspec.target.address import fault_of

MOST = 20
SEGMENT = r"(\{[^{}/]+\}|[^{}/]+)"
NATIVE = re.compile(rf"(?P<before>.*)/api/tables/{SEGMENT}/records/upsert/?")
CALLS = {
    "identity": ("GET", "/api/tables/{}"),
    "transactions": ("POST", "/api/transactions"),
    "records": ("GET", "/api/tables/{}/stats"),
    "integrity": ("DELETE", "/api/tables/{}/records/{}"),
}


class Overview:
    """The overview of one document, which was fetched for the API at `url`."""

    def __init__(self, document: Document, url: str) -> None:
        self._document = document
        self._given = url
        self.operations = document.operations
        self.native = [o for o in self.operations if o.method == "POST" and NATIVE.fullmatch(o.path)]

    @property
    def url(self) -> str:
        """The address below which the API answers: a server's path counts from the host."""
        base, path = self._base(), urlsplit(self._given).path
        start = self._given.removesuffix(path) + base if base and not f"{path}/".startswith(f"{base}/") else self._given
        before = self._before()
        found = start if start.endswith(before) else start + before
        return self._given if fault_of(found) else found

    @property
    def elsewhere(self) -> list[str]:
        """The servers that the document names, and that are on other hosts."""
        host = urlsplit(self._given).netloc
        return [server for server in self._document.servers() if _host(server) not in ("", host)][:MOST]

    @property
    def profiles(self) -> list[str]:
        """The profiles beside core for which the native operations are there."""
        there = {(o.method, _plain(o.path, self._before())) for o in self.operations}
        members = {member for o in self.native for member in o.members}
        found = [profile for profile, call in CALLS.items() if call in there]
        found += ["conflict"] if "onConflict" in members else []
        found += ["batch"] if "records" in members else []
        return [profile for profile in PROFILES if profile in found] if self.native else []

    @cached_property
    def resources(self) -> list[Resource]:
        """The resources that can be upserted, the likeliest first."""
        return resources(self._document)

    @property
    def seen(self) -> list[str]:
        """The names of the tables of a native API, in the order of the paths."""
        found = filter(None, (NATIVE.fullmatch(operation.path) for operation in self.native))
        named = [name for each in found if "{" not in (name := each[2])]
        listed = [v for o in self.native for p in o.parameters_in("path") for v in p.schema.options]
        return list(dict.fromkeys(name for name in (*named, *listed) if isinstance(name, str)))

    @property
    def tables(self) -> Mapping[str, str]:
        """The tables of the specification that the API seems to have under a name that is spelled differently."""
        known = {letters(name): name for name in tables()}
        found: dict[str, str] = {}
        for name in self.seen:
            ours = known.get(letters(name))
            if ours:
                found.setdefault(ours, name)
        return {ours: theirs for ours, theirs in found.items() if ours not in self.seen and _utf8(theirs)}

    def schemes(self, resource: Resource | None) -> Sequence[Mapping[str, Any]]:
        """How a caller shows who it is, where this resource is upserted."""
        upsert = resource.upsert if resource else next(iter(self.native), None)
        return self._document.schemes(upsert)

    def _base(self) -> str:
        """The path that comes before those of the document, by its first server on this host."""
        host = urlsplit(self._given).netloc
        own = (server for server in self._document.servers() if _host(server) in ("", host))
        path = urlsplit(next(own, "")).path.rstrip("/")
        return path if path.startswith("/") else ""

    def _before(self) -> str:
        found = NATIVE.fullmatch(self.native[0].path) if self.native else None
        return found["before"] if found else ""


def _plain(path: str, before: str) -> str:
    return re.sub(r"\{[^{}/]*\}", "{}", path.removeprefix(before).rstrip("/"))


def _host(server: str) -> str:
    try:
        return urlsplit(server).netloc
    except ValueError:
        return "?"


def _utf8(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
