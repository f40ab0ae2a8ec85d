"""From a target file, or a URL and the environment, to a `Target`. Every fault is named at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from upsertspec.errors import ConfigError
from upsertspec.spec.schema import CALLERS, ROLES, organizations
from upsertspec.spec.text import printable
from upsertspec.target.address import base_and_query, fault_of_base
from upsertspec.target.baseline import read_baseline
from upsertspec.target.bindings import bindings_from
from upsertspec.target.proxy import proxied
from upsertspec.target.references import unsendable
from upsertspec.target.target import (
    DEFAULT_CLIENTS,
    DEFAULT_TIMEOUT,
    IDEMPOTENCY_KEY,
    ClientCredentials,
    Credential,
    Csrf,
    KnownFailure,
    Login,
    Secret,
    Target,
    TokenCommand,
    basic,
)
from upsertspec.target.validate import faults

VARIABLE = "UPSERTSPEC_TOKEN_"
EXPIRED = f"{VARIABLE}EXPIRED"

Roles = Mapping[str, Any] | list[str] | Literal[False] | None
"""What a file says of roles: a table, a list, false where the target asks for no credentials, or nothing."""


def from_file(path: Path, env: Mapping[str, str]) -> Target:
    """The target that a TOML file describes. Raises ConfigError with every fault of the file."""
    text = _text(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise ConfigError([f"is not TOML: {wrong}; fix it there"], str(path)) from wrong
    except RecursionError as wrong:
        raise ConfigError(["is no target file: it is nested too deeply; write it anew"], str(path)) from wrong
    if found := faults(raw, text, env, path.parent):
        raise ConfigError(found, str(path))
    return _Reader(env, path).target(raw)


def from_url(url: str, env: Mapping[str, str]) -> Target:
    """A native target at this URL, with the tokens that the environment has. Raises ConfigError for a bad URL."""
    if wrong := fault_of_base(url):
        raise ConfigError([wrong])
    base, query = base_and_query(url)
    return Target(url=base, query=query, roles=roles_from(env), expired=expired_from(env))


def roles_from(env: Mapping[str, str]) -> dict[str, Credential]:
    """Bearer credentials from UPSERTSPEC_TOKEN_EDITOR, …_CREATOR, …_NORTH and so on, where they are set."""
    named = {role: VARIABLE + role.upper() for role in CALLERS if env.get(VARIABLE + role.upper())}
    if wrong := [name for name in named.values() if unsendable(env[name])]:
        raise ConfigError([f"{name} holds a character that no header can carry; set it anew" for name in wrong])
    return {
        role: Credential(secret=Secret(env[name], name), organization=organizations().get(role, ""))
        for role, name in named.items()
    }


def expired_from(env: Mapping[str, str]) -> Credential | None:
    """The bearer credential in UPSERTSPEC_TOKEN_EXPIRED: one that was valid once. None where it is not set."""
    if not env.get(EXPIRED):
        return None
    if unsendable(env[EXPIRED]):
        raise ConfigError([f"{EXPIRED} holds a character that no header can carry; set it anew"])
    return Credential(secret=Secret(env[EXPIRED], EXPIRED))


def without_roles(raw: Roles) -> frozenset[str]:
    """The roles that the target does not have: those missing from a list, or those that are false in a table."""
    if raw is False:
        return frozenset(ROLES) - {"editor"}
    if isinstance(raw, list):
        return frozenset(ROLES) - set(raw)
    return frozenset(role for role, settings in (raw or {}).items() if settings is False)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError as wrong:
        raise ConfigError([f"there is no file {path}; `upsertspec init` writes one"]) from wrong
    except (OSError, ValueError) as wrong:
        fix = "name a file of UTF-8 text that can be read"
        raise ConfigError([f"can't be read as UTF-8 text ({wrong}); {fix}"], str(path)) from wrong


def _known(entry: Mapping[str, Any]) -> list[KnownFailure]:
    """One for a whole criterion, or one for each named scenario."""
    titles = entry.get("scenarios", [entry.get("scenario", "")])
    return [KnownFailure(entry["criterion"], entry["reason"], title) for title in titles]


def _listed(statuses: Any) -> tuple[int, ...]:
    return tuple(statuses) if isinstance(statuses, list) else (statuses,)


def _of_headers(headers: Mapping[str, str | Secret]) -> Credential:
    """The credential of a role that has nothing but headers: the first secret one is what can be broken."""
    for name, value in headers.items():
        if isinstance(value, Secret):
            return Credential(name, "", value, more={other: v for other, v in headers.items() if other != name})
    return Credential(prefix="", more=headers)


class _Reader:
    """Reads a checked TOML document."""

    def __init__(self, env: Mapping[str, str], source: Path) -> None:
        self._env = env
        self._source = source
        self._folder = source.parent

    def target(self, raw: Mapping[str, Any]) -> Target:
        base, query = base_and_query(raw["url"])
        baseline = self._file(raw["baseline"]) if "baseline" in raw else ""
        listed = read_baseline(Path(baseline)) if baseline else ()
        proxy, hidden = proxied(raw["proxy"], self._env) if "proxy" in raw else ({}, ())
        return Target(
            url=base,
            query={**query, **{name: self._value(value) for name, value in raw.get("query", {}).items()}},
            is_open=raw.get("roles") is False,
            name=printable(raw.get("name", "")),
            dialect=raw.get("dialect", "shape" if "shape" in raw else "native"),
            dialect_options=raw.get("dialect_options", raw.get("shape", {})),
            profiles=tuple(dict.fromkeys(["core", *raw.get("profiles", [])])),
            roles=self._roles(raw.get("roles")),
            without=without_roles(raw.get("roles")),
            untrue=self._untrue(raw.get("roles")),
            bindings=bindings_from(raw.get("tables", {})),
            headers={name: self._value(value) for name, value in raw.get("headers", {}).items()},
            timeout=float(raw.get("timeout", DEFAULT_TIMEOUT)),
            rate_limit=raw.get("rate_limit"),
            settle=float(raw.get("settle", 0)),
            idempotency_key=raw.get("idempotency_key", IDEMPOTENCY_KEY),
            clients=int(raw.get("clients", DEFAULT_CLIENTS)),
            session={**self._session(raw), **proxy},
            hidden=hidden,
            expired=self._expired(raw),
            known_failures=(*(known for entry in raw.get("known_failures", []) for known in _known(entry)), *listed),
            baseline=baseline,
            deviations={kind: _listed(given) for kind, given in raw.get("deviations", {}).items()},
            source=str(self._source),
            restart=raw.get("restart", ""),
            requirement_set=raw.get("set", ""),
            implementation=raw.get("implementation", {}),
        )

    def _untrue(self, raw: Roles) -> dict[tuple[str, str], str]:
        """The roles that the file states not to be there, although the environment has a token for them."""
        if raw is False:  # no role has a token, whatever tokens the environment has for other targets
            return {}
        there = without_roles(raw) & {role for role in ROLES if self._env.get(f"{VARIABLE}{role.upper()}")}
        return {("roles", role): f"{VARIABLE}{role.upper()} is set" for role in there}

    def _roles(self, raw: Roles) -> dict[str, Credential]:
        if raw is False:
            return {"editor": Credential()}
        if raw is None:
            return roles_from(self._env)
        if isinstance(raw, list):
            return {role: credential for role, credential in roles_from(self._env).items() if role in raw}
        held = {role: settings for role, settings in raw.items() if settings is not False}
        return {role: self._role(role, settings) for role, settings in held.items()}

    def _role(self, role: str, settings: Mapping[str, Any]) -> Credential:
        organization = settings.get("organization", organizations().get(role, ""))
        return replace(self._credential(settings, VARIABLE + role.upper()), organization=organization)

    def _expired(self, raw: Mapping[str, Any]) -> Credential | None:
        """The expired credential; from the environment where the file has no table of roles."""
        if "expired" in raw:
            return self._credential(raw["expired"], EXPIRED)
        return None if isinstance(raw.get("roles"), dict) else expired_from(self._env)

    def _credential(self, settings: Mapping[str, Any], variable: str) -> Credential:
        more = {name: self._value(value) for name, value in settings.get("headers", {}).items()}
        if settings.keys() == {"headers"}:
            return _of_headers(more)
        return replace(self._main_credential(settings, variable), more=more)

    def _main_credential(self, settings: Mapping[str, Any], variable: str) -> Credential:
        """The credential. `variable` stands in `curl` lines for a token that is issued."""
        if "oauth2" in settings:
            asked = {**settings["oauth2"], "client_secret": self._secret(settings["oauth2"]["client_secret"])}
            return Credential(source=ClientCredentials(**asked, variable=variable))
        issued = settings.get("bearer", settings.get("value", {})).get("command")
        source = TokenCommand(tuple(issued), str(self._folder), variable) if issued else None
        if "bearer" in settings:
            return Credential(source=source) if source else Credential(secret=self._secret(settings["bearer"]))
        if "basic" in settings:
            return basic(self._value(settings["basic"]["username"]), self._value(settings["basic"]["password"]))
        if "login" in settings:
            return Credential(login=self._login(settings["login"]))
        secret = None if source else self._secret(settings["value"])
        if "query" in settings:
            return Credential(prefix="", secret=secret, query=settings["query"], source=source)
        return Credential(settings["header"], settings.get("prefix", ""), secret, source=source)

    def _login(self, settings: Mapping[str, Any]) -> Login:
        content = settings.get("json", settings.get("form", {}))
        style: Literal["json", "form"] = "form" if "form" in settings else "json"
        values = {name: self._value(value) for name, value in content.items()}
        token = settings.get("token", "")
        header, prefix = settings.get("header", "Authorization"), settings.get("prefix", "Bearer ")
        csrf = Csrf(**settings["csrf"]) if "csrf" in settings else None
        return Login(settings["path"], settings.get("method", "POST"), style, values, token, header, prefix, csrf)

    def _value(self, value: Any) -> str | Secret:
        return value if isinstance(value, str) else self._secret(value)

    def _secret(self, reference: Mapping[str, str]) -> Secret:
        return Secret(self._env[reference["env"]], reference["env"])

    def _session(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        tls = raw.get("tls", {})
        settings: dict[str, Any] = {"verify": self._file(tls["ca"]) if "ca" in tls else tls.get("verify", True)}
        if "client_certificate" in tls:
            key = [self._file(tls["client_key"])] if "client_key" in tls else []
            settings["cert"] = (
                (self._file(tls["client_certificate"]), *key) if key else self._file(tls["client_certificate"])
            )
        return settings

    def _file(self, name: str) -> str:
        return str(self._folder / name)
