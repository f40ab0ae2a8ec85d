"""What a soak prints: the plan, counts and times, errors by kind, and the judgement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

from upsertspec.http.text import printable
from upsertspec.soak.invariants import INVARIANTS
from upsertspec.soak.ledger import Ledger, Violation
from upsertspec.soak.plan import Plan, words_of
from upsertspec.soak.read_back import Judgement
from upsertspec.soak.written_values import FIELDS
from upsertspec.target.target import Target

HEAD = f"  {'operation':<14} {'sent':>9} {'failed':>7} {'per s':>8} {'median':>8} {'95 %':>8} {'99 %':>8} {'most':>8}"
SHARES = (0.5, 0.95, 0.99)
SHOWN_ERRORS = 20


def print_plan(plan: Plan, target: Target, out: TextIO) -> None:
    """Print what is about to be done."""
    name = printable(target.name or target.url)
    role = {"alone": "", "master": f", with {plan.workers} workers", "worker": ", as a worker"}[plan.role]
    what = "" if plan.role == "worker" else f": {plan.users} users for {plan.seconds:g} s"
    print(f"upsertspec soaks {name}{what}{role}; profiles {', '.join(target.profiles)}", file=out, flush=True)
    words = words_of(target)
    if lacking := [field for field in FIELDS if field in words.binding.absent]:
        print(f"{words.called} has no {', '.join(lacking)}; the target file says so", file=out, flush=True)


def print_counts(stats: Any, out: TextIO) -> None:
    """Print Locust's counts: requests per second, response times in milliseconds, errors by kind."""
    print(f"\n{HEAD}   (ms)", file=out)
    for (name, _), entry in sorted(stats.entries.items()):
        print(_row(name, entry), file=out)
    print(_row("total", stats.total), file=out)
    errors = sorted(stats.errors.values(), key=lambda error: -error.occurrences)
    for error in errors[:SHOWN_ERRORS]:
        print(f"  {error.occurrences:>9} x {printable(str(error.name))}: {printable(_error_text(error))}", file=out)


def print_judgement(ledger: Ledger, judgement: Judgement, out: TextIO) -> None:
    """Print each invariant, what violates it, and what could not be judged."""
    print("\n" + "\n".join(_lines(ledger, judgement)), file=out, flush=True)


def _row(name: str, entry: Any) -> str:
    times = " ".join(f"{entry.get_response_time_percentile(share):>8.0f}" for share in SHARES)
    head = f"  {printable(name):<14} {entry.num_requests:>9} {entry.num_failures:>7} {entry.total_rps:>8.1f}"
    return f"{head} {times} {entry.max_response_time:>8.0f}"


def _error_text(error: Any) -> str:
    """The kind of an error. A worker sends it with the name of its class."""
    text = str(error.error)
    return text.removeprefix("Failed('").removesuffix("')").removeprefix('Failed("').removesuffix('")')


def _lines(ledger: Ledger, judgement: Judgement) -> Iterator[str]:
    rule = f" (those whose CRC-32 is divisible by {2**ledger.depth})" if ledger.depth else ""
    yield f"{ledger.writes} writes acknowledged, {ledger.unknown} with an unknown outcome, to {ledger.keys} keys"
    batches = f", and {judgement.batches} batches with an unknown outcome" if judgement.batches else ""
    yield f"{judgement.judged} keys read back{rule}{batches}"
    for name, why in sorted(ledger.not_sent.items()):
        yield f"not sent: {name} ({printable(why)})"
    if ledger.late:
        yield (
            f"{ledger.late} reads did not show the last acknowledged write at first; "
            f"it appeared later, after up to {ledger.latest:.2f} s"
        )
    yield ""
    for invariant in INVARIANTS:
        broken = sum(one.invariant == invariant for one in judgement.findings)
        yield f"  {invariant:<29} {f'broken {broken} times' if broken else _held(ledger, judgement)}"
    for one in judgement.findings[:SHOWN_ERRORS]:
        yield from _described(one)
    yield ""
    yield _verdict(judgement)


def _held(ledger: Ledger, judgement: Judgement) -> str:
    return (
        "not judged"
        if not judgement.judged or not ledger.writes
        else "holds, as far as judged"
        if judgement.unjudged
        else "holds"
    )


def _described(one: Violation) -> list[str]:
    read = [f"    read by       {printable(one.curl)}"] if one.curl else []
    texts = [f"    acknowledged  {printable(one.acknowledged)}", f"    stored        {printable(one.stored)}"]
    return ["", f"  {one.invariant}: {printable(one.key)}", *texts, *read]


def _verdict(judgement: Judgement) -> str:
    gaps = f"could not be judged: {printable('; '.join(judgement.unjudged))}" if judgement.unjudged else ""
    if judgement.found:
        return "; ".join([f"an invariant is broken: {judgement.found} findings", *([gaps] if gaps else [])])
    return gaps or "every invariant holds"
