"""Idempotency keys: ignored, shared, compared loosely, forgotten, or answered with something else than before."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from flask import Response, g, make_response
from flask.typing import ResponseReturnValue

from upsertspec_broken import add, broken
from upsertspec_broken.bases import keep
from upsertspec_broken.clients import Clients, ManyClients
from upsertspec_catalogue import view
from upsertspec_server import Server
from upsertspec_server.errors import Problem, conflict, key_is_taken, not_found
from upsertspec_server.idempotency import HEADER, LONGEST, TABLE, Idempotency, Key
from upsertspec_server.views import current_app, parse_id, request

Write = Callable[[], ResponseReturnValue]

# AC-921: the first answer again, and nothing written


def without_key(when: Callable[[], bool]) -> type[Idempotency]:
    """Keys that are not read in some requests."""

    class WithoutKey(Idempotency):
        def key(self) -> Key | None:
            return None if when() else super().key()

    return WithoutKey


add("keys-are-not-read", "Does not know the header: every request is done.", "AC-921 AC-922 AC-923 AC-926 AC-927",
    without_key(lambda: True))  # fmt: skip
add("upserts-need-no-key", 'Reads keys of creates and transactions only, since "an upsert is idempotent anyway".',
    "AC-921 AC-922 AC-926 AC-927", without_key(lambda: request.path.endswith("/upsert")))  # fmt: skip
add("batches-have-no-key", "Does not read the keys of batches.", "AC-921 AC-922 AC-926",
    without_key(lambda: b'"records"' in request.get_data()))  # fmt: skip
add("transactions-have-no-key", "Does not read the keys of transactions.", "AC-921 AC-926",
    without_key(lambda: request.path.endswith("/transactions")))  # fmt: skip


class Repeating(Idempotency):
    """Does every request; what it does with a repetition is a method of its own."""

    def once(self, write: Write) -> Response:
        key = self.key()
        with self.store.transaction():
            known = None if key is None else self.replay(key)
            if known is not None:
                return self.again(known, write)
            response = make_response(write())
            if key is not None:
                self.remember(key, response)
            return response

    def again(self, known: Response, write: Write) -> Response:
        """The answer to a repetition."""
        return known


@broken("AC-921", "AC-927")
class ReplayWritesAgain(Repeating):
    """Answers a repetition as before, but writes again."""

    def again(self, known: Response, write: Write) -> Response:
        write_again(self, write)
        return known


def write_again(keys: Idempotency, write: Write) -> None:
    """Do a write that was done before; nothing, where it is refused now."""
    keys.store.db.execute("SAVEPOINT again")
    try:
        write()
    except Problem:
        keys.store.db.execute("ROLLBACK TO again")


@broken("AC-921", "AC-922")
class RepetitionIsAConflict(Repeating):
    """Answers 409 to every repetition: the client can't learn what its request has done."""

    def again(self, known: Response, write: Write) -> Response:
        raise conflict("This request was already done.")

    def digest(self) -> str:
        return ""


@broken("AC-921")
class ReplayOfACreateIs200(Repeating):
    """Answers a create with 201, and its repetition with 200."""

    def again(self, known: Response, write: Write) -> Response:
        known.status_code = HTTPStatus.OK
        return known


@broken("AC-921")
class ReplaySaysUpdated(Repeating):
    """Answers a repetition from the stored record: the create says "updated" now, although nothing is written."""

    def again(self, known: Response, write: Write) -> Response:
        known.data = known.get_data().replace(b'"created"', b'"updated"').replace(b'"created":', b'"created": ')
        return known


add("keys-expire-at-once", "Keeps a key for a moment only, since it takes seconds for milliseconds.",
    "AC-921 AC-922 AC-927", {"IDEMPOTENCY_SECONDS": -1.0})  # fmt: skip


@broken("AC-921")
class RefusedRequestsStayUnderWay(Idempotency):
    """Marks a key as under way, and leaves the mark where the request is refused: sent again, it is 409."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.under_way: set[Key] = set()

    def once(self, write: Write) -> Response:
        key = self.key()
        if key in self.under_way:
            raise conflict("The first request with this key is under way.")
        try:
            return super().once(write)
        except Problem:
            if key is not None:
                self.under_way.add(key)
            raise


# AC-922: another body


@broken("AC-922")
class OtherBodyGetsTheFirstAnswer(Idempotency):
    """Does not compare bodies: whatever comes with a known key gets the first answer."""

    def digest(self) -> str:
        return ""


@broken("AC-922")
class OtherBodyIsDone(Idempotency):
    """Takes a known key with another body for a new request, and does it."""

    def replay(self, key: Key) -> Response | None:
        try:
            return super().replay(key)
        except Problem:
            self.forget(key)
            return None

    def forget(self, key: Key) -> None:
        """Delete a key."""
        where = "caller = ? AND path = ? AND key = ?"
        self.store.db.execute(f"DELETE FROM {TABLE} WHERE {where}", key.columns)  # noqa: S608 - a name of ours


@broken("AC-922")
class OtherBodyIsWrittenAndRefused(Idempotency):
    """Writes first, and compares bodies when it keeps the key: the 422 comes too late."""

    def once(self, write: Write) -> Response:
        key = self.key()
        if key is None:
            return super().once(write)
        with self.store.transaction():
            try:
                known = self.replay(key)
            except Problem:
                write()
                keep(self.store)
                raise
            return known or self.first(key, make_response(write()))

    def first(self, key: Key, response: Response) -> Response:
        """Keep the answer to the first request."""
        self.remember(key, response)
        return response


@broken("AC-922")
class ComparesTheFirstMatchField(Idempotency):
    """Takes a request for the same if it has the same email: other values get the first answer."""

    def digest(self) -> str:
        body = json.loads(request.get_data())
        fields = body.get("fields") or (body.get("records") or [{}])[0]
        return str(fields.get("email", body)) if isinstance(fields, dict) else ""


@broken("AC-922")
class ComparesTheFieldsOnly(Idempotency):
    """Does not look at the match fields when it compares bodies."""

    def digest(self) -> str:
        return str(json.loads(request.get_data()).get("fields") or request.get_data())


@broken("AC-922")
class BodiesAreComparedAtTheirBeginning(Idempotency):
    """Compares the first kilobyte of two bodies with one key."""

    def digest(self) -> str:
        return repr(request.get_data()[:1024])


@broken("AC-922")
class BatchesCompareInAnyOrder(Idempotency):
    """Compares the records of a batch without their order."""

    def digest(self) -> str:
        body = request.get_json(force=True)
        records = body.get("records") if isinstance(body, dict) else None
        return repr(sorted(map(repr, records))) if isinstance(records, list) else super().digest()


@broken("AC-922")
class OtherBodyForgetsTheKey(OtherBodyIsDone):
    """Refuses another body, and forgets the key: the first request is done again after that."""

    def once(self, write: Write) -> Response:
        try:
            return super().once(write)
        except Problem as problem:
            key = self.key()
            if problem.status == HTTPStatus.UNPROCESSABLE_ENTITY and key is not None:
                with self.store.transaction():
                    self.forget(key)
            raise

    def replay(self, key: Key) -> Response | None:
        return Idempotency.replay(self, key)


# AC-923: many clients with one key


class LooksForTheKey(Idempotency):
    """Looks for the key before the transaction that writes, so that others with the same key come in between."""

    def once(self, write: Write) -> Response:
        key = self.key()
        if key is None:
            return super().once(write)
        with self.store.snapshot():
            known = self.replay(key)
        if known is not None:
            return known
        clients().meet()
        with self.store.transaction():
            known = self.replay(key)
            if known is not None:
                return self.late(known, write)
            response = make_response(write())
            self.remember(key, response)
            return response

    def late(self, known: Response, write: Write) -> Response:
        """The answer where another has written since the look."""
        raise NotImplementedError


def clients() -> Clients:
    """The clients of the server."""
    assert isinstance(current_app, ManyClients)
    return current_app.clients


@broken("AC-923", using=(ManyClients,))
class KeyIsKeptAfterTheWrite(LooksForTheKey):
    """Looks for the key, writes, and keeps the key: everybody who looked in time writes."""

    def late(self, known: Response, write: Write) -> Response:
        return make_response(write())


@broken("AC-923", using=(ManyClients,))
class LateKeyGetsTheFirstAnswer(LooksForTheKey):
    """Writes again where another was faster, and then answers as the first one was answered."""

    def late(self, known: Response, write: Write) -> Response:
        write_again(self, write)
        return known


@broken("AC-923", using=(ManyClients,))
class LateKeyFails(LooksForTheKey):
    """Looks for the key, and answers 500 where another has kept it meanwhile."""

    def late(self, known: Response, write: Write) -> Response:
        raise Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "UNIQUE constraint failed")


@broken("AC-923", using=(ManyClients,))
class LateKeyGetsAnEmptyAnswer(LooksForTheKey):
    """Answers 202 without a body to those who come while the first one writes."""

    def late(self, known: Response, write: Write) -> Response:
        return Response("{}", HTTPStatus.ACCEPTED, content_type="application/json")


# AC-924: whose key it is


@broken("AC-924")
class KeysOfAllCallers(Idempotency):
    """Does not ask whose key it is: another caller gets the first one's answer."""

    def key(self) -> Key | None:
        key = super().key()
        return key and replace(key, caller="")


@broken("AC-924")
class KeysOfAllPaths(Idempotency):
    """Does not ask which path a key is for."""

    def key(self) -> Key | None:
        key = super().key()
        return key and replace(key, path="")


def early(original: Callable[..., Any], **path: Any) -> Any:
    """Look for the key before anything else is checked."""
    key = current_app.idempotency.key()
    known = key and current_app.idempotency.replay(key)
    return known or original(**path)


@broken("AC-924", using=(KeysOfAllCallers,))
@view("records.upsert")
def replay_comes_before_the_permission(original: Callable[..., Any], **path: Any) -> Any:
    """Looks for the key before the permission: a viewer learns what the editor has done."""
    return early(original, **path)


@broken("AC-924", using=(KeysOfAllCallers, replay_comes_before_the_permission))
class ReplayComesBeforeTheCredentials(Server):
    """Looks for the key before the credentials: whoever knows a key gets the answer."""

    def authenticate(self) -> None:
        if HEADER in request.headers and self.is_protected(request.path):
            g.role = self.schema.roles["editor"]
            key = self.idempotency.key()
            if key is not None and self.idempotency.replay(key) is not None:
                return
        super().authenticate()


# AC-925: other keys


def other_key(name: str, says: str, violates: str, change: Callable[[str], str]) -> None:
    """Register a server that keeps a change of the key."""
    text = {"text": lambda self, value: change(Idempotency.text(self, value))}
    add(name, says, violates, type(name.title().replace("-", ""), (Idempotency,), text))


other_key("keys-in-small-letters", "Compares keys without their case.", "AC-925", str.lower)
other_key("keys-are-cut", "Keeps the first 64 characters of a key.", "AC-925 AC-926", lambda text: text[:64])


other_key("keys-lose-their-hyphens", "Reads keys as UUIDs, without their hyphens.", "AC-925",
          lambda text: text.replace("-", ""))  # fmt: skip
other_key("keys-are-unquoted", "Decodes percent escapes in a key, so that two keys become one.", "AC-925", unquote)
other_key("blanks-in-a-key-are-one", "Takes several blanks in a key for one.", "AC-925",
          lambda text: re.sub(" +", " ", text))  # fmt: skip


@broken("AC-925", "AC-922")
class SameBodyIsARetry(Idempotency):
    """Takes every request with a body that it has seen for a repetition, whatever its key."""

    def key(self) -> Key | None:
        key = super().key()
        return key and replace(key, key=self.digest())


@broken("AC-925")
class NoKeyIsTheKeyBefore(Idempotency):
    """Takes a request without a key for a repetition of an earlier one with a key and the same body."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.keys: dict[tuple[str, str, str], Key] = {}

    def key(self) -> Key | None:
        key, same = super().key(), (g.role.name, request.path, self.digest())
        if key is None:
            return self.keys.get(same)
        self.keys[same] = key
        return key


# AC-926: keys that are none


@broken("AC-926")
class EmptyKeyIsNone(Idempotency):
    """Does a request with an empty key, as if it had none."""

    def key(self) -> Key | None:
        given = request.headers.get(HEADER)
        return None if given is not None and not self.text(given) else super().key()


@broken("AC-926")
class EmptyKeyIsAKey(Idempotency):
    """Takes an empty key for a key like any other."""

    def key(self) -> Key | None:
        given = request.headers.get(HEADER)
        empty = given is not None and not self.text(given)
        return Key(g.role.name, request.path, "") if empty else super().key()


@broken("AC-926")
class LongKeyIsTaken(Idempotency):
    """Keeps keys of every length."""

    def key(self) -> Key | None:
        given = request.headers.get(HEADER, "")
        long = len(self.text(given)) > LONGEST
        return Key(g.role.name, request.path, self.text(given)) if long else super().key()


@broken("AC-926")
class LongKeyDoesNotFit(Idempotency):
    """Finds out that a key is too long when it keeps it, and answers 500."""

    def key(self) -> Key | None:
        if len(self.text(request.headers.get(HEADER, ""))) > LONGEST:
            raise Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "The server failed.")
        return super().key()


@broken("AC-926")
class LongKeyIsRefusedTooLate(Idempotency):
    """Writes, and then refuses a key that is too long."""

    def once(self, write: Write) -> Response:
        try:
            return super().once(write)
        except Problem as problem:
            if problem.status == HTTPStatus.BAD_REQUEST and HEADER in request.headers:
                with self.store.transaction():
                    write()
            raise


# AC-927: what happened in between


def first_outcome(answer: Response) -> dict[str, Any]:
    """The answer to the upsert of one record, or nothing."""
    body: dict[str, Any] = json.loads(answer.get_data())
    return body if "record" in body else {}


@broken("AC-927")
class ReplayNeedsTheRecord(Repeating):
    """Reads the record for a repetition, and answers 404 where it was deleted."""

    def again(self, known: Response, write: Write) -> Response:
        outcome = first_outcome(known)
        table = self.store.app.schema.tables.get((request.view_args or {}).get("table", ""))
        if outcome and table and self.store.get(table, table.id_type.parse(outcome["id"])) is None:
            raise not_found()
        return known


@broken("AC-927")
class ReplayCreatesAgain(ReplayNeedsTheRecord):
    """Does a request again where its record was deleted."""

    def again(self, known: Response, write: Write) -> Response:
        try:
            return super().again(known, write)
        except Problem:
            return make_response(write())


@broken("AC-927")
class KeyIsForgottenWithTheNextWrite(Idempotency):
    """Keeps the last key of a table only: a request that is repeated later is done again."""

    def once(self, write: Write) -> Response:
        key = self.key()
        if key is None:
            with self.store.transaction():
                self.store.db.execute(f"DELETE FROM {TABLE} WHERE path = ?", [request.path])  # noqa: S608 - a name of ours
        return super().once(write)


@broken("AC-927", "AC-923")
class ChangedRecordIsAnotherRequest(Repeating):
    """Refuses a repetition with 422 where the record was written since."""

    def again(self, known: Response, write: Write) -> Response:
        outcome = first_outcome(known)
        table = self.store.app.schema.tables.get((request.view_args or {}).get("table", ""))
        if outcome and table:
            stored = self.store.get(table, table.id_type.parse(outcome["id"]))
            if stored is None or stored["updated_at"] != outcome["record"]["updated_at"]:
                raise key_is_taken()
        return known


@broken("AC-921")
class RepetitionChecksTheCondition(Idempotency):
    """Looks at If-Match again where a request is repeated: the record has another tag now, and the answer is 412."""

    def replay(self, key: Any) -> Any:
        known = super().replay(key)
        if known is not None and "If-Match" in request.headers:
            table = current_app.schema.find(str((request.view_args or {})["table"]))
            row = self.store.get(table, parse_id(table, str(known.get_json()["id"])))
            current_app.conditions.check(current_app.conditions.read(request), table, row)
        return known
