"""Work in several processes at once. None of them outlives this one, nor the context in which they work."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from upsertspec import process
from upsertspec.errors import TargetUnusable, UpsertspecError

T = TypeVar("T")


@dataclass(frozen=True)
class _Failed:
    """What went wrong in a process."""

    why: str


@contextlib.contextmanager
def processes(work: Callable[..., T], calls: Sequence[tuple[Any, ...]]) -> Iterator[Callable[[], list[T]]]:
    """Do the work for each of these arguments, in a process of its own. The function waits for the results, in order.

    It raises TargetUnusable for a process that could not finish.
    """
    context = multiprocessing.get_context("spawn")
    running = []
    try:
        for given in calls:
            ours, theirs = context.Pipe(duplex=False)
            child = context.Process(target=_work, args=(theirs, os.getpid(), work, given), daemon=True)
            with process.held():  # a child that is half started can't be ended quietly
                child.start()
                running.append((child, ours))
            theirs.close()
            process.require_running()
        yield lambda: [_result(ours) for _, ours in running]
    finally:
        for child, ours in running:
            child.kill()
            child.join()
            ours.close()


def _work(theirs: Connection[Any, Any], parent: int, work: Callable[..., Any], given: tuple[Any, ...]) -> None:
    process.become_child(parent)
    try:
        theirs.send(work(*given))
    except UpsertspecError as wrong:
        theirs.send(_Failed(str(wrong)))


def _result(ours: Connection[Any, Any]) -> Any:
    try:
        result = ours.recv()
    except EOFError as ended:
        raise TargetUnusable("a process of the proof ended without a result; run it again with --jobs 1") from ended
    if isinstance(result, _Failed):
        raise TargetUnusable(result.why)
    return result
