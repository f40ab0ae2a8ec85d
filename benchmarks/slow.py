"""A run with many workers against a slow target, and the same run with one.

A proxy delays every answer of the reference server, like a target that is slow or far away. Both runs are whole
processes, from start to end, with their clean-up; their results are compared scenario by scenario. One worker would
take half an hour for all scenarios, so a sample is run: every tenth, which keeps the proportions of the profiles.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import kit

from upsertspec.spec import criteria as spec

DEFAULTS = {"milliseconds": 100, "jobs": 16, "every": 10}
BUFFER = 65536


def main(options: argparse.Namespace) -> list[kit.Finding]:
    """One finding: a run with many workers, then one with one worker. Each takes minutes, mostly waiting."""
    delay, chosen = options.milliseconds / 1000, [case.id for case in spec.cases()][:: options.every]
    with kit.served() as url, held_back(url, delay) as far, tempfile.TemporaryDirectory() as folder:
        times = [[kit.seconds(partial(judge, far, folder, number, chosen))] for number in (options.jobs, 1)]
        many, one = (results(folder, number) for number in (options.jobs, 1))
    differ = [case for case in one if many.get(case) != one[case]]
    note = (
        f"{len(one)} scenarios, {len(differ)} with another result; {times[0][0]:.0f} s and {times[1][0]:.0f} s; "
        f"{options.milliseconds} ms added to every answer"
    )
    return [kit.compared((f"{options.jobs} jobs, all profiles", "1 job"), times, aim="under 0.10", note=note)]


def judge(url: str, folder: str, jobs: int, chosen: list[str]) -> None:
    """A run of these scenarios; its report goes into a folder of its own."""
    tokens = {f"UPSERTSPEC_TOKEN_{role.upper()}": token for role, token in kit.TOKENS.items()}
    line = [sys.executable, "-m", "upsertspec", "run", url, "--jobs", str(jobs), "--report", f"{folder}/{jobs}"]
    named = [word for case in chosen for word in ("--scenario", case)]
    done = subprocess.run(
        [*line, "--profile", "all", *named], env=kit.own_environment(**tokens), stdout=subprocess.PIPE, text=True
    )
    assert done.returncode == 0, done.stdout


def results(folder: str, jobs: int) -> dict[str, str]:
    """The status of each scenario."""
    report = json.loads((Path(folder) / str(jobs) / "report.json").read_text("utf-8"))
    return {result["id"]: result["status"] for result in report["results"]}


@contextlib.contextmanager
def held_back(url: str, delay: float) -> Iterator[str]:
    """A proxy in front of the server at this URL that delays its answers; yields the proxy's URL."""
    parts = urlsplit(url)
    loop = asyncio.new_event_loop()
    proxy = Proxy(str(parts.hostname), parts.port or 80, delay)
    listener = loop.run_until_complete(asyncio.start_server(proxy.serve, "127.0.0.1", 0, backlog=256))
    port = listener.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(proxy.close(listener), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Proxy:
    """Forwards bytes to the server at once, and bytes from it after a delay."""

    def __init__(self, host: str, port: int, delay: float) -> None:
        self._place = host, port
        self._delay = delay
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, paired with one to the server."""
        there, back = await asyncio.open_connection(*self._place)
        both = (self._hand_on(reader, back, 0.0), self._hand_on(there, writer, self._delay))
        tasks = [asyncio.ensure_future(each) for each in both]
        self._tasks.update(tasks)
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.difference_update(tasks)

    async def _hand_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, delay: float) -> None:
        later = asyncio.get_running_loop().call_later
        try:
            while data := await source.read(BUFFER):
                later(delay, sink.write, data)  # an answer in several pieces is delayed once, not once a piece
            await asyncio.sleep(delay)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            sink.close()

    async def close(self, listener: asyncio.Server) -> None:
        """Stop listening, and end open connections."""
        listener.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


if __name__ == "__main__":
    kit.command(main, DEFAULTS)
