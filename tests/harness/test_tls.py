"""Certificates: one that nobody vouches for is told, one of a named authority is accepted."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness.kit import Done
from tests.harness.wire import Wire, read_request, reply
from upsertspec.client import Client
from upsertspec.dialects.operations import Find

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl to make a certificate")

Serve = Callable[..., Wire]
FIND = Find("contacts", {})


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself; its key is beside it."""
    pem = tmp_path / "cert.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    files = ["-out", str(pem), "-keyout", str(tmp_path / "key.pem")]
    subprocess.run(["openssl", *kind, *subject, *files], check=True, capture_output=True)
    return pem


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


def test_a_certificate_that_nobody_vouches_for(secure: str, cli: Callable[..., Done]) -> None:
    done = cli("run", secure, "--timeout", "10")
    assert done.code == 3
    assert "no secure connection" in done.out
    assert "self-signed certificate" in done.out
    assert "mend the certificate, or name its authority in [tls] of a target file" in done.out


def test_a_certificate_of_a_named_authority(secure: str, certificate: Path, client: Callable[..., Client]) -> None:
    talker = client(secure, session={"verify": str(certificate)})
    assert [talker.call("editor", FIND).status for _ in range(2)] == [200, 200]
    assert f"--cacert {certificate}" in talker.log[0].curl


def test_certificates_that_are_not_checked(secure: str, client: Callable[..., Client]) -> None:
    talker = client(secure, session={"verify": False})
    assert talker.call("editor", FIND).status == 200
    assert " -k " in talker.log[0].curl
