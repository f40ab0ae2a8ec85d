"""`python mortal.py PORT UPSTREAM WAY WORD`: a server in front of another one that is mortal.

A request with the word in its body ends the process: at once, or after its answer; or it makes it answer nothing more.
"""

from __future__ import annotations

import http.client
import os
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, UPSTREAM, WAY, WORD = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4].encode()
DEAF = threading.Event()
DROPPED = ("content-length", "transfer-encoding", "connection", "date", "server")


class Mortal(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        hit = WORD in body
        if hit and WAY == "hangs":
            DEAF.set()
        if DEAF.is_set():
            time.sleep(3600)
        if hit and WAY == "dies slowly":
            time.sleep(0.5)
        if hit and WAY != "answers and dies":
            os._exit(1)
        if hit:  # no new connection is accepted from here on
            self.server.socket.shutdown(socket.SHUT_RDWR)
        self._forward(body, last=hit)
        if hit:
            self.wfile.flush()
            os._exit(1)

    do_GET = do_DELETE = do_PATCH = do_POST  # noqa: N815 - the base calls them so

    def _forward(self, body: bytes, last: bool) -> None:
        upstream = http.client.HTTPConnection(UPSTREAM)
        upstream.request(self.command, self.path, body, dict(self.headers))
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in DROPPED:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        if last:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


ThreadingHTTPServer(("127.0.0.1", PORT), Mortal).serve_forever()
