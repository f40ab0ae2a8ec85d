"""The sessions of a client, one for each role, and the login of roles that have one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from urllib.parse import urlencode

from upsertspec.dialects.base import Request, Response
from upsertspec.dialects.paths import walk
from upsertspec.errors import NotTestable
from upsertspec.http.session import Keeping, Limits, Session
from upsertspec.spec.schema import ROLES
from upsertspec.target.target import Login, Secret, Target

FORM = "application/x-www-form-urlencoded"

Send = Callable[[Session, Request], Response]
"""Sends one request over a session."""


class Logins:
    """The sessions that have logged in, by role. Clients of several threads share them, so a role logs in once."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()

    def log_in(self, role: str, login: Login, session: Session, send: Send) -> None:
        """Give the session the cookies or the token of the role. Raises NotTestable where the login gives none."""
        with self._lock:
            if role in self._sessions:
                session.adopt(self._sessions[role])
                return
            response = send(session, _request(login))
            if token := token_in(login, response):
                session.token = {login.header: login.prefix + token}
            if response.status >= 400 or not (token if login.token else session.cookies()):
                session.close()
                none = f"and has no token at {login.token}" if login.token else "and set no cookie"
                why = none if response.status < 400 else "; check its path and content"
                raise NotTestable(f"the login of the {role} role was answered with {response.status} {why}")
            self._sessions[role] = session

    def forget(self) -> None:
        """Log in again: a target that was started again knows nobody."""
        with self._lock:
            self._sessions.clear()


class Sessions:
    """Opens a session for each role when it is first used."""

    def __init__(self, target: Target, keeping: Keeping, logins: Logins) -> None:
        self._target = target
        self._keeping = keeping
        self._logins = logins
        self._open: dict[str, Session] = {}

    def session(self, role: str, send: Send) -> Session:
        """The session of the role, or of a broken credential. `send` is used where the role has to log in."""
        if role not in self._open:
            credential = self._target.roles.get(role)
            login = credential.login if credential else None
            session = Session(Limits(self._target.timeout), self._target.session, login is not None, self._keeping)
            if login:
                self._logins.log_in(role, login, session, send)
            self._open[role] = session
        return self._open[role]

    def release(self, who: str) -> None:
        """Close the connection of a broken credential: there are many, and the target may allow few connections."""
        if who not in ROLES and who in self._open:
            self._open[who].close()

    def close(self) -> None:
        """Close every session."""
        for session in self._open.values():
            session.close()
        self._open.clear()


def token_in(login: Login, response: Response) -> str:
    """The token in the answer to a login; empty where there is none."""
    try:
        found = walk(response.parsed(), login.token) if login.token else ""
    except (ValueError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""


def _request(login: Login) -> Request:
    content = {k: v.value if isinstance(v, Secret) else v for k, v in login.content.items()}
    if login.style == "form":
        return FormRequest(login.method, login.path, json=content, headers={"Content-Type": FORM})
    return Request(login.method, login.path, json=content)


class FormRequest(Request):
    """A request with its content as a URL-encoded form."""

    def body(self) -> bytes | None:
        """The form."""
        return urlencode(self.json).encode("ascii")
