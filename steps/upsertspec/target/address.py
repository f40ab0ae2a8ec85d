"""Whether a URL can be the address of a target."""

from __future__ import annotations

import re

URL = re.compile(r"https?://([^\s/?#@:\[\]]+|\[[0-9A-Fa-f:.]+\])(:\d+)?(/[^\s?#]*)?")
USER = re.compile(r"//[^/\s]*@")
MEND = "write http or https, a host, perhaps a port and a path, no more"


def fault_of(url: str) -> str:
    """What is wrong with the URL, and its mend; empty where nothing is. A user name or password in it is not shown."""
    if URL.fullmatch(url) and _sendable(url):
        return ""
    return f"{USER.sub('//•••@', url)!r} can't be judged; {MEND}"


def _sendable(url: str) -> bool:
    from requests import Request  # takes long to import
    from urllib3.util import parse_url

    try:
        host = parse_url(str(Request("GET", url).prepare().url)).host or ""
        host.encode("idna")  # as the socket will
    except ValueError:
        return False
    return True
