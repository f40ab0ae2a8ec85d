"""What a target file refers to: environment variables and files. Also finds secrets that it should not contain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from upsertspec.target.address import SECRET_NAME, SECRET_PARAMETERS
from upsertspec.target.positions import KeyPath
from upsertspec.target.proxy import PROXY_PASSWORD, PROXY_USERNAME

Fault = tuple[KeyPath, str]

_IN_PLAIN_TEXT = 'is a secret in plain text; write { env = "VARIABLE" }, and set the variable'
_FILES = ("ca", "client_certificate", "client_key")


def references(raw: Mapping[str, Any], env: Mapping[str, str], folder: Path) -> Iterator[Fault]:
    """Every variable that is not set or can't be sent, every secret in plain text, every file that is not there."""
    for path, value in _values(raw):
        if isinstance(value, str):
            yield from _literal(path, value)
        else:
            yield from _variable(path, value["env"], env)
    yield from _basic(raw)
    yield from _files(_table(raw, "tls"), folder)
    yield from _proxy(raw.get("proxy"), env)


def unsendable(value: str, ascii_only: bool = True) -> bool:
    """Whether a header can't carry the value, which would come out in the middle of a run only."""
    return value != value.strip() or not value.isprintable() or (ascii_only and not value.isascii())


def _values(raw: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Any]]:
    """Each text and each `{ env = … }` of headers, query, roles and the expired credential, with its path."""
    places = ("headers", "query", "roles", "expired")
    todo: list[tuple[KeyPath, Any]] = [((name,), _table(raw, name)) for name in places]
    while todo:
        path, value = todo.pop()
        if isinstance(value, str) or (len(path) > 1 and _is_reference(value)):
            yield path, value
        elif isinstance(value, dict):
            todo += [((*path, name), inner) for name, inner in value.items()]


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"env"} and isinstance(value["env"], str)


def _variable(path: KeyPath, name: str, env: Mapping[str, str]) -> Iterator[Fault]:
    if not env.get(name):
        yield path, f"the environment variable {name} is not set; export it, or take the entry out"
    elif unsendable(env[name], ascii_only=not {"login", "basic"} & set(path)):
        yield path, f"{name} holds a character that no header can carry (a line break, perhaps); set it anew"


def _basic(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Every Basic credential that holds no secret: its password, or its user name, has to come from a variable."""
    roles: list[tuple[KeyPath, Any]] = [(("roles", name), each) for name, each in _table(raw, "roles").items()]
    for path, settings in [*roles, (("expired",), raw.get("expired"))]:
        pair = settings.get("basic") if isinstance(settings, dict) else None
        if isinstance(pair, dict) and all(isinstance(pair.get(name), str) for name in ("username", "password")):
            yield (*path, "basic", "password"), f"{_IN_PLAIN_TEXT} (or the username, where that is a key)"


def _literal(path: KeyPath, value: str) -> Iterator[Fault]:
    content = path[0] in ("headers", "query") or "headers" in path or ("login" in path and len(path) > 4)
    is_secret = SECRET_NAME.search(str(path[-1])) or (path[0] == "query" and path[-1] in SECRET_PARAMETERS)
    if content and value and is_secret and "csrf" not in path:
        yield path, _IN_PLAIN_TEXT


def _proxy(proxy: Any, env: Mapping[str, str]) -> Iterator[Fault]:
    if isinstance(proxy, str) and bool(env.get(PROXY_USERNAME)) != bool(env.get(PROXY_PASSWORD)):
        yield ("proxy",), f"needs both {PROXY_USERNAME} and {PROXY_PASSWORD}, or neither; set the other too"


def _files(tls: Mapping[str, Any], folder: Path) -> Iterator[Fault]:
    for name in _FILES:
        if isinstance(tls.get(name), str) and not (folder / tls[name]).is_file():
            fix = "fix the path (it is relative to the target file's folder)"
            yield ("tls", name), f"there is no file {folder / tls[name]}; {fix}"


def _table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = raw.get(name)
    return table if isinstance(table, dict) else {}
