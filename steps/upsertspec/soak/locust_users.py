"""The users that Locust runs: each picks one of its actor's operations, again and again."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from locust import User

from upsertspec.dialects.registry import dialect_for
from upsertspec.http.client import Client
from upsertspec.http.text import printable
from upsertspec.soak.actor import Actor
from upsertspec.soak.counting_client import CountingClient, OnRequest
from upsertspec.soak.ledger import Ledger
from upsertspec.soak.outcome import Failed
from upsertspec.soak.plan import Plan
from upsertspec.target.target import Target

ALWAYS = {Actor.upsert: 5, Actor.upsert_shared: 2, Actor.read: 2, Actor.find: 2, Actor.page: 1}
CLAIMED = {"conflict": {Actor.ignore: 2}, "batch": {Actor.batch: 1}}


def connector(target: Target, users: int) -> Callable[[], Client]:
    """A function that makes clients, which together keep the target's rate limit. A soak waits for writes itself."""
    dialect = dialect_for(target)
    return lambda: Client(replace(target, settle=0.0), dialect, share=users)


def user_class(target: Target, ledger: Ledger, plan_of: Callable[[], Plan]) -> type[User]:
    """The class of the users of one process. The plan is known when the first of them starts.

    Each user starts with one of every operation, so that even a short soak has them all.
    """
    numbers = itertools.count(1)
    origin = secrets.token_hex(3)

    class SoakUser(User):
        tasks = [_task(move) for move, weight in weights(target).items() for _ in range(weight)]  # noqa: RUF012 - locust reads it

        def on_start(self) -> None:
            plan = plan_of()
            client = CountingClient(connector(target, plan.users), counted_by(self.environment), ledger)
            self.actor = Actor(f"{origin}.{next(numbers)}", plan.run_id, ledger, client, plan.settle)
            self.ledger = ledger
            for move in weights(target):
                _task(move)(self)

        def on_stop(self) -> None:
            self.actor.close()

    return SoakUser


def weights(target: Target) -> dict[Callable[[Actor], None], int]:
    """The operations of the users and their weights, by the profiles that the target claims."""
    claimed = [moves for profile, moves in CLAIMED.items() if profile in target.profiles]
    return {move: weight for moves in (ALWAYS, *claimed) for move, weight in moves.items()}


def counted_by(environment: Any) -> OnRequest:
    """A function that reports each request to Locust, which counts it and its time."""

    def count(name: str, seconds: float, wrong: Failed | None) -> None:
        environment.events.request.fire(
            request_type="", name=name, response_time=seconds * 1000, response_length=0, exception=wrong, context={}
        )

    return count


def _task(move: Callable[[Actor], None]) -> Callable[[Any], None]:
    """A task whose internal errors do not end the user. They are printed, and nothing counts as judged then."""

    def task(user: Any) -> None:
        try:
            move(user.actor)
        except Exception as wrong:
            text = f"internal error: {type(wrong).__name__}: {wrong}"
            user.ledger.error(printable(text)[:200])

    return task
