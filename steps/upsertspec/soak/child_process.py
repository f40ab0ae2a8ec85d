"""A soak, in the child process that Locust may change."""

from __future__ import annotations

import logging
import signal
import sys
import warnings
from collections.abc import Callable

import gevent
import urllib3
from gevent.event import Event
from gevent.os import tp_read

from upsertspec.process import exit_now, unblock
from upsertspec.soak.load_test import ROLES
from upsertspec.soak.locust_users import connector
from upsertspec.soak.output import print_counts, print_judgement, print_plan
from upsertspec.soak.plan import UNJUDGED, WORKER, Plan, words_of
from upsertspec.soak.read_back import READERS, judge
from upsertspec.target.target import Target


def soak(target: Target, plan: Plan) -> int:
    """Load, judge and print. Exit code 0, 1 if an invariant is broken, 3 if one could not be judged."""
    _quiet()
    end = Event()
    for number in (signal.SIGINT, signal.SIGTERM):  # the load ends early and is judged
        gevent.signal_handler(number, end.set)
    unblock()
    gevent.spawn(_end_with_parent)
    print_plan(plan, target, sys.stdout)
    environment, ledger = ROLES[plan.role](target, plan, end)
    if plan.role == WORKER:
        gaps = "".join(f"; {error}" for error in ledger.errors)
        print(f"{ledger.writes} writes acknowledged; the master judges them{gaps}", flush=True)
        return UNJUDGED if gaps else 0
    print_counts(environment.stats, sys.stdout)
    judgement = judge(ledger, connector(target, READERS), _gather, words_of(target), plan.settle)
    print_judgement(ledger, judgement, sys.stdout)
    return judgement.code


def _gather(work: Callable[[], None], times: int) -> None:
    gevent.joinall([gevent.spawn(work) for _ in range(times)], raise_error=True)


def _end_with_parent() -> None:
    """When the parent process is gone, its end of stdin closes, and nobody reads the result any more."""
    while tp_read(0, 1):
        pass
    exit_now(UNJUDGED)


def _quiet() -> None:
    """Print Locust's warnings as plain lines, and none about certificate checks that the user turned off."""
    logging.basicConfig(level=logging.WARNING, format="locust: %(message)s", stream=sys.stderr)
    warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
