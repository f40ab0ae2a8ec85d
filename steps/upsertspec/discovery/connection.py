"""How the target is connected to: TLS, a proxy, extra headers. For the first requests, and for the target file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from upsertspec.discovery.toml import toml_key, toml_text, toml_value
from upsertspec.errors import ConfigError
from upsertspec.target.proxy import proxied
from upsertspec.target.references import unsendable
from upsertspec.target.target import Secret, Target


@dataclass(frozen=True)
class Connection:
    """The settings of a connection. `headers` are the names of environment variables, by the header's name."""

    verify: bool = True
    ca: str = ""
    client_certificate: str = ""
    client_key: str = ""
    proxy: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def applied(self, target: Target, env: Mapping[str, str]) -> Target:
        """The target, connected to like this. Raises ConfigError as `session` and `sent` do."""
        _, hidden = proxied(self.proxy, env) if self.proxy else ({}, ())
        headers = {name: Secret(value, self.headers[name]) for name, value in self.sent(env).items()}
        return replace(
            target,
            session={**target.session, **self.session(env)},
            headers={**target.headers, **headers},
            hidden=(*target.hidden, *hidden),
        )

    def session(self, env: Mapping[str, str]) -> dict[str, Any]:
        """The settings of a session of requests. Raises ConfigError for a file that does not exist."""
        if missing := [file for file in self._files().values() if not Path(file).is_file()]:
            raise ConfigError([f"there is no file {file}; name one that exists" for file in missing])
        settings: dict[str, Any] = {"verify": self.ca or False} if self.ca or not self.verify else {}
        if self.client_certificate:
            key = self.client_key
            settings["cert"] = (self.client_certificate, key) if key else self.client_certificate
        return settings | (proxied(self.proxy, env)[0] if self.proxy else {})

    def sent(self, env: Mapping[str, str]) -> dict[str, str]:
        """The extra headers with their values. Raises ConfigError for a variable that is not set, or can't be sent."""
        if wrong := [name for name in self.headers.values() if not env.get(name) or unsendable(env[name])]:
            raise ConfigError(
                [f"the environment variable {name} is not set, or no header can carry it" for name in wrong]
            )
        return {header: env[name] for header, name in self.headers.items()}

    def top(self) -> Iterator[str]:
        """The line of the proxy."""
        if self.proxy:
            yield f"proxy = {toml_text(self.proxy)}"

    def tables(self) -> Iterator[str]:
        """The tables of TLS and headers."""
        tls: dict[str, Any] = {name: str(Path(file).resolve()) for name, file in self._files().items()}
        tls |= {} if self.verify else {"verify": False}
        headers = {name: {"env": variable} for name, variable in self.headers.items()}
        for name, content in {"tls": tls, "headers": headers}.items():
            if content:
                yield f"[{name}]"
                yield from (f"{toml_key(key)} = {toml_value(value)}" for key, value in content.items())

    def _files(self) -> dict[str, str]:
        named = {"ca": self.ca, "client_certificate": self.client_certificate, "client_key": self.client_key}
        return {name: file for name, file in named.items() if file}
