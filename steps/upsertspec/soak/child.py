"""A soak, in the process that Locust has to itself."""

from __future__ import annotations

import logging
import os
import signal
import sys
import warnings
from collections.abc import Callable

import gevent  # type: ignore[import-untyped]
import urllib3
from gevent.event import Event  # type: ignore[import-untyped]
from gevent.os import tp_read  # type: ignore[import-untyped]

from upsertspec.soak.load_test import ROLES
from upsertspec.soak.output import begun, counts, judged
from upsertspec.soak.plan import UNJUDGED, WORKER, Plan
from upsertspec.soak.users import connector
from upsertspec.soak.verification import READERS, judge
from upsertspec.target.target import Target


def soak(target: Target, plan: Plan) -> int:
    """Load, judge and tell. Exit code 0, 1 where an invariant is broken, 3 where one could not be judged."""
    _quiet()
    end = Event()
    for number in (signal.SIGINT, signal.SIGTERM):  # the load ends early, and is judged
        gevent.signal_handler(number, end.set)
    gevent.spawn(_end_with_the_one_who_asked)
    begun(plan, target, sys.stdout)
    environment, ledger = ROLES[plan.role](target, plan, end)
    if plan.role == WORKER:
        gaps = "".join(f"; {mistake}" for mistake in ledger.mistakes)
        print(f"{ledger.writes} writes acknowledged; the master judges them{gaps}", flush=True)
        return UNJUDGED if gaps else 0
    counts(environment.stats, sys.stdout)
    judgement = judge(ledger, connector(target, READERS), _gather)
    judged(ledger, judgement, sys.stdout)
    return judgement.code


def _gather(work: Callable[[], None], times: int) -> None:
    gevent.joinall([gevent.spawn(work) for _ in range(times)], raise_error=True)


def _end_with_the_one_who_asked() -> None:
    """Nobody reads the outcome when the process that started this one has gone: its end of stdin closes then."""
    while tp_read(0, 1):
        pass
    os._exit(UNJUDGED)


def _quiet() -> None:
    """Locust's warnings as plain lines. Whoever turned the check of certificates off knows that it is off."""
    logging.basicConfig(level=logging.WARNING, format="locust: %(message)s", stream=sys.stderr)
    warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
