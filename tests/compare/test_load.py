"""A report is read back; whatever is no whole report is told with its place and its mend."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.compare.kit import result, shaped
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


def test_a_report_comes_back_as_it_was_written(tmp_path: Path) -> None:
    file = written(tmp_path, WHOLE)
    assert load(file) == json.loads(WHOLE)
    assert load(tmp_path) == load(str(file))


NO_REPORT: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "is empty"),
    "XML": ("<testsuites/>", "is no JSON"),
    "another document": ("[1, 2]", "is no report of upsertspec"),
    "a schema that is no text": ('{"schema": 1}', "is no report of upsertspec"),
    "somebody else's schema": ('{"schema": "urn:other\\u001b[31m"}', "(schema urn:other\\x1b[31m)"),
    "a later schema": ('{"schema": "urn:upsertspec:report:2"}', "is a report of version 2; this upsertspec reads 1"),
    "other bytes": (b"\xff\xfe\x00", "is no UTF-8 text"),
    "deep lists": ("[" * 100_000, "nested too deeply"),
    "deep, yet readable": ('{"schema": ' + "[" * 90 + "]" * 90 + "}", "nested too deeply"),
    "a number without end": ("[" + "9" * 5000 + "]", "is no report"),
    "a number that is none": ("[1, NaN]", "NaN is no number"),
    "a number beyond all": ("[1e999]", "1e999 is no number"),
    "a wrong end": (WHOLE + "}", "is no JSON"),
}


@pytest.mark.parametrize("name", NO_REPORT)
def test_what_is_no_report_is_told(name: str, tmp_path: Path) -> None:
    content, words = NO_REPORT[name]
    told = faults(written(tmp_path, content))
    assert words in told
    assert told.startswith(f"{tmp_path}/report.json: ")
    assert ";" in told
    assert told.isprintable()


@pytest.mark.parametrize("share", range(1, 100))
def test_half_a_report_is_told(share: int, tmp_path: Path) -> None:
    told = faults(written(tmp_path, WHOLE[: len(WHOLE) * share // 100]))
    assert "it is half written; have `upsertspec run --report DIR` write it anew" in told


WRONG: dict[str, tuple[Change, str]] = {
    "a member is missing": (lambda raw: raw["suite"].pop("version"), "suite.version is missing"),
    "a part is missing": (lambda raw: raw.pop("results"), "results is missing"),
    "a list for an object": (lambda raw: raw.update(target=[]), "target is no object"),
    "an object for a list": (lambda raw: raw.update(results={}), "results[0] is no object"),
    "a number for text": (lambda raw: raw["results"][1].update(title=5), "results[1].title is not what belongs"),
    "a truth for a number": (lambda raw: raw["run"].update(jobs=True), "run.jobs is not what belongs there"),
    "text in counts": (lambda raw: raw["verdict"]["counts"].update(x="y"), "verdict.counts.x is not what"),
    "a row of a table": (lambda raw: raw["results"][0]["steps"][0].update(table=[1]), "results[0].steps[0].table[0]"),
    "a response": (lambda raw: raw["results"][0]["exchanges"][0].update(response=1), "exchanges[0].response is no"),
    "a result is gone": (lambda raw: raw["results"].pop(), "results has 1 scenarios, and verdict.planned says 2"),
    "a result is there twice": (
        lambda raw: raw["results"][1].update(id=raw["results"][0]["id"]),
        "results[1].id comes twice",
    ),
    "a status is another": (
        lambda raw: raw["results"][0].update(status="passed"),
        "verdict.counts says another number of 'passed' than the 2 in results",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_report_lacks_is_told_with_its_place(name: str, tmp_path: Path) -> None:
    change, words = WRONG[name]
    raw = json.loads(WHOLE)
    change(raw)
    told = faults(written(tmp_path, json.dumps(raw)))
    assert words in told
    assert "write it anew" in told


def test_a_newer_report_may_say_more(tmp_path: Path) -> None:
    raw = shaped(result("improved", history={"key": "k"}), result())
    raw |= {"proof": {"caught": 1}}
    raw["target"] |= {"profiles": ["core", "futures"], "colour": "green"}
    assert load(written(tmp_path, json.dumps(raw))) == raw


def test_files_that_cant_be_read_are_told(tmp_path: Path) -> None:
    assert "is not there; name a report.json" in faults(tmp_path / "nowhere.json")
    assert "report.json: is not there" in faults(tmp_path)
    assert "can't be read" in faults(tmp_path / ("x" * 300))
    assert "can't be read" in faults(Path("a\0b"))
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    assert "can't be read" in faults(tmp_path / "loop.json")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    file = written(tmp_path, WHOLE)
    os.truncate(file, LARGEST + 1)
    assert "is over 128 MiB long" in faults(file)
