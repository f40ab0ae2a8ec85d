"""Records exchanges as evidence: masked, capped, and each with a `curl` command."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from functools import partial

from upsertspec.dialects.base import Response
from upsertspec.errors import TargetSilent
from upsertspec.http.curl import curl_flags, curl_line
from upsertspec.http.exchange import Exchange
from upsertspec.http.masking import Masker
from upsertspec.http.text import printable
from upsertspec.target.target import Secret, Target

FAILURE_SHOWN = 300
COOKIE_FLAGS = ("-b", "cookies.txt", "-c", "cookies.txt")


class Recorder:
    """The exchanges of one client. `log` holds them in order; `step` is the scenario's step that new ones belong to."""

    def __init__(self, target: Target, masker: Masker) -> None:
        self.log: list[Exchange] = []
        self.step = ""
        self._masker = masker
        self._shell: dict[str, str] = {}
        self.know(target.secrets())
        self._flags = curl_flags(target.session)
        logins = {role: credential.login for role, credential in target.roles.items() if credential.login}
        self._logged_in = {role for role, login in logins.items() if not login.token}

    def know(self, secrets: Iterable[Secret]) -> None:
        """Mask these from now on, and show what stands for them in a shell."""
        new = [secret for secret in secrets if secret.value not in self._shell]
        for secret in new:
            self._shell |= {secret.value: "", **secret.shell()}
        self._shell = {value: text for value, text in self._shell.items() if text}
        self._masker.learn(secret.value for secret in new)

    def begin(
        self, role: str, method: str, url: str, headers: Mapping[str, str], body: bytes | None, attempt: int
    ) -> Exchange:
        """Record a request that is about to be sent."""
        flags = [*self._flags, *(COOKIE_FLAGS if role in self._logged_in else ())]
        exchange = Exchange(
            role,
            method,
            url,
            headers,
            body,
            failure="the harness was stopped",
            attempt=attempt,
            step=self.step,
            command=partial(curl_line, method, url, headers, body, self._shell, flags, self._masker.text),
            masker=self._masker,
        )
        self.log.append(exchange)
        exchange.started, exchange.clock = time.time(), time.perf_counter()
        return exchange

    def end(self, exchange: Exchange, response: Response, cookies: Iterable[str]) -> None:
        """Record the response. `cookies` are the session's, and its token; they are masked from now on."""
        exchange.elapsed = time.perf_counter() - exchange.clock
        self._masker.learn(cookies)
        exchange.failure = ""
        exchange.status = response.status
        exchange.raw_response_headers = response.headers
        exchange.raw_response_body = self._masker.start(response.body)
        exchange.response_size = len(response.body)

    def fail(self, exchange: Exchange, silent: TargetSilent) -> str:
        """Record that there is no usable response; return the reason, safe to print."""
        exchange.elapsed = time.perf_counter() - exchange.clock
        why = printable(self._masker.text(str(silent)))[:FAILURE_SHOWN]
        exchange.failure = f"{silent.kind}: {why}"
        return why
