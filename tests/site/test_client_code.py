"""The recorded requests as client code: each sends what was recorded, and gets the answer that was recorded."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.kit import serving
from tests.report.kit import CLI, environment, started
from tests.site.test_site import tree
from upsertspec.site import client_code
from upsertspec.site.recording import SERVED, Recorded
from upsertspec.spec import criteria as spec

Sent = tuple[str, str, dict[str, str], Any]
ALONE = {"S-za8d": "403", "S-st7v": "created", "S-49ms": "400", "S-v6jy": "401", "S-j6zw": "400", "S-v8es": "results"}
"""Scenarios whose request needs no stored record, and what their answers have; the first needs that none is stored."""
COMPARED = ("content-type", "authorization", "if-match", "idempotency-key")


@contextlib.contextmanager
def listening() -> Iterator[tuple[str, list[Sent]]]:
    """A server that keeps what it is sent; its URL, and the requests."""
    kept: list[Sent] = []

    class Handler(BaseHTTPRequestHandler):
        def do_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): text for name, text in self.headers.items() if name.lower() in COMPARED}
            kept.append((self.command, self.path, headers, parsed(body.decode())))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = do_PATCH = do_DELETE = do_any  # noqa: N815 - the base calls them so

        def log_message(self, *_: Any) -> None:
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url:
        yield url, kept


def parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def wanted(recorded: Recorded, env: dict[str, str]) -> Sent:
    headers = {name.lower(): text for name, text in recorded.headers.items() if name.lower() in COMPARED}
    if "\u2022" in headers.get("authorization", ""):
        headers["authorization"] = f"Bearer {env[f'UPSERTSPEC_TOKEN_{recorded.role.upper()}']}"
    return recorded.method, recorded.path, headers, parsed(recorded.body or "")


def in_python(codes: list[str], monkeypatch: pytest.MonkeyPatch, env: dict[str, str]) -> list[str]:
    for name in (
        "UPSERTSPEC_TOKEN_EDITOR",
        "UPSERTSPEC_TOKEN_CREATOR",
        "UPSERTSPEC_TOKEN_UPDATER",
        "UPSERTSPEC_TOKEN_VIEWER",
    ):
        monkeypatch.setenv(name, env[name])
    said = []
    for code in codes:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(code, "client", "exec"), {})
        said.append(out.getvalue())
    return said


def in_bash(line: str, env: dict[str, str]) -> str:
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, env=env).stdout


def in_javascript(codes: list[str], env: dict[str, str]) -> list[str]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node on the PATH")
    whole = "\n".join(f"{{\n{code}\nconsole.log('---');\n}}" for code in codes)
    done = subprocess.run([node, "--input-type=module"], input=whole, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split("---\n")[:-1]


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_it_sends_what_was_recorded(
    recorded: dict[str, Recorded], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    env, write = environment(), getattr(client_code, language)
    written = [(each, code) for each in recorded.values() if (code := write(each))]
    assert len(written) > 0.8 * len(recorded)
    with listening() as (url, kept):
        codes = [code.replace(SERVED, url) for _, code in written]
        in_python(codes, monkeypatch, env) if language == "python" else in_javascript(codes, env)
    for (each, code), sent in zip(written, kept, strict=True):
        assert sent == wanted(each, env), code


@pytest.mark.parametrize("language", ["curl", "python", "javascript"])
def test_it_gets_the_answer_that_was_recorded(
    recorded: dict[str, Recorded], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    shown = {name: recorded[name] for name in ALONE}
    with started() as url:
        env = environment()
        if language == "curl":
            lines = [each.curl.replace(SERVED, url) for each in shown.values()]
            said = [in_bash(line, env) for line in lines]
        else:
            write = getattr(client_code, language)
            codes = [write(each).replace(SERVED, url) for each in shown.values()]
            said = in_python(codes, monkeypatch, env) if language == "python" else in_javascript(codes, env)
    for (name, each), answer in zip(shown.items(), said, strict=True):
        assert str(each.status) in answer.splitlines()[0], (name, answer)
        assert ALONE[name] in answer


@pytest.mark.parametrize(
    "changes",
    [
        {"body": "x" * 4001},
        {"body": "\u2022\u2022\u2022"},
        {"headers": {"Authorization": "Bearer \u2022\u2022\u2022x"}},
        {"headers": {"X": "a\tb"}},
        {"method": "GET", "body": "{}"},
    ],
)
def test_what_no_library_sends_is_not_written(recorded: dict[str, Recorded], changes: dict[str, Any]) -> None:
    whole = recorded["S-st7v"]
    odd = Recorded(**{**vars(whole), **changes})
    assert (client_code.python(whole) != "", client_code.python(odd), client_code.javascript(odd)) == (True, "", "")


@pytest.mark.parametrize(
    "body", ['{"age": 9007199254740993}', '{"__proto__": {"x": 1}}', '{"age": NaN}', '{"a": 1.50}']
)
def test_what_a_library_would_change_is_sent_as_text(recorded: dict[str, Recorded], body: str) -> None:
    odd = Recorded(**{**vars(recorded["S-st7v"]), "body": body})
    assert f"body: {json.dumps(body)}," in client_code.javascript(odd)
    assert 'json={"' in client_code.python(odd) or f"data={body!r}.encode()," in client_code.python(odd)


def test_what_is_invisible_is_written_out(recorded: dict[str, Recorded]) -> None:
    odd = Recorded(**{**vars(recorded["S-st7v"]), "body": json.dumps({"a": "\u202e\ud800\U000e0001", "b": "ß😀"})})
    for code in (client_code.python(odd), client_code.javascript(odd)):
        assert code.replace("\n", "").isprintable()
        assert r"\u202e\ud800\udb40\udc01" in code
        assert "ß😀" in code


def test_the_environment_has_no_token_in_a_page(recorded: dict[str, Recorded]) -> None:
    tokens = [text for name, text in environment().items() if name.startswith("UPSERTSPEC_TOKEN_")]
    said = " ".join(f"{each.curl} {client_code.python(each)} {each.answer}" for each in recorded.values())
    assert tokens
    assert not [token for token in tokens if token in said]
    assert "Bearer {os.environ[" in said
    assert os.environ.get("UPSERTSPEC_TOKEN_EDITOR", "-none-") not in said


@pytest.mark.slow
def test_every_scenario_shows_a_request_and_its_answer(tmp_path: Path) -> None:
    done = subprocess.run([*CLI, "docs", "-o", str(tmp_path)], capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    without = [
        heading.get("id")
        for profile in spec.PROFILES
        for article in tree(tmp_path / f"{profile}.html").iter("article")
        for heading in article.iter("h3")
        if not [each for each in article.iter("details") if each.get("class") == "recorded"]
    ]
    assert without == []
