"""`soak` on an API with tables of its own: what it sends, compares and says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.dialects.test_own_tables import ENV, FOLDER, KEYS, module, served
from upsertspec.cli.main import commands
from upsertspec.dialects.registry import dialect_for
from upsertspec.dialects.words import Words
from upsertspec.errors import ConfigError
from upsertspec.http.client import Client
from upsertspec.http.masking import Masker
from upsertspec.soak.invariants import LOST, described, has, is_lost, missing_members, violations
from upsertspec.soak.ledger import Entry, Ledger
from upsertspec.soak.plan import words_of
from upsertspec.soak.read_back import judge
from upsertspec.soak.written_values import values
from upsertspec.target.bindings import Bindings, FieldBinding, TableBinding
from upsertspec.target.target import Target

KEY = "soak.run.k1@example.com"
PRODUCTS = TableBinding(
    "contacts",
    "products",
    "products",
    {"email": FieldBinding("sku", "SKU-{n:06}"), "name": FieldBinding("title", rules={"maximum_length": 5})},
    frozenset({"notes"}),
)


@pytest.fixture
def words() -> Words:
    return Words(PRODUCTS, {})


def test_what_the_target_lacks_is_neither_sent_nor_missed(words: Words) -> None:
    sent = values(KEY, "a", words)
    assert set(sent) == {"email", "name", "age"}
    assert sent["name"] == "Soak "
    assert missing_members(sent, words) == []
    assert missing_members({"email": KEY}, words) == ["title", "age"]


def test_a_violation_is_said_in_the_targets_words(words: Words) -> None:
    entry = Entry(KEY)
    entry.acknowledge("a", 0, 1, created=True)
    [lost] = violations(entry, [{**values(KEY, "a", words), "age": -1}], "curl", Masker(()), words)
    assert lost.invariant == LOST
    assert lost.key.startswith("SKU-")
    assert '"title": "Soak "' in lost.stored
    assert "notes" not in lost.stored
    assert described([{"email": KEY}], words).endswith("(no such member: id, title, age)")


def test_a_text_that_another_process_wrote_is_compared_as_it_is_there(words: Words) -> None:
    other = Words(PRODUCTS, {}).fields(values(KEY, "a", words))
    read = {"email": other["sku"], "name": other["title"], "age": other["age"]}
    assert has(KEY, "a", read, words)
    entry = Entry(KEY)
    entry.acknowledge("b", 0, 1, created=True)
    assert is_lost(entry, [read], words)


def test_a_table_with_nothing_but_its_key_is_not_judged() -> None:
    bare = Words(replace(PRODUCTS, absent=frozenset({"name", "age", "notes"})), {})
    target = Target(url="http://127.0.0.1:1")
    client = Client(target, dialect_for(target))
    judgement = judge(Ledger(writes=1), lambda: client, lambda work, times: None, bare)
    assert judgement.unjudged == ["products has no field but the key that a write could be told by"]


def test_a_target_without_the_table_or_its_key_is_told_so() -> None:
    with pytest.raises(ConfigError, match="there is no contacts"):
        words_of(Target(url="http://127.0.0.1:1", bindings=Bindings({}, frozenset({"contacts"}))))


@pytest.mark.parametrize("name", ["products", "settings"])
def test_a_flawless_api_holds_every_invariant(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for variable, value in ENV.items():
        monkeypatch.setenv(variable, value)
    made = module(name, monkeypatch).create_app
    with served(made(KEYS, "", tmp_path) if name == "products" else made(KEYS, "")) as url:
        text = (FOLDER / f"{name}.toml").read_text()
        own = next(line for line in text.splitlines() if line.startswith("url"))
        (tmp_path / "target.toml").write_text(text.replace(own, f'url = "{url}"'))
        command = ["soak", "--target", str(tmp_path / "target.toml"), "--users", "3", "--seconds", "1"]
        done = CliRunner().invoke(commands, command)
    printed = capfd.readouterr().out
    assert done.exit_code == 0, printed
    assert "every invariant holds" in printed
    assert ("settings has no age, notes; the target file says so" in printed) == (name == "settings")
