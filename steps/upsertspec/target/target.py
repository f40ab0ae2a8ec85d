"""The target as data."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from upsertspec.spec.criteria import Case
from upsertspec.target.bindings import Bindings

DEFAULT_TIMEOUT = 10.0
DEFAULT_CLIENTS = 20
MOST_CLIENTS = 256
IDEMPOTENCY_KEY = 'Idempotency-Key: "{key}"'
DEFAULT_VARIABLE = "UPSERTSPEC_SECRET"
SHORTEST_SECRET = 4
DIALECTS = "upsertspec.dialects"
"""The group of entry points that dialects are registered in."""


@dataclass(frozen=True)
class Secret:
    """A value that is shown nowhere, and the environment variable that it came from.

    `made` is the shell's way to make it, where it is not the variable's value as it stands.
    """

    value: str = field(repr=False)
    variable: str = DEFAULT_VARIABLE
    made: str = ""

    def shell(self) -> dict[str, str]:
        """What stands for the value, and for it without its last letter, between the double quotes of a shell.

        Nothing does for a value so short that other text may hold it by chance.
        """
        if len(self.value) < SHORTEST_SECRET:
            return {}
        cut = {} if self.made else {self.value[:-1]: f"${{{self.variable}%?}}"}
        return {**cut, self.value: self.made or f"${{{self.variable}}}"}


@dataclass(frozen=True)
class Csrf:
    """Where the CSRF token of a login comes from, and how requests carry it: in `header`, and the login in `field` too.

    `page` is fetched before the login. The token is the value of the cookie, or what `name` names on the page.
    """

    header: str
    page: str = ""
    cookie: str = ""
    name: str = ""
    field: str = ""


@dataclass(frozen=True)
class Login:
    """A request that answers with cookies, or with a token: its path, and its content as JSON or as a form.

    `token` is where the token is in the answer's body, if there is one; `header` and `prefix` say how it is sent.
    """

    path: str
    method: str
    style: Literal["json", "form"]
    content: Mapping[str, str | Secret]
    token: str = ""
    header: str = "Authorization"
    prefix: str = "Bearer "
    csrf: Csrf | None = None


@dataclass(frozen=True)
class TokenCommand:
    """A command that prints a token, and the folder that it runs in."""

    words: tuple[str, ...]
    folder: str = "."
    variable: str = DEFAULT_VARIABLE

    @property
    def shell(self) -> str:
        """What makes the token in a shell."""
        return f"$({shlex.join(self.words)})"


@dataclass(frozen=True)
class ClientCredentials:
    """The credentials of a client, for which an OAuth 2 server gives a token (RFC 6749, 4.4)."""

    token_url: str
    client_id: str
    client_secret: Secret
    scope: str = ""
    audience: str = ""
    variable: str = DEFAULT_VARIABLE
    shell: str = ""


@dataclass(frozen=True)
class Credential:
    """How a role shows who it is: by one header, by a query parameter, or by a login.

    `query` is the name of the parameter, if it is that. `parts` are inside the secret, `more` are further headers. If
    there is a `source`, the secret is a token that it gives when one is needed (`http.tokens`). `organization` is
    that of a member (`north`, `south`).
    """

    header: str = "Authorization"
    prefix: str = "Bearer "
    secret: Secret | None = None
    login: Login | None = None
    parts: tuple[Secret, ...] = ()
    query: str = ""
    source: TokenCommand | ClientCredentials | None = None
    more: Mapping[str, str | Secret] = field(default_factory=dict)
    organization: str = ""

    @property
    def is_bearer(self) -> bool:
        """Whether this is the contract's own `Authorization: Bearer TOKEN`."""
        by_header = self.login is None and not self.query
        return by_header and self.header.lower() == "authorization" and self.prefix.lower() == "bearer "

    def headers(self) -> dict[str, str]:
        """The header that carries the credential, and those that go with it."""
        own = {self.header: self.prefix + self.secret.value} if self.secret and not self.query else {}
        return {**self.beside(), **own}

    def beside(self) -> dict[str, str]:
        """The headers that go with the credential."""
        return plain(self.more)

    def parameters(self) -> list[tuple[str, str]]:
        """The query parameter that carries the credential."""
        return [(self.query, self.secret.value)] if self.secret and self.query else []

    def secrets(self) -> list[Secret]:
        """Every secret in it."""
        held = [self.secret, *self.parts] if self.secret else []
        held += [self.source.client_secret] if isinstance(self.source, ClientCredentials) else []
        held += [value for value in self.more.values() if isinstance(value, Secret)]
        return held + [v for v in (self.login.content.values() if self.login else ()) if isinstance(v, Secret)]


def plain(values: Mapping[str, str | Secret]) -> dict[str, str]:
    """The values as they are sent."""
    return {name: value.value if isinstance(value, Secret) else value for name, value in values.items()}


def basic(username: str | Secret, password: str | Secret) -> Credential:
    """The credential of HTTP's basic scheme (RFC 7617). One of the two is a secret, or both are.

    Some APIs want a key as the user name, and no password.
    """
    user, word = plain({"user": username, "password": password}).values()
    encoded = base64.b64encode(f"{user}:{word}".encode()).decode("ascii")
    shown = ":".join(f'"${{{e.variable}}}"' if isinstance(e, Secret) else shlex.quote(e) for e in (username, password))
    made = f'$(printf %s {shown} | base64 | tr -d "\\n")'
    parts = tuple(each for each in (username, password) if isinstance(each, Secret))
    return Credential(prefix="Basic ", secret=Secret(encoded, parts[-1].variable, made), parts=parts)


@dataclass(frozen=True)
class KnownFailure:
    """A failure that is expected, with its reason: of a whole criterion, or of the scenario of this title or id.

    `baseline` is the file that lists it, if it is not the target file. There, `status` may be another than failed.
    """

    criterion: str
    reason: str
    scenario: str = ""
    status: str = "failed"
    baseline: str = ""

    def names(self, case: Case) -> bool:
        """Whether it names the case."""
        return self.criterion == case.criterion and (not self.scenario or case.is_called(self.scenario))


@dataclass(frozen=True)
class Target:
    """What the suite judges. `profiles` are the claimed ones; `rate_limit` is in requests a second, `settle` the
    seconds until a write shows in every read, 0 where that is at once.

    `deviations` are the statuses that the target declares by kind of outcome; `source` is the path of its file, if any;
    `whole` says whether all that the file claims is judged; `query` goes with every request; `is_open` says that the
    target asks for no credentials. `restart` is the command that starts it again. `clients` is how many are meant where
    a scenario says "many clients at once". `expired` is a credential that was valid once; `hidden` are the secrets of
    the connection. `idempotency_key` is the header that carries a key. `baseline` is the path of the baseline, if
    there is one; its entries are known failures too. `implementation` says who was judged; its version may be
    `{"command": […]}` or `{"header": "…"}`. `requirement_set` is the set that the verdict is about; empty for the
    newest.
    """

    url: str
    dialect: str = "native"
    dialect_options: Mapping[str, Any] = field(default_factory=dict)
    profiles: tuple[str, ...] = ("core",)
    roles: Mapping[str, Credential] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    untrue: Mapping[tuple[str, str], str] = field(default_factory=dict)
    bindings: Bindings = field(default_factory=Bindings)
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    timeout: float = DEFAULT_TIMEOUT
    rate_limit: float | None = None
    settle: float = 0.0
    clients: int = DEFAULT_CLIENTS
    session: Mapping[str, Any] = field(default_factory=dict)
    hidden: tuple[Secret, ...] = ()
    expired: Credential | None = None
    known_failures: tuple[KnownFailure, ...] = ()
    name: str = ""
    deviations: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    source: str = ""
    baseline: str = ""
    whole: bool = True
    restart: str = ""
    query: Mapping[str, str | Secret] = field(default_factory=dict)
    is_open: bool = False
    implementation: Mapping[str, Any] = field(default_factory=dict)
    requirement_set: str = ""
    idempotency_key: str = IDEMPOTENCY_KEY

    def secrets(self) -> list[Secret]:
        """Every secret of the target."""
        extra = [v for v in (*self.headers.values(), *self.query.values()) if isinstance(v, Secret)]
        held = [*self.roles.values(), *([self.expired] if self.expired else [])]
        return [secret for credential in held for secret in credential.secrets()] + extra + list(self.hidden)
