"""A batch through HTTP, against a bare executemany of the same rows, and against single upserts through HTTP."""

from __future__ import annotations

import argparse

import kit
from client import Client, request

DEFAULTS = {"rounds": 40, "size": 1000, "singles": 5}


def main(options: argparse.Namespace) -> list[kit.Finding]:
    """Print a finding for creates and one for updates, each against both."""
    with kit.served() as url, kit.bare() as bare:
        client = Client(url)
        try:
            return [*measured("create", client, bare, options), *measured("update", client, bare, options)]
        finally:
            client.close()


def measured(kind: str, client: Client, bare: kit.Bare, options: argparse.Namespace) -> list[kit.Finding]:
    """Batch, executemany and single upserts in turns. Updates write to the records of one round repeatedly."""

    def people(way: str, number: int) -> list[dict[str, object]]:
        mark = f"{kind[0]}{way}{number if kind == 'create' else ''}"
        return [kit.person(mark, n) | {"notes": f"Round {number}. {'Called back. ' * 7}"} for n in range(options.size)]

    def batch(number: int) -> float:
        sent = request({"records": people("b", number), "matchFields": ["email"]})
        return kit.seconds(lambda: client.send(sent))

    def many(number: int) -> float:
        rows = [kit.row_of(fields) for fields in people("b", number)]
        return kit.seconds(lambda: bare.many(rows))

    def singles(number: int) -> float:
        sent = [request({"fields": fields, "matchFields": ["email"]}) for fields in people("s", number)]
        return kit.seconds(lambda: [client.send(each) for each in sent])

    kit.in_turns(1, batch, many, singles)  # warm-up; for updates, it also creates the records
    hot = kit.in_turns(options.rounds, lambda n: batch(n + 1), lambda n: many(n + 1))
    slow = kit.in_turns(options.singles, lambda n: batch(n + 1 + options.rounds), lambda n: singles(n + 1))
    name = f"a batch of {options.size} {kind}s through HTTP"
    return [
        kit.compared((name, "a bare executemany of the same rows"), hot, aim="under 3"),
        kit.compared((name, f"{options.size} single {kind}s through HTTP"), slow),
    ]


if __name__ == "__main__":
    kit.command(main, DEFAULTS)
