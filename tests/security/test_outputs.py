"""No output of any command shows a secret, whether the target passes, fails, or sends the token back in any form."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.http.wire import Wire, by_request, reply
from tests.report import kit
from tests.security.disguises import DISGUISES, left_of
from upsertspec.dialects.operations import Find
from upsertspec.dialects.registry import dialect_for
from upsertspec.http.client import Client
from upsertspec.target.target import Credential, Login, Secret, Target

TOKENS = {
    "UPSERTSPEC_TOKEN_EDITOR": "e1234567",
    "UPSERTSPEC_TOKEN_CREATOR": "Cr3ator.t0k/en+9=",
    "UPSERTSPEC_TOKEN_UPDATER": "u9f8a7b6c5d4",
    "UPSERTSPEC_TOKEN_VIEWER": "vXy-12_Zw~88",
}
DISGUISED = {name: [DISGUISES[name](token) for token in TOKENS.values()] for name in DISGUISES}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": f"API of {TOKENS['UPSERTSPEC_TOKEN_EDITOR']}", "description": str(DISGUISED)},
    "servers": [{"url": f"https://other.example.com/{TOKENS['UPSERTSPEC_TOKEN_VIEWER']}"}],
    "paths": {
        f"/v1/{made}/upsert": {"post": {"operationId": f"upsert {made}", "summary": made}}
        for made in (each[0] for each in DISGUISED.values())
    },
    "components": {"securitySchemes": {"k": {"type": "apiKey", "in": "header", "name": "X-e1234567"}}},
}


def call(folder: Path, *arguments: str, **tokens: str) -> str:
    """What a command prints."""
    done = subprocess.run(
        [*kit.CLI, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=kit.environment(**TOKENS),
        cwd=folder,
    )
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def outputs(folder: Path, url: str, *arguments: str) -> dict[str, str]:
    """All that a run and the commands that read its report write."""
    found = {"terminal": call(folder, "run", url, *arguments, "--report", "r", "--junit", "r/junit.xml")}
    for kind in ("markdown", "digest", "junit", "ctrf", "cucumber"):
        found[f"render {kind}"] = call(folder, "render", "r", "--format", kind)
    found["compare"] = call(folder, "compare", "r", "--format", "markdown")
    found["diff"] = call(folder, "diff", "r", "r")
    run = kit.Done(0, "", "", folder / "r")
    return {**found, "report.json": run.text, "report.html": run.page, "junit.xml": run.junit.read_text("utf-8")}


def shows_nothing(found: dict[str, str]) -> None:
    for place, text in found.items():
        assert len(text) > 20, place
        for line in {line for line in re.split(r'\n|", "|": "', text) if not kit.PACKED.search(line)}:
            for token in TOKENS.values():
                assert left_of(token, line) == set(), (place, line[:500])


@pytest.fixture(scope="module")
def echo() -> Iterator[Callable[[int], Wire]]:
    """A server that answers with the tokens in every form, and with this status to every write."""
    wires: list[Wire] = []

    def serve(status: int) -> Wire:
        def answer(method: str, path: str, body: bytes) -> bytes:
            if path.endswith("openapi.json"):
                return reply(DOCUMENT)
            echoed = {
                "records": [],
                "total": 0,
                "limit": 50,
                "offset": 0,
                "error": {"code": "no", "message": DISGUISED},
            }
            plain = {f"X-Echo-{at}": made[0] for at, made in enumerate(DISGUISED.values()) if made[0].isprintable()}
            headers = {name: value for name, value in plain.items() if value.isascii()}
            return reply(echoed, 200 if method == "GET" else status, **headers)

        wires.append(Wire(by_request(answer)))
        return wires[-1]

    yield serve
    for wire in wires:
        wire.stop()


def test_a_target_that_sends_tokens_back_gets_them_into_no_output(echo: Callable[[int], Wire], tmp_path: Path) -> None:
    shows_nothing(outputs(tmp_path, echo(500).url, "--profile", "hostile", "--criterion", "AC-001,AC-809"))


def test_a_token_that_is_a_word_is_masked_and_leaves_the_report_readable(
    echo: Callable[[int], Wire], tmp_path: Path
) -> None:
    url = echo(401).url
    call(tmp_path, "run", url, "--criterion", "AC-004", "--report", "r", UPSERTSPEC_TOKEN_EDITOR="editor")
    report = json.loads((tmp_path / "r" / "report.json").read_text("utf-8"))
    written = json.dumps(report, ensure_ascii=False)
    assert '"Authorization": "Bearer •••"' in written
    assert "Bearer editor" not in written
    assert '"role": "editor"' in written
    assert "the editor's token cut short" in written


def test_a_login_with_letters_that_are_not_ascii_is_shown_in_no_form() -> None:
    password = "pässwörd-9-ключ"
    for style in ("json", "form"):
        wire = Wire(by_request(lambda method, path, body: reply(raw=body, Set_Cookie="sid=c00kie-v4lue; Path=/")))
        content = {"user": "ed", "password": Secret(password)}
        login = Login("/login", "POST", "form" if style == "form" else "json", content)
        target = Target(wire.url, roles={"editor": Credential(login=login)})
        client = Client(target, dialect_for(target))
        client.call("editor", Find("contacts", {"email": "c00kie-v4lue"}))
        client.close()
        wire.stop()
        shown = json.dumps([exchange.as_dict() for exchange in client.log], ensure_ascii=False)
        assert "ed" in shown
        assert left_of(password, shown) | left_of("c00kie-v4lue", shown) == set()


def test_a_passing_target_shows_no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, token in TOKENS.items():
        monkeypatch.setitem(kit.TOKEN_VARIABLES, name, token)
    with kit.started() as url:
        found = outputs(tmp_path, url, "--profile", "hostile", "--criterion", "AC-809")
    assert "conformant" in found["terminal"]
    shows_nothing(found)


@pytest.mark.parametrize(
    "line",
    [["check"], ["explore", "--examples", "3"], ["soak", "--seconds", "1", "--users", "2"]],
    ids=lambda line: line[0],
)
def test_no_other_command_shows_a_token(line: list[str], echo: Callable[[int], Wire], tmp_path: Path) -> None:
    shows_nothing({line[0]: call(tmp_path, line[0], echo(500).url, *line[1:])})


def test_a_target_file_holds_no_token_that_the_document_holds(echo: Callable[[int], Wire], tmp_path: Path) -> None:
    said = call(tmp_path, "init", echo(500).url)
    written = (tmp_path / "target.toml").read_text("utf-8")
    assert tomllib.loads(written)["url"].startswith("http://127.0.0.1")
    assert "•••" in written
    shows_nothing({"terminal": said, "target.toml": written})
