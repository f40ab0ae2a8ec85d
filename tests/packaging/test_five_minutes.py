"""The README's guide "Your API in five minutes", followed to the letter against the products API of the examples."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
KEY = "full-key-5e1c"
PLACEHOLDER_URL = "https://api.example.com"
PLACEHOLDER_KEY = "UPSERTSPEC_TOKEN_EDITOR=…"


@pytest.fixture
def products() -> Iterator[str]:
    """The URL of the products API, in a process of its own. A thread reads its log, which would block it when full."""
    keys = {"PRODUCTS_KEY": KEY, "PRODUCTS_READ_KEY": "read-key-77ab"}
    api = subprocess.Popen(
        [sys.executable, str(ROOT / "examples" / "own_table" / "products.py"), "--port", "0"],
        env={**os.environ, **keys},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert api.stdout
    try:
        found = next((m for line in api.stdout if (m := re.search(r"http://127\.0\.0\.1:\d+", line))), None)
        assert found, "the products API did not start"
        reader = threading.Thread(target=api.stdout.read, daemon=True)
        reader.start()
        yield found[0]
    finally:
        api.terminate()
        api.wait()
    reader.join()
    api.stdout.close()


def guide() -> str:
    found = re.search(r"<!-- five -->\n```sh\n(.*?)```", README, re.DOTALL)
    assert found, "README.md has no block after <!-- five -->"
    return found[1]


@pytest.mark.slow
def test_the_guide_gives_a_verdict(products: str, tmp_path: Path) -> None:
    commands = guide()
    assert PLACEHOLDER_URL in commands
    assert PLACEHOLDER_KEY in commands
    script = commands.replace(PLACEHOLDER_URL, products).replace(PLACEHOLDER_KEY, f"UPSERTSPEC_TOKEN_EDITOR={KEY}")
    tool = tmp_path / "upsertspec"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m upsertspec "$@"\n', "utf-8")
    tool.chmod(0o755)
    others = {name: value for name, value in os.environ.items() if not name.startswith("UPSERTSPEC_")}
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=tmp_path,
        env={**others, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    assert report["verdict"]["verdict"] == "conformant"
    assert report["verdict"]["counts"]["not testable"] == 0
    assert report["verdict"]["counts"]["passed"] + report["verdict"]["counts"]["deviates"] >= 150
