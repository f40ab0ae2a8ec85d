"""Tokens from a command or an OAuth 2 server, logins with a CSRF token, and what follows a 401."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.http.wire import Wire, always, headers_of, reply
from tests.kit import Done
from upsertspec.dialects.operations import Find
from upsertspec.errors import NotTestable
from upsertspec.http.client import Client
from upsertspec.target.target import ClientCredentials, Credential, Csrf, Login, Secret, TokenCommand

Serve = Callable[..., Wire]
Connect = Callable[..., Client]
FIND = Find("contacts", {})
COUNTS = """
import pathlib
file = pathlib.Path("count")
number = int(file.read_text()) + 1 if file.exists() else 1
file.write_text(str(number))
print("-".join(["issued", "token", str(number)]))
"""


class Server:
    """Takes the newest of its tokens, cookies and CSRF tokens, until they expire; issues new ones."""

    def __init__(self, csrf: str = "") -> None:
        self.number = 1
        self.csrf = csrf
        self.asked: list[dict[str, str]] = []

    def __call__(self, connection: object, request: bytes) -> bool:
        head, _, body = request.partition(b"\r\n\r\n")
        path = head.split(b" ")[1].decode()
        connection.sendall(self.answer(path, dict(headers_of(head)), body))
        return True

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> bytes:
        if path == "/token":
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            self.asked.append({**form, "authorization": headers.get("authorization", "")})
            return reply({"access_token": f"issued-token-{self.number}", "token_type": "Bearer"})
        if path == "/page":
            page = f'<html><meta name="csrf" content="page-token-{self.number}"></html>'
            return reply(raw=page.encode(), Content_Type="text/html", Set_Cookie="xsrf=q8Zr%2D4mT1v; Path=/")
        if path == "/json":
            return reply({"csrf": f"page-token-{self.number}"})
        if path == "/login":
            good = not self.csrf or headers.get("x-csrf") == self.csrf.format(self.number)
            return reply({}, 200 if good else 403, Set_Cookie=f"sid=session-cookie-{self.number}; Path=/")
        by_cookie = f"session-cookie-{self.number}" in headers.get("cookie", "")
        by_cookie = by_cookie and (not self.csrf or headers.get("x-csrf") == self.csrf.format(self.number))
        known = headers.get("authorization") == f"Bearer issued-token-{self.number}" or by_cookie
        return reply({"records": []}, 200 if known else 401)


def counting(folder: Path) -> Credential:
    return Credential(source=TokenCommand((sys.executable, "-c", COUNTS), str(folder)))


def oauth(url: str) -> Credential:
    return Credential(source=ClientCredentials(f"{url}/token", "me", Secret("client-secret", "CS"), scope="write"))


def login(csrf: Csrf | None = None) -> Credential:
    return Credential(login=Login("/login", "POST", "form", {"password": Secret("pass-word")}, csrf=csrf))


def shown(client: Client) -> str:
    return json.dumps([exchange.as_dict() for exchange in client.log])


@pytest.mark.parametrize("kind", ["command", "oauth2", "login"])
def test_an_expired_credential_is_renewed_once_and_shown_nowhere(
    kind: str, serve: Serve, client: Connect, tmp_path: Path
) -> None:
    server = Server()
    url = serve(server).url
    held = {"command": lambda: counting(tmp_path), "oauth2": lambda: oauth(url), "login": login}[kind]()
    one = client(url, roles={"editor": held})
    assert [one.call("editor", FIND).status for _ in range(2)] == [200, 200]
    other = one.for_thread()
    server.number += 1  # what was issued before has expired
    assert [each.call("editor", FIND).status for each in (other, one, other)] == [200, 200, 200]
    if kind == "command":
        assert (tmp_path / "count").read_text() == "2", "the command runs once for each token"
    if kind == "oauth2":
        pair = base64.b64encode(b"me:client-secret").decode()
        wanted = {"grant_type": "client_credentials", "scope": "write", "authorization": f"Basic {pair}"}
        assert server.asked == [wanted, wanted]
    for each in (one, other):
        assert not any(part in shown(each) for part in ("issued-token", "session-cookie", "client-secret"))


def test_a_command_stands_for_its_token_in_a_curl_line(serve: Serve, client: Connect, tmp_path: Path) -> None:
    one = client(serve(Server()).url, roles={"editor": Credential(source=TokenCommand(("echo", "issued-token-1")))})
    one.call("editor", FIND)
    assert 'Authorization: Bearer \'"$(echo issued-token-1)"' in one.log[-1].curl


def test_a_401_to_a_credential_that_still_works_stands(serve: Serve, client: Connect, tmp_path: Path) -> None:
    server = Server()
    one = client(serve(server).url, roles={"editor": counting(tmp_path)})
    one.call("editor", FIND)
    before = server.answer

    def strict(path: str, headers: dict[str, str], body: bytes) -> bytes:
        return reply({}, 401) if "phone" in path else before(path, headers, body)

    server.answer = strict
    assert one.call("editor", Find("contacts", {"phone": "a"})).status == 401
    assert one.answered is not None
    assert one.answered.status == 401
    assert (tmp_path / "count").read_text() == "1"


@pytest.mark.parametrize(
    ("csrf", "token"),
    [
        (Csrf("X-CSRF", page="/page", name="csrf"), "page-token-{}"),
        (Csrf("X-CSRF", page="/json", name="csrf"), "page-token-{}"),
        (Csrf("X-CSRF", page="/page", cookie="xsrf"), "q8Zr-4mT1v"),
    ],
    ids=["page", "JSON", "cookie"],
)
def test_a_csrf_token_goes_with_the_login_and_every_request(
    csrf: Csrf, token: str, serve: Serve, client: Connect
) -> None:
    server = Server(csrf=token)
    one = client(serve(server).url, roles={"editor": login(csrf)})
    assert one.call("editor", FIND).status == 200
    server.number += 1
    assert one.call("editor", FIND).status == 200
    assert not any(token.format(number) in shown(one) for number in (1, 2))


def test_a_header_and_a_proxy_with_credentials_can_be_named_on_the_command_line(
    serve: Serve, cli: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = serve(always(reply({"records": []}, 401)))
    for name, value in {"UPSERTSPEC_PROXY_USERNAME": "me", "UPSERTSPEC_PROXY_PASSWORD": "pass/w0rd", "T": "a"}.items():
        monkeypatch.setenv(name, value)
    done = cli("check", "http://unheard.example", "--proxy", wire.url, "--header", "X-Tenant=T")
    assert done.code == 3
    sent = dict(headers_of(wire.requests[0]))
    assert sent["proxy-authorization"] == f"Basic {base64.b64encode(b'me:pass/w0rd').decode()}"
    assert sent["x-tenant"] == "a"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("/no/such/program",), "can't be started"),
        ((sys.executable, "-c", "import sys; sys.exit('not signed in')"), "ended with exit code 1: not signed in"),
        ((sys.executable, "-c", "print()"), "is empty"),
        ((sys.executable, "-c", "print('a\\nb')"), "has a character that no header can carry"),
    ],
)
def test_a_command_that_gives_no_token_says_why(words: tuple[str, ...], why: str, client: Connect) -> None:
    with pytest.raises(NotTestable, match=why):
        client("http://127.0.0.1:1", roles={"editor": Credential(source=TokenCommand(words))}).call("editor", FIND)


@pytest.mark.parametrize("answer", [reply({}, 401), reply(raw=b"<html>"), reply([])])
def test_an_oauth_server_that_gives_no_token_is_named(answer: bytes, serve: Serve, client: Connect) -> None:
    def say(connection: object, request: bytes) -> bool:
        connection.sendall(answer)
        return True

    url = serve(say).url
    with pytest.raises(NotTestable, match=f"{url}/token answered .* without an access_token"):
        client(url, roles={"editor": oauth(url)}).call("editor", FIND)
