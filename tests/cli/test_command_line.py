"""The command line: wrong use exits with 2 and names the place and the fix; the same options work everywhere."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from tests.http.wire import Wire, always, reply
from tests.kit import TOKEN_VARIABLES, Done
from upsertspec.cli.main import NAMES, commands
from upsertspec.spec import criteria as spec

Cli = Callable[..., Done]
Serve = Callable[..., Wire]
URL = "http://127.0.0.1:1"
COMMANDS: dict[str, Any] = {name: commands.get_command(click.Context(commands), name) for name in NAMES}

WRONG: dict[str, tuple[list[str], str]] = {
    "two targets": (["run", URL, "--target", "x.toml"], "both a URL and --target are given; name one target"),
    "no URL": (["run", "localhost:8080"], "'localhost:8080' can't be judged; write http or https"),
    "a URL with a password": (["run", "http://u:hunter2@h"], "'http://•••@h' can't be judged"),
    "no such file": (
        ["run", "--target", "nowhere.toml"],
        "there is no file nowhere.toml; `upsertspec init` writes one",
    ),
    "no such profile": (["run", URL, "--profile", "cor"], "cor: no such profile; known are core, refusals, identity"),
    "no such criterion": (["run", URL, "--criterion", "AC-999"], "AC-999: no such criterion; `upsertspec list`"),
    "a bad expression": (["run", URL, "-k", "a and"], "-k 'a and': .*; write words joined by and, or, not"),
    "nothing selected": (
        ["run", URL, "-k", "nosuchword"],
        "nothing is selected: no scenario of core matches -k 'nosuchword'",
    ),
    "no number": (["run", URL, "--timeout", "soon"], "Invalid value for '--timeout'"),
    "a time of nan": (["run", URL, "--timeout", "nan"], "'--timeout': nan is not a number of seconds"),
    "no time": (["run", URL, "--timeout", "0"], "Invalid value for '--timeout'"),
    "no workers": (["run", URL, "--jobs", "0"], "Invalid value for '--jobs'"),
    "one client alone": (["run", URL, "--clients", "1"], "Invalid value for '--clients'"),
    "no such option": (["run", "--nonsense"], "No such option"),
    "no such command": (["judge"], "No such command"),
    "no such criterion to prove": (["prove", "--criterion", "ac-001,AC-999"], "AC-999: no such criterion"),
    "no such profile to provision": (["provision", "--profile", "core,cor"], "cor: no such profile"),
    "a check of two targets": (["check", URL, "--target", "x.toml"], "both a URL and --target"),
}


NUL = "a\0b"
NO_PATH = [
    ["run", "--target", NUL], ["run", URL, "--report", NUL], ["run", URL, "--junit", NUL], ["prove", "--json", NUL],
    ["docs", "-o", NUL], ["init", "-o", NUL], ["provision", "-o", NUL], ["compare", NUL], ["render", NUL],
]  # fmt: skip


@pytest.mark.parametrize("arguments", NO_PATH)
def test_a_path_with_nul_is_refused(arguments: list[str], cli: Cli) -> None:
    done = cli(*arguments)
    assert done.code == 2
    assert "a\\x00b" in done.err
    assert "name another" in done.err or "name a file" in done.err


def test_a_target_file_can_be_written_into_a_device(cli: Cli) -> None:
    assert cli("init", "-o", "/dev/null").code == 0
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_is_reported(name: str, cli: Cli) -> None:
    arguments, words = WRONG[name]
    done = cli(*arguments)
    assert done.code == 2, done.text
    assert re.search(words, done.err), done.err
    assert "Traceback" not in done.text
    assert "hunter2" not in done.text


def test_a_report_folder_that_is_a_file_is_reported_before_the_run(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    done = cli("run", URL, "--report", str(tmp_path / "file"))
    assert done.code == 2
    assert "the folder can't be made" in done.err
    assert (tmp_path / "file").read_text() == "mine"
    assert cli("run", URL, "--junit", str(tmp_path / "no" / "x.xml")).code == 2


def test_a_bad_target_file_names_all_its_faults(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_text('url = "http://h"\ntimeout = 0\nnonsense = 1\n')
    done = cli("run", "--target", str(file))
    assert done.code == 2
    assert [line.split(": ")[2] for line in done.err.splitlines()] == ["line 2", "line 3"]


def test_variables_count_like_options(serve: Serve, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = serve(always(reply({}, 500)))
    given = {
        "TARGET": wire.url,
        "CRITERION": "ac-001, AC-002",
        "KEYWORD": "contact",
        "REPORT": str(tmp_path / "report"),
        "JUNIT": str(tmp_path / "junit.xml"),
        "TIMEOUT": "3",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"UPSERTSPEC_{name}", value)
    done = cli("run")
    assert done.code == 3, done.text
    report = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    assert report["run"]["selection"] == {"criteria": ["AC-001", "AC-002"], "keyword": "contact"}
    assert report["target"]["url"] == wire.url
    assert (tmp_path / "junit.xml").is_file()
    assert not any(token in json.dumps(report) for token in TOKEN_VARIABLES.values())


def test_a_url_goes_before_the_variable(serve: Serve, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSERTSPEC_TARGET", "http://no-such-host.invalid")
    wire = serve(always(reply({}, 500)))
    assert wire.url in cli("check", wire.url).out


def test_without_an_editor_nothing_can_be_judged(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UPSERTSPEC_TOKEN_EDITOR")
    done = cli("check", URL)
    assert done.code == 3
    assert "no credentials for the editor role" in done.out
    assert "set UPSERTSPEC_TOKEN_EDITOR or [roles.editor]" in done.out


def test_the_list_is_the_specification(cli: Cli) -> None:
    listed = json.loads(cli("list", "--json").out)
    assert [criterion["id"] for criterion in listed["criteria"]] == [criterion.id for criterion in spec.criteria()]
    assert sum(len(criterion["scenarios"]) for criterion in listed["criteria"]) == len(spec.cases())
    assert listed["suite"]["features_digest"] == spec.digest()


@pytest.mark.parametrize("option", ["--scenarios", "--faults"])
def test_a_list_fits_the_terminal(option: str, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = cli("list", option).out
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    wrapped = cli("list", option).out
    assert max(len(line) for line in wrapped.splitlines() if " reported at " not in line) <= 80
    assert wrapped.split() == whole.split()


def test_help_names_the_exit_codes(cli: Cli) -> None:
    done = cli("--help")
    assert done.code == 0
    assert "3  incomplete" in done.out


def options_of(command: str) -> dict[str, click.Option]:
    """The options of a command, by each of their names."""
    options = [option for option in COMMANDS[command].params if isinstance(option, click.Option)]
    return {name: option for option in options for name in option.opts}


SHARED = {
    "--target": ("run", "check", "explore", "soak", "replay"),
    "--profile": ("run", "check", "explore", "soak", "replay"),
    "--timeout": ("run", "check", "explore", "soak", "init", "replay"),
    "--criterion": ("run", "prove"),
    "--force": ("init", "provision", "baseline"),
    "--header": ("run", "check", "explore", "soak", "init", "replay"),
    "--wait": ("run", "check", "explore", "soak", "replay"),
}


@pytest.mark.parametrize("name", SHARED)
def test_an_option_is_the_same_in_every_command(name: str) -> None:
    found = [options_of(command)[name] for command in SHARED[name]]
    assert len({(option.help, option.multiple, option.envvar, str(option.type)) for option in found}) == 1
    others = [command for command in COMMANDS if command not in SHARED[name] and name in options_of(command)]
    assert others == (["provision"] if name in ("--profile", "--target") else [])


def test_every_command_that_writes_a_file_calls_it_output() -> None:
    for command in COMMANDS:
        options = options_of(command)
        assert ("-o" in options) == ("--output" in options), command
    assert all("-o" in options_of(command) for command in ("compare", "diff", "docs", "init", "provision", "render"))


def test_every_option_has_a_help_text() -> None:
    for command in COMMANDS:
        for name, option in options_of(command).items():
            assert option.help, f"{command} {name}"


@pytest.mark.parametrize("command", ["init", "provision"])
def test_a_file_is_replaced_only_with_force(command: str, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    refused = cli(command, "-o", str(file))
    assert refused.code == 2
    assert "exists and is not replaced; name another file, or add --force" in refused.err
    assert file.read_text("utf-8") == "mine"
    assert cli(command, "-o", str(file), "--force").code == 0
    assert file.read_text("utf-8") != "mine"


def test_a_fifo_is_written_into_and_not_replaced(cli: Cli, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text("utf-8")), daemon=True)
    reader.start()
    assert cli("provision", "-o", str(pipe)).code == 0
    reader.join(30)
    assert read == [cli("provision").out]
    assert pipe.is_fifo()
