"""A recorded request as client code: `requests` in Python, `fetch` in JavaScript."""

from __future__ import annotations

import json
import re
from typing import Any

from upsertspec.site.recording import Recorded

LONGEST = 4000
"""Letters of a body that is written out."""
_WIDTH = 80
_TOKEN = re.compile(r"Bearer •+")
_WHOLE = re.compile(r"""-H 'Authorization: Bearer '"\$\{(UPSERTSPEC_TOKEN_\w+)\}"(?: |$)""")
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"|true|false|null')
_PYTHON = {"true": "True", "false": "False", "null": "None"}
_EXACT = 2**53


def python(recorded: Recorded) -> str:
    """The request with `requests`; empty if it can't be written as ordinary client code."""
    if not _ordinary(recorded):
        return ""
    token, value = _token(recorded), _json(recorded)
    headers = _headers(recorded, f"f\"Bearer {{os.environ['{token}']}}\"" if token else "")
    if value is not None:
        headers.pop("Content-Type", None)
    parts = [json.dumps(recorded.url)]
    parts += ["headers={" + _listed(headers, 4) + "}"] if headers else []
    if value is not None:
        parts.append(f"json={_LITERAL.sub(lambda found: _PYTHON.get(found[0], found[0]), _written(value, 4))}")
    elif recorded.body is not None:
        parts.append(f"data={recorded.body!r}.encode()")
    imports = "import os\n\nimport requests" if token else "import requests"
    call = f"answer = requests.{recorded.method.lower()}(\n{_lines(parts, 4)}\n)"
    return f"{imports}\n\n{call}\nprint(answer.status_code, answer.text)"


def javascript(recorded: Recorded) -> str:
    """The request with `fetch`; empty if it can't be written as ordinary client code."""
    if not _ordinary(recorded):
        return ""
    token, value = _token(recorded), _json(recorded)
    headers = _headers(recorded, f"`Bearer ${{process.env.{token}}}`" if token else "")
    parts = [f'method: "{recorded.method}"']
    parts += ["headers: {" + _listed(headers, 2) + "}"] if headers else []
    if value is not None and _exact(value):
        parts.append(f"body: JSON.stringify({_written(value, 2)})")
    elif recorded.body is not None:
        parts.append(f"body: {_written(recorded.body, 2)}")
    call = f"const answer = await fetch({json.dumps(recorded.url)}, {{\n{_lines(parts, 2)}\n}});"
    return f"{call}\nconsole.log(answer.status, await answer.text());"


def _ordinary(recorded: Recorded) -> bool:
    """Whether a client library sends it as it stands: plain headers, a body that is text, whole, and not too long."""
    headers, body = dict(recorded.headers), recorded.body or ""
    if _token(recorded):
        headers.pop("Authorization")
    texts = [*headers, *headers.values(), recorded.url]
    return (
        all(text.isascii() and text.isprintable() and text == text.strip() for text in texts)
        and not {letter for letter in body if letter in "•…\ufffd" or 0xD800 <= ord(letter) < 0xE000}
        and len(body) <= LONGEST
        and not (recorded.method == "GET" and body)
    )


def _token(recorded: Recorded) -> str:
    """The variable of the token, where the credential is a whole one; else empty."""
    found = _WHOLE.search(recorded.curl)
    return found[1] if found and _TOKEN.fullmatch(recorded.headers.get("Authorization", "")) else ""


def _headers(recorded: Recorded, bearer: str) -> dict[str, str]:
    """The headers as code. The token is read from its variable, where the code for it is given."""
    return {
        name: bearer if bearer and _TOKEN.fullmatch(text) else json.dumps(text)
        for name, text in recorded.headers.items()
    }


def _lines(parts: list[str], indent: int) -> str:
    """The arguments of a call, each on lines of its own and with a comma behind."""
    return "\n".join(" " * indent + line for line in ",\n".join([*parts, ""]).splitlines())


def _json(recorded: Recorded) -> Any:
    """The body as JSON, if a library writes it as it was sent; else None."""
    if recorded.body is None or recorded.headers.get("Content-Type") != "application/json":
        return None
    try:
        value = json.loads(recorded.body)
        return value if json.dumps(value, allow_nan=False) == recorded.body else None
    except (ValueError, RecursionError):
        return None


def _exact(value: Any) -> bool:
    """Whether JavaScript reads these numbers and names as they are."""
    if isinstance(value, dict):
        return "__proto__" not in value and all(map(_exact, value.values()))
    if isinstance(value, list):
        return all(map(_exact, value))
    return not isinstance(value, int) or abs(value) <= _EXACT


def _written(value: Any, indent: int) -> str:
    """The value as code, in printable letters: on one line where it is short."""
    short = json.dumps(value, ensure_ascii=False)
    text = short if len(short) <= _WIDTH else json.dumps(value, ensure_ascii=False, indent=indent)
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def _listed(headers: dict[str, str], indent: int) -> str:
    if len(headers) == 1:
        return ", ".join(f'"{name}": {text}' for name, text in headers.items())
    return "".join(f'\n{" " * indent}"{name}": {text},' for name, text in headers.items()) + "\n"
