"""Fetch the OpenAPI document of a running target: a few GET requests, to its own host only."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode, urlsplit

from upsertspec.dialects.base import Response
from upsertspec.discovery.recognise import Recognised, by_answer, by_host
from upsertspec.errors import TargetSilent, TargetUnusable
from upsertspec.http.masking import Masker
from upsertspec.http.session import Limits, Session
from upsertspec.http.text import printable
from upsertspec.target.address import SECRET_NAME
from upsertspec.target.target import Credential

PLACES = ("/openapi.json", "/api/openapi.json", "/swagger.json", "/v3/api-docs")
LIMITS = Limits(seconds=5.0, answer_bytes=8 * 1024 * 1024)
SECONDS = 30.0
TEXT = 1024 * 1024
LEAST_FIRST = ("viewer", "updater", "creator", "editor")


@dataclass(frozen=True)
class Found:
    """What came: the document, or an empty one; its address; the API's own; what was tried, with what came; and the
    ready-made dialect that the API was recognised by, if any."""

    url: str
    document: Mapping[str, Any] = field(default_factory=dict)
    place: str = ""
    tried: tuple[str, ...] = ()
    recognised: Recognised | None = None


def fetch(
    url: str,
    roles: Mapping[str, Credential],
    limits: Limits = LIMITS,
    seconds: float = SECONDS,
    session: Mapping[str, Any] = MappingProxyType({}),
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Found:
    """The first document that is there, or what else the API is recognised by. Sends GET only, without credentials;
    where those are asked for, once more with the token that may do the least. Raises TargetUnusable where no answer
    came at all."""
    api = _without_place(url.rstrip("/"))
    if known := by_host(api):
        return Found(api, recognised=known)
    look = _Look(roles, Session(limits, dict(session)), headers, time.monotonic() + seconds)
    try:
        for address in _addresses(url.rstrip("/"), api):
            if document := look.at(address):
                return Found(api, document, address, tuple(look.tried))
        if look.answered and (known := by_answer(api, look.text)):
            return Found(api, tried=tuple(look.tried), recognised=known)
    finally:
        look.session.close()
    if not look.answered:
        raise TargetUnusable(f"{url} gives no usable answer: {look.silence}; look whether it runs, and at the URL")
    return Found(api, tried=tuple(look.tried))


def _without_place(url: str) -> str:
    """The address of the API, where somebody named the document itself."""
    longest_first = sorted(PLACES, key=len, reverse=True)
    return next((url.removesuffix(place) for place in longest_first if url.endswith(place)), url)


def _addresses(url: str, api: str) -> list[str]:
    """Where the document may be: below the address, and below its host."""
    parts = urlsplit(api)
    bases = dict.fromkeys([api, f"{parts.scheme}://{parts.netloc}"])
    named = [url] if url.endswith(".json") else []
    return list(dict.fromkeys([*named, *(base + place for base in bases for place in PLACES)]))


class _Look:
    """Requests one after another, at least one, until the time is up. `tried` tells what came of each address."""

    def __init__(
        self, roles: Mapping[str, Credential], session: Session, headers: Mapping[str, str], until: float
    ) -> None:
        self.session = session
        self.tried: list[str] = []
        self.answered = False
        self.silence = "no time was left"
        self._until = until
        self._masker = Masker(value for name, value in headers.items() if SECRET_NAME.search(name))
        self._masker.learn(secret.value for role in roles.values() for secret in role.secrets())
        named = next((role for role in LEAST_FIRST if role in roles), "")
        held = [roles[named]] if named else []
        self._tries = [("", dict(headers))]
        self._tries += [(_query(each), {**headers, **each.headers()}) for each in held]

    def at(self, address: str) -> Mapping[str, Any]:
        """The document at this address, or an empty one."""
        said = "not asked: the time was up"
        document: Mapping[str, Any] = {}
        for response in self._responses(address):
            said, document = _read(response, self._masker) if isinstance(response, Response) else (response, {})
        self.tried.append(f"{address}: {said}")
        return document

    def text(self, address: str) -> str:
        """What an address answers with, as text; empty where that is not 200."""
        response = ["", *self._responses(address, "*/*")][-1]
        if not isinstance(response, Response) or response.status != 200:
            return ""
        return response.body[:TEXT].decode("utf-8", "replace")

    def _responses(self, address: str, accept: str = "application/json") -> Iterator[Response | str]:
        for query, headers in self._tries:
            if self.tried and time.monotonic() > self._until:
                return
            try:
                response = self.session.send("GET", address + query, {"Accept": accept, **headers}, None)
            except TargetSilent as silent:
                self.silence = printable(self._masker.text(str(silent)))[:200]
                yield f"no usable answer: {self.silence}"
                return
            self.answered = True
            yield response
            if response.status not in (401, 403):
                return


def _query(credential: Credential) -> str:
    return f"?{urlencode(found)}" if (found := credential.parameters()) else ""


def _read(response: Response, masker: Masker) -> tuple[str, Mapping[str, Any]]:
    if 300 <= response.status < 400:
        return f"answered with {response.status}; a redirect is not followed", {}
    if response.status != 200:
        return f"answered with {response.status}", {}
    try:
        raw = masker.json(response.parsed())
    except (ValueError, RecursionError):
        return "no JSON, or nested too deeply", {}
    if not isinstance(raw, dict) or not isinstance(raw.get("paths"), dict) or not ({"openapi", "swagger"} & raw.keys()):
        return "JSON, but no OpenAPI document", {}
    return "an OpenAPI document", raw
