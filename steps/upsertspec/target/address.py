"""Whether a URL can be the address of a target."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

URL = re.compile(r"https?://([^\s/?#@:%\[\]]+|\[[0-9A-Fa-f:.]+\])(:\d+)?(/[^\s?#]*)?")
QUERY = re.compile(r"[\w.~$-]+=[^\s#&=@?]*(&[\w.~$-]+=[^\s#&=@?]*)*")
SECRET_NAME = re.compile("authorization|cookie|passw|secret|token|api.?key|credential", re.IGNORECASE)
SECRET_PARAMETERS = ("key", "code", "sig", "signature")
HINT = "write http or https, a host, perhaps a port and a path, no more"
_USER = re.compile(r"(\w+:/*|/*).*(?:@|%(?:25)*40|\uff20|\ufe6b)", re.DOTALL)
_EXTRA = re.compile(r"([?#\uff1f\uff03]|%(?:25)*(?:3f|23)).*", re.DOTALL | re.IGNORECASE)
_SHOWN = 200


def is_url(place: str) -> bool:
    """Whether a place that a user names is meant as a URL, not as a file: `https:/h` is a mistyped one."""
    return "://" in place or re.match(r"https?:", place, re.IGNORECASE) is not None


def fault_of(url: str) -> str:
    """What is wrong with the URL, and the fix; empty where nothing is. It is shown without what may be secret in it."""
    if URL.fullmatch(url) and _sendable(url):
        return ""
    return f"{without_secrets(url)!r} can't be judged; {HINT}"


def fault_of_base(url: str) -> str:
    """What is wrong with the address of an API, which may have a query for every request, but no secret in it."""
    base, mark, query = url.partition("?")
    if not mark:
        return fault_of(url)
    if not QUERY.fullmatch(query) or fault_of(base):
        return f"{without_secrets(url)!r} can't be judged; {HINT} but a query like api-version=3"
    names = [name for name, _ in parse_qsl(query, keep_blank_values=True)]
    if any(SECRET_NAME.search(name) or name.lower() in SECRET_PARAMETERS for name in names):
        return f"{without_secrets(url)!r} can't be judged with a secret in it; write [query] in a target file"
    return ""


def base_and_query(url: str) -> tuple[str, dict[str, str]]:
    """The address without its query and without a slash at its end, and the parameters of its query."""
    base, _, query = url.partition("?")
    return base.rstrip("/"), dict(parse_qsl(query, keep_blank_values=True))


def without_secrets(url: str) -> str:
    """A URL, well formed or not, without anything before `@` or after `?` or `#`, as they are or percent-encoded."""
    return _EXTRA.sub(r"\1•••", _USER.sub(r"\1•••@", url, count=1), count=1)[:_SHOWN]


def _sendable(url: str) -> bool:
    from requests import Request  # takes long to import
    from urllib3.util import parse_url

    try:
        host = parse_url(str(Request("GET", url).prepare().url)).host or ""
        host.encode("idna")  # as the socket will
    except ValueError:
        return False
    return True
