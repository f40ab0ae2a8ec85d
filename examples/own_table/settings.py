"""The smallest API there is: settings with a key and a text, and nothing else; no id, no timestamps.

python settings.py --port 8082
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from threading import Lock
from typing import Any

from flask import Flask, Response, jsonify, request

BUGS = {
    "case-insensitive-key": "Color and color are one setting",
    "race": "looks first and writes then, so that two clients both create",
    "stale-answer": "an update answers with the setting as it was before",
}


def create_app(keys: Mapping[str, str], bug: str = "") -> Flask:
    """The API. `keys` are the accepted tokens."""
    app = Flask(__name__)
    settings: dict[str, str] = {}
    lock = Lock()

    def spelled(key: str) -> str:
        return key.casefold() if bug == "case-insensitive-key" else key

    def shown(key: str, value: str) -> Response:
        return jsonify({"key": key, "value": value})

    @app.before_request
    def authenticate() -> tuple[Response, int] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return None if scheme == "Bearer" and token in keys else (jsonify(error="unauthorized"), 401)

    @app.put("/settings/<path:key>")
    def put(key: str) -> tuple[Response, int]:
        body = request.get_json(silent=True)
        value: Any = body.get("value") if isinstance(body, dict) else None
        if not isinstance(value, str):
            return jsonify(error="value must be text"), 400
        if bug == "race":
            return put_without_lock(key, value)
        with lock:
            before = settings.get(spelled(key))
            settings[spelled(key)] = value
        answer = before if bug == "stale-answer" and before is not None else value
        return shown(key, answer), 201 if before is None else 200

    def put_without_lock(key: str, value: str) -> tuple[Response, int]:
        import time

        is_there = key in settings
        time.sleep(0.02)
        settings[key] = value
        return shown(key, value), 200 if is_there else 201

    @app.get("/settings/<path:key>")
    def get(key: str) -> tuple[Response, int] | Response:
        value = settings.get(spelled(key))
        return (jsonify(error="not found"), 404) if value is None else shown(key, value)

    @app.delete("/settings/<path:key>")
    def delete(key: str) -> tuple[str, int]:
        return ("", 204) if settings.pop(spelled(key), None) is not None else ("", 404)

    return app


def main() -> None:
    """Serve it on the loopback interface."""
    options = argparse.ArgumentParser(description="A settings API with two fields, to be judged.")
    options.add_argument("--port", type=int, default=8082)
    options.add_argument("--bug", choices=BUGS, default="", help="; ".join(f"{k}: {v}" for k, v in BUGS.items()))
    given = options.parse_args()
    if not os.environ.get("SETTINGS_TOKEN"):
        options.error("set SETTINGS_TOKEN: the token that it accepts, such as token-1234")
    create_app({os.environ["SETTINGS_TOKEN"]: "all"}, given.bug).run("127.0.0.1", given.port, threaded=True)


if __name__ == "__main__":
    main()
