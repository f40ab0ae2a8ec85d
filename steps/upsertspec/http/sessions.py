"""The sessions of a client, one for each role, and the login of roles that have one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from urllib.parse import urlencode

from upsertspec.dialects.base import Request, Response
from upsertspec.dialects.paths import walk
from upsertspec.errors import NotTestable
from upsertspec.http.csrf import csrf_token
from upsertspec.http.session import Keeping, Limits, Session
from upsertspec.spec.schema import CALLERS
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
            self._sessions[role] = _logged_in(role, login, session, send)

    def adopt_newer(self, role: str, session: Session) -> bool:
        """Give the session the cookies or the token that another client got since, if there are any."""
        with self._lock:
            newest = self._sessions.get(role, session)
            if (newest.cookies(), newest.token) == (session.cookies(), session.token):
                return False
            session.adopt(newest)
            return True

    def log_in_again(self, role: str, login: Login, session: Session, send: Send) -> None:
        """Give the session new cookies or a new token. Raises NotTestable where the login gives none."""
        if self.adopt_newer(role, session):
            return
        with self._lock:
            session.forget()
            self._sessions.pop(role, None)
            self._sessions[role] = _logged_in(role, login, session, send)

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

    def adopt_newer(self, role: str) -> bool:
        """Whether another client has logged in the role since; its cookies or token are used from now on."""
        return role in self._open and self._logins.adopt_newer(role, self._open[role])

    def log_in_again(self, role: str, send: Send) -> None:
        """Log in the role once more. Raises NotTestable where the target refuses it."""
        credential = self._target.roles[role]
        if credential.login and role in self._open:
            self._logins.log_in_again(role, credential.login, self._open[role], send)

    def csrf(self, role: str) -> dict[str, str]:
        """The header with the CSRF token of a role that has logged in, if there is one."""
        credential = self._target.roles.get(role)
        csrf = credential.login.csrf if credential and credential.login else None
        if csrf is None:
            return {}
        session = self._open[role]
        session.csrf = csrf_token(csrf, session)
        return {csrf.header: session.csrf} if session.csrf else {}

    def release(self, who: str) -> None:
        """Close the connection of a broken credential: there are many, and the target may allow few connections."""
        if who not in CALLERS and who in self._open:
            self._open[who].close()

    def close(self) -> None:
        """Close every session."""
        for session in self._open.values():
            session.close()
        self._open.clear()


def _logged_in(role: str, login: Login, session: Session, send: Send) -> Session:
    """The session, after its login. Raises NotTestable where the login gives neither cookie nor token."""
    _fetch_csrf(login, session, send)
    response = send(session, _request(login, session.csrf))
    if token := token_in(login, response):
        session.token = {login.header: login.prefix + token}
    if response.status >= 400 or not (token if login.token else session.cookies()):
        session.close()
        none = f"and has no token at {login.token}" if login.token else "and set no cookie"
        why = none if response.status < 400 else "; check its path and content"
        raise NotTestable(f"the login of the {role} role was answered with {response.status} {why}")
    _fetch_csrf(login, session, send)  # a login may change it
    return session


def _fetch_csrf(login: Login, session: Session, send: Send) -> None:
    if login.csrf and login.csrf.page:
        page = send(session, Request("GET", login.csrf.page))
        session.csrf = csrf_token(login.csrf, session, page) or session.csrf


def token_in(login: Login, response: Response) -> str:
    """The token in the answer to a login; empty where there is none."""
    try:
        found = walk(response.parsed(), login.token) if login.token else ""
    except (ValueError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""


def _request(login: Login, token: str) -> Request:
    content = {k: v.value if isinstance(v, Secret) else v for k, v in login.content.items()}
    headers = {login.csrf.header: token} if login.csrf and token else {}
    if login.csrf and login.csrf.field:
        content[login.csrf.field] = token
    if login.style == "form":
        return FormRequest(login.method, login.path, json=content, headers={"Content-Type": FORM, **headers})
    return Request(login.method, login.path, json=content, headers=headers)


class FormRequest(Request):
    """A request with its content as a URL-encoded form."""

    def body(self) -> bytes | None:
        """The form."""
        return urlencode(self.json).encode("ascii")
