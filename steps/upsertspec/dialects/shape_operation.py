"""What was done, by an answer of a shape: created, updated or ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from upsertspec.dialects.paths import MISSING, walk
from upsertspec.dialects.sources import value_at
from upsertspec.spec.outcomes import UPSERTED


def reported(stated: Mapping[str, Any], status: int, body: Any, headers: Mapping[str, str], record: Any = None) -> Any:
    """The operation that an answer reports in the way that the shape states; None if this answer does not report it.

    It is reported by the status, by a member or a header, by which member there is, or by whether two members of the
    record are equal. What the answer itself does not have is looked for in its record. Lists of ids are `listed`.
    """
    if "status" in stated:
        return stated["status"].get(str(status), stated.get("otherwise"))
    if "has" in stated:
        found = (done for path, done in stated["has"].items() if walk(body, path) is not MISSING)
        return next(found, stated.get("otherwise"))
    if "equal" in stated:
        one, other = (_either(path, record, body) for path in stated["equal"])
        return None if MISSING in (one, other) else "created" if one == other else "updated"
    value = value_at(stated, body, headers)
    value = value_at(stated, record, headers) if value is MISSING else value
    return None if value is MISSING else value if isinstance(value, str) else str(value)


def listed(stated: Mapping[str, Any], body: Any, ident: Any) -> str | None:
    """The operation whose list in the body has the id; the first one where a batch has it twice."""
    return next(iter(_all_listed(stated, body, ident)), None)


def reported_again(stated: Mapping[str, Any], body: Any, ident: Any) -> str | None:
    """The operation of a record that came before in the same batch: the last of those whose list has its id."""
    return next(reversed(_all_listed(stated, body, ident)), None)


def _all_listed(stated: Mapping[str, Any], body: Any, ident: Any) -> list[str]:
    lists = {name: walk(body, stated[name]) for name in UPSERTED if name in stated}
    return [name for name, ids in lists.items() if isinstance(ids, list) and ident in ids]


def is_listed(stated: Mapping[str, Any]) -> bool:
    """Whether the operation is reported by lists of ids."""
    return bool(set(UPSERTED) & set(stated))


def _either(path: str, record: Any, body: Any) -> Any:
    found = walk(record, path)
    return walk(body, path) if found is MISSING else found
