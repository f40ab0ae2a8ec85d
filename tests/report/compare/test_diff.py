"""From one report to the next: what broke, and what only changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.kit import Done
from tests.report.compare.kit import STATUSES, result, saved, shaped
from upsertspec.report.compare.changes import Diff, Kind, read_two
from upsertspec.spec.ids import new_id

Cli = Callable[..., Done]
MET = ("passed", "deviates", "stale")

KINDS = {
    ("passed", "failed"): Kind.BROKEN,
    ("passed", "known failure"): Kind.BROKEN,
    ("deviates", "failed"): Kind.BROKEN,
    ("stale", "known failure"): Kind.BROKEN,
    ("warned", "failed"): Kind.BROKEN,
    ("failed", "passed"): Kind.FIXED,
    ("failed", "deviates"): Kind.FIXED,
    ("known failure", "stale"): Kind.FIXED,
    ("warned", "passed"): Kind.FIXED,
    ("passed", "warned"): Kind.WARNED,
    ("passed", "not testable"): Kind.UNTESTED,
    ("failed", "harness error"): Kind.UNTESTED,
    ("not testable", "passed"): Kind.TESTED,
    ("harness error", "failed"): Kind.TESTED,
    ("not claimed", "failed"): Kind.CLAIMED,
    ("passed", "not claimed"): Kind.UNCLAIMED,
    ("not applicable", "failed"): Kind.APPLICABLE,
    ("passed", "not applicable"): Kind.INAPPLICABLE,
    ("failed", "not applicable"): Kind.INAPPLICABLE,
    ("not applicable", "not claimed"): Kind.UNCLAIMED,
    ("passed", "deviates"): Kind.DECLARED,
    ("deviates", "passed"): Kind.DECLARED,
    ("failed", "known failure"): Kind.DECLARED,
    ("known failure", "failed"): Kind.DECLARED,
    ("stale", "passed"): Kind.DECLARED,
    ("not testable", "harness error"): Kind.OTHER,
}


def diff(folder: Path, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Diff:
    return read_two(saved(folder / "old.json", shaped(*old)), saved(folder / "new.json", shaped(*new)))


def changed(folder: Path, old: str, new: str, **more: Any) -> Diff:
    """The diff of two reports of one scenario, with these statuses."""
    return diff(folder, [result(old, title="x", **more)], [result(new, title="x", **more)])


@pytest.mark.parametrize(("old", "new"), KINDS)
def test_each_change_has_its_kind(old: str, new: str, tmp_path: Path) -> None:
    assert [change.kind for change in changed(tmp_path, old, new).changes] == [KINDS[old, new]]


@pytest.mark.parametrize(("old", "new"), list(product(STATUSES, repeat=2)))
def test_a_pass_that_is_no_longer_shown_is_broken(old: str, new: str, tmp_path: Path) -> None:
    now_wrong = new in ("failed", "known failure") and old in (*MET, "warned")
    lost = new in ("not testable", "not scored", "harness error") and old in MET
    assert changed(tmp_path, old, new).broke == (now_wrong or lost)
    assert changed(tmp_path, old, new, level="SHOULD").broke == now_wrong
    assert bool(changed(tmp_path, old, new).changes) == (old != new)


def test_a_scenario_in_one_report_only_breaks_nothing(tmp_path: Path) -> None:
    same, old, new = (result("failed", title=title) for title in ("same", "old name", "new name"))
    found = diff(tmp_path, [same, old], [same, new])
    assert [(c.kind, c.result["title"]) for c in found.changes] == [
        (Kind.ADDED, "new name"),
        (Kind.REMOVED, "old name"),
    ]
    assert not found.broke
    assert found.summary == "1 added, 1 removed, 1 as before"


def test_a_new_deviation_is_a_change_but_a_new_name_in_it_is_not(tmp_path: Path) -> None:
    first = saved(tmp_path / "old.json", shaped(result("deviates", title="x", reason="201 for abc123-1")))
    for reason, number in (("201 for xyz789-1", 0), ("204 for xyz789-1", 1)):
        report = shaped(result("deviates", title="x", reason=reason))
        report["run"]["id"] = "xyz789"
        found = read_two(first, saved(tmp_path / "new.json", report))
        assert [change.kind for change in found.changes] == [Kind.DECLARED] * number


def two(folder: Path) -> tuple[str, str]:
    """An old and a new report with a change of nearly every kind."""
    old = [result(title=f"passes {n}") for n in range(30)] + [result("failed", "AC-002", "fails")]
    new = [result("failed", title="passes 0"), *(result("not claimed", title=f"passes {n}") for n in range(1, 9))]
    new += [result(title=f"passes {n}") for n in range(9, 29)]
    new += [result("not testable", title="passes 29"), result("deviates", "AC-002", "fails"), result(title="is new")]
    return saved(folder / "old.json", shaped(*old)), saved(folder / "new.json", shaped(*new, version="0.2.0"))


def test_the_terminal_shows_what_broke_and_how_to_reproduce_it(cli: Cli, tmp_path: Path) -> None:
    done = cli("diff", *two(tmp_path))
    assert done.code == 1
    assert done.out.startswith("old  mine, http://127.0.0.1:1\n")
    assert "- made by upsertspec: 0.1.0 in old; 0.2.0 in new\n" in done.out
    assert (
        "broken (1)\n  AC-001 passed → failed: passes 0\n"
        f"    core/one.feature:3  {new_id('core/one.feature', 'passes 0')}\n    expected  an answer of 200\n"
        "    got       500\n    500       curl -sS -i -X POST http://127.0.0.1:1/AC-001\n"
    ) in done.out
    assert "no longer tested (1)\n  AC-001 passed → not testable: passes 29\n" in done.out
    assert "fixed (1)\n  AC-002 failed → deviates: fails\n" in done.out
    assert "no longer claimed (8)\n  AC-001 passed → not claimed: 8 scenarios\n" in done.out
    assert "added (1)\n  AC-001 passed: is new\n" in done.out
    sums = "1 broken, 1 no longer tested, 1 fixed, 8 no longer claimed, 1 added, 20 as before"
    assert done.out.endswith(f"\n{sums}\n")


def test_markdown_says_the_same(cli: Cli, tmp_path: Path) -> None:
    done = cli("diff", *two(tmp_path), "--format", "markdown")
    assert done.code == 1
    assert done.out.startswith("**1 broken, 1 no longer tested, 1 fixed, 8 no longer claimed, 1 added, 20 as before**")
    assert "### broken (1)\n\n- AC-001 passed → failed: passes 0\n" in done.out
    assert "  ```sh\n  curl -sS -i -X POST http://127.0.0.1:1/AC-001\n  ```\n" in done.out


def test_hostile_text_is_text(cli: Cli, tmp_path: Path) -> None:
    text = "\x1b[31m```\r\n# head | <b> \u202e\ud800"
    wrong = result("failed", title=text, expected=text, actual=text)
    wrong["exchanges"][0]["curl"] = text
    files = (
        saved(tmp_path / "o.json", shaped(result(title=text), name=text)),
        saved(tmp_path / "n.json", shaped(wrong, name=text)),
    )
    for kind in ("terminal", "markdown"):
        done = cli("diff", *files, "--format", kind)
        assert done.code == 1
        assert all(letter.isprintable() or letter in "\n\u2060" for letter in done.out)
    outside = re.sub(r"````sh.*?````", "", done.out, flags=re.DOTALL)
    assert "&lt;b&gt;" in outside
    assert "<b>" not in outside
    assert "\n  ````sh\n" in done.out


def test_two_reports_that_share_nothing_cannot_be_compared(cli: Cli, tmp_path: Path) -> None:
    files = [saved(tmp_path / f"{n}.json", shaped(result(title=f"{n}"))) for n in range(2)]
    done = cli("diff", *files)
    assert done.code == 2
    assert "have no scenario in common" in done.err


def test_bad_input_is_reported(cli: Cli, tmp_path: Path) -> None:
    good = saved(tmp_path / "good.json", shaped(result()))
    (tmp_path / "half.json").write_text('{"schema": "urn')
    done = cli("diff", good, str(tmp_path / "half.json"))
    assert done.code == 2
    assert "half.json: ends in the middle" in done.err
    assert cli("diff", good).code == 2


def test_runs_are_compared(cli: Cli, runs: tuple[Path, Path]) -> None:
    right, wrong = map(str, runs)
    assert cli("diff", right, right).code == 0
    assert "fixed (6)" in cli("diff", wrong, right).out
    assert cli("diff", wrong, right).code == 0
    broke = cli("diff", right, wrong)
    assert broke.code == 1
    assert 'got       "upserted"' in broke.out


def test_the_help_says_what_breaks(cli: Cli) -> None:
    assert "1  a scenario broke, or a MUST that passed or deviated can no longer be" in cli("diff", "--help").out
