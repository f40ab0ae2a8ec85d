"""The load under Locust: alone, as the master of workers, or as a worker. Gives Locust's counts and the ledger."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import gevent
from gevent.event import Event
from locust.env import Environment
from locust.exception import RPCError

from upsertspec.errors import ConfigError, TargetUnusable
from upsertspec.soak.ledger import Ledger
from upsertspec.soak.locust_users import user_class
from upsertspec.soak.plan import WAIT_FOR_PLAN, WAIT_FOR_WORKERS, WORKER, Plan, stop_seconds
from upsertspec.soak.worker_messages import merged, packed, take
from upsertspec.target.target import Target

LEDGER = "upsertspec-ledger"
FASTEST = 100.0
RAMP = 0.1
TICK = 0.1
FLUSH = 1.0
LOST = 20.0


def alone(target: Target, plan: Plan, end: Event) -> tuple[Any, Ledger]:
    """All users in this process."""
    ledger = Ledger()
    environment = _environment(target, ledger, lambda: plan)
    runner = environment.create_local_runner()
    runner.start(plan.users, _rate(plan))
    end.wait(plan.seconds)
    runner.quit()
    return environment, ledger


def master(target: Target, plan: Plan, end: Event) -> tuple[Any, Ledger]:
    """The workers run the users. They get the plan with Locust's start message, and send their ledgers back."""
    environment = _environment(target, Ledger(), lambda: plan)
    environment.parsed_options = argparse.Namespace(
        enable_rebalancing=False, headless=True, upsertspec_plan=plan.as_message()
    )
    runner = _bound(environment, plan)
    received: dict[str, list[Any]] = {}
    runner.register_message(LEDGER, lambda msg, **_: take(received, msg.node_id, msg.data))
    try:
        _wait_for_workers(runner, plan, end)
        runner.start(plan.users, _rate(plan))
        end.wait(plan.seconds)
        runner.stop()
    finally:
        runner.quit()
    return environment, merged(received, plan.workers)


def worker(target: Target, plan: Plan, end: Event) -> tuple[Any, Ledger]:
    """Some of the users, until the master stops them; then the master gets the counts and the ledger."""
    ledger, done = Ledger(), Event()
    plans: list[Plan] = []
    environment = _environment(target, ledger, lambda: plans[0])
    environment.parsed_options = argparse.Namespace(web_base_path="")
    environment.events.test_start.add_listener(lambda environment, **_: _learn(environment, plan, plans, ledger))
    environment.events.test_stop.add_listener(lambda environment, **_: _hand_over(environment, ledger, done))
    silent = TargetUnusable(f"no master answers at {plan.host}, port {plan.port}; start one first, with --master")
    with gevent.Timeout(WAIT_FOR_WORKERS, silent):
        runner = environment.create_worker_runner(plan.host, plan.port)
    gevent.spawn(lambda: end.wait() and runner.stop())
    _wait_for_plan(plans, done)
    done.wait(plans[0].seconds + 2 * stop_seconds(target) + WAIT_FOR_WORKERS)
    gevent.sleep(FLUSH)
    _leave(environment, ledger)
    return environment, ledger


def _environment(target: Target, ledger: Ledger, plan_of: Callable[[], Plan]) -> Any:
    return Environment(user_classes=[user_class(target, ledger, plan_of)], stop_timeout=stop_seconds(target))


def _rate(plan: Plan) -> float:
    """Users per second, so that all have started after a tenth of the time."""
    return min(FASTEST, max(1.0, plan.users / max(1.0, plan.seconds * RAMP)))


def _bound(environment: Environment, plan: Plan) -> Any:
    place = f"--master-host {plan.host} --master-port {plan.port}"
    try:
        return environment.create_master_runner(plan.host, plan.port)
    except (RPCError, SystemExit) as wrong:
        raise ConfigError(
            [f"{place}: the master cannot listen there; is the port free, and the address one of this machine?"]
        ) from wrong


def _wait_for_workers(runner: Any, plan: Plan, end: Event) -> None:
    with gevent.Timeout(WAIT_FOR_WORKERS, False):
        while runner.worker_count < plan.workers and not end.is_set():
            gevent.sleep(TICK)
    if runner.worker_count < plan.workers:
        raise TargetUnusable(f"{runner.worker_count} of {plan.workers} workers connected within {WAIT_FOR_WORKERS:g} s")


def _learn(environment: Any, plan: Plan, plans: list[Plan], ledger: Ledger) -> None:
    try:
        plans[:] = [plan.of_worker(getattr(environment.parsed_options, "upsertspec_plan", None))]
    except ConfigError as wrong:
        ledger.error(str(wrong))
        plans[:] = [plan]


def _hand_over(environment: Any, ledger: Ledger, done: Event) -> None:
    """Send the last counts, which Locust would send with its next report, and the ledger."""
    runner = environment.runner
    counts: dict[str, Any] = {}
    environment.events.report_to_master.fire(client_id=runner.client_id, data=counts)
    runner.send_message("stats", counts)
    for message in packed(ledger):
        runner.send_message(LEDGER, message)
    done.set()


def _leave(environment: Any, ledger: Ledger) -> None:
    runner = environment.runner
    if time.time() - (runner.last_heartbeat_timestamp or 0) > LOST:
        ledger.error("the master is gone")
    environment.events.quitting.fire(environment=environment)
    runner.greenlet.kill(block=True, timeout=FLUSH)
    runner.client.close(linger=int(FLUSH * 1000))


def _wait_for_plan(plans: list[Plan], done: Event) -> None:
    with gevent.Timeout(WAIT_FOR_PLAN, False):
        while not plans and not done.is_set():
            gevent.sleep(TICK)
    if not plans:
        raise TargetUnusable("the master did not start the load, or is gone")


ROLES = {WORKER: worker, "master": master, "alone": alone}
