"""A report is read back; an invalid one is refused with the place and the fix."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.report.compare.kit import result, shaped
from upsertspec.errors import ConfigError
from upsertspec.report.reading import LARGEST, load

Change = Callable[[dict[str, Any]], Any]
WHOLE = json.dumps(shaped(result("failed"), result()))


def faults(path: Path) -> str:
    with pytest.raises(ConfigError) as wrong:
        load(path)
    return str(wrong.value)


def written(folder: Path, content: str | bytes) -> Path:
    file = folder / "report.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return file


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = written(tmp_path, WHOLE)
    assert load(file) == json.loads(WHOLE)
    assert load(tmp_path) == load(str(file))


NO_REPORT: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "is empty"),
    "XML": ("<testsuites/>", "is not JSON"),
    "another document": ("[1, 2]", "is not a report of upsertspec"),
    "a schema that is no text": ('{"schema": 1}', "is not a report of upsertspec"),
    "somebody else's schema": ('{"schema": "urn:other\\u001b[31m"}', "is not a report of upsertspec"),
    "an older schema": (
        '{"schema": "urn:upsertspec:report:1"}',
        "was made by another version of upsertspec (report version 1); run again",
    ),
    "a later schema": (
        '{"schema": "urn:upsertspec:report:99\\u001b"}',
        "was made by another version of upsertspec (report version 99\\x1b); run again",
    ),
    "other bytes": (b"\xff\xfe\x00", "is not UTF-8 text"),
    "deep lists": ("[" * 100_000, "nested too deeply"),
    "deep, yet readable": ('{"schema": ' + "[" * 90 + "]" * 90 + "}", "nested too deeply"),
    "a number without end": ("[" + "9" * 5000 + "]", "is not a report"),
    "a number that is none": ("[1, NaN]", "NaN is not a JSON number"),
    "a number beyond all": ("[1e999]", "1e999 is not a JSON number"),
    "a wrong end": (WHOLE + "}", "is not JSON"),
}


@pytest.mark.parametrize("name", NO_REPORT)
def test_a_file_that_is_not_a_report_is_refused(name: str, tmp_path: Path) -> None:
    content, words = NO_REPORT[name]
    message = faults(written(tmp_path, content))
    assert words in message
    assert message.startswith(f"{tmp_path}/report.json: ")
    assert ";" in message
    assert message.isprintable()


@pytest.mark.parametrize("share", range(1, 100))
def test_half_a_report_is_refused(share: int, tmp_path: Path) -> None:
    message = faults(written(tmp_path, WHOLE[: len(WHOLE) * share // 100]))
    assert "it was only half written; run again with `upsertspec run --report DIR`" in message


WRONG: dict[str, tuple[Change, str]] = {
    "a member is missing": (lambda raw: raw["suite"].pop("version"), "suite: 'version' is a required property"),
    "a part is missing": (lambda raw: raw.pop("results"), "$: 'results' is a required property"),
    "a list for an object": (lambda raw: raw.update(target=[]), "target: [] is not of type 'object'"),
    "an object for a list": (lambda raw: raw.update(results={}), "results: {} is not of type 'array'"),
    "a number for text": (lambda raw: raw["results"][1].update(title=5), "results[1].title: 5 is not of type 'string'"),
    "a truth for a number": (lambda raw: raw["run"].update(jobs=True), "run.jobs: True is not of type 'integer'"),
    "text in counts": (lambda raw: raw["verdict"]["counts"].update(x="y"), "verdict.counts: 'x' is not one of"),
    "a row of a table": (
        lambda raw: raw["results"][0]["steps"][0].update(table=[1]),
        "results[0].steps[0].table[0]: 1 is not of type 'array'",
    ),
    "a response": (
        lambda raw: raw["results"][0]["exchanges"][0].update(response=1),
        "exchanges[0].response: 1 is not of type 'object'",
    ),
    "a result is gone": (lambda raw: raw["results"].pop(), "results has 1 scenarios, but verdict.planned is 2"),
    "a result is there twice": (
        lambda raw: raw["results"][1].update(id=raw["results"][0]["id"]),
        "results[1].id occurs twice",
    ),
    "a status is another": (
        lambda raw: raw["results"][0].update(status="passed", reason="", expected="", actual=""),
        "verdict.counts has 1 'passed', but results has 2",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_invalid_report_is_refused_with_the_place(name: str, tmp_path: Path) -> None:
    change, words = WRONG[name]
    raw = json.loads(WHOLE)
    change(raw)
    message = faults(written(tmp_path, json.dumps(raw)))
    assert words in message
    assert "run again with" in message
    assert message.isprintable() or "\n" in message
    assert len(message) < 3000


HUGE: dict[str, Change] = {
    "text": lambda raw: raw["results"][0].update(title=["x" * 5_000_000]),
    "names": lambda raw: raw["results"][0].update({f"\x1b{n}": 1 for n in range(100_000)}),
    "statuses": lambda raw: [each.update(status="\x1b[31m" * 1000) for each in raw["results"]],
    "faults": lambda raw: raw.update(results=[{}] * 100_000),
    "an exchange that is neither": lambda raw: raw["results"][0]["exchanges"][0].update(failure="x" * 5_000_000),
}


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_or_hostile_value_is_reported_briefly(name: str, tmp_path: Path) -> None:
    raw = json.loads(WHOLE)
    HUGE[name](raw)
    message = faults(written(tmp_path, json.dumps(raw)))
    assert "results[0]" in message
    assert len(message) < 5000
    assert all(line.isprintable() for line in message.splitlines())
    assert len(message.splitlines()) <= 5


def test_unreadable_files_are_reported(tmp_path: Path) -> None:
    assert "does not exist; name a report.json" in faults(tmp_path / "nowhere.json")
    assert "report.json: does not exist" in faults(tmp_path)
    assert "can't be read" in faults(tmp_path / ("x" * 300))
    assert "can't be read" in faults(Path("a\0b"))
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    assert "can't be read" in faults(tmp_path / "loop.json")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    file = written(tmp_path, WHOLE)
    os.truncate(file, LARGEST + 1)
    assert "is longer than 128 MiB" in faults(file)
