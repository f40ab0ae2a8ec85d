"""A cell's evidence: the scenarios that did not pass, with what shows it, and the names of those that did.

The matrix has kept of the exchanges those alone that show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from upsertspec.report.compare.html_text import html_text as text
from upsertspec.report.compare.matrix import Column, Row
from upsertspec.report.compare.states import TOLD, Cell, rank, status

Result = Mapping[str, Any]
TONES = {"passed": "good", "failed": "bad", "harness error": "bad", "stale known failure": "bad"}


def tone(state: str) -> str:
    """The class of a state. One that is not known is neither good nor bad."""
    return TONES.get(state, "odd")


def panel(ident: str, row: Row, column: Column, cell: Cell) -> str:
    """What a cell opens."""
    counts = ", ".join(f"{number} {state}" for state, number in cell.counts.items())
    listed = sorted(cell.results, key=lambda result: rank(status(result)))
    told = "".join(_scenario(result) for result in listed if status(result) not in TOLD)
    rest = "".join(_names([result for result in listed if status(result) in TOLD]))
    return f"""<section popover id="{ident}" aria-labelledby="{ident}h">
<div class="bar"><div><h3 id="{ident}h">{text(row.id)} on {text(column.label)}</h3>
<div class="pale">{text(row.sentence)}</div><div>{text(counts)}</div></div>
<button popovertarget="{ident}" popovertargetaction="hide" autofocus>close</button></div>
{told}{rest}</section>
"""


def _scenario(result: Result) -> str:
    state = status(result)
    where = f"{result['file']}:{result['line']}"
    said = "".join(_said(result))
    curls = "".join(_curl(exchange) for exchange in result["exchanges"])
    head = f'<h3><span class="{tone(state)}">{text(state)}</span> {text(result["title"])}</h3>'
    return f'<article>{head}<div class="pale">{text(where)}</div><dl>{said}</dl>{curls}</article>\n'


def _said(result: Result) -> Iterator[str]:
    """What was expected and what came; the reason where it says more than they do."""
    told = (("expected", result["expected"]), ("got", result["actual"]))
    same = f"expected {result['expected']}; got {result['actual']}"
    for name, value in (*told, ("why", "" if result["reason"] == same else result["reason"])):
        if value:
            yield f"<dt>{name}</dt><dd>{text(value)}</dd>"


def _curl(exchange: Mapping[str, Any]) -> str:
    response = exchange.get("response")
    answer = f"answered with {response['status']}" if response else exchange.get("failure", "no answer")
    copy = '<button class="copy" hidden>copy</button>'
    return f'<div class="pale">{text(answer)}</div><div class="curl"><pre>{text(exchange["curl"])}</pre>{copy}</div>'


def _names(results: list[Result]) -> Iterator[str]:
    for state, alike in groupby(results, key=status):
        titles = [f"<li>{text(result['title'])}</li>" for result in alike]
        yield f"<details><summary>{len(titles)} {text(state)}</summary><ul>{''.join(titles)}</ul></details>"
