"""The preflight, word for word: each finding with its level and its hint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from tests.steps.kit import Memory
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Describe, Find
from upsertspec.errors import CannotExpress, DialectError, NotTestable, TargetSilent
from upsertspec.http.client import Client
from upsertspec.http.exchange import Exchange
from upsertspec.http.masking import MASK
from upsertspec.http.probe import NOBODY, search
from upsertspec.run import preflight
from upsertspec.run.preflight import FATAL, OK, WARNING, Finding, check, fatal
from upsertspec.spec.schema import ROLES, tables, tables_of
from upsertspec.target.target import Credential, Login, Secret, Target

Says = Callable[[str, Any], Answer | Exception]
TARGET = Target("http://h", roles={role: Credential(secret=Secret(f"{role}-token")) for role in ROLES})
CORE = [table.name for table in tables_of(frozenset(["core"]))]
CORE_AND_IDENTITY = [table.name for table in tables_of(frozenset(["core", "identity"]))]


def whole(table: str) -> Answer:
    return Answer(200, body={"fields": {name: {} for name in tables()[table].fields}})


def good(who: str, operation: Any) -> Answer:
    return whole(operation.table) if isinstance(operation, Describe) else Answer(200)


class Saying(Memory):
    """A target whose answers this function makes."""

    def __init__(self, says: Says) -> None:
        super().__init__()
        self.says = says

    def call(self, who: str, operation: Any, alteration: str = "") -> Answer:
        self.asked.append((who, operation))
        answer = self.says(who, operation)
        if isinstance(answer, Exception):
            raise answer
        return answer


def found(says: Says = good, target: Target = TARGET) -> list[Finding]:
    return check(target, cast(Client, Saying(says)))


def contacts(described: Answer | Exception, listed: Answer | Exception) -> list[Finding]:
    return found(lambda _, operation: described if isinstance(operation, Describe) else listed)


def problems(listed: list[Finding]) -> list[Finding]:
    """The findings that are not OK."""
    return [finding for finding in listed if finding.level != OK]


def test_a_target_with_everything() -> None:
    assert found() == [
        Finding(OK, "http://h answers, and accepts the editor's credential"),
        *(Finding(OK, f"the {role}'s credential is accepted") for role in ROLES[1:]),
        *(Finding(OK, f"the table {name} exists, with its fields") for name in CORE),
    ]


def test_what_is_asked() -> None:
    memory = Saying(good)
    check(TARGET, cast(Client, memory))
    find = Find("contacts", {"email": NOBODY}, limit=1)
    assert memory.asked == [
        ("editor", Describe("contacts")),
        ("editor", find),
        *((role, find) for role in ROLES[1:]),
        *(("editor", Describe(name)) for name in CORE),
    ]


def test_without_an_editor_nothing_is_asked() -> None:
    memory = Saying(good)
    assert check(replace(TARGET, roles={}), cast(Client, memory)) == [
        Finding(FATAL, "there are no credentials for the editor role", "set UPSERTSPEC_TOKEN_EDITOR or [roles.editor]")
    ]
    assert memory.asked == []


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("unreachable", "start the target, or fix the host and port"),
        ("TLS", "fix the certificate, or name its authority in [tls] of a target file"),
        ("no answer in time", "find out why it hangs, or allow more time with --timeout"),
        ("broken answer", "is it an HTTP server? look at its log"),
    ],
)
def test_a_silent_target(kind: str, hint: str) -> None:
    silent = TargetSilent(kind, "so it was")
    assert contacts(silent, Answer(200)) == [Finding(FATAL, "http://h gives no usable answer: so it was", hint)]


def test_a_target_that_cannot_be_asked() -> None:
    assert contacts(Answer(200), NotTestable("a login failed")) == [
        Finding(FATAL, "http://h can't be asked: a login failed", "fix this, then check again")
    ]


OTHER_SHAPE = "; if the API has another shape, `upsertspec init URL` writes a target file for it"
NO_JSON = "the body is no JSON"


@pytest.mark.parametrize(
    ("described", "listed", "what", "hint"),
    [
        (
            Answer(200),
            Answer(401),
            "the editor's credential is not accepted (200 and 401)",
            "check the token and the role",
        ),
        (
            Answer(200),
            Answer(403),
            "the editor's credential is not accepted (200 and 403)",
            "check the token and the role",
        ),
        (
            Answer(401),
            Answer(404),
            "the editor's credential is not accepted (401 and 404)",
            "check the token and the role",
        ),
        (
            Answer(403),
            Answer(302),
            "the editor's credential is not accepted (403 and 302)",
            "check the token and the role",
        ),
        (
            Answer(404),
            Answer(300),
            "http://h answers with 404 and 300 to a search of contacts",
            "fix the target, or its URL",
        ),
        (
            Answer(399),
            Answer(404),
            "http://h answers with 399 and 404 to a search of contacts",
            "fix the target, or its URL",
        ),
        (
            Answer(200, fault=NO_JSON),
            Answer(404, fault="other"),
            f"the answers (200 and 404) can't be read: {NO_JSON}",
            "is this the URL of the API?",
        ),
        (
            Answer(404),
            Answer(404),
            "there is no table contacts (404)",
            "create the tables of features/schema.toml, or map [tables]",
        ),
        (
            Answer(404),
            Answer(400),
            "http://h answers with 404 and 400 to a search of contacts",
            "fix the target, or its URL",
        ),
        (
            Answer(404),
            Answer(200, fault=NO_JSON),
            "http://h answers with 404 and 200 to a search of contacts",
            "fix the target, or its URL",
        ),
        (
            Answer(299),
            Answer(500),
            "http://h answers with 299 and 500 to a search of contacts",
            "fix the target, or its URL",
        ),
    ],
)
def test_a_target_that_cannot_be_judged(described: Answer, listed: Answer, what: str, hint: str) -> None:
    is_about_shape = hint != "check the token and the role"
    assert contacts(described, listed) == [Finding(FATAL, what, hint + OTHER_SHAPE * is_about_shape)]


@pytest.mark.parametrize(
    ("status", "header", "what"),
    [
        (299, "Location", "http://h answers with 299 and 299 to a search of contacts"),
        (300, "Location", "http://h redirects to /elsewhere"),
        (302, "location", "http://h redirects to /elsewhere"),
        (399, "Location", "http://h redirects to /elsewhere"),
        (400, "Location", "http://h answers with 400 and 400 to a search of contacts"),
    ],
)
def test_a_redirect_is_reported_with_its_target(status: int, header: str, what: str) -> None:
    memory = Saying(lambda *_: Answer(status))
    answered = {"Content-Type": "text/plain", header: "/elsewhere"}
    memory.log = [
        Exchange("editor", "GET", "", {}, None, raw_response_headers={"X-Other": "no"}),
        Exchange("editor", "GET", "", {}, None, raw_response_headers=answered),
    ]
    assert check(TARGET, cast(Client, memory))[0].what == what


def test_either_a_description_or_a_list_is_enough_to_begin() -> None:
    for described, listed in ((Answer(200), Answer(500)), (Answer(404), Answer(200))):
        assert contacts(described, listed)[0] == Finding(OK, "http://h answers, and accepts the editor's credential")


def test_a_finding_shows_no_secret_and_no_control_character() -> None:
    listed = contacts(TargetSilent("broken answer", "s3cret\x1b"), Answer(200))
    assert listed[0].what == f"http://h gives no usable answer: {MASK}\\x1b"


@pytest.mark.parametrize("role", ROLES[1:])
def test_a_role_without_credentials(role: str) -> None:
    roles = {name: held for name, held in TARGET.roles.items() if name != role}
    hint = f"without UPSERTSPEC_TOKEN_{role.upper()} or [roles.{role}], what needs it is not testable"
    listed = found(target=replace(TARGET, roles=roles))
    assert problems(listed) == [Finding(WARNING, f"there are no credentials for the {role} role", hint)]
    assert sum("credential is accepted" in finding.what for finding in listed) == 2


@pytest.mark.parametrize(
    ("answer", "what", "hint"),
    [
        (
            Answer(403),
            "the viewer may not read contacts (403)",
            "check the token and the role, or every criterion that needs it fails",
        ),
        (TargetSilent("TLS", "expired"), "the viewer can't be asked: expired", "look at the target's log"),
        (NotTestable("no login"), "the viewer can't be asked: no login", "look at the target's log"),
    ],
)
def test_a_role_that_is_not_accepted(answer: Answer | Exception, what: str, hint: str) -> None:
    assert problems(found(lambda who, asked: answer if who == "viewer" else good(who, asked))) == [
        Finding(WARNING, what, hint)
    ]


def test_roles_that_are_one_to_the_target() -> None:
    shared, short = Credential(secret=Secret("one-token")), Credential(secret=Secret("abc"))
    roles = {**TARGET.roles, "editor": shared, "viewer": shared, "updater": short}
    assert problems(found(target=replace(TARGET, roles=roles))) == [
        Finding(
            WARNING, "the updater's secret is too short to be masked in reports", "use a secret of at least 4 letters"
        ),
        Finding(WARNING, "editor and viewer have the same credential", "give each role one of its own"),
    ]


def test_a_secret_of_four_letters_can_be_masked() -> None:
    roles = {**TARGET.roles, "updater": Credential(secret=Secret("abcd"))}
    assert problems(found(target=replace(TARGET, roles=roles))) == []


def logging_in(path: str = "/login", user: str = "ed", password: str = "p4ssword") -> Credential:
    return Credential(login=Login(path, "POST", "json", {"user": user, "password": Secret(password)}))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (logging_in(), True),
        (logging_in(path="/other"), False),
        (logging_in(user="al"), False),
        (logging_in(password="0ther"), False),
    ],
)
def test_logins_are_the_same_by_their_path_and_content(other: Credential, same: bool) -> None:
    roles = {**TARGET.roles, "editor": logging_in(), "viewer": other}
    listed = problems(found(target=replace(TARGET, roles=roles)))
    assert [finding.what for finding in listed] == ["editor and viewer have the same credential"] * same


def without(table: str, *fields: str) -> Says:
    """A target whose table lacks these fields."""

    def says(who: str, operation: Any) -> Answer:
        answer = good(who, operation)
        if isinstance(operation, Describe) and operation.table == table:
            answer.body["fields"] = {n: {} for n in answer.body["fields"] if n not in fields}
        return answer

    return says


def test_a_table_that_lacks_fields() -> None:
    assert problems(found(without("contacts", "age", "notes"))) == [
        Finding(WARNING, "the table contacts lacks age, notes", "add them, or map their names")
    ]


@pytest.mark.parametrize(
    "described", [Answer(404), Answer(200), Answer(200, body={"fields": ["email"]}), Answer(200, body=[])]
)
def test_a_table_without_a_description_is_looked_for_in_another_way(described: Answer) -> None:
    listed = contacts(described, Answer(200))
    assert listed[-1] == Finding(OK, f"the table {CORE[-1]} can be searched; it has no description")
    assert problems(listed) == []


def test_a_description_of_another_status_is_none() -> None:
    described = Answer(404, body=whole("contacts").body)
    assert contacts(described, Answer(200))[-1].what == f"the table {CORE[-1]} can be searched; it has no description"


BOTH = replace(TARGET, profiles=("core", "identity"))


def test_a_table_that_is_not_there() -> None:
    def says(who: str, operation: Any) -> Answer:
        return Answer(404) if operation.table == "image_metadata" else good(who, operation)

    hint = "create it, or map its name in [tables]"
    assert problems(found(says, BOTH)) == [Finding(WARNING, "there is no table image_metadata (404)", hint)]


def test_a_table_is_looked_for_with_one_record() -> None:
    memory = Saying(lambda who, asked: Answer(404) if isinstance(asked, Describe) else Answer(200))
    check(BOTH, cast(Client, memory))
    assert memory.asked[-1] == ("editor", search(BOTH, CORE_AND_IDENTITY[-1]))
    assert {"contacts", "image_metadata"} <= {operation.table for _, operation in memory.asked}


@pytest.mark.parametrize("wrong", [TargetSilent("TLS", "expired"), NotTestable("expired")])
def test_a_table_that_cannot_be_looked_at(wrong: Exception) -> None:
    def says(who: str, operation: Any) -> Answer | Exception:
        return wrong if operation.table == "image_metadata" else good(who, operation)

    what = "the table image_metadata can't be checked: expired"
    assert problems(found(says, BOTH)) == [Finding(WARNING, what, "look at the target's log")]


def test_why_nothing_can_be_judged() -> None:
    findings = [Finding(OK, "a"), Finding(FATAL, "b", "c"), Finding(WARNING, "d", "e"), Finding(FATAL, "f", "g")]
    assert fatal(findings) == "b: c; f: g"
    assert fatal(findings[:1]) == ""


@pytest.mark.parametrize("wrong", [None, RuntimeError("broken")])
def test_the_client_of_a_preflight_is_closed(wrong: Exception | None, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Target] = []

    class Closing(Saying):
        def __init__(self, target: Target, dialect: Any) -> None:
            super().__init__(lambda who, asked: wrong or good(who, asked))
            self.target, self.dialect = target, dialect

        def close(self) -> None:
            assert self.dialect.name == "native"
            closed.append(self.target)

    monkeypatch.setattr(preflight, "Client", Closing)
    if wrong is None:
        assert preflight.preflight(TARGET) == found()
    else:
        with pytest.raises(RuntimeError):
            preflight.preflight(TARGET)
    assert closed == [TARGET]


MISTAKE = DialectError("d", "request", "Find", "no slash")


def test_a_broken_dialect_ends_the_check() -> None:
    assert contacts(Answer(200), MISTAKE) == [Finding(FATAL, str(MISTAKE), "fix the dialect")]


def test_a_dialect_without_words_for_a_description_is_asked_for_a_list() -> None:
    listed = contacts(CannotExpress("no words"), Answer(200))
    assert problems(listed) == []
    assert listed[0] == Finding(OK, "http://h answers, and accepts the editor's credential")
    assert listed[-1] == Finding(OK, f"the table {CORE[-1]} can be searched; it has no description")
    assert [f.level for f in contacts(CannotExpress("no words"), Answer(401))] == [FATAL]


def test_a_dialect_error_for_one_role_or_table_is_a_warning() -> None:
    assert problems(found(lambda who, asked: MISTAKE if who == "viewer" else good(who, asked))) == [
        Finding(WARNING, f"the viewer can't be asked: {MISTAKE}", "look at the target's log")
    ]

    def says(who: str, operation: Any) -> Answer | Exception:
        return MISTAKE if operation.table == "image_metadata" else good(who, operation)

    what = f"the table image_metadata can't be checked: {MISTAKE}"
    assert problems(found(says, BOTH)) == [Finding(WARNING, what, "look at the target's log")]
