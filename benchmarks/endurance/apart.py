"""The reference server with a mistake, to check `keys.py`: it keeps a key after the transaction of its write.

Takes the options of `python -m upsertspec_server`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, make_response
from flask.typing import ResponseReturnValue

from upsertspec_server import Server, create_app
from upsertspec_server.__main__ import main
from upsertspec_server.idempotency import Idempotency

BETWEEN = 0.002


class KeptApart(Idempotency):
    """Writes in one transaction, and keeps the key in the next."""

    def once(self, write: Callable[[], ResponseReturnValue]) -> Response:
        """The usual one, apart from that."""
        key = self.key()
        assert key is not None
        with self.store.transaction():
            response = self.replay(key)
            if response is not None:
                return response
            response = make_response(write())
        time.sleep(BETWEEN)
        with self.store.transaction():
            self.remember(key, response)
        return response


class Apart(Server):
    """A server with these keys."""

    idempotency_class = KeptApart


def create(settings: Mapping[str, Any]) -> Server:
    """The application."""
    return create_app(settings, Apart)


sys.exit(main(create=create))
