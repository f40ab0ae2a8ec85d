"""A recorded request as client code: `requests` in Python, `fetch` in JavaScript."""

from __future__ import annotations

import json
import re
from pprint import pformat
from typing import Any

from upsertspec.site.recording import Recorded

LONGEST = 4000
"""Letters of a body that is written out."""
_TOKEN = re.compile(r"Bearer •+")
_WHOLE = re.compile(r"""-H 'Authorization: Bearer '"\$\{(UPSERTSPEC_TOKEN_\w+)\}"(?: |$)""")
_EXACT = 2**53


def python(recorded: Recorded) -> str:
    """The request with `requests`; empty if it can't be written as ordinary client code."""
    if not _ordinary(recorded):
        return ""
    headers = dict(recorded.headers)
    value = _json(recorded)
    lines = [json.dumps(recorded.url) + ","]
    if value is not None:
        headers.pop("Content-Type")
    if headers:
        lines.append(f"headers={{{', '.join(_python_header(*each, recorded.curl) for each in headers.items())}}},")
    if value is not None:
        lines += f"json={pformat(value, width=96, sort_dicts=False)},".splitlines()
    elif recorded.body is not None:
        lines.append(f"data={recorded.body!r}.encode(),")
    return "\n".join(
        [
            *(["import os", ""] if _TOKEN.search(str(headers)) else []),
            "import requests",
            "",
            f"answer = requests.{recorded.method.lower()}(",
            *(f"    {line}" for line in lines),
            ")",
            "print(answer.status_code, answer.text)",
        ]
    )


def javascript(recorded: Recorded) -> str:
    """The request with `fetch`; empty if it can't be written as ordinary client code."""
    if not _ordinary(recorded):
        return ""
    lines = [f'method: "{recorded.method}",']
    if recorded.headers:
        lines.append(
            f"headers: {{{', '.join(_javascript_header(*each, recorded.curl) for each in recorded.headers.items())}}},"
        )
    value = _json(recorded)
    if value is not None and _exact(value):
        lines += f"body: JSON.stringify({json.dumps(value, ensure_ascii=False, indent=2)}),".splitlines()
    elif recorded.body is not None:
        lines.append(f"body: {json.dumps(recorded.body, ensure_ascii=False)},")
    return "\n".join(
        [
            f"const answer = await fetch({json.dumps(recorded.url)}, {{",
            *(f"  {line}" for line in lines),
            "});",
            "console.log(answer.status, await answer.text());",
        ]
    )


def _ordinary(recorded: Recorded) -> bool:
    """Whether a client library sends it as it stands: plain headers, a body that is text, whole, and not too long."""
    headers, body = dict(recorded.headers), recorded.body or ""
    if _WHOLE.search(recorded.curl):
        headers.pop("Authorization")
    texts = [*headers, *headers.values(), recorded.url]
    return (
        all(text.isascii() and text.isprintable() and text == text.strip() for text in texts)
        and not {letter for letter in body if letter in "•…\ufffd" or 0xD800 <= ord(letter) < 0xE000}
        and len(body) <= LONGEST
        and not (recorded.method == "GET" and body)
    )


def _json(recorded: Recorded) -> Any:
    """The body as JSON, if a library writes it as it was sent; else None."""
    if recorded.body is None or recorded.headers.get("Content-Type") != "application/json":
        return None
    try:
        value = json.loads(recorded.body)
    except (ValueError, RecursionError):
        return None
    return value if json.dumps(value) == recorded.body else None


def _exact(value: Any) -> bool:
    """Whether JavaScript has these numbers."""
    if isinstance(value, dict):
        return all(map(_exact, value.values()))
    if isinstance(value, list):
        return all(map(_exact, value))
    return not isinstance(value, int) or abs(value) <= _EXACT


def _python_header(name: str, text: str, curl: str) -> str:
    token = _WHOLE.search(curl) if _TOKEN.fullmatch(text) else None
    return f'"{name}": ' + (f"f\"Bearer {{os.environ['{token[1]}']}}\"" if token else repr(text))


def _javascript_header(name: str, text: str, curl: str) -> str:
    token = _WHOLE.search(curl) if _TOKEN.fullmatch(text) else None
    return f'"{name}": ' + (f"`Bearer ${{process.env.{token[1]}}}`" if token else json.dumps(text))
