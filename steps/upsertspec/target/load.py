"""From a target file, or a URL and the environment, to a `Target`. Every fault is named at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from upsertspec.errors import ConfigError
from upsertspec.schema import ROLES
from upsertspec.target.model import DEFAULT_TIMEOUT, Credential, KnownFailure, Login, Secret, Target, basic
from upsertspec.target.validate import faults

VARIABLE = "UPSERTSPEC_TOKEN_"
URL = re.compile(r"https?://[^\s/?#@:]+(:\d+)?(/[^\s?#]*)?|https?://\[[0-9A-Fa-f:.]+\](:\d+)?(/[^\s?#]*)?")


def from_file(path: Path, env: Mapping[str, str]) -> Target:
    """The target that a TOML file describes. Raises ConfigError with every fault of the file."""
    text = _text(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise ConfigError([f"is no TOML: {wrong}"], str(path)) from wrong
    if found := faults(raw, text):
        raise ConfigError(found, str(path))
    reader = _Reader(env, path.parent)
    target = reader.target(raw)
    if reader.missing:
        raise ConfigError(reader.missing, str(path))
    return target


def from_url(url: str, env: Mapping[str, str]) -> Target:
    """A native target at this URL, with the tokens that the environment has. Raises ConfigError for a bad URL."""
    if not URL.fullmatch(url):
        raise ConfigError([f"{url!r} can't be judged; write http or https, a host, perhaps a port and a path, no more"])
    return Target(url=url.rstrip("/"), roles=roles_from(env))


def roles_from(env: Mapping[str, str]) -> dict[str, Credential]:
    """Bearer credentials from UPSERTSPEC_TOKEN_EDITOR, …_CREATOR, …_UPDATER and …_VIEWER, where they are set."""
    named = {role: VARIABLE + role.upper() for role in ROLES}
    return {
        role: Credential(secret=Secret(_sendable(env[name], name), name))
        for role, name in named.items()
        if env.get(name)
    }


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError as wrong:
        raise ConfigError([f"there is no file {path}; `upsertspec init` writes one"]) from wrong
    except (OSError, UnicodeDecodeError) as wrong:
        raise ConfigError([f"can't be read as UTF-8 text: {wrong}"], str(path)) from wrong


def _sendable(value: str, variable: str) -> str:
    """A header can carry visible ASCII only; what else would fail in the middle of a run is told now."""
    if not all(" " <= c <= "~" for c in value) or value != value.strip():
        raise ConfigError(
            [f"{variable} holds a character that no header can carry (a line break, perhaps); set it anew"]
        )
    return value


class _Reader:
    """Reads a checked TOML document; collects the environment variables that are not set."""

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self._env = env
        self._folder = folder
        self.missing: list[str] = []

    def target(self, raw: Mapping[str, Any]) -> Target:
        tables = raw.get("tables", {})
        return Target(
            url=raw["url"].rstrip("/"),
            name=raw.get("name", ""),
            dialect=raw.get("dialect", "native"),
            profiles=tuple(dict.fromkeys(["core", *raw.get("profiles", [])])),
            roles=self._roles(raw.get("roles")),
            table_ids={name: str(settings["id"]) for name, settings in tables.items() if "id" in settings},
            field_names={name: settings.get("fields", {}) for name, settings in tables.items()},
            headers={name: self._value(value) for name, value in raw.get("headers", {}).items()},
            timeout=float(raw.get("timeout", DEFAULT_TIMEOUT)),
            rate_limit=raw.get("rate_limit"),
            session=self._session(raw),
            known_failures=tuple(KnownFailure(**entry) for entry in raw.get("known_failures", [])),
        )

    def _roles(self, raw: Mapping[str, Any] | None) -> dict[str, Credential]:
        if raw is None:
            return roles_from(self._env)
        return {role: self._credential(settings) for role, settings in raw.items()}

    def _credential(self, settings: Mapping[str, Any]) -> Credential:
        if "bearer" in settings:
            return Credential(secret=self._secret(settings["bearer"]))
        if "basic" in settings:
            return basic(settings["basic"]["username"], self._secret(settings["basic"]["password"]))
        if "login" in settings:
            return Credential(login=self._login(settings["login"]))
        return Credential(settings["header"], settings.get("prefix", ""), self._secret(settings["value"]))

    def _login(self, settings: Mapping[str, Any]) -> Login:
        content = settings.get("json", settings.get("form", {}))
        style = "form" if "form" in settings else "json"
        values = {name: self._value(value) for name, value in content.items()}
        return Login(settings["path"], settings.get("method", "POST"), style, values)

    def _value(self, value: Any) -> str | Secret:
        return value if isinstance(value, str) else self._secret(value)

    def _secret(self, reference: Mapping[str, str]) -> Secret:
        name = reference["env"]
        if not self._env.get(name):
            self.missing.append(f"the environment variable {name} is not set; export it, or take the entry out")
            return Secret("", name)
        return Secret(_sendable(self._env[name], name), name)

    def _session(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        tls = raw.get("tls", {})
        settings: dict[str, Any] = {"verify": self._file(tls["ca"]) if "ca" in tls else tls.get("verify", True)}
        if "client_certificate" in tls:
            key = [self._file(tls["client_key"])] if "client_key" in tls else []
            settings["cert"] = (
                (self._file(tls["client_certificate"]), *key) if key else self._file(tls["client_certificate"])
            )
        if "proxy" in raw:
            settings["proxies"] = {"http": raw["proxy"], "https": raw["proxy"]}
        return settings

    def _file(self, name: str) -> str:
        path = self._folder / name
        if not path.is_file():
            self.missing.append(
                f"tls: there is no file {path}; mend the path (it counts from the target file's folder)"
            )
        return str(path)
