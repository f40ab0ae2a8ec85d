"""What an OpenAPI document lets guess: the address, the dialect, the profiles, the tables, the credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from upsertspec.discovery.document import Document, Operation, text
from upsertspec.spec.criteria import PROFILES
from upsertspec.spec.schema import tables
from upsertspec.target.address import fault_of

MOST = 20
SEGMENT = r"(\{[^{}/]+\}|[^{}/]+)"
NATIVE = re.compile(rf"(?P<before>.*)/api/tables/{SEGMENT}/records/upsert/?")
NAMED = re.compile(
    r"upsert|(insert|create|add|save|put).?or.?(update|patch|replace)|merge.?duplicates|on.?conflict", re.I
)
PLAIN = {"matchfields", "matchon", "mergeon", "fieldstomergeon", "onconflict", "performupsert", "conflictfields"}
CALLS = {
    "identity": ("GET", "/api/tables/{}"),
    "transactions": ("POST", "/api/transactions"),
    "records": ("GET", "/api/tables/{}/stats"),
    "integrity": ("DELETE", "/api/tables/{}/records/{}"),
}


@dataclass(frozen=True)
class Upsert:
    """An operation that looks like an upsert, and why it does."""

    operation: Operation
    why: str


class Guess:
    """The guesses from one document, which was fetched for the API at `url`."""

    def __init__(self, document: Document, url: str) -> None:
        self._document = document
        self._given = url
        self.operations = list(document.operations())
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

    @property
    def upserts(self) -> list[Upsert]:
        """The operations that look like an upsert, the likeliest first."""
        found = [Upsert(o, why) for o in self.operations if (why := _why(o))]
        return sorted(found, key=lambda upsert: upsert.why.startswith("PUT"))[:MOST]

    @property
    def seen(self) -> list[str]:
        """The names of tables, in the order of the paths; where the shape is another, those of resources."""
        if not self.native:
            return list(dict.fromkeys(name for o in self.operations for name in _resources(o.path)))
        named = [name for o in self.native if "{" not in (name := NATIVE.fullmatch(o.path)[2])]  # type: ignore[index]
        listed = [name for o in self.native for name in self._document.choices(o.path)]
        return list(dict.fromkeys([*named, *listed]))

    @property
    def tables(self) -> Mapping[str, str]:
        """The tables of the specification that the API seems to have under a name that is spelled differently."""
        known = {_letters(name): name for name in tables()}
        found: dict[str, str] = {}
        for name in self.seen:
            ours = known.get(_letters(name))
            if ours:
                found.setdefault(ours, name)
        return {ours: theirs for ours, theirs in found.items() if ours not in self.seen and _utf8(theirs)}

    @property
    def schemes(self) -> Sequence[Mapping[str, Any]]:
        """The ways to show who one is."""
        return self._document.schemes()

    def _base(self) -> str:
        """The path that comes before those of the document, by its first server on this host."""
        host = urlsplit(self._given).netloc
        own = (server for server in self._document.servers() if _host(server) in ("", host))
        path = urlsplit(next(own, "")).path.rstrip("/")
        return path if path.startswith("/") else ""

    def _before(self) -> str:
        found = NATIVE.fullmatch(self.native[0].path) if self.native else None
        return found["before"] if found else ""


def scheme_kind(scheme: Mapping[str, Any]) -> str:
    """bearer, header, basic, or what else it is."""
    kind, how = text(scheme.get("type")), text(scheme.get("scheme")).lower()
    if kind == "http":
        return how if how in ("bearer", "basic") else "another scheme of HTTP"
    if kind == "apiKey":
        return {"header": "header", "cookie": "a cookie"}.get(text(scheme.get("in")), "a key in the URL")
    return {"oauth2": "bearer", "openIdConnect": "bearer", "basic": "basic"}.get(kind, "another kind")


def _why(operation: Operation) -> str:
    if operation.method in ("GET", "DELETE"):
        return ""
    if NAMED.search(f"{operation.path} {operation.said}"):
        return "it is named so"
    if keys := [name for name in (*operation.members, *operation.parameters) if _letters(name) in PLAIN]:
        return f"it takes {min(keys)}"
    if operation.method == "PUT":
        return "PUT, which may create what is not there"
    return ""


def _resources(path: str) -> Iterator[str]:
    """The segments that stand before a parameter or at the end, without those that name what is done, or a file."""
    parts = [part for part in path.split("/") if part]
    for part, following in zip(parts, [*parts[1:], "{"], strict=False):
        if "{" in following and not ("{" in part or "." in part or NAMED.search(part)):
            yield part


def _plain(path: str, before: str) -> str:
    return re.sub(r"\{[^{}/]*\}", "{}", path.removeprefix(before).rstrip("/"))


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _host(server: str) -> str:
    try:
        return urlsplit(server).netloc
    except ValueError:
        return "?"


def _utf8(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
