"""The ways in which a secret may come back, and an independent look for what is left of it."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from upsertspec.http.masking import MASK

RUN = 6
"""As many characters of a secret in a row are too many."""

Disguise = Callable[[str], str]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def bold(text: str) -> str:
    """In the letters of mathematics, which are two UTF-16 units each."""
    return "".join(chr(0x1D41A + ord(c) - ord("a")) if "a" <= c <= "z" else c for c in text)


DISGUISES: dict[str, Disguise] = {
    "plain": str,
    "upper case": str.upper,
    "lower case": str.lower,
    "other case": str.swapcase,
    "backwards": lambda text: text[::-1],
    "twice": lambda text: text * 2,
    "without the first letter": lambda text: text[1:],
    "without the last letter": lambda text: text[:-1],
    "base64": encoded,
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 of the header": lambda text: encoded(f"Bearer {text}"),
    "base64 with a tab": lambda text: f"{encoded(text)[:5]}\t{encoded(text)[5:]}",
    "base64 in lines": lambda text: "\n".join(re.findall(".{1,4}", encoded(text))),
    "base64 of a form": lambda text: encoded(f"user=x&password={''.join(f'%{b:02x}' for b in text.encode())}"),
    "hex": lambda text: text.encode().hex(),
    "hex in upper case": lambda text: text.encode().hex(" ").upper(),
    "hex with prefixes": lambda text: ", ".join(f"0x{byte:02x}" for byte in text.encode()),
    "percent": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "percent twice": lambda text: "".join(f"%25{byte:02x}" for byte in text.encode()),
    "JSON": lambda text: "".join(f"\\u{ord(c):04x}" for c in text),
    "JSON in JSON": lambda text: "".join(f"\\\\u{ord(c):04x}" for c in text),
    "shell": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "HTML": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "HTML in hex": lambda text: "".join(f"&#x{ord(c):X};" for c in text),
    "full width": full_width,
    "full width, as headers have it": lambda text: full_width(text).encode().decode("latin-1"),
    "full width in percent": lambda text: "".join(f"%{byte:02X}" for byte in full_width(text).encode()),
    "full width in base64": lambda text: encoded(full_width(text)),
    "bold": bold,
    "bold in JSON": lambda text: bold(text).encode("ascii", "backslashreplace").decode(),
    "with spaces": " ".join,
    "with hyphens": "-".join,
    "with soft hyphens": "\u00ad".join,
    "with joiners": "\u200d".join,
}


def left_of(secret: str, shown: str) -> set[str]:
    """What `shown` and its decodings still have of the secret: every six characters in a row."""
    runs = {secret.lower()[at : at + RUN] for at in range(len(secret) - RUN + 1)}
    texts = [text.lower() for text in decodings(shown)]
    return {run for run in runs for text in texts if run in text or run[::-1] in text}


def decodings(text: str) -> Iterator[str]:
    """What others may read in a text. A mask parts what is left and right of it."""
    text = text.replace(MASK, "?")
    escapes = [text, *rounds(text, unquote), *rounds(text, html.unescape), *rounds(text, unescaped)]
    for each in dict.fromkeys(escapes):
        alike = unicodedata.normalize("NFKC", each)
        yield from (each, alike, re.sub(r"[^\w.~+/=!?$%&*#@-]|[\s\u00ad\u200d]", "", alike))
        yield each.encode("latin-1", "ignore").decode("utf-8", "ignore")
        stream = re.sub(r"\s", "", each)
        for word in re.findall(r"[A-Za-z0-9+/_-]{8,}", f"{each} {stream}"):
            yield from (data.decode("utf-8", "ignore") for data in decoded(word))
        for digits in re.findall(r"(?:[0-9a-f]{2}){6,}", re.sub(r"[\s,:]|0x", "", each.lower())):
            yield bytes.fromhex(digits).decode("utf-8", "ignore")


def decoded(word: str) -> Iterator[bytes]:
    for start in range(4):
        part = word[start:].replace("-", "+").replace("_", "/") + "AAA"
        yield binascii.a2b_base64(part[: len(part) // 4 * 4])


def rounds(text: str, decode: Disguise) -> Iterator[str]:
    for _ in range(3):
        text = decode(text)
        yield text


def unescaped(text: str) -> str:
    text = re.sub(
        r"\\u([0-9a-f]{4})|\\x([0-9a-f]{2})", lambda m: chr(int(m[1] or m[2], 16)), text.replace("\\\\", "\\")
    )
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
