"""Certificates: an untrusted one is reported, one of a named authority is accepted."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.http.wire import Answer, Wire, endlessly, read_request, reply, slowly
from tests.kit import Done
from upsertspec.dialects.operations import Find
from upsertspec.errors import TargetSilent
from upsertspec.http.client import Client

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl to make a certificate")

Serve = Callable[..., Wire]
FIND = Find("contacts", {})


def made(folder: Path, host: str) -> Path:
    """A certificate for this host that signs itself; its key is beside it."""
    pem = folder / "cert.pem"
    kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=127.0.0.1"]
    files = ["-out", str(pem), "-keyout", str(folder / "key.pem")]
    named = ["-days", "2", "-addext", f"subjectAltName={host}"]
    subprocess.run(["openssl", *kind, *named, *files], check=True, capture_output=True)
    return pem


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1."""
    return made(tmp_path, "IP:127.0.0.1")


@pytest.fixture
def secure(serve: Serve, certificate: Path) -> str:
    """The URL of a server with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.parent / "key.pem")

    def answer(connection: socket.socket, request: bytes) -> bool:
        with context.wrap_socket(connection.dup(), server_side=True) as wrapped:
            while read_request(wrapped):
                wrapped.sendall(reply({"records": []}))
        return False

    return serve(answer, asked=False).url.replace("http:", "https:")


def shaken(pem: Path, said: bytes) -> Answer:
    """A handshake with this certificate, then these bytes to each request, and an abrupt end."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, pem.parent / "key.pem")

    def answer(connection: socket.socket, request: bytes) -> bool:
        wrapped = context.wrap_socket(connection.dup(), server_side=True, suppress_ragged_eofs=True)
        if read_request(wrapped):
            wrapped.sendall(said)
        wrapped.detach()
        connection.shutdown(socket.SHUT_RDWR)
        return False

    return answer


def test_a_certificate_of_another_host(serve: Serve, client: Callable[..., Client], tmp_path: Path) -> None:
    pem = made(tmp_path, "DNS:example.com")
    url = serve(shaken(pem, reply({"records": []})), asked=False).url.replace("http:", "https:")
    with pytest.raises(TargetSilent, match=r"no secure connection: .*(doesn't match|mismatch|not valid for)") as silent:
        client(url, session={"verify": str(pem)}).call("editor", FIND)
    assert silent.value.kind == "TLS"


def test_a_certificate_that_has_expired(
    serve: Serve, client: Callable[..., Client], tmp_path: Path, certificate: Path
) -> None:
    pem, key = str(certificate), str(tmp_path / "key.pem")
    asked = ["openssl", "x509", "-x509toreq", "-in", pem, "-signkey", key, "-out", "asked.pem"]
    given = ["openssl", "x509", "-req", "-in", "asked.pem", "-signkey", key, "-days", "-1"]
    (tmp_path / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    for line in (asked, [*given, "-extfile", "names", "-out", pem]):
        subprocess.run(line, check=True, capture_output=True, cwd=tmp_path)
    url = serve(shaken(certificate, reply({"records": []})), asked=False).url.replace("http:", "https:")
    with pytest.raises(TargetSilent, match=r"no secure connection: .*expired"):
        client(url, session={"verify": pem}).call("editor", FIND)


@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"],
    ids=["nothing", "head", "body"],
)
def test_a_secure_connection_that_is_cut(
    said: bytes, serve: Serve, certificate: Path, client: Callable[..., Client]
) -> None:
    url = serve(shaken(certificate, said), asked=False).url.replace("http:", "https:")
    with pytest.raises(TargetSilent, match=r"connection broke|no secure connection"):
        client(url, session={"verify": str(certificate)}).call("editor", FIND)


def hold(connection: socket.socket, request: bytes) -> bool:
    """Read what comes, and answer nothing."""
    while connection.recv(65536):
        pass
    return False


ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
HELLO = b"\x16\x03\x03\x3f\xff"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (hold, "no whole answer within"),
        (lambda connection, request: connection.sendall(ALERT) or False, "no secure connection|connection broke"),
        (lambda connection, request: connection.sendall(b"\0" * 99) or False, "no secure connection|connection broke"),
        (endlessly(b"", b"\xff" * 65536), "no secure connection|connection broke"),
        (slowly(HELLO + b"\0" * 9999), "no whole answer within"),
        (lambda connection, request: False, "no secure connection|connection broke"),
    ],
    ids=["silence", "an alert", "zeros", "noise without end", "a byte at a time", "the end"],
)
def test_a_handshake_that_comes_to_nothing(
    answer: Answer, words: str, serve: Serve, client: Callable[..., Client]
) -> None:
    url = serve(answer, asked=False).url.replace("http:", "https:")
    with pytest.raises(TargetSilent, match=words):
        client(url, timeout=0.5).call("editor", FIND)


def test_a_certificate_that_nobody_vouches_for(secure: str, cli: Callable[..., Done]) -> None:
    done = cli("run", secure, "--timeout", "10")
    assert done.code == 3
    assert "no secure connection" in done.out
    assert "self-signed certificate" in done.out
    assert "fix the certificate, or name its authority in [tls] of a target file" in done.out


def test_a_certificate_of_a_named_authority(secure: str, certificate: Path, client: Callable[..., Client]) -> None:
    talker = client(secure, session={"verify": str(certificate)})
    assert [talker.call("editor", FIND).status for _ in range(2)] == [200, 200]
    assert f"--cacert {certificate}" in talker.log[0].curl


def test_certificates_that_are_not_checked(secure: str, client: Callable[..., Client]) -> None:
    talker = client(secure, session={"verify": False})
    assert talker.call("editor", FIND).status == 200
    assert " -k " in talker.log[0].curl
