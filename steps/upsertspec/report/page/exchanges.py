"""The exchanges of a run as one compressed block that holds each text once. The script of the page unpacks it."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

from upsertspec.http.text import printable
from upsertspec.report.html.kit import CUT
from upsertspec.report.page.limits import Limits
from upsertspec.report.status import Listed, row


class _Texts:
    """Every text once, by its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))

    @property
    def listed(self) -> list[str]:
        return list(self._numbers)


def packed(document: Mapping[str, Any], limits: Limits) -> str:
    """Base64 of deflated JSON: `{"texts": […], "results": [[exchange, …], …]}`; null for a result that is left out.

    In an exchange each text is a number in `texts`, or null: step, role, attempt, method, URL, the headers and body of
    the request, status, the headers and body of the answer, failure, seconds, `curl`.
    """
    texts = _Texts()
    results = [_result(result, limits, texts) for result in document["results"]]
    raw = json.dumps({"texts": texts.listed, "results": results}, separators=(",", ":"))
    return base64.b64encode(zlib.compress(raw.encode("ascii"), 9)).decode("ascii")


def _result(result: Mapping[str, Any], limits: Limits, texts: _Texts) -> list[list[Any]] | None:
    kept = limits.passed if row(result["status"]).listed is Listed.NUMBER else limits.others
    return [_exchange(exchange, limits, texts) for exchange in result["exchanges"]] if kept else None


def _exchange(raw: Mapping[str, Any], limits: Limits, texts: _Texts) -> list[Any]:
    def put(text: str | None, limit: int = limits.body) -> int | None:
        if text is None:
            return None
        return texts.number(text if len(text) <= limit else text[:limit] + CUT.format(len(text)))

    request, answer = raw["request"], raw.get("response", {})
    said = [put(_lines(answer["headers"])), put(answer["body"])] if answer else [None, None]
    asked = [put(raw["url"]), put(_lines(request["headers"])), put(request["body"])]
    head = [put(raw["step"]), put(raw["role"]), raw["attempt"], put(raw["method"]), *asked]
    curl = raw["curl"] if len(raw["curl"]) <= max(limits.body, limits.curl) else None
    return [*head, answer.get("status"), *said, put(raw.get("failure")), raw["elapsed"], put(curl, len(raw["curl"]))]


def _lines(headers: Mapping[str, str]) -> str:
    return "\n".join(f"{printable(name)}: {printable(value)}" for name, value in headers.items())
