"""Undoes the encodings that can hide a secret, and remembers which part of the text each character came from."""

from __future__ import annotations

import binascii
import html
import re
import string
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import compress

MASK = "•••"
DEPTH = 2
ROUNDS = 5
"""How often escapes are undone: a text may be escaped several times."""

Span = tuple[int, int]
Spans = Callable[[], Sequence[Span]]
Fold = Callable[[str | bytes], bytes]
"""Leaves of a text only what is compared, in lower case, look-alikes as what they look like."""

ESCAPE = re.compile(
    r"""%u[0-9a-f]{4} | %[0-9a-f]{2}
    | (?-i:\\U)[0-9a-f]{8} | \\u\{[0-9a-f]{1,6}\} | \\u[0-9a-f]{4} | \\x[0-9a-f]{2} | \\[0-7]{1,3} | \\.
    | &\#x[0-9a-f]{1,6};? | &\#\d{1,7};? | &[a-z][a-z0-9]{1,30};
    | (?-i:[\xc2-\xdf][\x80-\xbf] | [\xe0-\xef][\x80-\xbf]{2} | [\xf0-\xf4][\x80-\xbf]{3})
    | [\ud800-\udbff][\udc00-\udfff]""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
"""Escapes of URLs, JSON, shells and HTML; UTF-8 that was read as Latin-1; surrogate pairs."""

_ALPHABET = (string.ascii_letters + string.digits + "+/-_").encode()
_ALNUM = (string.ascii_letters + string.digits).encode()
_LOWER = bytes(range(256)).lower()
_STANDARD = bytes.maketrans(b"-_", b"+/")
_NO_BASE64 = bytes(set(range(256)) - set(_ALPHABET))
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}")
_HEX_RUN = re.compile(rb"[0-9a-f]{12,}")
_TEXT = re.compile(rb"[\t\n\r -~]{6}|(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){4}")

_KINDS = bytes(ord("t") if 32 <= byte < 127 else ord("f") if byte > 127 else 0 for byte in range(256))
_READABLE, _FOREIGN = b"t" * 10, b"f" * 18
_HEX_KINDS = bytes(ord("h") if chr(byte) in "0123456789abcdefx" else 0 for byte in range(256))
_HEX = b"h" * 12


@dataclass(frozen=True)
class Layer:
    """A text after decoding; `spans` gives the part of the original text that each of its characters came from.

    In a layer of bytes, only ASCII counts: most of what is decoded as base64 or hex is noise.
    """

    text: str | bytes
    spans: Spans

    def origins(self, fold: Fold) -> list[Span]:
        """The part of the original text that each byte of the folded layer came from."""
        spans, text = self.spans(), self.text
        if isinstance(text, bytes) or text.isascii():
            kept = set(fold(bytes(range(256)))) | set(range(ord("A"), ord("Z") + 1))
            return list(compress(spans, map(kept.__contains__, _bytes(text))))
        return [span for span, char in zip(spans, text, strict=True) for _ in fold(char)]


def folding(signs: Iterable[str] = ()) -> Fold:
    """A fold that leaves letters, digits, and these signs."""
    kept = "".join(signs)
    dropped = bytes(set(range(256)) - set(_ALNUM) - set(kept.encode("ascii", "ignore")))
    others = re.compile(rf"[^\w•{re.escape(kept)}]" + ("" if "_" in kept else "|_"))

    def fold(text: str | bytes) -> bytes:
        if isinstance(text, str) and not text.isascii():
            alike = unicodedata.normalize("NFKD", text).casefold()
            return others.sub("", alike).encode("utf-8", "surrogatepass")
        return _bytes(text).translate(_LOWER, dropped)

    return fold


letters = folding()


def only_ascii(text: str) -> bytes:
    """The text with a question mark for every character that is not ASCII."""
    return text.encode("ascii", "replace")


def unescapings(text: str) -> Iterator[str]:
    """The text, and then the text with its escapes undone once, twice, and so on."""
    yield text
    for _ in range(ROUNDS):
        if text.isascii() and not ("%" in text or "\\" in text or "&" in text):
            return
        before, text = text, ESCAPE.sub(_character, text)
        if text == before:
            return
        yield text


def layers(text: str) -> Iterator[Layer]:
    """The text, with its escapes undone, and all that is in it as base64 or hex, again with escapes undone."""
    return _layers(text, cache(lambda: [(at, at + 1) for at in range(len(text))]), DEPTH)


def noise(text: str) -> tuple[bytes, bool]:
    """A text as base64, decoded from each place on, and whether there may be text in it that is encoded once more.

    A fast look at what `layers` gives with much more work.
    """
    data = b"\n".join(part for _, part in _decoded(text))
    kinds = data.translate(_KINDS)
    return data, _READABLE in kinds or _FOREIGN in kinds


def words_of(text: str) -> Layer:
    """The text with all escapes undone, to tell where words begin and end."""
    *_, last = _plain_layers(text, lambda: [(at, at + 1) for at in range(len(text))])
    return last


def has_hex(text: bytes) -> bool:
    """Whether letters and digits hold text as hex."""
    return _HEX in text.translate(_HEX_KINDS) and any(
        _TEXT.search(bytes.fromhex(run[start : start + (len(run) - start) // 2 * 2].decode()))
        for run in _HEX_RUN.findall(text.replace(b"0x", b""))
        for start in (0, 1)
    )


def _layers(text: str, spans: Spans, depth: int) -> Iterator[Layer]:
    for layer in _plain_layers(text, spans):
        yield layer
        if not layer.text.isascii():
            yield Layer(only_ascii(str(layer.text)), layer.spans)
        if depth:
            yield from _base64(layer, depth)
            yield from _hex(layer, depth)


def _plain_layers(text: str, spans: Spans) -> Iterator[Layer]:
    before = ""
    for each in unescapings(text):
        spans = cache(partial(_after_escapes, before, spans)) if each is not text else spans
        before = each
        yield Layer(each, spans)


def _after_escapes(text: str, spans: Spans) -> list[Span]:
    """The spans of a text's characters after its escapes were undone once."""
    old = spans()
    new: list[Span] = []
    at = 0
    for found in ESCAPE.finditer(text):
        new += old[at : found.start()]
        new += [(old[found.start()][0], old[found.end() - 1][1])] * len(_character(found))
        at = found.end()
    return [*new, *old[at:]]


def _base64(layer: Layer, depth: int) -> Iterator[Layer]:
    """All of the layer as base64, whatever stands between the characters; then each run that holds text, in full."""
    assert isinstance(layer.text, str)
    for offset, data in _decoded(layer.text):
        yield Layer(data, partial(_of_base64, layer, 0, None, offset))
    for run in _BASE64_RUN.finditer(layer.text):
        start, end = run.span()
        for offset, data in _decoded(run[0]):
            if _TEXT.search(data):
                yield from _layers(data.decode("latin-1"), partial(_of_base64, layer, start, end, offset), depth - 1)


def _decoded(text: str) -> Iterator[tuple[int, bytes]]:
    """The base64 of a text decoded from its first, second, third and fourth character on: one of them fits."""
    stream = text.encode("ascii", "ignore").translate(_STANDARD, _NO_BASE64)
    for offset in range(4 if len(stream) > 5 else 0):
        part = stream[offset:] + b"AAA"
        yield offset, binascii.a2b_base64(part[: len(part) // 4 * 4])


def _of_base64(layer: Layer, start: int, end: int | None, offset: int) -> list[Span]:
    """The spans of decoded bytes: each comes from two characters."""
    assert isinstance(layer.text, str)
    alphabet = _ALPHABET.decode()
    spans = [
        span for char, span in zip(layer.text[start:end], layer.spans()[start:end], strict=True) if char in alphabet
    ]
    spans = spans[offset:] + spans[-1:] * 4
    count = (len(spans) - 1) // 4 * 3
    firsts = (at // 3 * 4 + at % 3 for at in range(count))
    return [(spans[first][0], spans[first + 1][1]) for first in firsts]


def _hex(layer: Layer, depth: int) -> Iterator[Layer]:
    """Each run of hex digits as text, whatever separates the digits."""
    digits = letters(layer.text)
    prefixed = b"0x" in digits
    for run in _HEX_RUN.finditer(digits.replace(b"0x", b"") if prefixed else digits):
        for start in (run.start(), run.start() + 1):
            end = start + (run.end() - start) // 2 * 2
            data = bytes.fromhex(run.string[start:end].decode())
            if _TEXT.search(data):
                yield from _layers(data.decode("latin-1"), partial(_of_hex, layer, digits, start, end), depth - 1)


def _of_hex(layer: Layer, digits: bytes, start: int, end: int) -> list[Span]:
    """The spans of decoded bytes: each comes from two digits."""
    dropped = {at for found in re.finditer(b"0x", digits) for at in range(*found.span())}
    spans = [span for at, span in enumerate(layer.origins(letters)) if at not in dropped][start:end]
    return [(first[0], last[1]) for first, last in zip(spans[::2], spans[1::2], strict=True)]


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _character(found: re.Match[str]) -> str:
    """What an escape stands for."""
    text = found[0]
    if text[0] == "&":
        return html.unescape(text if text[-1] == ";" else f"{text};")
    if text[0] not in "%\\":
        return _joined(text)
    if text[0] == "%" or (len(text) > 2 and text[1] in "uUx"):
        code = int(text.lstrip("%\\").lstrip("uUx").strip("{}"), 16)
        return chr(code) if code <= sys.maxunicode else ""
    if text[1] in string.octdigits:
        return chr(int(text[1:], 8))
    return " " if text[1] in "abefnrtv" else text[1]


def _joined(text: str) -> str:
    """Two or more characters that are one: UTF-8 that was read as Latin-1, or a surrogate pair."""
    try:
        if text[0] < "\u0100":
            return text.encode("latin-1").decode("utf-8")
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except ValueError:
        return text
