"""What a run made, it deletes; what others made, it leaves; and it says what it could not delete."""

from __future__ import annotations

import io
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.kit import CREDENTIALS, TOKENS
from upsertspec.dialects.base import Request
from upsertspec.dialects.native import Native
from upsertspec.dialects.operations import Delete, Operation, Upsert
from upsertspec.dialects.registry import dialect_for
from upsertspec.errors import CannotExpress
from upsertspec.http.client import Client
from upsertspec.run.clean_up import Cleaned, clean_up
from upsertspec.run.runner import run
from upsertspec.run.session import run_session
from upsertspec.run.settings import Settings
from upsertspec.spec.schema import tables
from upsertspec.target.target import Target
from upsertspec_broken import catalogue
from upsertspec_server import create_app
from upsertspec_server.serving import serve_in_thread

OWN = {"email": "somebody@example.com", "name": "Somebody"}
SOME = ("AC-001", "AC-007", "AC-301", "AC-402", "AC-501", "AC-603", "AC-701")
ALL = ("core", "batch", "integrity", "transactions", "records", "concurrency")


class NoDelete(Native):
    """A shape of API without deletions."""

    def request(self, operation: Operation) -> Request:
        if isinstance(operation, Delete):
            raise CannotExpress("there is no request that deletes a record")
        return super().request(operation)


class Place:
    """A server with one record of somebody else, and its database."""

    def __init__(self, url: str, file: Path) -> None:
        self.target = Target(url, roles=CREDENTIALS, profiles=ALL)
        self._file = file
        client = Client(self.target, dialect_for(self.target))
        client.call("editor", Upsert("contacts", OWN, ["email"]))
        client.close()

    @property
    def records(self) -> int:
        """How many records there are in all tables."""
        with closing(sqlite3.connect(self._file)) as db:
            return sum(db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    file = tmp_path / "records.db"
    with serve_in_thread(create_app({"TOKENS": TOKENS, "DATABASE": str(file)})) as url:
        yield Place(url, file)


def session(target: Target, jobs: int = 1, keep: bool = False) -> str:
    out = io.StringIO()
    assert run_session(Settings(target, SOME, keep=keep), jobs, None, None, out) == 0, out.getvalue()
    return out.getvalue()


@pytest.mark.parametrize(("jobs", "without"), [(1, ""), (2, "transactions")])
def test_a_run_deletes_what_it_made_and_nothing_else(jobs: int, without: str, place: Place) -> None:
    out = session(replace(place.target, profiles=tuple(name for name in ALL if name != without)), jobs)
    assert place.records == 1
    assert "were left" not in out


@pytest.mark.parametrize(("keep", "dialect"), [(True, "native"), (False, f"{__name__}:NoDelete")])
def test_what_is_left_is_counted(keep: bool, dialect: str, place: Place) -> None:
    target = replace(place.target, dialect=dialect, profiles=("core", "batch"))
    out = session(target, keep=keep)
    assert place.records > 1
    told = re.search(r"up to (\d+) were left \((--keep|there is no request)", out)
    assert told
    assert place.records - 1 <= int(told[1]) <= place.records + 1, "a record that has two keys may count twice"


def test_the_record_of_somebody_else_that_a_broken_server_overwrote_is_not_deleted(tmp_path: Path) -> None:
    file = tmp_path / "records.db"
    app = catalogue()["empty-match-is-the-first-row"].create_app({"TOKENS": TOKENS, "DATABASE": str(file)})
    with serve_in_thread(app) as url:
        place = Place(url, file)
        settings = Settings(replace(place.target, profiles=("core",)), ("AC-007",))
        clean_up(place.target, run(settings), settings.run_id, keep=False)
        assert place.records == 1


def test_clean_up_ends_when_its_time_is_over_or_the_target_is_gone(place: Place) -> None:
    settings = Settings(replace(place.target, profiles=("core",)), ("AC-001",))
    results, before = run(settings), place.records
    late = clean_up(place.target, results, settings.run_id, keep=False, seconds=-1)
    assert late == Cleaned(0, late.left, "no more time")
    gone = clean_up(replace(place.target, url="http://127.0.0.1:1"), results, settings.run_id, keep=False)
    assert gone.left == late.left > 0
    assert gone.why.startswith("the target does not answer: can't connect")
    assert place.records == before
