"""A URL that is refused is shown without what may be secret in it."""

from __future__ import annotations

import sys

import pytest

from upsertspec import process
from upsertspec.cli.main import main
from upsertspec.target.address import without_secrets

REFUSED = {
    "https://user:hun/ter2pw@host": "https://•••@host",
    "https://h?token=hunter2": "https://h?•••",
    "https://h/#hunter2": "https://h/#•••",
    "https:/user:hunter2@h": "https:/•••@h",
    "https://user%3Ahunter2%40h": "https://•••@h",
    "https://user:hun?ter2@h": "https://•••@h",
    "https://user:hunter2%2540h/x%3Ft=hunter2": "https://•••@h/x%3F•••",
    "user:hunter2@h://": "user:•••@h://",
    "https://a@hunter2@h?hunter2#hunter2": "https://•••@h?•••",
    "https://user:hun\nter2@h": "https://•••@h",
}


@pytest.mark.parametrize(("url", "shown"), REFUSED.items())
def test_nothing_before_an_at_sign_and_nothing_behind_the_path_is_shown(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


@pytest.mark.parametrize("url", REFUSED)
@pytest.mark.parametrize("command", ["run", "check", "explore", "soak", "init"])
def test_no_command_shows_it(
    command: str, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["upsertspec", command, url])
    monkeypatch.setattr(process, "exit_now", sys.exit)
    with pytest.raises(SystemExit) as ended:
        main()
    said = "".join(capsys.readouterr())
    assert ended.value.code == 2
    assert "can't be judged" in said
    assert "hun" not in said
    assert "ter2" not in said
