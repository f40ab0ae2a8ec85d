"""Target files: all mistakes are named at once, with line and fix; a correct file becomes a target."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kit import Done
from upsertspec.cli.init import TEMPLATE
from upsertspec.errors import ConfigError, NotApplicable, NotTestable
from upsertspec.http.credentials import NOBODY, Presented, presented
from upsertspec.http.curl import curl_flags
from upsertspec.run.recorder import known_for
from upsertspec.spec import criteria as spec
from upsertspec.spec.schema import CALLERS
from upsertspec.target.bindings import renamed
from upsertspec.target.target import (
    ClientCredentials,
    Credential,
    Csrf,
    KnownFailure,
    Login,
    Secret,
    Target,
    TokenCommand,
)
from upsertspec.target.target_file import from_file, from_url

Load = Callable[..., Target]
URL = 'url = "http://127.0.0.1:1"\n'

FAULTS = {
    "": "line 1: lacks 'url'; add it",
    "url = 3": "line 1: url: is not what belongs here; write the address below which the API answers",
    'url = "ftp://h"': "line 1: url: is not what belongs here; write the address",
    'url = "http://user:hunter2@h"': "line 1: url: is not what belongs here; write the address",
    'url = "http://h/#q"': "line 1: url: is not what belongs here",
    'url = "http://h/?q"': "line 1: url: 'http://h/.•••' can't be judged; .* no more but a query like api-version=3",
    'url = "http://h/?code=hunter2"': "can't be judged with a secret in it; write .query. in a target file",
    URL + 'query = { code = "hunter2" }': "line 2: query.code: is a secret in plain text",
    URL + "roles = true": "line 2: roles: is not complete, or says two things at once; write tables",
    URL + '[roles.editor]\nlogin = { path = "/l", prefix = "Token " }\n': "line 3: roles.editor.login: is not complete",
    URL
    + '[roles.editor]\nbearer = { env = "T" }\nheaders = { X-Api-Key = "hunter2" }\n': "line 4: roles.editor.headers"
    ".X-Api-Key: is a secret in plain text",
    'url = "http://h:99999"': "line 1: url: 'http://h:99999' can't be judged; write http or https",
    'url = "http://h:x"': "line 1: url: is not what belongs here",
    URL + 'adress = "x"\ntimout = 3': "line 3: timout: is not known here; did you mean 'timeout'?",
    URL + "timeout = 0": "line 2: timeout: can't be 0; write seconds for one request, above 0 and at most 600",
    URL + "timeout = nan": "line 2: timeout: can't be nan; write a number",
    URL + "timeout = true": "line 2: timeout: can't be true; write seconds",
    URL + "rate_limit = -1": "line 2: rate_limit: can't be -1; write requests a second",
    URL + "rate_limit = nan": "line 2: rate_limit: can't be nan; write a number",
    URL + "clients = 1": 'line 2: clients: can\'t be 1; write how many "many clients at once" are, a whole number',
    URL + "clients = 2.5": "line 2: clients: can't be 2.5; write how many",
    URL + 'dialect = "natve"': "line 2: dialect: can't be \"natve\"; did you mean 'native'?",
    URL + 'profiles = ["idenity"]': "line 2: profiles.0: can't be \"idenity\"; did you mean 'identity'?",
    URL + 'profiles = "core"': 'line 2: profiles: can\'t be "core"; write a list of the claimed profiles',
    URL + "name = 2020-01-01": 'line 2: name: can\'t be "2020-01-01"; write a name for reports',
    URL + 'proxy = "http://user:hunter2@proxy:1"': "line 2: proxy: is not what belongs here; write the address of",
    URL + "[roles.edtor]\n": "line 2: roles.edtor: is not known here; did you mean 'editor'?",
    URL + "[roles.editor]\n": "line 2: roles.editor: is not complete, or says two things at once; write exactly one of",
    URL + '[roles.editor]\nheader = "X"\n': "line 2: roles.editor: is not complete, or says two things",
    URL + '[roles.editor]\nbearer = "hunter2"\n': "line 3: roles.editor.bearer: is not what belongs here; write { env",
    URL
    + '[roles.editor]\nbearer = { env = "T" }\nprefix = "X"\n': "line 2: roles.editor: is not complete, or says two",
    URL
    + '[roles.editor]\nbearer = { env = "T" }\nheader = "X"\n': "line 2: roles.editor: is not complete, or says two",
    URL + '[roles.editor]\nbasic = { username = "u" }\n': "line 3: roles.editor.basic: lacks 'password'; add it",
    URL
    + '[roles.editor]\nbasic = { username = "u", password = "hunter2" }\n': "line 3: roles.editor.basic.password: is a"
    " secret in plain text; write { env",
    URL
    + '[roles.editor]\nbearer = { env = "UNSET_VARIABLE" }\n': "line 3: roles.editor.bearer: the environment variable"
    " UNSET_VARIABLE is not set; export it, or take the entry out",
    URL + '[roles.editor]\nbearer = { env = "BROKEN" }\n': "line 3: roles.editor.bearer: BROKEN holds a character that",
    URL + '[roles.editor.login]\npath = "login"\n': "line 3: roles.editor.login.path: is not what belongs here",
    URL
    + '[roles.editor.login]\npath = "/l"\njson = {}\nform = {}\n': "line 2: roles.editor.login: is not complete, or",
    URL + '[roles.editor.login]\npath = "/l"\njson = { password = "hunter2" }\n': "line 4: roles.editor.login.json."
    "password: is a secret in plain text; write { env",
    URL + '[headers]\nX-Api-Key = "hunter2"\n': "line 3: headers.X-Api-Key: is a secret in plain text; write { env",
    URL + '[headers]\n"X Y" = "a"\n': "headers: is not what belongs here; write the names of headers",
    URL + '[headers]\nX = "a\\nb"\n': "line 3: headers.X: is not what belongs here; write text of one line, or { env",
    URL + '[tls]\nca = "missing.pem"\n': "line 3: tls.ca: there is no file .*missing.pem; fix the path",
    URL + '[tls]\nclient_key = "missing.pem"\n': "line 2: tls: is not complete, or says two things at once",
    URL + '[tables.contact]\nid = "x"\n': "line 2: tables.contact: is no table of the specification; did you mean",
    URL
    + '[tables.contacts]\nfields = { emial = "x" }\n': "line 3: tables.contacts.fields.emial: is no field of contacts;"
    " did you mean 'email'",
    URL
    + '[tables.contacts.fields]\nemail = "name"\n': "line 3: tables.contacts.fields.email: name is 'name' on the target"
    " too; give each field a name of its own",
    URL + '[tables.contacts]\nid = ""\n': "line 3: tables.contacts.id: can't be \"\"; write the table's name or number",
    URL
    + '[[known_failures]]\ncriterion = "AC-999"\nreason = "r"\n': "line 3: known_failures.0.criterion: 'AC-999' is no"
    " criterion; did you mean",
    URL + '[[known_failures]]\ncriterion = "AC-001"\nscenario = "A new contct is created"\nreason = "r"\n': "line 4: "
    "known_failures.0.scenario: AC-001 has no scenario .*; did you mean 'A new contact is created'",
    URL + '[[known_failures]]\ncriterion = "AC-001"\n': "line 2: known_failures.0: lacks 'reason'; add it",
    URL
    + '[[known_failures]]\ncriterion = ["x"]\nscenario = ["y"]\nreason = ""\n': "line 4: known_failures.0.scenario: ",
    URL + 'name = "a\nb"': r"is not TOML: .*\(at line 2, column \d+\); fix it there",
    URL + "url = 3": "is not TOML: Cannot overwrite a value",
    "x = " + "[" * 5000: "nested too deeply|is not TOML",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_named_with_its_line_and_fix(text: str, load: Load) -> None:
    with pytest.raises(ConfigError) as raised:
        load(text, T="token", BROKEN="a\nb")
    assert re.search(FAULTS[text], str(raised.value)), str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_all_faults_are_named_at_once_in_the_order_of_lines(load: Load, tmp_path: Path) -> None:
    text = """# a comment
url = "nowhere"

timeout = -1
[roles.editor]
bearer = { env = "UNSET_ONE" }
[roles.viewer]
header = "X-Key"
value = { env = "UNSET_TWO" }
[headers]
X-Odd = 3
[tables.contacs]
id = 1
[[known_failures]]
criterion = "AC-001"
reason = "r"
[[known_failures]]
"""
    with pytest.raises(ConfigError) as raised:
        load(text)
    lines = [int(found) for found in re.findall(r"toml: line (\d+): ", str(raised.value))]
    assert lines == [2, 4, 6, 9, 11, 12, 17, 17]
    assert all(line.startswith(f"{tmp_path / 'target.toml'}: line ") for line in str(raised.value).splitlines())


def test_the_lines_count_past_texts_of_several_lines(load: Load) -> None:
    text = '[[known_failures]]\ncriterion = "AC-001"\nreason = """\nurl = 1\ntimeout = 1\n"""\n'
    with pytest.raises(ConfigError, match="line 7: timeout"):
        load('url = "http://h"\n\n\n\n\n\ntimeout = 0\n' + text)
    with pytest.raises(ConfigError, match="line 1: lacks 'url'"):
        load(text)


def test_a_missing_file_and_a_folder(tmp_path: Path, load: Load) -> None:
    with pytest.raises(ConfigError, match=r"there is no file .*nowhere\.toml; `upsertspec init` writes one"):
        from_file(tmp_path / "nowhere.toml", {})
    with pytest.raises(ConfigError, match=r"can't be read as UTF-8 text .*; name a file"):
        from_file(tmp_path, {})
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(ConfigError, match="can't be read as UTF-8 text"):
        from_file(tmp_path / "latin.toml", {})


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(load: Load) -> None:
    assert load("\ufeff" + URL.replace("\n", "\r\n") + "timeout = 3\r\n").timeout == 3
    with pytest.raises(ConfigError, match="line 3: timeout"):
        load(f"\ufeff{URL}# x\ntimeout = 0\n".replace("\n", "\r\n"))


def test_every_form_of_credential(load: Load) -> None:
    target = load(
        URL
        + """
[roles.editor]
bearer = { env = "A" }
headers = { X-Api-Key = { env = "E" }, X-Tenant = "acme" }
[roles.creator]
header = "X-Api-Key"
prefix = "Key "
value = { env = "B" }
[roles.updater]
basic = { username = "ü", password = { env = "C" } }
[roles.viewer]
login = { path = "/login", form = { user = "v", password = { env = "D" } } }
""",
        A="token-a",
        B="token-b",
        C="pässword",
        D="pässword d",
        E="token-e",
    )
    pair = base64.b64encode("ü:pässword".encode()).decode()
    more = {"X-Api-Key": "token-e", "X-Tenant": "acme"}
    assert target.roles["editor"].headers() == {**more, "Authorization": "Bearer token-a"}
    assert target.roles["creator"].headers() == {"X-Api-Key": "Key token-b"}
    assert target.roles["updater"].headers() == {"Authorization": f"Basic {pair}"}
    assert target.roles["viewer"].headers() == {}
    login = target.roles["viewer"].login
    assert login is not None
    assert (login.method, login.style) == ("POST", "form")
    secrets = {secret.value for secret in target.secrets()}
    assert secrets >= {"token-a", "token-b", "token-e", "pässword", "pässword d", pair}
    assert "token-a" not in repr(target)


def test_a_role_can_have_nothing_but_headers(load: Load) -> None:
    roles = '[roles.editor]\nheaders = { X-App = "acme", X-Key = { env = "A" } }\n'
    target = load(URL + roles + '[roles.viewer]\nheaders = { X-User = "v" }', A="token-a")
    assert target.roles["editor"].headers() == {"X-App": "acme", "X-Key": "token-a"}
    assert target.roles["viewer"].headers() == {"X-User": "v"}
    broken = presented(target, "the editor's token with a letter more")
    assert broken.headers == {"X-App": "acme", "X-Key": "token-ax"}
    assert presented(target, NOBODY).headers == {}


def test_without_roles_the_tokens_come_from_the_environment(load: Load) -> None:
    roles = load(URL, UPSERTSPEC_TOKEN_EDITOR="token").roles
    assert roles == {"editor": Credential(secret=Secret("token", "UPSERTSPEC_TOKEN_EDITOR"))}


def test_everything_else_of_a_target_file(load: Load, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("x")
    target = load(
        'url = "https://h/base/?v=3"\nquery = { code = { env = "S" } }\n'
        'name = "N"\nprofiles = ["identity"]\ntimeout = 3\nrate_limit = 5\n'
        'proxy = "http://p:1"\n[headers]\nX-A = "b"\nX-S = { env = "S" }\n[tls]\nca = "ca.pem"\n'
        '[tables.contacts]\nid = 7\nfields = { email = "mail" }\n'
        '[[known_failures]]\ncriterion = "AC-001"\nreason = "r"\n',
        S="secret",
    )
    assert (target.url, target.name, target.profiles) == ("https://h/base", "N", ("core", "identity"))
    assert (target.timeout, target.rate_limit) == (3.0, 5)
    assert target.query == {"v": "3", "code": Secret("secret", "S")}
    assert target.headers == {"X-A": "b", "X-S": Secret("secret", "S")}
    assert target.session["verify"] == str(tmp_path / "ca.pem")
    assert target.session["proxies"] == {"http": "http://p:1", "https": "http://p:1"}
    assert target.bindings == renamed({"contacts": "7"}, {"contacts": {"email": "mail"}})
    assert target.known_failures == (KnownFailure("AC-001", "r"),)


def test_credentials_that_are_issued(load: Load, tmp_path: Path) -> None:
    target = load(
        URL
        + '[roles.editor]\nbearer = { command = ["./token.sh", "editor"] }\n'
        + '[roles.creator]\nheader = "X-Key"\nvalue = { command = ["key"] }\n'
        + '[roles.updater]\noauth2 = { token_url = "https://id/t", client_id = "me", client_secret = { env = "S" } }\n'
        + '[roles.viewer.login]\npath = "/l"\ncsrf = { cookie = "c", header = "X-CSRF" }\n'
        + '[expired]\nbearer = { env = "S" }\n',
        S="secret",
    )
    editor, folder = "UPSERTSPEC_TOKEN_EDITOR", str(tmp_path)
    oauth2 = ClientCredentials("https://id/t", "me", Secret("secret", "S"), variable="UPSERTSPEC_TOKEN_UPDATER")
    assert target.roles == {
        "editor": Credential(source=TokenCommand(("./token.sh", "editor"), folder, editor)),
        "creator": Credential("X-Key", "", source=TokenCommand(("key",), folder, "UPSERTSPEC_TOKEN_CREATOR")),
        "updater": Credential(source=oauth2),
        "viewer": Credential(login=Login("/l", "POST", "json", {}, csrf=Csrf("X-CSRF", cookie="c"))),
    }
    assert target.expired == Credential(secret=Secret("secret", "S"))
    assert load(URL, UPSERTSPEC_TOKEN_EXPIRED="old").expired == Credential(
        secret=Secret("old", "UPSERTSPEC_TOKEN_EXPIRED")
    )


def test_a_member_has_the_organization_of_the_file_or_of_the_contract(load: Load) -> None:
    stated = '[roles.editor]\nbearer = { env = "E" }\n[roles.north]\nbearer = { env = "N" }\norganization = "acme"\n'
    target = load(URL + stated + '[roles.south]\nbearer = { env = "S" }\n', E="e", N="n", S="s")
    assert {name: held.organization for name, held in target.roles.items()} == {
        "editor": "",
        "north": "acme",
        "south": "org_south",
    }
    assert load(URL, UPSERTSPEC_TOKEN_NORTH="n").roles["north"].organization == "org_north"
    listed = load(URL + 'roles = ["editor", "north"]\n', UPSERTSPEC_TOKEN_EDITOR="e", UPSERTSPEC_TOKEN_NORTH="n")
    assert listed.roles["north"].organization == "org_north"
    with pytest.raises(NotTestable, match="no credentials are configured for the south role"):
        presented(listed, "south")


def test_the_credentials_of_a_proxy_come_from_the_environment(load: Load) -> None:
    text = URL + 'proxy = "http://p:1"\n'
    target = load(text, UPSERTSPEC_PROXY_USERNAME="me", UPSERTSPEC_PROXY_PASSWORD="pass/word")
    assert target.session["proxies"] == dict.fromkeys(("http", "https"), "http://me:pass%2Fword@p:1")
    assert "pass/word" in {secret.value for secret in target.secrets()}
    flags = curl_flags(target.session)
    user = '"${UPSERTSPEC_PROXY_USERNAME}:${UPSERTSPEC_PROXY_PASSWORD}"'
    assert flags == ["--proxy", "http://p:1", "--proxy-user", user]
    with pytest.raises(ConfigError, match="line 2: proxy: needs both UPSERTSPEC_PROXY_USERNAME and"):
        load(text, UPSERTSPEC_PROXY_USERNAME="me")


def test_a_known_failure_is_named_by_title_by_id_or_by_the_id_of_an_outline(load: Load) -> None:
    row = next(case for case in spec.cases() if case.example)
    for name in (row.title, row.id, row.scenario):
        entry = f'[[known_failures]]\ncriterion = "{row.criterion}"\nscenario = "{name}"\nreason = "r"\n'
        target = load(URL + entry)
        known = [case for case in spec.cases() if known_for(case, target)]
        assert row in known
        assert {case.scenario for case in known} == {row.scenario}
        assert len(known) == (1 if name != row.scenario else sum(c.scenario == row.scenario for c in spec.cases()))


@pytest.mark.parametrize(
    "url", ["h", "ftp://h", "http://", "http://u:hunter2@h", "http://h?x", "http://h:99999", "http://a..b"]
)
def test_a_bad_url_is_reported_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError, match="can't be judged; write http or https") as raised:
        from_url(url, {})
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("url", ["http://h", "https://h:8443/a/b/", "http://[::1]:80/", "http://bücher.example"])
def test_a_good_url(url: str) -> None:
    assert from_url(url, {}).url == url.rstrip("/")


def test_a_target_may_ask_for_no_credentials(load: Load) -> None:
    target = load(URL + "roles = false\n", UPSERTSPEC_TOKEN_EDITOR="token")
    assert presented(target, "editor") == Presented()
    for who in ("anonymous", "creator", "a made-up token"):
        with pytest.raises(NotApplicable):
            presented(target, who)


def test_tokens_that_no_header_carries_are_named_at_once() -> None:
    env = {"UPSERTSPEC_TOKEN_EDITOR": "a\nb", "UPSERTSPEC_TOKEN_VIEWER": "é"}
    with pytest.raises(ConfigError, match=r"(?s)TOKEN_EDITOR holds .*TOKEN_VIEWER holds .*; set it anew"):
        from_url("http://h", env)


def uncommented() -> str:
    lines = [line for line in TEMPLATE.read_text("utf-8").splitlines() if line != '# dialect = "native"']
    toml = re.compile(r"# (\[|[\w-]+ = )")
    return "\n".join(line[2:] if toml.match(line) else line for line in lines)


def test_the_template_is_valid_as_a_whole_and_in_each_part(load: Load, tmp_path: Path) -> None:
    assert load(TEMPLATE.read_text("utf-8")).url == "http://127.0.0.1:8080"
    for name in ("ca.pem", "client.pem", "client.key"):
        (tmp_path / name).write_text("x")
    (tmp_path / "baseline.toml").write_text("")
    names = re.findall(r'env = "(\w+)"', uncommented())
    target = load(uncommented(), **dict.fromkeys(names, "secret"))
    assert set(target.roles) == set(CALLERS)
    assert (target.dialect, sorted(target.dialect_options)) == ("shape", ["find", "upsert"])
    assert target.deviations == {"created": (201,), "invalid": (409, 422)}
    assert target.known_failures[0].scenario in {case.title for case in spec.cases()}
    assert target.session["cert"] == (str(tmp_path / "client.pem"), str(tmp_path / "client.key"))
    assert (target.name, target.rate_limit, target.bindings) == (
        "My records API",
        50,
        renamed({"contacts": "tbl123"}, {"contacts": {"email": "mail"}}),
    )


def test_init_writes_the_template_and_leaves_what_is_there(cli: Callable[..., Done], tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    first = cli("init", str(file))
    assert (first.code, file.read_bytes()) == (0, TEMPLATE.read_bytes())
    file.write_text("mine")
    again = cli("init", str(file))
    assert again.code == 2
    assert "exists and is not replaced; name another file" in again.err
    assert file.read_text() == "mine"


def test_init_into_a_folder_that_is_not_there(cli: Callable[..., Done], tmp_path: Path) -> None:
    done = cli("init", str(tmp_path / "no" / "target.toml"))
    assert done.code == 2
    assert "can't be written (No such file or directory); name another file" in done.err
