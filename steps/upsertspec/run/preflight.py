"""The check before a run: is the target reachable, does it accept the credentials, and does it have the tables?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Describe
from upsertspec.dialects.registry import dialect_for
from upsertspec.errors import CannotExpress, DialectError, NotApplicable, NotTestable, TargetSilent
from upsertspec.http.client import Client
from upsertspec.http.probe import readable, search
from upsertspec.http.text import printable
from upsertspec.report.finding import FATAL, OK, WARNING, Finding
from upsertspec.spec.schema import CALLERS, MEMBERS, PROTECTED, ROLES, Table, tables_of
from upsertspec.target.target import SHORTEST_SECRET, Credential, Secret, Target

GATEWAY_ERRORS = (502, 503, 504)
PAUSE = 0.5
ACCEPTED = "the {}'s credential is accepted"

Ask = Callable[[Client], Finding]
"""A check that sends requests."""


def check(target: Target, client: Client, jobs: int = 1) -> list[Finding]:
    """Check the target without writing anything. After a fatal finding no scenario can be run."""
    found = [*_reach(target, client)]
    if not any(finding.level == FATAL for finding in found):
        found += _answers([*_credentials(target), *_tables(target)], client, jobs)
    return [Finding(f.level, printable(client.masker.text(f.what)), f.hint) for f in found]


def preflight(target: Target, jobs: int = 1) -> list[Finding]:
    """Check the target, with clients of its own: `jobs` requests at a time.

    Raises ConfigError if its dialect can't be loaded.
    """
    client = Client(target, dialect_for(target))
    try:
        return check(target, client, jobs)
    finally:
        client.close()


def _answers(asked: Sequence[Finding | Ask], client: Client, jobs: int) -> list[Finding]:
    """The findings, in this order; what has to be asked is asked `jobs` at a time."""

    def find(one: Finding | Ask) -> Finding:
        if isinstance(one, Finding):
            return one
        own = client if jobs == 1 else client.for_thread()
        try:
            return one(own)
        finally:
            if own is not client:
                own.close()

    with ThreadPoolExecutor(jobs) as pool:
        return list((map if jobs == 1 else pool.map)(find, asked))


def wait_until_up(target: Target, seconds: float, pause: float = PAUSE) -> None:
    """Return as soon as the target answers, with anything but 502, 503 or 504, or when the seconds are over."""
    until = time.monotonic() + seconds
    while not _is_up(target) and time.monotonic() + pause < until:
        time.sleep(pause)


def _is_up(target: Target) -> bool:
    client = Client(target, dialect_for(target))
    try:
        return client.call("editor", search(target, "contacts")).status not in GATEWAY_ERRORS
    except TargetSilent:
        return False
    except (NotTestable, NotApplicable, DialectError):
        return True  # the checks say what is wrong
    finally:
        client.close()


def accepted(findings: list[Finding]) -> frozenset[str]:
    """The roles whose credential was accepted before the run."""
    passed = {finding.what for finding in findings if finding.level == OK}
    return frozenset({"editor", *(role for role in CALLERS if ACCEPTED.format(role) in passed)})


def fatal(findings: list[Finding]) -> str:
    """Why no scenario can be run, on one line; empty if they can."""
    return "; ".join(f"{f.what}: {f.hint}" for f in findings if f.level == FATAL)


def _reach(target: Target, client: Client) -> Iterator[Finding]:
    if "editor" not in target.roles:
        yield Finding(
            FATAL, "there are no credentials for the editor role", "set UPSERTSPEC_TOKEN_EDITOR or [roles.editor]"
        )
        return
    try:
        answers = [*_described("contacts", client), client.call("editor", search(target, "contacts"))]
    except DialectError as wrong:
        yield Finding(FATAL, str(wrong), "fix the dialect")
    except TargetSilent as silent:
        yield Finding(FATAL, f"{target.url} gives no usable answer: {silent}", _hint_for_silence(silent.kind))
    except (NotTestable, NotApplicable) as wrong:
        yield Finding(FATAL, f"{target.url} can't be asked: {wrong}", "fix this, then check again")
    else:
        yield _reached(target, client, answers)


def _described(table: str, client: Client) -> list[Answer]:
    """The answer with the table's description, or nothing if the dialect can't ask for it."""
    try:
        return [client.call("editor", Describe(table))]
    except (CannotExpress, NotApplicable):
        return []


def called(target: Target, table: str) -> str:
    """What the target calls a table, and which table it plays where that is another."""
    name = target.bindings.of(table).name
    return table if name == table else f"{name} (as {table})"


def _reached(target: Target, client: Client, answers: list[Answer]) -> Finding:
    statuses = [answer.status for answer in answers]
    refused = statuses[-1] in (401, 403)
    if not refused and any(answer.status == 200 and not answer.fault for answer in answers):
        return Finding(OK, f"{target.url} answers, and accepts the editor's credential")
    shown = " and ".join(str(status) for status in statuses)
    if refused or 401 in statuses or 403 in statuses:
        return Finding(FATAL, f"the editor's credential is not accepted ({shown})", "check the token and the role")
    where = next((v for e in client.log for k, v in e.response_headers.items() if k.lower() == "location"), "")
    if where and any(300 <= status < 400 for status in statuses):
        return Finding(
            FATAL, f"{target.url} redirects to {where}", "redirects are not followed; use that address as the URL"
        )
    if all(answer.fault for answer in answers):
        what = f"the answers ({shown}) can't be read: {answers[0].fault}"
        return Finding(FATAL, what, f"is this the URL of the API?{_other_shape(target)}")
    if all(status == 404 for status in statuses):
        return Finding(
            FATAL,
            f"there is no table {called(target, 'contacts')} (404)",
            f"create the tables of features/schema.toml, or map [tables]{_other_shape(target)}",
        )
    return Finding(
        FATAL,
        f"{target.url} answers with {shown} to a search of {called(target, 'contacts')}",
        f"fix the target, or its URL{_other_shape(target)}",
    )


def _other_shape(target: Target) -> str:
    """What to do if the API is not the contract's own, where nothing says that it is another."""
    if target.source or target.dialect != "native":
        return ""
    return "; if the API has another shape, `upsertspec init URL` writes a target file for it"


def _hint_for_silence(kind: str) -> str:
    hints = {
        "unreachable": "start the target, or fix the host and port",
        "TLS": "fix the certificate, or name its authority in [tls] of a target file",
        "no answer in time": "find out why it hangs, or allow more time with --timeout",
    }
    return hints.get(kind, "is it an HTTP server? look at its log")


def _credentials(target: Target) -> Iterator[Finding | Ask]:
    for role in (*ROLES[1:], *(MEMBERS if "isolation" in target.profiles else ())):
        if role in target.without:
            continue
        if role not in target.roles:
            hint = f"without UPSERTSPEC_TOKEN_{role.upper()} or [roles.{role}], what needs it is not testable"
            yield Finding(WARNING, f"there are no credentials for the {role} role", hint)
        else:
            yield partial(_accepted, role, target)
    yield from _shared(target)


def _accepted(role: str, target: Target, client: Client) -> Finding:
    table = readable(role)
    try:
        answer = client.call(role, search(target, table))
    except (TargetSilent, NotTestable, NotApplicable, DialectError) as wrong:
        return Finding(WARNING, f"the {role} can't be asked: {wrong}", "look at the target's log")
    if answer.status == 200:
        return Finding(OK, ACCEPTED.format(role))
    hint = "check the token and the role, or every criterion that needs it fails"
    return Finding(WARNING, f"the {role} may not read {called(target, table)} ({answer.status})", hint)


def _shared(target: Target) -> Iterator[Finding]:
    holders: dict[str, list[str]] = {}
    for role, credential in target.roles.items():
        holders.setdefault(_shows(credential), []).append(role)
        if any(len(secret.value) < SHORTEST_SECRET for secret in credential.secrets()):
            hint = f"use a secret of at least {SHORTEST_SECRET} letters"
            yield Finding(WARNING, f"the {role}'s secret is too short to be masked in reports", hint)
    for roles in holders.values():
        if len(roles) > 1:
            yield Finding(WARNING, f"{' and '.join(roles)} have the same credential", "give each role one of its own")


def _shows(credential: Credential) -> str:
    """What the target sees of a credential. It can't tell apart two roles that show the same."""
    content = credential.login.content if credential.login else {}
    values = {name: value.value if isinstance(value, Secret) else value for name, value in content.items()}
    shown = (credential.headers(), credential.parameters(), credential.source)
    return str((*shown, credential.login and credential.login.path, values))


def _tables(target: Target) -> Iterator[Ask]:
    for table in tables_of(frozenset(target.profiles)):
        if table.name not in target.bindings.absent:
            yield partial(_table, target.bindings.table(table.name), target)


def _table(table: Table, target: Target, client: Client) -> Finding:
    name = called(target, table.name)
    try:
        return _compared(table, name, target, client)
    except (TargetSilent, NotTestable, NotApplicable, DialectError) as wrong:
        return Finding(WARNING, f"the table {name} can't be checked: {wrong}", "look at the target's log")


def _compared(table: Table, name: str, target: Target, client: Client) -> Finding:
    bodies = [answer.body for answer in _described(table.name, client) if answer.status == 200]
    described = bodies[0].get("fields") if bodies and isinstance(bodies[0], dict) else None
    if isinstance(described, dict):
        missing = [field for field in table.fields if field not in described and field not in PROTECTED]
        if not missing:
            return Finding(OK, f"the table {name} exists, with its fields")
        return Finding(WARNING, f"the table {name} lacks {', '.join(missing)}", "add them, or map their names")
    status = client.call("editor", search(target, table.name)).status
    if status == 200:
        return Finding(OK, f"the table {name} can be searched; it has no description")
    return Finding(WARNING, f"there is no table {name} ({status})", "create it, or map its name in [tables]")
