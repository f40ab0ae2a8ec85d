"""The broken servers that come from public reports, and what the documents say of them."""

from __future__ import annotations

import re
import tomllib

from tests.kit import ROOT
from upsertspec_broken import catalogue

REPORTED = {name: entry for name, entry in catalogue().items() if entry.report}
ROW = re.compile(r"^\| `([\w-]+)` \| (.+) \| \[\S+\]\((\S+)\) \| (caught|missed) \|$", re.MULTILINE)
POSTGRES = tomllib.loads((ROOT / "tests" / "examples" / "broken_postgres.toml").read_text("utf-8"))
ROWS = ROW.findall((ROOT / "docs" / "reported.md").read_text("utf-8"))


def test_each_has_a_report_of_its_own() -> None:
    assert len({entry.report for entry in REPORTED.values()}) == len(REPORTED) >= 60
    assert [e.report for e in REPORTED.values() if not re.fullmatch(r"https://\S+", e.report)] == []


def test_the_document_lists_them_with_their_reports() -> None:
    assert [row[:3] for row in ROWS] == [(name, entry.says, entry.report) for name, entry in REPORTED.items()]


def test_the_rates_at_first_sight_are_those_of_the_lists() -> None:
    caught = sum(row[3] == "caught" for row in ROWS)
    caught_on_postgres = sum(mistake["first"] == "caught" for mistake in POSTGRES.values())
    text = " ".join((ROOT / "docs" / "prove.md").read_text("utf-8").split())
    assert f"{len(ROWS)} of its servers have another source" in text
    assert f"At first sight it caught {caught} of {len(ROWS)}." in text
    assert f"{caught_on_postgres} of {len(POSTGRES)} at first sight" in text


def test_each_patch_fits_the_postgres_example() -> None:
    example = ROOT / "examples" / "postgres"
    patches = [patch for mistake in POSTGRES.values() for patch in mistake["patches"]]
    assert [p["old"] for p in patches if (example / p["file"]).read_text("utf-8").count(p["old"]) != 1] == []
